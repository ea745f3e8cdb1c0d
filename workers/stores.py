"""What lies in the database: the ledger, the sealed texts and the directory, each through its own door."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

import asyncpg

from domain.area.events import EVENT_TYPES as AREA_EVENT_TYPES
from domain.area.events import Event as AreaEvent
from domain.inspection.events import EVENT_TYPES, Event
from domain.streams import StreamKind
from eventstore.codec import Codec, Upcaster
from eventstore.people import Directory
from eventstore.pool import open_pool
from eventstore.postgres import Observe, PostgresLedger, unobserved
from eventstore.sealed import SealedTexts


def _follow_nobody(data: dict[str, Any]) -> dict[str, Any]:
    """Before there were monitoring inspections, none followed another."""
    return {**data, "follows": None, "scope": []}


def _as_it_is(data: dict[str, Any]) -> dict[str, Any]:
    """Findings of a full inspection are written as they were before there were others."""
    return data


UPCASTERS: Final[dict[tuple[str, int], Upcaster]] = {
    ("inspection_planned", 1): _follow_nobody,
    ("draft_submitted", 1): _as_it_is,
    ("outcome_decided", 1): _as_it_is,
}
"""What lifts events that were written in an earlier form."""

CODEC: Codec[Event] = Codec(EVENT_TYPES, UPCASTERS)
"""Reads and writes the events of inspections."""
AREA_CODEC: Codec[AreaEvent] = Codec(AREA_EVENT_TYPES, {})
"""Reads and writes those of areas."""

CODECS: Final[Mapping[StreamKind, Codec[Any]]] = {
    StreamKind.INSPECTION: CODEC,
    StreamKind.AREA: AREA_CODEC,
}
"""What reads and writes the events of a stream."""

_CLOSING_SECONDS: Final = 2.0


@dataclass(frozen=True, slots=True)
class Stores:
    """What lies in the database, each through its own door."""

    pool: asyncpg.Pool
    ledger: PostgresLedger
    texts: SealedTexts
    directory: Directory


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
        yield Stores(pool, ledger, SealedTexts(pool), Directory(pool))
    finally:
        # A connection on which no answer comes is cut: an end must not wait for a server that hangs.
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(pool.close(), _CLOSING_SECONDS)
