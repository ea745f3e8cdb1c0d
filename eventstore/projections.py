"""Projections: what is read often, derived from the ledger and able to be derived again.

A projection remembers the position up to which it has taken events in. That checkpoint and what was
derived are written in one transaction, so a crash between the two cannot happen, and an event that is
taken in twice changes nothing, because a projection is handed whole streams and replaces what it had.
"""

from collections.abc import Sequence
from typing import Final, Protocol

import asyncpg

from eventstore.envelope import Entry
from eventstore.ledger import Ledger
from eventstore.pool import connection_errors

_PAGE: Final = 1000


class Projection(Protocol):
    """What a projection has to bring."""

    @property
    def name(self) -> str:
        """Under which its checkpoint is kept. Another name begins at the beginning."""
        ...

    async def apply(self, connection: asyncpg.Connection, stream: str, entries: Sequence[Entry]) -> None:
        """Replace what is derived from a stream, given the whole of it, in the connection's transaction."""
        ...


async def catch_up(pool: asyncpg.Pool, ledger: Ledger, projection: Projection) -> int:
    """Take in what the ledger has and the projection lacks, and return how many events that were.

    Any number of processes may do this at once: the checkpoint's row is locked while a page is written,
    and who finds it moved reads again. Nobody reads while holding a connection, so callers cannot starve
    one another of the pool.

    Raises:
        UnavailableError: PostgreSQL cannot be reached. What is taken in so far stays.
    """
    with connection_errors():
        await pool.execute(
            "INSERT INTO ledger.projections (name, checkpoint) VALUES ($1, 0) ON CONFLICT (name) DO NOTHING",
            projection.name,
        )
        taken = 0
        while True:
            since = await checkpoint(pool, projection)
            page = await ledger.read_all(after=since, limit=_PAGE)
            if not page:
                return taken
            streams = {
                stream: await ledger.read_stream(stream)
                for stream in dict.fromkeys(entry.stream for entry in page)
            }
            if await _write(pool, projection, since, page[-1].position, streams):
                taken += len(page)


async def checkpoint(pool: asyncpg.Pool, projection: Projection) -> int:
    """Return the position up to which a projection has taken events in; 0 before it has begun."""
    with connection_errors():
        position: int | None = await pool.fetchval(
            "SELECT checkpoint FROM ledger.projections WHERE name = $1", projection.name
        )
    return position or 0


async def _write(
    pool: asyncpg.Pool, projection: Projection, since: int, until: int, streams: dict[str, list[Entry]]
) -> bool:
    """Write what a page brings, unless somebody else has moved the checkpoint meanwhile."""
    async with pool.acquire() as connection, connection.transaction():
        found = await connection.fetchval(
            "SELECT checkpoint FROM ledger.projections WHERE name = $1 FOR UPDATE", projection.name
        )
        if found != since:
            return False
        for stream, entries in streams.items():
            await projection.apply(connection, stream, entries)
        await connection.execute(
            "UPDATE ledger.projections SET checkpoint = $2 WHERE name = $1", projection.name, until
        )
    return True
