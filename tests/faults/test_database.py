"""PostgreSQL is stopped, killed, cut off and full; what it had committed is there, and the rest is told."""

import asyncio
import os
import random
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import asyncpg
import pytest
from temporalio.testing import TimeSkipper

from domain.actors import Role
from tests.faults.callers import concern, insistent_life, until_named
from tests.faults.houses import OwnPostgres, house_at
from tests.faults.processes import PATIENCE, worker
from tests.faults.sound import is_sound
from tests.journeys.house import Life

pytestmark = [pytest.mark.faults, pytest.mark.timeout(180)]


async def test_postgresql_is_stopped_or_killed_and_started_again(
    temporal_address: str, skipper: TimeSkipper, tmp_path: Path
) -> None:
    """Two servers side by side, because most of the time somebody waits."""
    async with asyncio.TaskGroup() as servers:
        servers.create_task(_away_for_a_while(temporal_address, skipper, tmp_path / "away"))
        servers.create_task(_killed_again_and_again(temporal_address, skipper, tmp_path / "killed"))


async def _away_for_a_while(temporal_address: str, skipper: TimeSkipper, tmp_path: Path) -> None:
    """A request that comes in the meantime is answered when the ledger is back, and so is a signal."""
    with OwnPostgres.running() as postgres:
        async with house_at(postgres.url, skipper, tmp_path) as (url, house):
            life = insistent_life(house, until="notified")
            async with worker(temporal_address, url, house):
                await life.play()
                before = len(await life.names())
                await asyncio.to_thread(postgres.stop)
                waiting = asyncio.create_task(life.hand_in(concern(life)))
                await asyncio.sleep(0.5)
                await life.handle.signal("record", life.request("open_surveys", Role.COORDINATOR))
                await asyncio.sleep(2)
                assert not waiting.done()
                postgres.start()
                assert (await asyncio.wait_for(waiting, PATIENCE)).result == "recorded"
                await asyncio.wait_for(until_named(life, before + 2), PATIENCE)
                assert (await life.names())[before:] == ["safeguarding_concern_referred", "surveys_opened"]
                await is_sound(house, life)
                assert await _activities(life) >= 1


async def _activities(life: Life) -> int:
    """Count the ordinary activities that the process has asked for."""
    return sum(
        [
            event.HasField("activity_task_scheduled_event_attributes")
            async for event in life.handle.fetch_history_events()
        ]
    )


async def _killed_again_and_again(temporal_address: str, skipper: TimeSkipper, tmp_path: Path) -> None:
    """It recovers from its log each time; two workers go on with three inspections."""
    with OwnPostgres.running() as postgres:
        async with house_at(postgres.url, skipper, tmp_path) as (url, house):
            lives = [insistent_life(house) for _ in range(3)]
            async with worker(temporal_address, url, house), worker(temporal_address, url, house):
                async with asyncio.TaskGroup() as playing:
                    for life in lives:
                        playing.create_task(life.play())
                    for moment in (0.5, 0.2, 1.5):
                        await asyncio.sleep(moment)
                        postgres.kill()
                        await asyncio.sleep(moment)
                        postgres.start()
                await is_sound(house, *lives)
        assert postgres.log.count("database system was not properly shut down") >= 3


async def test_connections_are_cut_in_the_middle_of_anything(
    postgres_url: str, temporal_address: str, skipper: TimeSkipper, tmp_path: Path
) -> None:
    """Sessions are ended one after the other, whatever they are at."""
    chance = random.Random(7)
    async with house_at(postgres_url, skipper, tmp_path) as (url, house):
        lives = [insistent_life(house) for _ in range(3)]
        superuser = await asyncpg.connect(url)
        async with worker(temporal_address, url, house):
            playing = asyncio.gather(*(life.play() for life in lives))
            ended = 0
            while not playing.done():
                ended += await superuser.fetchval(
                    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
                    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
                await asyncio.sleep(chance.uniform(0.02, 0.4))
            await playing
            assert ended > 3
            await is_sound(house, *lives)
        await superuser.close()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk with little room, in memory."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=400m,mode=755", "tmpfs", str(disk)]
    mounted = subprocess.run(mount, check=False, capture_output=True, text=True)
    if mounted.returncode != 0:
        pytest.skip(f"a small disk cannot be mounted here, which takes root: {mounted.stderr.strip()}")
    try:
        yield disk
    finally:
        subprocess.run(["umount", "--lazy", str(disk)], check=True)


def _fill(disk: Path) -> Path:
    """Use up what room there is."""
    filler = disk / "filler"
    block = bytes(65_536)
    with suppress(OSError), filler.open("ab", buffering=0) as file:
        while file.write(block):
            pass
    with suppress(OSError), filler.open("ab", buffering=0) as file:
        while file.write(b"0"):
            pass
    assert os.statvfs(disk).f_bavail == 0
    return filler


async def test_the_disk_is_full(
    small_disk: Path, temporal_address: str, skipper: TimeSkipper, tmp_path: Path
) -> None:
    """What finds no room is not recorded and waits; when there is room, all of it is recorded once."""
    with OwnPostgres.running(small_disk / "postgres") as postgres:
        async with house_at(postgres.url, skipper, tmp_path / "published") as (url, house):
            lives = [insistent_life(house, until="notified") for _ in range(3)]
            async with worker(temporal_address, url, house):
                await asyncio.gather(*(life.play() for life in lives))
                filler = _fill(small_disk)
                asking = [asyncio.create_task(_ask(life, 8)) for life in lives]
                await asyncio.wait_for(_says(postgres, "No space left on device"), PATIENCE)
                assert not all(task.done() for task in asking)
                filler.unlink()
                await asyncio.wait_for(asyncio.gather(*asking), PATIENCE)
                await is_sound(house, *lives)


async def test_the_disk_is_full_for_the_log_of_the_database(
    small_disk: Path, temporal_address: str, skipper: TimeSkipper, tmp_path: Path
) -> None:
    """PostgreSQL stops for good; started again when there is room, it has all that it had committed."""
    with OwnPostgres.running(small_disk / "postgres") as postgres:
        async with house_at(postgres.url, skipper, tmp_path / "published") as (url, house):
            life = insistent_life(house, until="notified")
            async with worker(temporal_address, url, house):
                await life.play()
                filler = _fill(small_disk)
                with pytest.raises((OSError, asyncpg.PostgresError, asyncpg.InterfaceError)):
                    await _use_up_the_log(postgres.url)
                assert "PANIC" in postgres.log
                asking = asyncio.create_task(_ask(life, 3))
                await asyncio.sleep(1)
                filler.unlink()
                await asyncio.to_thread(postgres.stop)
                postgres.start()
                await asyncio.wait_for(asking, PATIENCE)
                await is_sound(house, life)


async def _ask(life: Life, times: int) -> None:
    for _ in range(times):
        assert (await life.hand_in(concern(life))).result == "recorded"


async def _says(postgres: OwnPostgres, words: str) -> None:
    while words not in postgres.log:
        await asyncio.sleep(0.1)


async def _use_up_the_log(url: str) -> None:
    connection = await asyncpg.connect(url)
    for _ in range(100):
        await connection.execute("SELECT pg_logical_emit_message(false, 'full', repeat('x', 1000000), true)")
