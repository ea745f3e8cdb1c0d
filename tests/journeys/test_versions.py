"""Two builds of the worker at once: inspections move from one to the other in the middle of their lives.

On a server of its own, because only this one says within seconds that a version is drained; otherwise it is
as it comes.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from temporalio.api.enums.v1 import RoutingConfigUpdateState, VersionDrainageStatus
from temporalio.api.workflowservice.v1 import (
    DescribeWorkerDeploymentRequest,
    DescribeWorkerDeploymentVersionRequest,
    SetWorkerDeploymentCurrentVersionRequest,
    SetWorkerDeploymentRampingVersionRequest,
)
from temporalio.client import Client
from temporalio.common import WorkerDeploymentVersion
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.envconfig import ClientConnectConfig
from temporalio.service import RPCError, RPCStatusCode
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from domain.actors import Role
from domain.inspection.commands import COMMAND_TYPES
from domain.inspection.events import event_type
from domain.streams import StreamKind
from tests.journeys.halting import found_by, plan_unseen, processes_of
from tests.journeys.house import House, Life, fresh_database
from tests.workflows.changed_process import Guarded
from workers.doctor import finding as of_doctor
from workers.doctor.finding import Verdict
from workers.doctor.temporal import examine_temporal
from workers.embedded.temporal import NAMESPACE, _program
from workers.kinds import WORKFLOWS
from workers.rehearsal.script import UNWRITTEN
from workers.service.health import State, Status, build_probe
from workers.stores import open_stores
from workers.troubles import Finding, Trouble
from workers.worker import build_worker
from workflows.inspection import InspectionWorkflow
from workflows.search_attributes import ALL

DEPLOYMENT = "inspections"
SOON_DRAINED = (
    "--dynamic-config-value",
    'matching.wv.VersionDrainageStatusVisibilityGracePeriod="1s"',
    "--dynamic-config-value",
    'matching.wv.VersionDrainageStatusRefreshInterval="1s"',
)
"""By default the server looks after minutes, and then every few."""


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    """A client of a server of the test's own: a deployment's routing holds for a whole namespace."""
    async with await WorkflowEnvironment.start_local(
        data_converter=pydantic_data_converter,
        search_attributes=ALL,
        dev_server_existing_path=_program(),
        dev_server_extra_args=SOON_DRAINED,
    ) as server:
        yield server.client


@pytest.fixture
async def house(client: Client, postgres_url: str, tmp_path: Path) -> AsyncIterator[House]:
    """A house by the real clock, without a worker."""
    async with fresh_database(postgres_url) as url, open_stores(url) as stores:
        yield House(
            client, None, stores, tmp_path, await stores.texts.seal(UNWRITTEN, "tests/unwritten"), url
        )


def _worker(
    house: House, build: str | None, process: type[InspectionWorkflow] = InspectionWorkflow
) -> Worker:
    """Put a worker of a build together, if need be of one whose code of the process is another."""
    deployment = WorkerDeploymentVersion(DEPLOYMENT, build) if build else None
    with pytest.MonkeyPatch.context() as code:
        code.setitem(WORKFLOWS, StreamKind.INSPECTION, process)
        return build_worker(house.client, house.queue, house.stores, house.folder, deployment=deployment)


def _life(house: House) -> Life:
    """Prepare an inspection that is recorded years late, step by step."""
    life = house.life("TRF")
    life.moment = life.script.steps[-1].at
    return life


async def _play(life: Life, steps: int) -> None:
    for _ in range(steps):
        await life.next_step()


async def _let_have_all(client: Client, build: str) -> None:
    """Make a build the current one."""
    request = SetWorkerDeploymentCurrentVersionRequest(
        namespace=NAMESPACE, deployment_name=DEPLOYMENT, build_id=build
    )
    await _once_known(client, lambda: client.workflow_service.set_worker_deployment_current_version(request))


async def _let_have_half(client: Client, build: str) -> None:
    """Give a build half of the inspections."""
    request = SetWorkerDeploymentRampingVersionRequest(
        namespace=NAMESPACE, deployment_name=DEPLOYMENT, build_id=build, percentage=50
    )
    await _once_known(client, lambda: client.workflow_service.set_worker_deployment_ramping_version(request))


async def _once_known(client: Client, say: Callable[[], Awaitable[object]]) -> None:
    """Say who gets what as soon as the server has heard of the worker, and wait until that holds."""
    while True:
        try:
            await say()
            break
        except RPCError as error:
            if error.status not in (RPCStatusCode.NOT_FOUND, RPCStatusCode.FAILED_PRECONDITION):
                raise
            await asyncio.sleep(0.1)
    request = DescribeWorkerDeploymentRequest(namespace=NAMESPACE, deployment_name=DEPLOYMENT)
    holds = RoutingConfigUpdateState.ROUTING_CONFIG_UPDATE_STATE_COMPLETED
    while True:
        told = await client.workflow_service.describe_worker_deployment(request)
        if told.worker_deployment_info.routing_config_update_state == holds:
            return
        await asyncio.sleep(0.1)


async def _until_drained(client: Client, build: str) -> None:
    request = DescribeWorkerDeploymentVersionRequest(namespace=NAMESPACE)
    request.deployment_version.deployment_name = DEPLOYMENT
    request.deployment_version.build_id = build
    drained = VersionDrainageStatus.VERSION_DRAINAGE_STATUS_DRAINED
    while True:
        told = await client.workflow_service.describe_worker_deployment_version(request)
        if told.worker_deployment_version_info.drainage_info.status == drained:
            return
        await asyncio.sleep(0.1)


async def _builds(life: Life) -> list[str]:
    """Say which build did each task of a process, in order; one without a version is called ''."""
    history = await life.handle.fetch_history()
    assert not any(one.HasField("workflow_task_failed_event_attributes") for one in history.events)
    done = [one for one in history.events if one.HasField("workflow_task_completed_event_attributes")]
    return [one.workflow_task_completed_event_attributes.deployment_version.build_id for one in done]


async def _is_patched(life: Life) -> bool:
    """Say whether a process took the way that the newer code has."""
    history = await life.handle.fetch_history()
    markers = [one.marker_recorded_event_attributes.marker_name for one in history.events]
    return "core_patch" in markers


async def _is_whole(life: Life) -> None:
    """Check that the ledger holds every step in order, the publication, and no command twice."""
    events = await life.events()
    by_people = [event_type(event) for event in events if event.decided_by.role is not Role.SYSTEM]
    assert by_people == [_recorded_by(step.milestone) for step in life.script.steps]
    assert [event_type(event) for event in events].count("report_published") == 1
    assert set(Counter(one.command_id for one in await life.commands()).values()) == {1}


def _recorded_by(command: str) -> str:
    name: str = COMMAND_TYPES[command].records.model_fields["type"].default
    return name


async def test_the_first_version_takes_over_from_workers_without_one(house: House) -> None:
    """A new version gets nothing before it is told to; then it goes on with what others have begun."""
    begun = _life(house)
    async with _worker(house, "one"):
        async with _worker(house, None):
            await _play(begun, 3)
            assert set(await _builds(begun)) == {""}
            await _let_have_all(house.client, "one")
        later = _life(house)
        for life in (begun, later):
            await _play(life, len(life.script.steps) - life.done)
            await _is_whole(life)
    assert set(await _builds(begun)) == {"", "one"}
    assert set(await _builds(later)) == {"one"}


async def test_the_old_version_is_drained_in_the_middle_of_inspections(house: House) -> None:
    """Half of them move first, then all; the old worker goes; each goes on, also one that slept meanwhile.

    The new build's process gives other commands, with a guard: who began before goes on without them.
    """
    lives = [_life(house) for _ in range(8)]
    sleeper = _life(house)
    halfway = asyncio.Barrier(len(lives) + 1)
    old_is_gone = asyncio.Event()

    async def live(life: Life) -> None:
        await _play(life, 5)
        await halfway.wait()
        await _play(life, 10)
        await old_is_gone.wait()
        await _play(life, len(life.script.steps) - life.done)

    async with _worker(house, "one") as old, _worker(house, "two", Guarded):
        await _let_have_all(house.client, "one")
        await asyncio.gather(*(_play(life, 3) for life in (*lives, sleeper)))
        await _let_have_half(house.client, "two")
        async with asyncio.TaskGroup() as living:
            for life in lives:
                living.create_task(live(life))
            await halfway.wait()
            await _let_have_all(house.client, "two")
            await old.shutdown()
            old_is_gone.set()
        await _play(sleeper, len(sleeper.script.steps) - sleeper.done)
        newcomer = _life(house)
        await _play(newcomer, len(newcomer.script.steps))
        await _until_drained(house.client, "one")

    for life in (*lives, sleeper):
        await _is_whole(life)
        builds = await _builds(life)
        assert (builds[0], builds[-1]) == ("one", "two")
        assert not await _is_patched(life)
    await _is_whole(newcomer)
    assert set(await _builds(newcomer)) == {"two"}
    assert await _is_patched(newcomer)


async def test_a_build_that_gets_no_work_is_told_of_with_the_command_that_helps(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By `stuck`, which waits for no answers that cannot come, by the doctor and by the worker's health."""
    monkeypatch.setattr("workers.service.health.ASK_ABOUT_BUILD_EVERY_SECONDS", 0.05)
    helps = "set-current-version --deployment-name inspections --build-id one --yes`"
    life = await plan_unseen(house)
    processes = processes_of(house, life)
    await processes.repair(Finding(life.inspection, Trouble.MISSING, "it has never begun"))
    status = Status("build", vital=False)
    async with _worker(house, "one"), asyncio.TaskGroup() as asking:
        build = build_probe(house.client, WorkerDeploymentVersion(DEPLOYMENT, "one"))
        probing = asking.create_task(build.run(status))
        while not (wrong := await _of_build(house)):
            await asyncio.sleep(0.05)
        (silent,) = [one async for one in processes.examine_all()]
        while status.problem is None:
            await asyncio.sleep(0.05)
        assert (wrong.verdict, silent.trouble) == (Verdict.WRONG, Trouble.SILENT)
        for told in (wrong.advice, silent.detail, status.problem):
            assert told is not None
            assert told.endswith(helps)
        await _let_have_all(house.client, "one")
        while status.state is not State.OK:
            await asyncio.sleep(0.05)
        right = await _of_build(house)
        assert right is not None
        assert (right.verdict, right.told) == (Verdict.OK, "work goes to build one")
        await life.until(lambda standing: standing.stage == "planned")
        assert await found_by(processes) == []
        probing.cancel()


async def _of_build(house: House) -> of_doctor.Finding | None:
    """Return what the doctor finds of the build that gets work, as soon as it sees anybody poll."""
    config = ClientConnectConfig(target_host=house.client.service_client.config.target_host)
    found = await examine_temporal(config, house.queue, None, embedded=True, fix=False)
    return next((one for one in found if one.check == "build"), None)


async def test_a_version_that_is_taken_back_leaves_nothing_behind(house: House) -> None:
    """The way back is the same as the way there, for as long as the old worker is there."""
    life = _life(house)
    async with _worker(house, "one"):
        await _let_have_all(house.client, "one")
        await _play(life, 3)
        async with _worker(house, "two"):
            await _let_have_all(house.client, "two")
            await _play(life, 3)
            await _let_have_all(house.client, "one")
        await _play(life, len(life.script.steps) - life.done)
    await _is_whole(life)
    builds = await _builds(life)
    assert set(builds) == {"one", "two"}
    assert builds[-1] == "one"
