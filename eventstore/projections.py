"""Projections: what is read often, derived from whole streams and able to be derived again.

What is derived and how far it has come are written in one transaction, so a crash between the two cannot
happen. A projection is built anew beside the one that is read, as a later generation, and takes its place
in one step. A stream from which nothing can be derived is put on record and tried again; it keeps nobody
from the others.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, Protocol, TypeVar

import asyncpg

from domain.errors import InspectionsError, NotFoundError, UnavailableError
from eventstore import subscription
from eventstore.envelope import Entry
from eventstore.ledger import Ledger
from eventstore.pool import connection_errors
from eventstore.subscription import Change, checkpoint, enrol, take_in

STREAMS_AT_ONCE: Final = 200

Row = TypeVar("Row")
Progress = Callable[[int, int], None]
"""Told how many streams are done, out of how many."""


class Projection(Protocol[Row]):
    """What a projection has to bring."""

    @property
    def name(self) -> str:
        """Under which it is kept."""
        ...

    @property
    def tables(self) -> tuple[str, ...]:
        """The tables that it fills, each with a column `generation`."""
        ...

    def derive(self, entries: Sequence[Entry]) -> Row | None:
        """Derive what is kept of a stream from the whole of it. None: nothing is.

        Raises:
            InspectionsError: the stream cannot be read. The others go on.
        """
        ...

    async def write(self, connection: asyncpg.Connection, generation: int, rows: Sequence[Row]) -> None:
        """Replace what is kept of these streams."""
        ...


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A stream from which nothing can be derived, and why."""

    stream: str
    problem: str


class Generation(Generic[Row]):
    """One generation of a projection, as a subscriber of the ledger."""

    def __init__(self, projection: Projection[Row], ledger: Ledger, number: int) -> None:
        self._projection = projection
        self._ledger = ledger
        self._number = number

    @property
    def name(self) -> str:
        """The subscriber's name."""
        return f"{self._projection.name}.{self._number}"

    async def prepare(self, entries: Sequence[Entry]) -> Change:
        """Derive anew whatever the entries belong to."""
        return await self.prepare_streams(sorted({entry.stream for entry in entries}))

    async def prepare_streams(self, names: Sequence[str]) -> Change:
        """Derive streams anew, from the whole of each."""
        rows: list[Row] = []
        problems: list[tuple[str, int, str, str]] = []
        for start in range(0, len(names), STREAMS_AT_ONCE):
            found = await self._ledger.read_streams(names[start : start + STREAMS_AT_ONCE])
            for stream, entries in found.items():
                try:
                    row = self._projection.derive(entries)
                except InspectionsError as error:
                    problems.append((self._projection.name, self._number, stream, str(error)))
                else:
                    rows += [] if row is None else [row]

        async def change(connection: asyncpg.Connection) -> None:
            await connection.execute(
                "DELETE FROM ledger.unreadable "
                "WHERE projection = $1 AND generation = $2 AND stream = ANY($3)",
                self._projection.name,
                self._number,
                names,
            )
            await connection.executemany(
                "INSERT INTO ledger.unreadable (projection, generation, stream, problem) "
                "VALUES ($1, $2, $3, $4)",
                problems,
            )
            await self._projection.write(connection, self._number, rows)

        return change


async def catch_up(pool: asyncpg.Pool, ledger: Ledger, projection: Projection[Any]) -> int:
    """Bring a projection up to the ledger's head, and return how many events were taken in.

    What could not be read before is tried again: this code may be newer than what failed.

    Raises:
        UnavailableError: PostgreSQL cannot be reached. What is taken in so far stays.
    """
    while True:
        generation = Generation(projection, ledger, await _live(pool, projection))
        try:
            await _try_again(pool, generation, await unreadable(pool, projection))
            return await subscription.catch_up(pool, ledger, generation)
        except NotFoundError:
            continue  # it was replaced by a later one in this moment


async def lag(pool: asyncpg.Pool, ledger: Ledger, projection: Projection[Any]) -> int:
    """Return how many events of the ledger a projection has not taken in."""
    name = f"{projection.name}.{await _live(pool, projection)}"
    return max(0, await ledger.head() - await checkpoint(pool, name))


