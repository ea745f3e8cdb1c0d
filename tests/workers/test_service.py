"""The worker as a service: what it does not begin with, what runs beside it, what it tells of itself."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import aiohttp
import asyncpg
import pytest
from prometheus_client import Counter
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.parser import text_string_to_metric_families
from temporalio.envconfig import ClientConnectConfig

from domain.errors import InspectionsError, MalformedError, NotFoundError, UnavailableError
from eventstore.errors import RehearsalError, SchemaError
from eventstore.migrate import migrations
from tests.journeys.house import fresh_database, unused_area
from tests.workers.asking import begin_fieldwork, plan
from workers.desk import Desk
from workers.embedded.temporal import TemporalServer, free_port
from workers.service.health import Health, State, Status
from workers.service.metrics import Metrics
from workers.service.parts import keep_running
from workers.service.serving import Service, serving
from workers.settings import HttpAddress, Settings
from workers.worker import connect
from workers.workplace import Workplace, opened


@asynccontextmanager
async def _workplace(server: str, address: str, folder: Path) -> AsyncIterator[Workplace]:
    """Make a live ledger, and a task queue that nobody else has."""
    async with fresh_database(server, rehearsal=False) as url:
        temporal = ClientConnectConfig(target_host=address, namespace="default")
        yield Workplace(url, temporal, f"queue-{uuid4().hex}", folder, None)


@asynccontextmanager
async def _serving(workplace: Workplace) -> AsyncIterator[tuple[Service, str]]:
    """Run a service, and say where it tells of itself."""
    address = HttpAddress("127.0.0.1", free_port())
    async with serving(workplace, Settings(http_address=address)) as service:
        yield service, f"http://{address}"


async def _get(url: str) -> tuple[int, str]:
    async with aiohttp.ClientSession() as session, session.get(url) as response:
        return response.status, await response.text()


async def _until_ready(url: str) -> None:
    while (await _get(f"{url}/health/ready"))[0] != 200:
        await asyncio.sleep(0.05)


def _samples(text: str) -> dict[tuple[str, str], float]:
    """Return each sample by its name and the values of its labels."""
    return {
        (sample.name, " ".join(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def test_a_service_tells_what_it_has_done(
    postgres_url: str, temporal_address: str, tmp_path: Path
) -> None:
    """One port has the health, our metrics and those of Temporal's SDK."""
    async with (
        _workplace(postgres_url, temporal_address, tmp_path) as workplace,
        _serving(workplace) as (_, url),
    ):
        await _until_ready(url)
        desk = Desk(await connect(temporal_address, None), workplace.task_queue)
        inspection = f"{unused_area()}-2023-F1"
        first = await desk.record(plan(inspection))
        second = await desk.record(begin_fieldwork(inspection))
        assert (first.result, second.result) == ("recorded", "refused")
        assert second.refused is not None
        samples = _samples((await _get(f"{url}/metrics"))[1])
        assert await _get(f"{url}/health/live") == (200, '{"alive": true}')

    assert samples["inspections_commands_total", "appended"] == 2
    assert samples["inspections_commands_total", "conflict"] == 0
    assert samples["inspections_events_total", ""] == len(first.recorded)
    assert samples["inspections_append_commands_sum", ""] == 2
    assert samples["inspections_refusals_total", second.refused.code] == 1
    assert samples["inspections_projection_lag_events", "worklist"] in {0, len(first.recorded)}
    assert samples["inspections_processes_in_trouble", "missing"] == 0
    assert samples["inspections_deadlines_overdue", "strategic_plan"] == 0
    assert samples["inspections_collector_up", "temporal_sdk"] == 1
    assert any(name.startswith("temporal_") for name, _ in samples)


async def test_nobody_is_told_to_be_ready_before_temporal_sees_the_worker_poll(
    postgres_url: str, temporal_address: str, tmp_path: Path
) -> None:
    """And not while it drains, though PostgreSQL and Temporal are there."""
    async with (
        _workplace(postgres_url, temporal_address, tmp_path) as workplace,
        _serving(workplace) as (service, url),
    ):
        status, told = await _get(f"{url}/health/ready")
        assert (status, '"polling": {"state": "starting"' in told) == (503, True)
        await _until_ready(url)
        await service.drain(10)
        status, told = await _get(f"{url}/health/ready")
        assert (status, '"draining": true' in told) == (503, True)


async def test_a_ledger_of_the_other_kind_is_refused(
    postgres_url: str, temporal_address: str, tmp_path: Path
) -> None:
    """A rehearsal's for a worker on the real clock, and the other way round."""
    temporal = ClientConnectConfig(target_host=temporal_address, namespace="default")
    for kind in (True, False):
        async with fresh_database(postgres_url, rehearsal=kind) as url:
            workplace = Workplace(url, temporal, "q", tmp_path, None, rehearsal=not kind)
            assert isinstance(await _refused(workplace), RehearsalError)


@pytest.mark.parametrize(("number", "word"), [(len(migrations()) + 1, "newer"), (None, "older")])
async def test_an_older_or_newer_schema_is_refused(
    number: int | None, word: str, postgres_url: str, temporal_address: str, tmp_path: Path
) -> None:
    """Which of the two, and what to do."""
    async with _workplace(postgres_url, temporal_address, tmp_path) as workplace:
        connection = await asyncpg.connect(workplace.database_url)
        try:
            if number is None:
                await connection.execute("DELETE FROM ledger.schema_migrations WHERE number > 3")
            else:
                await connection.execute(
                    "INSERT INTO ledger.schema_migrations (number, name, digest) VALUES ($1, 'later', '')",
                    number,
                )
        finally:
            await connection.close()
        error = await _refused(workplace)
    assert isinstance(error, SchemaError)
    assert word in str(error)


