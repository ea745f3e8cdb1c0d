"""Workers and Temporal are killed; every inspection goes on where it stood."""

import asyncio
import contextlib
import hashlib
import signal
from datetime import date, time, timedelta
from pathlib import Path

import asyncpg
import pytest
from temporalio.testing import TimeSkipper

from domain.actors import Role
from domain.errors import UnavailableError
from domain.london import at_time
from tests.faults.callers import concern, insistent_life, until_named
from tests.faults.houses import OwnTemporal, house_at
from tests.faults.processes import PATIENCE, end_of, kill, worker
from tests.faults.sound import is_sound
from tests.journeys.house import Life
from workers.worker import connect

pytestmark = [pytest.mark.faults, pytest.mark.timeout(180)]


async def test_workers_are_killed_at_bad_moments(
    postgres_url: str, temporal_address: str, skipper: TimeSkipper, tmp_path: Path
) -> None:
    """In the middle of a command, of a publication, and together with the server.

    All at once and each in a house of its own, because most of the time somebody waits for a time limit.
    """
    async with asyncio.TaskGroup() as moments:
        for number, place in enumerate(("after decide", "after append")):
            here = _in_the_middle_of_a_command(
                place, postgres_url, temporal_address, skipper, tmp_path / f"{number}"
            )
            moments.create_task(here, name=place)
        for number, place in enumerate(("after laying the report down", "after noting the report"), start=2):
            here = _while_it_publishes(place, postgres_url, temporal_address, skipper, tmp_path / f"{number}")
            moments.create_task(here, name=place)
        moments.create_task(_after_the_append_and_the_caller_is_gone(postgres_url, tmp_path / "4"))


def _flag(folder: Path) -> str:
    folder.mkdir(parents=True, exist_ok=True)
    return str(folder / "died")


async def _in_the_middle_of_a_command(
    place: str, postgres_url: str, temporal_address: str, skipper: TimeSkipper, tmp_path: Path
) -> None:
    """The caller waits through it and is told the truth by the next worker; the command is there once."""
    async with house_at(postgres_url, skipper, tmp_path / "published") as (url, house):
        life = insistent_life(house)
        async with worker(temporal_address, url, house):
            await life.play()
        before = len(await life.names())
        request = concern(life)
        async with worker(temporal_address, url, house, place, _flag(tmp_path)) as doomed:
            waiting = asyncio.create_task(life.hand_in(request))
            assert await end_of(doomed) == -signal.SIGKILL
            appended = 1 if place == "after append" else 0
            assert len(await life.names()) == before + appended
            async with worker(temporal_address, url, house):
                answer = await asyncio.wait_for(waiting, PATIENCE)
                assert [one.type for one in answer.recorded] == ["safeguarding_concern_referred"]
                assert len(await life.names()) == before + 1
                assert (await life.hand_in(request)).recorded == answer.recorded
                await is_sound(house, life)


_HOLD = """
    CREATE FUNCTION public.hold() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF (SELECT count(*) FROM brought) > 1 THEN
            PERFORM pg_advisory_xact_lock(1);
        END IF;
        RETURN NULL;
    END $$;
    CREATE TRIGGER hold AFTER INSERT ON ledger.commands REFERENCING NEW TABLE AS brought
        FOR EACH STATEMENT EXECUTE FUNCTION public.hold()
"""
"""Makes a call with several commands wait when it has written them and not yet committed."""


@pytest.mark.parametrize("committed", [True, False], ids=["and commits", "and is lost"])
async def test_a_worker_is_killed_while_many_commands_are_appended_in_one_call(
    committed: bool, postgres_url: str, temporal_address: str, skipper: TimeSkipper, tmp_path: Path
) -> None:
    """The call is one transaction: all of it is in the ledger or none, and each caller hears of its own."""
    async with house_at(postgres_url, skipper, tmp_path / "published") as (url, house):
        lives = [insistent_life(house, until="notified") for _ in range(6)]
        done = asyncio.Event()
        async with contextlib.AsyncExitStack() as at_work:
            doomed = await at_work.enter_async_context(worker(temporal_address, url, house))
            await asyncio.gather(*(life.play() for life in lives))
            superuser = await asyncpg.connect(url)
            await superuser.execute(_HOLD)
            await superuser.execute("SELECT pg_advisory_lock(1)")
            async with asyncio.TaskGroup() as callers:
                for life in lives:
                    callers.create_task(_keep_asking(life, done))
                session = await asyncio.wait_for(_held_up(superuser), PATIENCE)
                before = await house.stores.ledger.head()
                kill(doomed)
                if not committed:
                    await superuser.execute("SELECT pg_terminate_backend($1, 10000)", session)
                await superuser.execute("SELECT pg_advisory_unlock(1)")
                while await superuser.fetchval(
                    "SELECT count(*) FROM pg_stat_activity WHERE pid = $1 AND state = 'active'", session
                ):
                    await asyncio.sleep(0.02)
                appended = await house.stores.ledger.head() - before
                assert appended > 1 if committed else appended == 0
                done.set()
                await at_work.enter_async_context(worker(temporal_address, url, house))
            await superuser.close()
            await is_sound(house, *lives)