async def unreadable(pool: asyncpg.Pool, projection: Projection[Any]) -> list[Unreadable]:
    """List the streams from which nothing could be derived."""
    with connection_errors():
        rows = await pool.fetch(
            "SELECT stream, problem FROM ledger.unreadable "
            "WHERE projection = $1 AND generation = $2 ORDER BY stream",
            projection.name,
            await _live(pool, projection),
        )
    return [Unreadable(*row) for row in rows]


async def rebuild(
    pool: asyncpg.Pool, ledger: Ledger, projection: Projection[Any], progress: Progress = lambda *_: None
) -> int:
    """Derive a projection from nothing, beside the one that is read, then put it in its place.

    The one that is read goes on meanwhile. If this ends early, nothing is lost, and the next rebuild clears
    away what it left.

    Returns:
        How many streams were derived.

    Raises:
        UnavailableError: PostgreSQL cannot be reached, or somebody has begun another rebuild meanwhile.
    """
    number = await _begin(pool, projection)
    generation = Generation(projection, ledger, number)
    head = await ledger.head()
    names = sorted(await ledger.stream_versions())
    with connection_errors():
        for start in range(0, len(names), STREAMS_AT_ONCE):
            change = await generation.prepare_streams(names[start : start + STREAMS_AT_ONCE])
            async with pool.acquire() as connection, connection.transaction():
                await change(connection)
            progress(min(start + STREAMS_AT_ONCE, len(names)), len(names))
        await enrol(pool, generation.name, after=head)
        try:
            await subscription.catch_up(pool, ledger, generation)
        except NotFoundError:
            raise _has_given_way(projection) from None  # the other one has cleared it away
        await _replace(pool, projection, number)
    return len(names)


async def _live(pool: asyncpg.Pool, projection: Projection[Any]) -> int:
    with connection_errors():
        number: int | None = await pool.fetchval(
            "SELECT live FROM ledger.projections WHERE name = $1", projection.name
        )
    if number is None:
        raise NotFoundError(f"{projection.name} is no projection of this ledger")
    return number


async def _try_again(pool: asyncpg.Pool, generation: Generation[Any], failed: Sequence[Unreadable]) -> None:
    if failed:
        since = await checkpoint(pool, generation.name)
        change = await generation.prepare_streams([one.stream for one in failed])
        await take_in(pool, generation.name, since, since, change)


async def _begin(pool: asyncpg.Pool, projection: Projection[Any]) -> int:
    """Number a new generation, and clear away whatever is neither it nor the one that is read."""
    with connection_errors():
        async with pool.acquire() as connection, connection.transaction():
            row = await connection.fetchrow(
                "UPDATE ledger.projections SET latest = latest + 1 WHERE name = $1 RETURNING live, latest",
                projection.name,
            )
            if row is None:
                raise NotFoundError(f"{projection.name} is no projection of this ledger")
            await _clear_all_but(connection, projection, row["live"])
    number: int = row["latest"]
    return number


async def _replace(pool: asyncpg.Pool, projection: Projection[Any], number: int) -> None:
    async with pool.acquire() as connection, connection.transaction():
        done = await connection.fetchval(
            "UPDATE ledger.projections SET live = $2 WHERE name = $1 AND latest = $2 RETURNING true",
            projection.name,
            number,
        )
        if not done:
            raise _has_given_way(projection)
        await _clear_all_but(connection, projection, number)


def _has_given_way(projection: Projection[Any]) -> UnavailableError:
    return UnavailableError(f"another rebuild of {projection.name} has begun; this one has given way")


async def _clear_all_but(connection: asyncpg.Connection, projection: Projection[Any], number: int) -> None:
    # First, as a follower locks its own row first: in another order the two would wait for each other.
    await connection.execute(
        "DELETE FROM ledger.subscribers WHERE name ^@ $1 AND name <> $2",
        f"{projection.name}.",
        f"{projection.name}.{number}",
    )
    for table in projection.tables:
        await connection.execute(f"DELETE FROM {table} WHERE generation <> $1", number)
    await connection.execute(
        "DELETE FROM ledger.unreadable WHERE projection = $1 AND generation <> $2", projection.name, number
    )
