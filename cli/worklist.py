"""Everybody: the worklist, and the register of what is due."""

import asyncio
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final

from cyclopts import Parameter
from cyclopts.types import NonNegativeInt

from cli.access import reading
from cli.output import Format, console, in_words, print_json, print_table
from domain.errors import MalformedError
from domain.inspection.vocabulary import Stage
from domain.london import london_date
from domain.rulebook import Rulebook
from eventstore.worklist import CaseRow, DeadlineRow, DeadlineStatus, Worklist
from workers.stores import Stores
from workers.summary import summariser

PATIENCE_SECONDS: Final = 2
Flag = Annotated[bool, Parameter(negative=())]


async def list_cases(
    *,
    stage: Stage | None = None,
    overdue: Flag = False,
    due_within: NonNegativeInt | None = None,
    format: Format = Format.TABLE,
    rehearsal: Flag = False,
) -> None:
    """List the inspections, what is due first at the top.

    Parameters
    ----------
    stage
        Only those at this stage.
    overdue
        Only those with something overdue.
    due_within
        Only those with something due within so many days.
    format
        table for people, json for scripts.
    rehearsal
        Those of the newest rehearsal.
    """
    async with reading(rehearsal=rehearsal) as stores:
        worklist, now = await _current(stores)
        if due_within is not None and stores.ledger.rehearsal:
            raise MalformedError(
                "--due-within counts from today; a rehearsal's inspections have days of their own"
            )
        cases = await worklist.cases()
        owed = await worklist.deadlines()
    chosen = [
        case
        for case in cases
        if (stage is None or case.stage == stage)
        and (not overdue or _overdue(case, owed, now))
        and (due_within is None or _due(case, owed, now, due_within))
    ]
    if format is Format.JSON:
        print_json([_case_data(case, owed, now) for case in chosen])
        return
    rows = [
        (
            case.inspection,
            in_words(case.stage),
            case.outcome,
            london_date(case.next_due) if case.next_due else None,
            in_words(case.next_due_kind or ""),
            ", ".join(in_words(row.subject or row.kind) for row in _overdue(case, owed, now)),
            in_words(case.held or ""),
        )
        for case in chosen
    ]
    print_table(("inspection", "stage", "outcome", "next due", "what", "overdue", "held by"), rows)
    console().print(f"{len(chosen)} of {len(cases)} in the ledger")


async def deadlines(
    inspection: str | None = None,
    /,
    *,
    format: Format = Format.TABLE,
    rehearsal: Flag = False,
) -> None:
    """List every deadline, of all inspections or of one, by the day on which it is due.

    Parameters
    ----------
    inspection
        Such as SFK-2023-F1.
    format
        table for people, json for scripts.
    rehearsal
        Those of the newest rehearsal.
    """
    async with reading(rehearsal=rehearsal) as stores:
        worklist, now = await _current(stores)
        rows = await worklist.deadlines(inspection)
    if format is Format.JSON:
        print_json([_deadline_data(row, now) for row in rows])
        return
    print_table(
        ("due", "status", "inspection", "deadline", "met on", "from", "handbook"),
        [
            (
                row.due,
                _status(row, now),
                row.inspection,
                in_words(row.kind) + (f" ({in_words(row.subject)})" if row.subject else ""),
                row.met_on,
                row.origin_on,
                row.handbook,
            )
            for row in rows
        ],
    )


async def _current(stores: Stores) -> tuple[Worklist, datetime]:
    """Bring the worklist up to the ledger's head, or say by how much it lags.

    A rehearsal's inspections live in times of their own, so there only what its ledger has recorded counts
    as missed.
    """
    worklist = Worklist(stores.pool, stores.ledger, summariser(Rulebook.released()))
    try:
        await asyncio.wait_for(worklist.catch_up(), PATIENCE_SECONDS)
    except TimeoutError:
        sys.stderr.write(f"inspections: the list lags by {await worklist.lag()} events\n")
    return worklist, datetime.min.replace(tzinfo=UTC) if stores.ledger.rehearsal else datetime.now(UTC)


def _status(row: DeadlineRow, now: datetime) -> str:
    status = row.status(now)
    return DeadlineStatus.MISSED if status is DeadlineStatus.OVERDUE else status


def _owed(case: CaseRow, rows: Sequence[DeadlineRow]) -> list[DeadlineRow]:
    return [row for row in rows if row.inspection == case.inspection and row.met_on is None and not row.void]


def _overdue(case: CaseRow, rows: Sequence[DeadlineRow], now: datetime) -> list[DeadlineRow]:
    return [row for row in _owed(case, rows) if _status(row, now) == DeadlineStatus.MISSED]


def _due(case: CaseRow, rows: Sequence[DeadlineRow], now: datetime, days: int) -> bool:
    last = now + timedelta(days=days + 1)
    return any(row.due_at < last and _status(row, now) == DeadlineStatus.OPEN for row in _owed(case, rows))


def _case_data(case: CaseRow, rows: Sequence[DeadlineRow], now: datetime) -> dict[str, Any]:
    return {
        "inspection_id": case.inspection,
        "area": case.area,
        "kind": case.kind,
        "stage": case.stage,
        "outcome": int(case.outcome) if case.outcome else None,
        "version": case.version,
        "notified_on": case.notified_on.isoformat() if case.notified_on else None,
        "next_due": london_date(case.next_due).isoformat() if case.next_due else None,
        "next_due_kind": case.next_due_kind,
        "held_by": case.held,
        "overdue": [_deadline_data(row, now) for row in _overdue(case, rows, now)],
    }


def _deadline_data(row: DeadlineRow, now: datetime) -> dict[str, Any]:
    return {
        "inspection_id": row.inspection,
        "kind": row.kind,
        "subject": row.subject,
        "rule": row.rule,
        "origin_on": row.origin_on.isoformat() if row.origin_on else None,
        "due": row.due.isoformat(),
        "met_on": row.met_on.isoformat() if row.met_on else None,
        "status": _status(row, now),
        "handbook": row.handbook,
        "calendar": row.calendar,
    }