async def test_an_unknown_namespace_and_missing_search_attributes_are_refused(
    postgres_url: str, tmp_path: Path
) -> None:
    """A workflow's first task would hang; the message has the command that helps."""
    server = TemporalServer(tmp_path / "temporal", search_attributes=[], virtual_clock=True)
    try:
        await server.wait_until_ready()
        async with _workplace(postgres_url, server.address, tmp_path) as workplace:
            error = await _refused(workplace)
            assert isinstance(error, NotFoundError)
            assert "search-attribute create --namespace default --name InspectionArea --type" in str(error)
            workplace.temporal["namespace"] = "nowhere"
            error = await _refused(workplace)
            assert isinstance(error, NotFoundError)
            assert "no namespace nowhere" in str(error)
    finally:
        server.stop()


async def _refused(workplace: Workplace) -> InspectionsError:
    with pytest.raises(InspectionsError) as refused:
        async with opened(workplace, pool_size=1):
            pass
    return refused.value


async def test_an_address_that_is_taken_is_refused_by_the_name_of_its_setting(
    postgres_url: str, temporal_address: str, tmp_path: Path
) -> None:
    """Nothing works, and nothing is left running."""
    async with (
        _workplace(postgres_url, temporal_address, tmp_path) as workplace,
        _serving(workplace) as (_, url),
    ):
        taken = HttpAddress("127.0.0.1", int(url.rpartition(":")[2]))
        with pytest.raises(MalformedError, match="INSPECTIONS_HTTP_ADDRESS"):
            async with serving(workplace, Settings(http_address=taken)):
                pass


class _Part:
    """Fails at first, then goes well until it is cancelled."""

    name = "part"
    vital = False

    def __init__(self, failures: int, error: BaseException | None = None) -> None:
        self._failures = failures
        self._error = error or UnavailableError("it is not there")
        self.begun = itertools.count(1)

    async def run(self, status: Status) -> None:
        if next(self.begun) <= self._failures:
            raise self._error
        status.ok()
        await asyncio.Event().wait()


async def test_a_part_that_fails_begins_again_and_is_seen_to_fail_until_it_goes_well() -> None:
    """Its state, since when, and what is wrong."""
    health = Health()
    status = health.status("part", vital=False)
    begun = status.since
    running = asyncio.create_task(keep_running(_Part(failures=1), status))
    failing = await _left(status, State.STARTING)
    assert failing["state"] == "failing"
    assert failing["problem"] == "it is not there"
    assert failing["since"] > begun.isoformat()
    well = await _left(status, State.FAILING)
    assert (well["state"], "problem" in well, well["since"] > failing["since"]) == ("ok", False, True)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


async def test_a_part_in_which_something_was_cancelled_begins_again_like_one_that_failed() -> None:
    """Only who cancels the part itself ends it: it would be gone, and nobody would say so."""
    status = Health().status("part", vital=True)
    running = asyncio.create_task(keep_running(_Part(1, asyncio.CancelledError()), status))
    failing = await _left(status, State.STARTING)
    assert failing["problem"] == "something within it was cancelled"
    assert (await _left(status, State.FAILING))["state"] == "ok"
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


async def _left(status: Status, state: State) -> dict[str, Any]:
    """Wait until a part is no more in a state, and return what it says then."""
    while status.state is state:
        await asyncio.sleep(0.01)
    return status.as_json()


def test_only_a_vital_part_makes_the_worker_not_ready() -> None:
    """Notices that cannot be sent are seen, and inspections go on."""
    health = Health()
    database, notices = health.status("database", vital=True), health.status("notices", vital=False)
    ready = [health.ready]
    database.ok()
    notices.failing("no mail server")
    ready.append(health.ready)
    assert health.as_json()["parts"]["notices"]["problem"] == "no mail server"
    database.failing("gone")
    ready.append(health.ready)
    assert ready == [False, True, False]


def test_since_stays_at_the_moment_at_which_it_began_to_fail() -> None:
    """However often it is said again, and whatever is wrong by then."""
    status = Status("part", vital=True)
    status.failing("one thing")
    since = status.since
    status.failing("another")
    assert (status.since, status.problem) == (since, "another")


async def test_a_part_adds_its_metrics_in_one_line_and_what_cannot_be_looked_up_is_said_to_be_missing() -> (
    None
):
    """A stale number would be worse than none."""
    metrics = Metrics()
    sent = Counter("inspections_notices_sent", "Notices that were sent.", registry=metrics.registry)
    sent.inc()

    async def waiting() -> list[Metric]:
        return [GaugeMetricFamily("inspections_notices_waiting", "Notices that wait.", value=3)]

    async def stuck() -> list[Metric]:
        raise UnavailableError("PostgreSQL is away")

    metrics.collect("notices", waiting)
    metrics.collect("stuck", stuck)
    samples = _samples(await metrics.text())
    assert samples["inspections_notices_sent_total", ""] == 1
    assert samples["inspections_notices_waiting", ""] == 3
    assert samples["inspections_collector_up", "notices"] == 1
    assert samples["inspections_collector_up", "stuck"] == 0
