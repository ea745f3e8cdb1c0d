"""Who gets the work of a task queue, as Temporal tells it."""

from datetime import UTC, datetime, timedelta

from temporalio.api.enums.v1 import WorkerVersioningMode
from temporalio.api.taskqueue.v1 import PollerInfo
from temporalio.api.workflowservice.v1 import DescribeTaskQueueResponse

from workers.routing import Routing


def _told(current: str, *polled: tuple[str, timedelta]) -> Routing:
    told = DescribeTaskQueueResponse()
    told.versioning_info.current_deployment_version.deployment_name = "inspections"
    told.versioning_info.current_deployment_version.build_id = current
    for build, ago in polled:
        poller = PollerInfo()
        poller.last_access_time.FromDatetime(datetime.now(UTC) - ago)
        poller.deployment_options.deployment_name = "inspections"
        poller.deployment_options.build_id = build
        poller.deployment_options.worker_versioning_mode = (
            WorkerVersioningMode.WORKER_VERSIONING_MODE_VERSIONED
        )
        told.pollers.append(poller)
    return Routing.of(told)


def test_a_worker_that_has_gone_takes_no_work_though_temporal_still_names_it() -> None:
    """A poll lasts a minute. Who began none for longer has ended, or was killed."""
    gone, here = ("build-1", timedelta(minutes=2)), ("build-2", timedelta(seconds=50))
    assert _told("build-1", gone, here).problem == (
        "work goes to build build-1; only build build-2 polls, and gets none"
    )
    assert _told("build-2", gone, here).problem is None


def test_it_says_how_a_worker_is_started_that_gets_the_work() -> None:
    assert _told("build-1").to_start_one == "`inspections worker --build-id build-1`"
