"""Coordinators: the working calendars, and what to do when a bank holiday is proclaimed late."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any, NamedTuple

from cyclopts import App, Parameter

from cli.access import acting, reading
from cli.deed import Decided
from cli.exits import Exit
from cli.foresight import moving
from cli.handing_in import tell_refusal
from cli.many import exit_of_all, say_refused, tell_many, told_as_data
from cli.matter import AS_IN_LEDGER
from cli.output import Format, console, deadline_in_words, in_numbers, print_json, print_table
from cli.progress import progress_of
from domain.clock import DeadlineMove
from domain.deadline import Paired
from domain.inspection.vocabulary import CalendarMoveReason
from domain.rulebook import Rulebook
from domain.values import CalendarVersion, InspectionId
from workers.calendars import bound_inspections, foresee_each, moved_by, to_move
from workers.telling import requests

app = App(name="calendars", help="The working calendars, by which working days are counted.")

Flag = Annotated[bool, Parameter(negative=())]


class Move(NamedTuple):
    """A deadline of an inspection that has another day by another calendar."""

    inspection: InspectionId
    kind: str
    subject: str | None
    was: date | None
    now: date | None


@app.command(name="list")
async def list_calendars(*, format: Format = Format.TABLE, rehearsal: Flag = False) -> None:
    """List the released calendars, and how many open inspections count by each.

    What is notified from now on is bound to the current one.

    Parameters
    ----------
    format
        table for people, json for scripts.
    rehearsal
        Of the newest rehearsal.
    """
    rules = Rulebook.released()
    async with reading(rehearsal=rehearsal) as stores:
        bound = Counter(one.calendar for one in await bound_inspections(stores.ledger))
    rows = [
        {
            "version": one.version,
            "first": one.first,
            "last": one.last,
            "holidays": len(one.holidays),
            "current": one is rules.current_calendar,
            "open_inspections": bound[one.version],
        }
        for one in rules.calendars.values()
    ]
    if format is Format.JSON:
        print_json(rows)
        return
    table = [
        (
            *(row[name] for name in ("version", "first", "last", "holidays")),
            row["open_inspections"],
            _note(row),
        )
        for row in rows
    ]
    print_table(("version", "first day", "last day", "holidays", "open inspections", "note"), table)


def _note(row: Mapping[str, Any]) -> str:
    return "current" if row["current"] else ""


@app.command
async def apply(
    version: CalendarVersion,
    /,
    *,
    decided: Decided,
    reason: Annotated[CalendarMoveReason, AS_IN_LEDGER] = CalendarMoveReason.HOLIDAY_PROCLAIMED,
    dry_run: Flag = False,
) -> Exit:
    """Count the working days of every open inspection anew by another calendar, and say what moves.

    Each inspection gets an entry of its own that names every deadline that moved. What is bound to the
    calendar already is told nothing, so a call that was broken off is called again.

    Parameters
    ----------
    version
        Such as england-2026.2; `inspections calendars list` lists those that are released.
    reason
        Why, for every inspection alike.
    dry_run
        Say what would move. Nothing is recorded.
    """
    Rulebook.released().calendar(version)
    if dry_run:
        return await _foretell(version, reason, decided)
    async with acting(rehearsal=decided.rehearsal) as (desk, stores):
        tellings = to_move(await bound_inspections(stores.ledger), version, reason)
        told = await tell_many(desk, stores, tellings, decided, of="inspections")
        moves = [
            _move(name, one)
            for name, event in (await moved_by(stores.ledger, told)).items()
            for one in event.moved
        ]
    if decided.format is Format.JSON:
        print_json({**told_as_data(told), "moved": _as_data(moves)})
        return exit_of_all(told)
    done = sum(not one.answer.refused for one in told)
    console().print(f"Counted by {version} from now on: {in_numbers(done, 'inspection')}.")
    _print_moves(moves, ("was due", "is due"))
    return say_refused(told)


async def _foretell(version: CalendarVersion, reason: CalendarMoveReason, decided: Decided) -> Exit:
    async with reading(rehearsal=decided.rehearsal) as stores:
        who = await decided.who_and_when(stores.directory)
        tellings = to_move(await bound_inspections(stores.ledger), version, reason)
        asked = [request for telling in tellings for request in requests(telling, who)]
        with progress_of("inspections") as tell:
            found = await foresee_each(stores.ledger, Rulebook.released(), asked, tell)
    refused = {name: no for name, one in found.items() if (no := one.verdict.refused)}
    moves = [_move(name, pair) for name, one in found.items() for pair in moving(one.deadlines)]
    if decided.format is Format.JSON:
        told = {name: no.model_dump(mode="json") for name, no in refused.items()}
        would = [name for name in found if name not in refused]
        print_json({"dry_run": True, "would_count": would, "refused": told, "would_move": _as_data(moves)})
    else:
        would_count = in_numbers(len(found) - len(refused), "inspection")
        console().print(f"Nothing is recorded. Would be counted by {version}: {would_count}.")
        _print_moves(moves, ("is due", "would be due"))
        for name, no in refused.items():
            console().print(f"[bold]{name}[/bold]:")
            tell_refusal(no)
    return Exit.REFUSED if refused else Exit.DONE


def _move(name: InspectionId, one: Paired | DeadlineMove) -> Move:
    kind, subject = (one.one.kind, one.one.subject) if isinstance(one, Paired) else (one.kind, one.subject)
    return Move(name, kind, subject, one.was, one.now)


def _print_moves(moves: Sequence[Move], columns: tuple[str, str]) -> None:
    if moves:
        rows = [(one.inspection, deadline_in_words(one.kind, one.subject), one.was, one.now) for one in moves]
        print_table(("inspection", "deadline", *columns), rows)
    else:
        console().print("No deadline has another day by it.")


def _as_data(moves: Sequence[Move]) -> list[dict[str, object]]:
    return [one._asdict() for one in moves]
