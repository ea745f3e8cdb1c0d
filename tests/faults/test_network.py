"""The network between the programs is slow, is cut, and swallows what is sent."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import asyncpg
import pytest

from domain.errors import UnavailableError
from eventstore.pool import connection_errors, open_pool
from tests.faults.callers import concern, insistent_life
from tests.faults.houses import house_at
from tests.faults.processes import PATIENCE, worker
from tests.faults.proxy import Proxy, socket_of, through
from tests.faults.sound import is_sound
from tests.journeys.house import House, fresh_database
from workers.worker import connect

pytestmark = [pytest.mark.faults, pytest.mark.timeout(240)]


@asynccontextmanager
async def _wired_house(
    server: str, temporal: str, folder: Path
) -> AsyncIterator[tuple[House, Proxy, Proxy, str]]:
    """Open a house whose callers and workers reach Temporal, and whose workers reach PostgreSQL, by wire."""
    async with Proxy.before(temporal) as to_temporal, Proxy.before(socket_of(server)) as to_postgres:
        client = await connect(to_temporal.address, None)
        async with house_at(server, client, folder) as (url, house):
            yield house, to_temporal, to_postgres, through(to_postgres, url)


async def test_the_network_is_slow_and_is_cut(
    postgres_url: str, temporal_address: str, tmp_path: Path
) -> None:
    """Connections to both servers are slow, and break in the middle of anything."""
    chance = random.Random(11)
    async with _wired_house(postgres_url, temporal_address, tmp_path) as (house, temporal, postgres, url):
        lives = [insistent_life(house) for _ in range(3)]
        async with worker(temporal.address, url, house), worker(temporal.address, url, house):
            temporal.delay, postgres.delay = 0.01, 0.02
            playing = asyncio.gather(*(life.play() for life in lives))
            cuts = 0
            while not playing.done():
                wire = chance.choice((temporal, postgres))
                wire.cut()
                await asyncio.sleep(chance.uniform(0, 0.3))
                wire.mend()
                cuts += 1
                await asyncio.wait([playing], timeout=chance.uniform(0.2, 0.6))
            await playing
            assert cuts > 1
            await is_sound(house, *lives)


async def test_the_network_swallows_everything_and_the_connections_stay_dead(
    postgres_url: str, temporal_address: str, tmp_path: Path
) -> None:
    """On the way to either server, side by side, because most of the time somebody waits."""
    async with asyncio.TaskGroup() as networks:
        for which in ("temporal", "postgres"):
            networks.create_task(_swallowed(which, postgres_url, temporal_address, tmp_path / which))


async def _swallowed(which: str, postgres_url: str, temporal_address: str, tmp_path: Path) -> None:
    """Nobody is told that a connection is dead, and new ones lead nowhere for a while either."""
    async with _wired_house(postgres_url, temporal_address, tmp_path) as (house, temporal, postgres, url):
        lives = [insistent_life(house, until="notified") for _ in range(4)]
        async with worker(temporal.address, url, house):
            await asyncio.gather(*(life.play() for life in lives))
            wire = temporal if which == "temporal" else postgres
            wire.swallow()
            asking = [asyncio.create_task(life.hand_in(concern(life))) for life in lives]
            await asyncio.sleep(3)
            assert not any(task.done() for task in asking)
            wire.mend()
            answers = await asyncio.wait_for(asyncio.gather(*asking), 3 * PATIENCE)
            assert {answer.result for answer in answers} == {"recorded"}
            await is_sound(house, *lives)


async def test_when_one_connection_is_dead_the_others_are_not_tried(postgres_url: str) -> None:
    """Each would cost somebody the whole time that a statement may take.

    Once the network works again nobody else is told that it was away, and what was opened since stays.
    """
    async with (
        Proxy.before(socket_of(postgres_url)) as wire,
        fresh_database(postgres_url) as url,
        await open_pool(through(wire, url), maximum=6, timeout=2) as pool,
    ):
        await _use(pool, 6)
        wire.swallow()
        first = asyncio.create_task(_ask(pool))
        await asyncio.sleep(1)
        second = asyncio.create_task(_ask(pool))
        await asyncio.wait([first])
        wire.mend()
        opened = await _use(pool, 5)
        await asyncio.wait([second])
        assert isinstance(first.exception(), UnavailableError)
        assert isinstance(second.exception(), UnavailableError)
        assert opened < await _use(pool, 6)


async def _ask(pool: asyncpg.Pool) -> int:
    with connection_errors():
        answer: int = await pool.fetchval("SELECT pg_backend_pid()")
    return answer


async def _use(pool: asyncpg.Pool, number: int) -> set[int]:
    """Use so many connections at the same time, and return the processes behind them."""
    async with AsyncExitStack() as borrowed:
        connections = [await borrowed.enter_async_context(pool.acquire()) for _ in range(number)]
        return {await connection.fetchval("SELECT pg_backend_pid()") for connection in connections}
