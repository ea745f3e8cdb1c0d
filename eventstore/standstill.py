"""The ledger and its worklist as they both stood at one moment, read by several processes at once.

PostgreSQL hands a transaction's snapshot to other connections. So what is compared belongs together, however
much is written meanwhile, and nobody has to wait.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Final

import asyncpg

from eventstore.envelope import Entry
from eventstore.pool import SESSION, connection_errors
from eventstore.postgres import whole_streams
from eventstore.worklist import LIVE, CaseRow, DeadlineRow, stored_rows

_CHECKPOINT: Final = (
    "SELECT checkpoint FROM ledger.subscribers WHERE name = "
    "(SELECT name || '.' || live FROM ledger.projections WHERE name = 'worklist')"
)


class Standstill:
    """One moment of the ledger, through a connection that sees nothing later. Nothing can be written."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self._connection = connection

    async def share(self) -> str:
        """Return the name under which other connections join this moment, while this one is open."""
        with connection_errors():
            # It holds no lock and waits for others, who read for as long as the ledger is.
            await self._connection.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
            name: str = await self._connection.fetchval("SELECT pg_export_snapshot()")
        return name

    async def streams(self) -> list[tuple[str, int]]:
        """List all streams by name, each with how many events it has."""
        with connection_errors():
            rows = await self._connection.fetch(
                "SELECT stream, max(version) FROM ledger.events GROUP BY stream ORDER BY stream"
            )
        return [(name, version) for name, version in rows]

    async def taken_in(self) -> int:
        """Return the position up to which the worklist has taken in the ledger."""
        with connection_errors():
            position: int | None = await self._connection.fetchval(_CHECKPOINT)
        return position or 0

    async def entries(self, names: Sequence[str]) -> dict[str, list[Entry]]:
        """Read whole streams."""
        with connection_errors():
            return await whole_streams(self._connection, names)

    async def listed(self, names: Sequence[str]) -> dict[str, list[CaseRow | DeadlineRow]]:
        """Read the rows that the worklist holds of some streams; of others it holds none."""
        with connection_errors():
            return await stored_rows(self._connection, names)

    async def listed_names(self) -> list[str]:
        """List every stream that the worklist holds, also those that are not in the ledger."""
        with connection_errors():
            rows = await self._connection.fetch(
                f"SELECT inspection FROM ledger.cases WHERE {LIVE} "
                f"UNION SELECT inspection FROM ledger.deadlines WHERE {LIVE}"
            )
        return [name for (name,) in rows]


@asynccontextmanager
async def standstill(url: str, shared: str | None = None) -> AsyncIterator[Standstill]:
    """Open a moment of the ledger: this one, or the one that somebody shares.

    Raises:
        UnavailableError: PostgreSQL cannot be reached, or nobody shares that moment any more.
    """
    with connection_errors():
        connection = await asyncpg.connect(url, server_settings=SESSION)
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            if shared is not None:
                await connection.execute(f"SET TRANSACTION SNAPSHOT '{shared}'")
            yield Standstill(connection)
    finally:
        await connection.close()
