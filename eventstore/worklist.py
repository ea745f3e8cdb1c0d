"""The worklist: every case with where it stands, and every deadline, derived from the streams.

How a deadline stands depends on the moment of reading, so rows hold what does not, and `status` says
the rest.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final, NamedTuple

import asyncpg

from eventstore import projections
from eventstore.checks import refuse_naive
from eventstore.envelope import Entry
from eventstore.ledger import Ledger
from eventstore.pool import connection_errors
from eventstore.projections import Progress, Unreadable


class DeadlineStatus(StrEnum):
    """How a deadline stands at a moment."""

    MET = "met"
    OPEN = "open"
    OVERDUE = "overdue"
    """It has fallen due without being met, and the ledger has not recorded that yet."""
    MISSED = "missed"
    """Recorded as missed, or met after the due day."""
    VOID = "void"


class CaseRow(NamedTuple):
    """Where an inspection stands."""

    inspection: str
    area: str
    kind: str
    stage: str
    outcome: str | None
    version: int
    """Of its stream, when this was derived."""
    notified_on: date | None
    next_due: datetime | None
    next_due_kind: str | None
    held: str | None
    """What holds it up, if anything does."""


class DeadlineRow(NamedTuple):
    """One deadline of an inspection. Dates are days in London."""

    inspection: str
    kind: str
    subject: str | None
    rule: str
    origin_on: date | None
    due: date
    due_at: datetime
    met_on: date | None
    void: bool
    lapses: bool
    """When it is over, nothing is missed: a right was not used."""
    missed: bool
    """A miss is recorded and not taken back."""
    handbook: str
    calendar: str

    def status(self, now: datetime) -> DeadlineStatus:
        """Say how the deadline stands at a moment.

        Raises:
            MalformedError: the moment has no time zone.
        """
        refuse_naive(now, "now")
        if self.met_on is not None:
            return DeadlineStatus.MET if self.met_on <= self.due else DeadlineStatus.MISSED
        if self.void:
            return DeadlineStatus.VOID
        if self.missed:
            return DeadlineStatus.MISSED
        return DeadlineStatus.OVERDUE if now > self.due_at and not self.lapses else DeadlineStatus.OPEN


@dataclass(frozen=True, slots=True)
class CaseSummary:
    """What a stream's events come to."""

    case: CaseRow
    deadlines: tuple[DeadlineRow, ...]


Summarise = Callable[[Sequence[Entry]], CaseSummary | None]
"""Folds a whole stream. None: the stream is no inspection's.

Raises:
    InspectionsError: it cannot be read.
"""

_CASE: Final = ", ".join(CaseRow._fields)
_DEADLINE: Final = ", ".join(DeadlineRow._fields)
_CASE_VALUES: Final = ", ".join(f"${n}" for n, _ in enumerate(CaseRow._fields, start=2))
_DEADLINE_VALUES: Final = ", ".join(f"${n}" for n, _ in enumerate(DeadlineRow._fields, start=2))
LIVE: Final = "generation = (SELECT live FROM ledger.projections WHERE name = 'worklist')"
_OWED: Final = "met_on IS NULL AND NOT void"

# `DeadlineRow.status`, as conditions on a row; $1 is the moment of reading.
_OVERDUE: Final = f"{_OWED} AND (missed OR (due_at < $1 AND NOT lapses))"
_OPEN: Final = f"{_OWED} AND NOT missed AND (due_at >= $1 OR lapses)"


class WorklistProjection:
    """How the worklist is derived and kept."""

    name = "worklist"
    tables = ("ledger.cases", "ledger.deadlines")

    def __init__(self, summarise: Summarise) -> None:
        self._summarise = summarise

    def derive(self, entries: Sequence[Entry]) -> CaseSummary | None:
        """Fold a stream."""
        return self._summarise(entries)

    async def write(
        self, connection: asyncpg.Connection, generation: int, rows: Sequence[CaseSummary]
    ) -> None:
        """Replace what is listed for these inspections."""
        names = [row.case.inspection for row in rows]
        for table in self.tables:
            await connection.execute(
                f"DELETE FROM {table} WHERE generation = $1 AND inspection = ANY($2)", generation, names
            )
        await connection.executemany(
            f"INSERT INTO ledger.cases (generation, {_CASE}) VALUES ($1, {_CASE_VALUES})",
            [(generation, *row.case) for row in rows],
        )
        await connection.executemany(
            f"INSERT INTO ledger.deadlines (generation, {_DEADLINE}) VALUES ($1, {_DEADLINE_VALUES})",
            [(generation, *_as_stored(deadline)) for row in rows for deadline in row.deadlines],
        )


