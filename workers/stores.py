"""What lies in the database, from the ledger to the acts, each through its own door."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

import asyncpg

from eventstore.acts import Acts
from eventstore.checkpoints import Checkpoints
from eventstore.erasures import Erasures
from eventstore.people import Directory
from eventstore.pool import open_pool
from eventstore.postgres import Observe, PostgresLedger, unobserved
from eventstore.sealed import SealedTexts

_CLOSING_SECONDS: Final = 2.0


@dataclass(frozen=True, slots=True)
class Stores:
    """What lies in the database, each through its own door."""

    pool: asyncpg.Pool
    ledger: PostgresLedger
    texts: SealedTexts
    directory: Directory
    checkpoints: Checkpoints
    acts: Acts
    erasures: Erasures
    database_url: str = field(repr=False)


@asynccontextmanager
async def open_stores(
    database_url: str, *, pool_size: int = 10, observe: Observe = unobserved
) -> AsyncIterator[Stores]:
    """Open the ledger and what lies beside it, with at most so many connections.

    Raises:
        UnavailableError: PostgreSQL cannot be reached.
        SchemaError: the database is older or newer than this code.
    """
    pool = await open_pool(database_url, maximum=pool_size)
    try:
        ledger = await PostgresLedger.open(pool, observe=observe)
        yield Stores(
            pool,
            ledger,
            SealedTexts(pool),
            Directory(pool),
            Checkpoints(pool),
            Acts(pool),
            Erasures(pool),
            database_url,
        )
    finally:
        # A connection on which no answer comes is cut: an end must not wait for a server that hangs.
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(pool.close(), _CLOSING_SECONDS)
