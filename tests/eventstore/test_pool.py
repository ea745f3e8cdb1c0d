"""What a lost connection means to callers."""

import asyncio
from contextlib import suppress

import asyncpg
import pytest

from domain.errors import UnavailableError
from eventstore.pool import connection_errors, open_pool
from eventstore.postgres import PostgresLedger
from tests.eventstore.conftest import read_only
from tests.eventstore.making import body, command

CUT_WHO_WAITS = """
    SELECT bool_or(pg_terminate_backend(pid)) FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock'
"""

CUT_OTHERS = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


async def test_a_connection_that_is_cut_is_unavailable_and_the_next_call_works(
    pool: asyncpg.Pool, superuser: asyncpg.Connection
) -> None:
    ledger = await PostgresLedger.open(pool)
    wanted = command("A", 0, body(1))
    await superuser.execute("BEGIN; LOCK TABLE ledger.head")
    waiting = asyncio.create_task(ledger.append([wanted]))
    while not await superuser.fetchval(CUT_WHO_WAITS):
        await asyncio.sleep(0.01)
    with pytest.raises(UnavailableError):
        await waiting
    await superuser.execute("ROLLBACK")
    assert len(await ledger.append([wanted])) == 1
    assert await ledger.head() == 1


async def test_connections_that_are_cut_while_idle_are_unavailable_at_most(
    pool: asyncpg.Pool, superuser: asyncpg.Connection
) -> None:
    ledger = await PostgresLedger.open(pool)
    for _ in range(30):
        await superuser.execute(CUT_OTHERS)
        with suppress(UnavailableError):
            await ledger.head()
    await asyncio.sleep(0.1)
    assert await ledger.read_all() == []


async def test_a_statement_that_takes_too_long_is_unavailable(
    database_url: str, superuser: asyncpg.Connection
) -> None:
    async with await open_pool(database_url, maximum=1, timeout=0.5) as impatient:
        ledger = await PostgresLedger.open(impatient)
        await superuser.execute("BEGIN; LOCK TABLE ledger.head")
        with pytest.raises(UnavailableError):
            await ledger.head()
        await superuser.execute("ROLLBACK")
        assert await ledger.head() == 0


async def test_a_closed_pool_is_unavailable(database_url: str) -> None:
    pool = await open_pool(database_url, maximum=1)
    ledger = await PostgresLedger.open(pool)
    await pool.close()
    with pytest.raises(UnavailableError):
        await ledger.head()


async def test_a_database_that_takes_no_writes_is_unavailable_until_it_does(
    database_url: str, superuser: asyncpg.Connection
) -> None:
    """As a standby does, or one whose disk is nearly full; reading goes on.

    The sessions that began meanwhile would write nothing for ever, so others take their place.
    """
    wanted = command("A", 0, body(1))
    async with read_only(superuser):
        pool = await open_pool(database_url)
        ledger = await PostgresLedger.open(pool)
        assert await ledger.head() == 0
        with pytest.raises(UnavailableError, match="read-only"):
            await ledger.append([wanted])
    async with pool:
        assert len(await ledger.append([wanted])) == 1


async def test_who_gives_way_in_a_deadlock_may_try_again(pool: asyncpg.Pool) -> None:
    """Two transactions wait for each other; PostgreSQL ends one of them."""
    first_has_it, both_have_it = asyncio.Event(), asyncio.Event()

    async def lock(mine: int, other: int, have_it: asyncio.Event, go: asyncio.Event) -> None:
        with connection_errors():
            async with pool.acquire() as connection, connection.transaction():
                await connection.execute("SELECT pg_advisory_xact_lock($1)", mine)
                have_it.set()
                await go.wait()
                await connection.execute("SELECT pg_advisory_xact_lock($1)", other)

    ends = await asyncio.gather(
        lock(1, 2, first_has_it, both_have_it),
        lock(2, 1, both_have_it, first_has_it),
        return_exceptions=True,
    )
    assert sorted(type(end).__name__ for end in ends) == ["NoneType", "UnavailableError"]


async def test_a_lock_that_is_not_to_be_had_is_unavailable(
    pool: asyncpg.Pool, superuser: asyncpg.Connection
) -> None:
    async def ask_in_a_hurry() -> None:
        async with pool.acquire() as connection, connection.transaction():
            await connection.execute("SET LOCAL lock_timeout = 1")
            await connection.fetchval("SELECT position FROM ledger.head")

    await superuser.execute("BEGIN; LOCK TABLE ledger.head")
    with pytest.raises(UnavailableError), connection_errors():
        await ask_in_a_hurry()
    await superuser.execute("ROLLBACK")


async def test_a_bad_argument_is_not_taken_for_a_lost_connection(pool: asyncpg.Pool) -> None:
    ledger = await PostgresLedger.open(pool)
    with pytest.raises(asyncpg.DataError):
        await ledger.read_all(limit="many")  # type: ignore[arg-type]  # wrong on purpose
