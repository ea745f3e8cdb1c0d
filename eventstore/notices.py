"""Notices on PostgreSQL: the subscriber that writes them, and the outbox from which they are sent."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import astuple, fields
from datetime import datetime, timedelta
from typing import Final

import asyncpg

from domain.errors import UnavailableError
from eventstore.envelope import Entry
from eventstore.outbox import Notice, NoticeState, Record, Taken
from eventstore.pool import connection_errors
from eventstore.subscription import Change

SUBSCRIBER: Final = "notices"
PATIENCE: Final = timedelta(minutes=5)
"""How long one may take to send a notice, while PostgreSQL is there, before it counts as given up."""

_clock: Final = time.monotonic

_KEY: Final = ", ".join(field.name for field in fields(Notice))
_THIS: Final = "position = $1 AND recipient = $2 AND reason = $3"
_MINE: Final = f"{_THIS} AND attempts = $4 AND state = 'waiting'"
_IN_HAND: Final = "(attempts > 0 AND problem IS NULL)"  # somebody took it up and has said nothing since
_INSERT: Final = (
    f"INSERT INTO ledger.notices ({_KEY}, state, problem) VALUES ($1, $2, $3, $4, $5, $6) "
    "ON CONFLICT (position, recipient, reason) DO NOTHING"
)

Hearings = Callable[[Entry], Iterable[tuple[str, str]]]
"""Says who hears of an entry, each with the reason.

Raises:
    IntegrityError: the entry cannot be read.
