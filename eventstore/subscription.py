"""Following the ledger: every event, in order, from a checkpoint that survives the follower.

Positions are dense in commit order, so a follower needs one integer to know what it has seen, and nothing
that is recorded later can turn up before it. The next page is read when the last one is done with, so a
slow follower is never flooded.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Final, Protocol

import asyncpg

from domain.errors import InspectionsError, NotFoundError
from eventstore.envelope import Entry
from eventstore.ledger import Ledger
from eventstore.news import News
from eventstore.pool import connection_errors

PAGE: Final = 1000
PATIENCE_SECONDS: Final = 5.0
"""After which a follower looks by itself, whatever it has heard."""

Change = Callable[[asyncpg.Connection], Awaitable[None]]
"""Writes, in the transaction that moves the checkpoint."""

Tell = Callable[[str | None], None]
"""Hears after each turn what was wrong, or nothing."""


class Subscriber(Protocol):
    """Whoever wants to react to events."""

    @property
    def name(self) -> str:
        """Under which its checkpoint is kept. Another name begins at the beginning."""
        ...

    async def prepare(self, entries: Sequence[Entry]) -> Change:
        """Take the next entries in and return what is to be written about them.

        What this does to the world outside happens at least once: it is repeated if the process ends
        before the checkpoint has moved, and an entry's position is what tells a repetition. What the
        returned function writes through its connection happens exactly once.
        """
        ...


async def enrol(pool: asyncpg.Pool, name: str, *, after: int = 0) -> None:
    """Begin a subscription behind a position, unless it exists already."""
    with connection_errors():
        await pool.execute(
            "INSERT INTO ledger.subscribers (name, checkpoint) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING",
            name,
            after,
        )


async def checkpoint(pool: asyncpg.Pool, name: str) -> int:
    """Return the position up to which a subscriber has taken events in.

    Raises:
        NotFoundError: there is no such subscriber.
    """
    with connection_errors():
        position: int | None = await pool.fetchval(
            "SELECT checkpoint FROM ledger.subscribers WHERE name = $1", name
        )
    if position is None:
        raise NotFoundError(f"{name} is no subscriber of this ledger")
    return position


async def catch_up(pool: asyncpg.Pool, ledger: Ledger, subscriber: Subscriber, *, page: int = PAGE) -> int:
    """Take in what the ledger has and the subscriber lacks, and return how many events that were.

    Any number of processes may do this at once: the checkpoint's row is locked while a page is written, and
    who finds it moved reads again. Nobody reads while holding a connection, so callers cannot starve one
    another of the pool.

    Raises:
        NotFoundError: there is no such subscriber.
        UnavailableError: PostgreSQL cannot be reached. What is taken in so far stays.
    """
    taken = 0
    while True:
        since = await checkpoint(pool, subscriber.name)
        entries = await ledger.read_all(after=since, limit=page)
        if not entries:
            return taken
        change = await subscriber.prepare(entries)
        if await take_in(pool, subscriber.name, since, entries[-1].position, change):
            taken += len(entries)


async def take_in(pool: asyncpg.Pool, name: str, since: int, until: int, change: Change) -> bool:
    """Write a change and move the checkpoint, unless somebody else has moved it meanwhile."""
    with connection_errors():
        async with pool.acquire() as connection, connection.transaction():
            found = await connection.fetchval(
                "SELECT checkpoint FROM ledger.subscribers WHERE name = $1 FOR UPDATE", name
            )
            if found != since:
                return False
            await change(connection)
            await connection.execute(
                "UPDATE ledger.subscribers SET checkpoint = $2 WHERE name = $1", name, until
            )
    return True


async def follow(catching_up: Callable[[], Awaitable[object]], news: News, tell: Tell) -> None:
    """Catch up whenever there is news, and every few seconds without any, until cancelled.

    What cannot be taken in now is tried again at the next turn.
    """
    async for _ in news.turns(PATIENCE_SECONDS):
        try:
            await catching_up()
        except InspectionsError as error:
            tell(str(error))
        else:
            tell(None)
