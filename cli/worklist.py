"""Everybody: the worklist, and the register of what is due."""

import asyncio
import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final

from cyclopts import Parameter
from cyclopts.types import NonNegativeInt

from cli.access import not_here, reading
from cli.exits import Exit
from cli.matter import AS_IN_LEDGER
from cli.output import Format, console, in_words, print_json, print_table
from domain.errors import MalformedError
from domain.inspection.vocabulary import Stage
from domain.london import london_date
from domain.rulebook import Rulebook
from domain.values import InspectionId, Outcome
from eventstore.projections import Unreadable
from eventstore.worklist import CaseRow, DeadlineRow, DeadlineStatus, Worklist
from workers.stores import Stores
from workers.summary import summariser

PATIENCE_SECONDS: Final = 2
Flag = Annotated[bool, Parameter(negative=())]


async def list_cases(
    *,
    stage: Annotated[Stage | None, AS_IN_LEDGER] = None,
    overdue: Flag = False,
    due_within: NonNegativeInt | None = None,
    format: Format = Format.TABLE,
    rehearsal: Flag = False,
) -> Exit:
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
        if due_within is not None and stores.ledger.rehearsal:
            raise MalformedError(
                "--due-within counts from today; a rehearsal's inspections have days of their own"
            )
        worklist, now = await _current(stores)
        cases = await worklist.cases(
            now,
            stage=stage,
            overdue=overdue,
            due_before=None if due_within is None else now + timedelta(days=due_within + 1),
        )
        missed = _by_inspection(await worklist.overdue(now))
        in_all = await worklist.count()
        problems = _by_stream(await worklist.unreadable())
    if format is Format.JSON:
        print_json(
            [_case_data(case, missed[case.inspection], now, problems.get(case.inspection)) for case in cases]
        )
    else:
        _print_cases(cases, missed, problems)
        console().print(f"{len(cases)} of {in_all} in the ledger")
    return _tell_unreadable(problems)


def _by_stream(found: Sequence[Unreadable]) -> dict[str, str]:
    return {one.stream: one.problem for one in found}


def _by_inspection(rows: Sequence[DeadlineRow]) -> dict[str, list[DeadlineRow]]:
    found: dict[str, list[DeadlineRow]] = defaultdict(list)
    for row in rows:
        found[row.inspection].append(row)
    return found


def _print_cases(
    cases: Sequence[CaseRow], missed: Mapping[str, Sequence[DeadlineRow]], problems: Mapping[str, str]
) -> None:
    rows = [
        (
            case.inspection,
            in_words(case.stage) + _caution(case.inspection, problems),
            in_words(case.outcome or ""),
            london_date(case.next_due) if case.next_due else None,
            in_words(case.next_due_kind or ""),
            ", ".join(in_words(row.subject or row.kind) for row in missed[case.inspection]),
            in_words(case.held or ""),
        )
        for case in cases
    ]
    print_table(("inspection", "stage", "outcome", "next due", "what", "overdue", "held by"), rows)


def _caution(inspection: str, problems: Mapping[str, str]) -> str:
    return ", unreadable since" if inspection in problems else ""


def _tell_unreadable(problems: Mapping[str, str]) -> Exit:
    """Name what is missing from a list, or out of date in it. The rest of it is right."""
    for inspection, problem in problems.items():
        sys.stderr.write(
            f"inspections: {inspection} cannot be read, and is left out or listed as it last could be: "
            f"{problem}\n"
        )
    return Exit.INTEGRITY if problems else Exit.DONE


async def deadlines(
    inspection: InspectionId | None = None,
    /,
    *,
    format: Format = Format.TABLE,
    rehearsal: Flag = False,
) -> Exit:
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
        if inspection and not await stores.ledger.read_stream(inspection, up_to=1):
            raise not_here(inspection)
        rows = await worklist.deadlines(inspection)
        found = [one for one in await worklist.unreadable() if inspection in (None, one.stream)]
        problems = _by_stream(found)
    if format is Format.JSON:
        print_json([_deadline_data(row, now, problems.get(row.inspection)) for row in rows])
    else:
        _print_deadlines(rows, now, problems)
    return _tell_unreadable(problems)


def _print_deadlines(rows: Sequence[DeadlineRow], now: datetime, problems: Mapping[str, str]) -> None:
    print_table(
        ("due", "status", "inspection", "deadline", "met on", "from", "handbook"),
        [
            (
                row.due,
                _status(row, now) + _caution(row.inspection, problems),
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


def _case_data(
    case: CaseRow, overdue: Sequence[DeadlineRow], now: datetime, problem: str | None
) -> dict[str, Any]:
    return {
        "inspection_id": case.inspection,
        "area": case.area,
        "kind": case.kind,
        "stage": case.stage,
        "outcome": int(case.outcome) if case.outcome in set(Outcome) else case.outcome,
        "version": case.version,
        "notified_on": case.notified_on.isoformat() if case.notified_on else None,
        "next_due": london_date(case.next_due).isoformat() if case.next_due else None,
        "next_due_kind": case.next_due_kind,
        "held_by": case.held,
        "overdue": [_deadline_data(row, now, problem) for row in overdue],
        "unreadable": problem,
    }


def _deadline_data(row: DeadlineRow, now: datetime, problem: str | None) -> dict[str, Any]:
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
        "unreadable": problem,
    }