class Worklist:
    """The worklist and the questions to it. Every method may raise `UnavailableError`."""

    def __init__(self, pool: asyncpg.Pool, ledger: Ledger, summarise: Summarise) -> None:
        self._pool = pool
        self._ledger = ledger
        self._projection = WorklistProjection(summarise)

    async def catch_up(self) -> int:
        """Bring the list up to the ledger's head and return how many events were taken in."""
        return await projections.catch_up(self._pool, self._ledger, self._projection)

    async def lag(self) -> int:
        """Return how many events of the ledger the list has not taken in."""
        return await projections.lag(self._pool, self._ledger, self._projection)

    async def unreadable(self) -> list[Unreadable]:
        """List the inspections that cannot be read, and why.

        What the other answers say of them is what they came to when they last could be read; of those that
        never could, nothing.
        """
        return await projections.unreadable(self._pool, self._projection)

    async def rebuild(self, progress: Progress = lambda *_: None) -> int:
        """Derive the list from nothing beside the one that is read, and put it in its place.

        Returns:
            How many streams were derived.
        """
        return await projections.rebuild(self._pool, self._ledger, self._projection, progress)

    async def cases(
        self,
        now: datetime,
        *,
        stage: str | None = None,
        overdue: bool = False,
        due_before: datetime | None = None,
    ) -> list[CaseRow]:
        """Return the cases that fit all that is asked: what is due first comes first.

        Args:
            now: the moment of reading.
            stage: only those at this stage.
            overdue: only those with something overdue or missed, and not met since.
            due_before: only those with something that falls due before this moment and is not overdue.
        """
        refuse_naive(now, "now")
        conditions = [LIVE, "$1::timestamptz IS NOT NULL"]
        arguments: list[object] = [now]
        if stage is not None:
            arguments.append(stage)
            conditions.append(f"stage = ${len(arguments)}")
        if overdue:
            conditions.append(_with_deadline(_OVERDUE))
        if due_before is not None:
            arguments.append(due_before)
            conditions.append(_with_deadline(f"{_OPEN} AND due_at < ${len(arguments)}"))
        rows = await self._fetch(
            f"SELECT {_CASE} FROM ledger.cases WHERE {' AND '.join(conditions)} "
            "ORDER BY next_due NULLS LAST, inspection",
            *arguments,
        )
        return [CaseRow._make(row) for row in rows]

    async def count(self) -> int:
        """Return how many cases there are."""
        ((number,),) = await self._fetch(f"SELECT count(*) FROM ledger.cases WHERE {LIVE}")
        return int(number)

    async def overdue(self, now: datetime) -> list[DeadlineRow]:
        """Return what is overdue or missed at a moment and not met since: the longest overdue comes first."""
        refuse_naive(now, "now")
        return await self._deadlines(_OVERDUE, now)

    async def owed(self, now: datetime) -> dict[str, tuple[int, int]]:
        """Count, by kind, the deadlines that are still to be met and those that are overdue or missed."""
        refuse_naive(now, "now")
        rows = await self._fetch(
            f"SELECT kind, count(*) FILTER (WHERE {_OPEN}), count(*) FILTER (WHERE {_OVERDUE}) "
            f"FROM ledger.deadlines WHERE {LIVE} AND {_OWED} GROUP BY kind",
            now,
        )
        return {kind: (still_open, overdue) for kind, still_open, overdue in rows}

    async def deadlines(self, inspection: str | None = None) -> list[DeadlineRow]:
        """Return all deadlines or those of one inspection: what is due first comes first."""
        return await self._deadlines("($1::text IS NULL OR inspection = $1)", inspection)

    async def _deadlines(self, condition: str, argument: object) -> list[DeadlineRow]:
        rows = await self._fetch(
            f"SELECT {_DEADLINE} FROM ledger.deadlines WHERE {LIVE} AND {condition} "
            "ORDER BY due_at, inspection, kind, subject",
            argument,
        )
        return [_deadline(row) for row in rows]

    async def _fetch(self, query: str, *arguments: object) -> list[asyncpg.Record]:
        with connection_errors():
            found: list[asyncpg.Record] = await self._pool.fetch(query, *arguments)
        return found


async def stored_rows(
    connection: asyncpg.Connection, inspections: Sequence[str]
) -> dict[str, list[CaseRow | DeadlineRow]]:
    """Read the rows that the list holds of some inspections, as they lie there; of others it holds none."""
    asked = f"WHERE {LIVE} AND inspection = ANY($1)"
    found: dict[str, list[CaseRow | DeadlineRow]] = {}
    for row in await connection.fetch(f"SELECT {_CASE} FROM ledger.cases {asked}", inspections):
        found.setdefault(row[0], []).append(CaseRow._make(row))
    for row in await connection.fetch(f"SELECT {_DEADLINE} FROM ledger.deadlines {asked}", inspections):
        found.setdefault(row[0], []).append(_deadline(row))
    return found


def _deadline(row: asyncpg.Record) -> DeadlineRow:
    return DeadlineRow(row[0], row[1], row[2] or None, *row[3:])


def _with_deadline(condition: str) -> str:
    return f"inspection IN (SELECT inspection FROM ledger.deadlines WHERE {LIVE} AND {condition})"


def _as_stored(row: DeadlineRow) -> DeadlineRow:
    return row._replace(subject=row.subject or "")  # a key has no nulls
