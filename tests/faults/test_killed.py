"""Workers, Temporal and PostgreSQL are killed and stopped; every inspection goes on where it stood."""

import asyncio
import contextlib
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import date, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import Client
from temporalio.testing import TimeSkipper

from domain.actors import Role
from domain.errors import UnavailableError
from domain.london import at_time
from domain.messages import Answer
from tests.journeys.house import House, Life, fresh_database, open_house
from workers.embedded.postgres import Postgres
from workers.embedded.temporal import TemporalServer
from workers.stores import open_stores
from workers.worker import connect
from workflows.search_attributes import ALL

pytestmark = [pytest.mark.faults, pytest.mark.timeout(90)]

CONCERN: dict[str, Any] = {"referred_to": "police", "reference": "MASH/2023-114"}


@contextmanager
def _worker(address: str, database: str, house: House, *death: str) -> Iterator[subprocess.Popen[str]]:
    """Run a worker in a process of its own; killed at the end, whatever it does."""
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "tests.faults.worker",
            address,
            database,
            house.queue,
            str(house.folder),
            *death,
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "working\n"
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdout.close()  # type: ignore[union-attr]  # it is a pipe


@asynccontextmanager
async def _house(server: str, at: TimeSkipper | Client, folder: Path) -> AsyncIterator[tuple[str, House]]:
    async with fresh_database(server) as url, open_stores(url) as stores:
        client, skipper = (at, None) if isinstance(at, Client) else (at.client, at)
        yield url, House(client, skipper, stores, folder, await stores.texts.seal("none", "tests/none"))


async def _is_sound(life: Life) -> None:
    """Check that versions are contiguous and no command is in the ledger twice."""
    await life.events()
    assert set(Counter(one.command_id for one in await life.commands()).values()) == {1}


@pytest.mark.parametrize("place", ["after decide", "after append"])
async def test_a_worker_is_killed_in_the_middle_of_a_command(
    place: str, postgres_url: str, temporal_address: str, skipper: TimeSkipper, tmp_path: Path
) -> None:
    """The caller waits through it and is told the truth by the next worker; the command is there once."""
    flag = tmp_path / "died"
    async with _house(postgres_url, skipper, tmp_path / "published") as (url, house):
        life = house.life("TRF", until="fieldwork")
        life.moment = life.script.steps[-1].at
        with _worker(temporal_address, url, house):
            await life.play()
        before = len(await life.names())
        request = life.request("refer_safeguarding_concern", Role.OFSTED_LEAD, **CONCERN)
        with _worker(temporal_address, url, house, place, str(flag)) as doomed:
            waiting = asyncio.create_task(life.hand_in(request))
            assert await asyncio.to_thread(doomed.wait, 30) == -signal.SIGKILL
            appended = 1 if place == "after append" else 0
            assert len(await life.names()) == before + appended
            with _worker(temporal_address, url, house):
                answer = await asyncio.wait_for(waiting, 60)
                assert [one.type for one in answer.recorded] == ["safeguarding_concern_referred"]
                assert len(await life.names()) == before + 1
                again = await life.hand_in(request)
                assert again.recorded == answer.recorded
                await life.next_step()
        await _is_sound(life)


async def test_a_worker_is_killed_while_it_publishes(
    postgres_url: str, temporal_address: str, skipper: TimeSkipper, tmp_path: Path
) -> None:
    """The report was laid down and not yet noted: it is laid down again and noted once."""
    flag = tmp_path / "died"
    place = "after laying the report down"
    async with _house(postgres_url, skipper, tmp_path / "published") as (url, house):
        life = house.life("TRF")
        with _worker(temporal_address, url, house, place, str(flag)) as doomed:
            await life.play(through=lambda step: step.milestone != "release_report")
            step = life.script.steps[life.done]
            request = life.request(step.milestone, step.by, step.at, **step.matter)
            answer = await life.desk.record(request)
            assert answer.standing.publication_pending
            assert await asyncio.to_thread(doomed.wait, 30) == -signal.SIGKILL
            assert "report_published" not in await life.names()
            assert (house.folder / life.inspection / "report-1.html").is_file()
            with _worker(temporal_address, url, house):
                # The server gives a lost activity to another worker when its half minute is over.
                await asyncio.wait_for(life.until(lambda now: not now.publication_pending), 60)
        assert (await life.names()).count("report_published") == 1
        assert [path.name for path in (house.folder / life.inspection).iterdir()] == ["report-1.html"]
        await _is_sound(life)


