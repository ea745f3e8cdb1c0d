"""Which build of the worker Temporal gives the work to, and whether that one is there to take it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Self

from temporalio.api.enums.v1 import WorkerVersioningMode
from temporalio.api.taskqueue.v1 import PollerInfo, TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest, DescribeTaskQueueResponse
from temporalio.client import Client

_A_POLL_LASTS: Final = timedelta(seconds=80)
"""A minute, and some time to begin the next."""

Build = tuple[str, str]
"""The names of a deployment and of a build of it; both empty for workers without a version."""


@dataclass(frozen=True, slots=True)
class Routing:
    """Who is to get the work of a task queue, and who polls it."""

    wanted: frozenset[Build]
    """The current build, and the one that gets a share."""
    polling: frozenset[Build]
    """Those that poll."""

    @classmethod
    def of(cls, told: DescribeTaskQueueResponse) -> Self:
        """Read what Temporal tells of a task queue."""
        info = told.versioning_info
        wanted = [info.current_deployment_version]
        if info.ramping_version_percentage > 0:
            wanted.append(info.ramping_deployment_version)
        return cls(
            frozenset((one.deployment_name, one.build_id) for one in wanted),
            frozenset(map(_build_of, living(told.pollers))),
        )

    @property
    def problem(self) -> str | None:
        """What is wrong if workers poll and none of them is given anything; otherwise nothing."""
        if not self.polling or self.polling & self.wanted:
            return None
        return f"work goes to {_in_words(self.wanted)}; only {_in_words(self.polling)} polls, and gets none"

    @property
    def advice(self) -> str:
        """What helps with the problem."""
        versioned = sorted(build for build in self.polling if all(build))
        return to_make_current(*versioned[-1]) if versioned else f"start {_in_words(self.wanted)}"

    @property
    def takers(self) -> str:
        """Who gets the work, in words."""
        return _in_words(self.wanted)

    @property
    def to_start_one(self) -> str:
        """The command that starts a worker which gets the work."""
        builds = sorted(build for _, build in self.wanted if build)
        return f"`inspections worker --build-id {builds[0]}`" if builds else "`inspections worker`"


async def read_routing(client: Client, task_queue: str, within: timedelta) -> Routing:
    """Ask Temporal who gets the work of a task queue, and wait for so long.

    Raises:
        RPCError: it does not say.
    """
    question = DescribeTaskQueueRequest(namespace=client.namespace, task_queue=TaskQueue(name=task_queue))
    return Routing.of(await client.workflow_service.describe_task_queue(question, timeout=within))


def living(pollers: Iterable[PollerInfo]) -> list[PollerInfo]:
    """Leave out who has gone: Temporal goes on naming those for minutes."""
    since = datetime.now(UTC) - _A_POLL_LASTS
    return [one for one in pollers if one.last_access_time.ToDatetime(UTC) >= since]


def to_make_current(deployment: str, build_id: str) -> str:
    """Return the command that lets a build have all work."""
    return (
        f"`temporal worker deployment set-current-version --deployment-name {deployment} "
        f"--build-id {build_id} --yes`"
    )


def _build_of(poller: PollerInfo) -> Build:
    options = poller.deployment_options
    if options.worker_versioning_mode != WorkerVersioningMode.WORKER_VERSIONING_MODE_VERSIONED:
        return "", ""
    return options.deployment_name, options.build_id


def _in_words(builds: Iterable[Build]) -> str:
    return " and ".join(
        f"build {build}" if build else "a worker without a build id" for _, build in sorted(builds)
    )