"""


class NoticeWriter:
    """Follows the ledger and writes down, once for each event, who is to hear of it.

    An entry that cannot be read stops it, because whoever should have heard of it would not: it goes on
    with a release that can.
    """

    name = SUBSCRIBER

    def __init__(self, hearings: Hearings) -> None:
        self._hearings = hearings

    async def prepare(self, entries: Sequence[Entry]) -> Change:
        """Write down who hears of the next entries."""
        rows = [
            _row(Notice(entry.position, recipient, reason, entry.stream))
            for entry in entries
            for recipient, reason in sorted(self._hearings(entry))
        ]

        async def change(connection: asyncpg.Connection) -> None:
            await connection.executemany(_INSERT, rows)

        return change


async def begin_after(pool: asyncpg.Pool, position: int) -> None:
    """Write notices of what comes after a position, whatever they were written of before.

    Of an event of which there are notices already none is written anew.
    """
    with connection_errors():
        await pool.execute(
            "INSERT INTO ledger.subscribers (name, checkpoint) VALUES ($1, $2) "
            "ON CONFLICT (name) DO UPDATE SET checkpoint = excluded.checkpoint",
            SUBSCRIBER,
            position,
        )


class PostgresOutbox:
    """The outbox of one database. Every method may raise `UnavailableError`.

    What somebody has taken up counts as given up after some time in which PostgreSQL could be reached. While
    it is away nobody can note what was sent, and afterwards those who have sent something come first.
    """

    def __init__(self, pool: asyncpg.Pool, patience: timedelta = PATIENCE) -> None:
        self._pool = pool
        self._patience = patience
        self._reached_since = _clock()

    @contextmanager
    def _reaching(self) -> Iterator[None]:
        try:
            with connection_errors():
                yield
        except UnavailableError as error:
            # Who is in somebody's way has reached it.
            if not isinstance(error.__cause__, asyncpg.TransactionRollbackError):
                self._reached_since = _clock()
            raise

    async def take(self) -> Taken | None:
        """Take up the notice that has waited longest, or none."""
        with self._reaching():
            row = await self._pool.fetchrow(
                f"""
                UPDATE ledger.notices
                SET attempts = attempts + 1, next_try = clock_timestamp() + $1, problem = NULL
                WHERE (position, recipient, reason) = (
                    SELECT position, recipient, reason FROM ledger.notices
                    WHERE state = 'waiting' AND next_try <= clock_timestamp() AND ($2 OR NOT {_IN_HAND})
                    ORDER BY next_try LIMIT 1 FOR UPDATE SKIP LOCKED
                )
                RETURNING {_KEY}, attempts
                """,
                self._patience,
                _clock() - self._reached_since >= self._patience.total_seconds(),
            )
        return None if row is None else Taken(Notice(*row[:4]), row["attempts"])

    async def addressed(
        self, taken: Taken, persons: Sequence[str], vacant: Mapping[str, str], problem: str | None = None
    ) -> None:
        """Pass a notice on to those who play the part that it was written to."""
        notice = taken.notice
        people = [_row(Notice(notice.position, one, notice.reason, notice.inspection)) for one in persons]
        nobody = [
            _row(Notice(notice.position, one, notice.reason, notice.inspection), NoticeState.FAILED, why)
            for one, why in vacant.items()
            if one != notice.recipient
        ]
        own = vacant.get(notice.recipient)
        with self._reaching():
            async with self._pool.acquire() as connection, connection.transaction():
                mine = await connection.fetchval(
                    f"UPDATE ledger.notices SET state = $5, problem = $6 WHERE {_MINE} RETURNING true",
                    *_attempt(taken),
                    (NoticeState.FAILED if own else NoticeState.ADDRESSED).value,
                    own or problem,
                )
                if mine:
                    await connection.executemany(_INSERT, people + nobody)

    async def sent(self, taken: Taken, digest: bytes) -> None:
        """Note that a notice was sent, even if somebody else has taken it up since: it is out."""
        with self._reaching():
            await self._pool.execute(
                f"UPDATE ledger.notices SET state = 'sent', sent_at = clock_timestamp(), digest = $4, "
                f"problem = NULL WHERE {_THIS} AND state <> 'sent'",
                *_attempt(taken)[:3],
                digest,
            )

    async def later(self, taken: Taken, problem: str, pause: timedelta) -> None:
        """Let a notice wait for a while, unless somebody else has taken it up since."""
        with self._reaching():
            await self._pool.execute(
                f"UPDATE ledger.notices SET problem = $5, next_try = clock_timestamp() + $6 WHERE {_MINE}",
                *_attempt(taken),
                problem,
                pause,
            )

    async def failed(self, taken: Taken, problem: str) -> None:
        """Put a notice aside, unless somebody else has taken it up since."""
        with self._reaching():
            await self._pool.execute(
                f"UPDATE ledger.notices SET state = 'failed', problem = $5 WHERE {_MINE}",
                *_attempt(taken),
                problem,
            )

    async def counts(self, *, inspection: str | None = None) -> dict[NoticeState, int]:
        """Return how many notices there are in each state, of all inspections or of one."""
        with self._reaching():
            rows = await self._pool.fetch(
                "SELECT state, count(*) FROM ledger.notices "
                "WHERE $1::text IS NULL OR inspection = $1 GROUP BY state",
                inspection,
            )
        found = {NoticeState(state): int(number) for state, number in rows}
        return {state: found.get(state, 0) for state in NoticeState}

    async def waiting_since(self) -> datetime | None:
        """Return when the oldest event was recorded of which a notice still waits, or none."""
        with self._reaching():
            moment: datetime | None = await self._pool.fetchval(
                "SELECT recorded_at FROM ledger.events WHERE position = "
                "(SELECT min(position) FROM ledger.notices WHERE state = 'waiting')"
            )
        return moment

    async def list(
        self, states: Iterable[NoticeState], *, inspection: str | None = None, limit: int = 1000
    ) -> list[Record]:
        """Return the notices in some states, of all inspections or of one, the latest last."""
        with self._reaching():
            rows = await self._pool.fetch(
                f"""
                SELECT {_KEY}, state, attempts, next_try, problem, sent_at, digest FROM (
                    SELECT * FROM ledger.notices
                    WHERE state = ANY($1) AND ($2::text IS NULL OR inspection = $2)
                    ORDER BY position DESC, reason DESC, recipient DESC LIMIT $3
                ) AS latest ORDER BY position, reason, recipient
                """,
                [state.value for state in states],
                inspection,
                limit,
            )
        return [Record(Notice(*row[:4]), NoticeState(row[4]), *row[5:]) for row in rows]

    async def retry(self, *, inspection: str | None = None) -> int:
        """Have what has failed, and what waits for its next try, tried now; return how many that are.

        What somebody has just taken up has no problem so far, and is left to him.
        """
        with self._reaching():
            rows = await self._pool.fetch(
                "UPDATE ledger.notices SET state = 'waiting', next_try = clock_timestamp() "
                "WHERE (state = 'failed' OR (state = 'waiting' AND problem IS NOT NULL)) "
                "AND ($1::text IS NULL OR inspection = $1) RETURNING 1",
                inspection,
            )
        return len(rows)


def _row(
    notice: Notice, state: NoticeState = NoticeState.WAITING, problem: str | None = None
) -> tuple[object, ...]:
    return (*astuple(notice), state.value, problem)


def _attempt(taken: Taken) -> tuple[object, ...]:
    notice = taken.notice
    return notice.position, notice.recipient, notice.reason, taken.attempt
