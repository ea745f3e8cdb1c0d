"""The worklist: every case with where it stands, and every deadline, derived from the streams.

How a deadline stands depends on the moment of reading, so rows hold what does not, and `status` says
the rest.
"""

from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass, fields
from datetime import date, datetime
from enum import StrEnum
from typing import Final

import asyncpg

from eventstore.checks import refuse_naive
from eventstore.envelope import Entry
from eventstore.ledger import Ledger
from eventstore.pool import connection_errors
from eventstore.projections import catch_up, checkpoint


class DeadlineStatus(StrEnum):
    """How a deadline stands at a moment."""

    MET = "met"
    OPEN = "open"
    OVERDUE = "overdue"
    """It has fallen due without being met, and the ledger has not recorded that yet."""
    MISSED = "missed"
    """Recorded as missed, or met after the due day."""
    VOID = "void"


@dataclass(frozen=True, slots=True)
class CaseRow:
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


@dataclass(frozen=True, slots=True)
class DeadlineRow:
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
"""Folds a whole stream. None: the stream is no inspection's."""

_CASE: Final = ", ".join(field.name for field in fields(CaseRow))
_DEADLINE: Final = ", ".join(field.name for field in fields(DeadlineRow))
_CASE_VALUES: Final = ", ".join(f"${n}" for n, _ in enumerate(fields(CaseRow), start=1))
_DEADLINE_VALUES: Final = ", ".join(f"${n}" for n, _ in enumerate(fields(DeadlineRow), start=1))
_CASE_CHANGES: Final = ", ".join(f"{field.name} = excluded.{field.name}" for field in fields(CaseRow)[1:])


class Worklist:
    """The projection, and the questions to it. Every method may raise `UnavailableError`."""

    name = "worklist"

    def __init__(self, pool: asyncpg.Pool, ledger: Ledger, summarise: Summarise) -> None:
        self._pool = pool
        self._ledger = ledger
        self._summarise = summarise

    async def apply(self, connection: asyncpg.Connection, stream: str, entries: Sequence[Entry]) -> None:
        """Replace what is listed for a stream."""
        _ = stream
        summary = self._summarise(entries)
        if summary is None:
            return
        await connection.execute(
            f"INSERT INTO ledger.cases ({_CASE}) VALUES ({_CASE_VALUES}) "
            f"ON CONFLICT (inspection) DO UPDATE SET {_CASE_CHANGES}",
            *astuple(summary.case),
        )
        await connection.execute(
            "DELETE FROM ledger.deadlines WHERE inspection = $1", summary.case.inspection
        )
        await connection.executemany(
            f"INSERT INTO ledger.deadlines ({_DEADLINE}) VALUES ({_DEADLINE_VALUES})",
            [_values(row) for row in summary.deadlines],
        )

    async def catch_up(self) -> int:
        """Bring the list up to the ledger's head and return how many events were taken in."""
        return await catch_up(self._pool, self._ledger, self)

    async def lag(self) -> int:
        """Return how many events of the ledger the list has not taken in."""
        position = await checkpoint(self._pool, self)
        return max(0, await self._ledger.head() - position)

    async def cases(self, stage: str | None = None) -> list[CaseRow]:
        """Return all cases or those at a stage: what is due first comes first."""
        with connection_errors():
            rows = await self._pool.fetch(
                f"SELECT {_CASE} FROM ledger.cases WHERE $1::text IS NULL OR stage = $1 "
                "ORDER BY next_due NULLS LAST, inspection",
                stage,
            )
        return [CaseRow(*row) for row in rows]

    async def deadlines(self, inspection: str | None = None) -> list[DeadlineRow]:
        """Return all deadlines or those of one inspection: what is due first comes first."""
        with connection_errors():
            rows = await self._pool.fetch(
                f"SELECT {_DEADLINE} FROM ledger.deadlines WHERE $1::text IS NULL OR inspection = $1 "
                "ORDER BY due_at, inspection, kind, subject",
                inspection,
            )
        return [DeadlineRow(row[0], row[1], row[2] or None, *row[3:]) for row in rows]


def _values(row: DeadlineRow) -> list[object]:
    values: list[object] = list(astuple(row))
    values[2] = row.subject or ""  # a key has no nulls
    return values