async def test_worker_and_server_are_killed_after_the_append_and_the_caller_is_gone(
    postgres_url: str, tmp_path: Path
) -> None:
    """Nobody asks again; the process looks at the ledger by itself and goes on where that stands."""
    flag = tmp_path / "died"
    server = TemporalServer(tmp_path / "temporal", search_attributes=ALL, virtual_clock=False)
    port = int(server.address.rpartition(":")[2])
    await server.wait_until_ready()
    address = server.address
    try:
        client = await connect(address)
        async with _house(postgres_url, client, tmp_path / "published") as (url, house):
            life = house.life("TRF", until="notified")
            life.look_every_seconds = 5
            # Thirty seconds are left of the day before the item's warning.
            life.moment = at_time(date(2023, 10, 3), time(0)) - timedelta(seconds=30)
            with _worker(address, url, house):
                await life.play()
            before = len(await life.names())
            with _worker(address, url, house, "after append", str(flag)) as doomed:
                items = [{"item": "annex_a", "due": "2023-10-04"}]
                request = life.request("request_information", Role.COORDINATOR, items=items)
                caller = asyncio.create_task(life.desk.record(request))
                assert await asyncio.to_thread(doomed.wait, 30) == -signal.SIGKILL
                _kill(server)
                caller.cancel()
                with contextlib.suppress(asyncio.CancelledError, UnavailableError):
                    await caller
            assert (await life.names())[before:] == ["information_requested"]

            server = TemporalServer(
                tmp_path / "temporal", search_attributes=ALL, virtual_clock=False, port=port
            )
            await server.wait_until_ready()
            with _worker(address, url, house):
                await asyncio.wait_for(_until_named(life, before + 2), 60)
                assert (await life.names())[before:] == ["information_requested", "deadline_approaching"]
                await asyncio.wait_for(life.until(lambda now: now.version == before + 2), 30)
                assert life.standing.next_wake is not None
            await _is_sound(life)
    finally:
        server.stop()


def _kill(server: TemporalServer) -> None:
    server._process.kill()
    server._process.wait()


async def _until_named(life: Life, count: int) -> None:
    while len(await life.names()) < count:
        await asyncio.sleep(0.1)


async def test_postgresql_is_away_for_a_while(skipper: TimeSkipper, tmp_path: Path) -> None:
    """A request that comes in the meantime is answered when the ledger is back, and so is a signal."""
    with tempfile.TemporaryDirectory(prefix="inspections-", dir="/tmp") as folder:
        postgres = Postgres(Path(folder))
        try:
            async with open_house(postgres.url(), skipper, tmp_path) as house, house.worker():
                life = house.life("TRF", until="notified")
                await life.play()
                before = len(await life.names())
                await asyncio.to_thread(postgres.stop)
                request = life.request("refer_safeguarding_concern", Role.OFSTED_LEAD, **CONCERN)
                waiting = asyncio.create_task(life.desk.record(request))
                signalled = life.request("open_surveys", Role.COORDINATOR)
                await asyncio.sleep(0.5)
                await life.handle.signal("record", signalled)
                await asyncio.sleep(2)
                assert not waiting.done()
                postgres = Postgres(Path(folder))
                answer: Answer = await asyncio.wait_for(waiting, 30)
                assert answer.result == "recorded"
                await asyncio.wait_for(_until_named(life, before + 2), 30)
                assert (await life.names())[before:] == ["safeguarding_concern_referred", "surveys_opened"]
                await _is_sound(life)
                assert await _activities(life) >= 1
        finally:
            postgres.stop()


async def _activities(life: Life) -> int:
    """Count the ordinary activities that the process has asked for."""
    return sum(
        [
            event.HasField("activity_task_scheduled_event_attributes")
            async for event in life.handle.fetch_history_events()
        ]
    )