async def _keep_asking(life: Life, done: asyncio.Event) -> None:
    while not done.is_set():
        await life.hand_in(concern(life))


async def _held_up(superuser: asyncpg.Connection) -> int:
    """Wait until a session is held up in the middle of a call, and say which."""
    while True:
        found: int | None = await superuser.fetchval(
            "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        )
        if found is not None:
            return found
        await asyncio.sleep(0.01)


async def _while_it_publishes(
    place: str, postgres_url: str, temporal_address: str, skipper: TimeSkipper, tmp_path: Path
) -> None:
    """Nobody sees the report until another worker goes on; then it is there as it was noted, once."""
    async with house_at(postgres_url, skipper, tmp_path / "published") as (url, house):
        life = house.life("TRF")
        async with worker(temporal_address, url, house, place, _flag(tmp_path)) as doomed:
            await life.play(through=lambda step: step.milestone != "release_report")
            step = life.script.steps[life.done]
            request = life.request(step.milestone, step.by, step.at, **step.matter)
            answer = await life.desk.record(request)
            assert answer.standing.publication_pending
            assert await end_of(doomed) == -signal.SIGKILL
            noted = 1 if place == "after noting the report" else 0
            assert (await life.names()).count("report_published") == noted
            page = house.folder / life.inspection / "report-1.html"
            assert not page.exists()
            async with worker(temporal_address, url, house):
                # The server gives a lost activity to another worker when its half minute is over.
                await asyncio.wait_for(_until_there(page), 2 * PATIENCE)
                await life.until(lambda now: not now.publication_pending)
                await is_sound(house, life)
        assert (await life.names()).count("report_published") == 1
        (report,) = (await life.state()).published
        assert hashlib.sha256(page.read_bytes()).hexdigest() == report.sha256
        assert [path.name for path in page.parent.iterdir()] == ["report-1.html"]


async def _until_there(page: Path) -> None:
    while not page.exists():  # noqa: ASYNC240  a look, nothing to wait for
        await asyncio.sleep(0.05)


async def _after_the_append_and_the_caller_is_gone(postgres_url: str, tmp_path: Path) -> None:
    """Worker and server are killed. Nobody asks again; the process looks at the ledger by itself."""
    async with OwnTemporal.running(tmp_path / "temporal") as server:
        client = await connect(server.address, None)
        async with house_at(postgres_url, client, tmp_path / "published") as (url, house):
            life = house.life("TRF", until="notified")
            life.look_every_seconds = 5
            # Thirty seconds are left of the day before the item's warning.
            life.moment = at_time(date(2023, 10, 3), time(0)) - timedelta(seconds=30)
            async with worker(server.address, url, house):
                await life.play()
            before = len(await life.names())
            death = ("after append", _flag(tmp_path))
            async with worker(server.address, url, house, *death) as doomed:
                items = [{"item": "annex_a", "due": "2023-10-04"}]
                request = life.request("request_information", Role.COORDINATOR, items=items)
                caller = asyncio.create_task(life.desk.record(request))
                assert await end_of(doomed) == -signal.SIGKILL
                server.kill()
                caller.cancel()
                with contextlib.suppress(asyncio.CancelledError, UnavailableError):
                    await caller
            assert (await life.names())[before:] == ["information_requested"]

            await server.start()
            async with worker(server.address, url, house):
                await asyncio.wait_for(until_named(life, before + 2), PATIENCE)
                assert (await life.names())[before:] == ["information_requested", "deadline_approaching"]
                await is_sound(house, life)
                assert life.standing.next_wake is not None


async def test_temporal_is_killed_again_and_again(postgres_url: str, tmp_path: Path) -> None:
    """The server is started on its file each time; callers ask again until they are answered."""
    async with OwnTemporal.running(tmp_path / "temporal") as server:
        client = await connect(server.address, None)
        async with house_at(postgres_url, client, tmp_path / "published") as (url, house):
            lives = [insistent_life(house) for _ in range(3)]
            async with worker(server.address, url, house):
                async with asyncio.TaskGroup() as playing:
                    for life in lives:
                        playing.create_task(life.play())
                    for moment in (1.0, 0.3, 2.0):
                        await asyncio.sleep(moment)
                        server.kill()
                        await server.start()
                await is_sound(house, *lives)
