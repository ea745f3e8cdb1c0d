"""Operators and everybody who wants to see it: real inspections lived again on the real engine."""

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Final

from cyclopts import Parameter

from cli.access import settings
from cli.output import Format, console, in_words, print_hanging, print_json, print_table
from cli.progress import progress
from domain.actors import Role
from domain.inspection.deadlines import FOLLOW_UP_KINDS, Deadline
from domain.inspection.progress import stage
from domain.london import london_date
from workers.logs import configure
from workers.rehearsal.cases import read_cases
from workers.rehearsal.parts import Part
from workers.rehearsal.play import Result
from workers.rehearsal.play import rehearse as play

DATES: Final = {
    "planned": "inspection_planned",
    "notified": "area_notified",
    "surveys_opened": "surveys_opened",
    "surveys_closed": "surveys_closed",
    "fieldwork_begun": "fieldwork_begun",
    "on_site_from": "on_site_begun",
    "on_site_to": "feedback_given",
    "fieldwork_ended": "fieldwork_ended",
    "draft_submitted": "draft_submitted",
    "draft_approved": "draft_approved",
    "sent_for_comment": "draft_sent_for_comment",
    "comments_received": "comments_received",
    "outcome_decided": "outcome_decided",
    "final_report_sent": "final_report_sent",
    "final_report_received": "final_report_received",
    "published": "report_published",
    "strategic_plan_published": "strategic_plan_published",
    "plan_submitted": "priority_action_plan_submitted",
    "plan_accepted": "priority_action_plan_accepted",
    "plan_published": "priority_action_plan_published",
}
"""What the dates of a result are called, and the milestones of the ledger that they are taken from."""


async def rehearse(
    cases: Path,
    /,
    *,
    only: Annotated[tuple[str, ...], Parameter(negative=())] = (),
    format: Format = Format.TABLE,
) -> None:
    """Live the inspections in a CSV file again, side by side, each at its own dates.

    What is not known is filled in by stated rules and listed as assumed; a date that breaks a rule is
    recorded as irregular and listed. The ledger is kept: the reading commands show it with --rehearsal.

    Parameters
    ----------
    cases
        The file; examples/published-inspections.csv is one.
    only
        The code of an area, such as SFK; may be repeated.
    format
        table for people, json for scripts.
    """
    configure("WARNING")
    chosen = read_cases(cases, only)
    with progress("starting PostgreSQL and Temporal") as tell:
        turns = _Turns(tell)
        results = await play(settings(), chosen, turns.tell, turns.begin)
    if format is Format.JSON:
        print_json([as_data(result) for result in results])
        return
    _print_table(results)
    _print_timeline(_most_telling(results))
    _print_notes(results)


def as_data(result: Result) -> dict[str, Any]:
    """Put a result into the words of the documented JSON."""
    script, state = result.part.script, result.state
    at = {name: state.at(milestone) for name, milestone in DATES.items()}
    return {
        "inspection_id": script.inspection,
        "area": script.case.area,
        "name": script.case.name,
        "kind": state.kind.value,
        "handbook": state.handbook.version if state.handbook else None,
        "calendar": state.calendar.version if state.calendar else None,
        "outcome": int(state.outcome) if state.outcome else None,
        "stage": stage(state).value,
        "events": result.events,
        "dates": {name: london_date(instant).isoformat() for name, instant in at.items() if instant},
        "assumed": list(script.assumed),
        "irregular": result.part.irregular,
        "deadlines": [deadline_data(one, result) for one in result.deadlines],
    }


def deadline_data(one: Deadline, result: Result) -> dict[str, Any]:
    """Put a deadline into the words of the documented JSON, as it stood when the script ended."""
    return {
        "kind": one.kind.value,
        "rule": one.rule,
        "origin": one.origin,
        "origin_on": one.origin_on.isoformat(),
        "due": one.due.isoformat(),
        "met_on": one.met_on.isoformat() if one.met_on else None,
        "status": one.status(result.ended_at).value,
    }


class _Turns:
    """Turns the conductor's turns into steps of all that there will be, and a line of where things are."""

    def __init__(self, tell: Callable[[str, int, int], None]) -> None:
        self._tell = tell
        self._steps = 0
        self._done: dict[str, int] = {}

    def begin(self, steps: int) -> None:
        self._steps = steps

    def tell(self, part: Part, _: datetime) -> None:
        self._done[part.script.inspection] = part.done
        step = part.script.steps[max(0, part.done - 1)]
        text = f"{step.at:%d %b %Y}  {part.script.case.name}: {in_words(step.milestone)}"
        self._tell(text, sum(self._done.values()), self._steps)


def _print_table(results: Sequence[Result]) -> None:
    print_table(
        ("area", "notified", "on site", "out-\ncome", "published", "follow-up\ndue", "", "evts"),
        (_row(result) for result in results),
        title=f"{_how_many(results)}, rehearsed on the real engine (* rests on an assumed date)",
    )


def _how_many(results: Sequence[Result]) -> str:
    return f"{len(results)} inspection{'' if len(results) == 1 else 's'}"


def _row(result: Result) -> tuple[object, ...]:
    data, assumed = as_data(result), result.part.script.assumed
    dates: dict[str, str] = data["dates"]
    owed = next((one for one in result.deadlines if one.kind in FOLLOW_UP_KINDS), None)

    def day(name: str) -> str:
        return dates.get(name, "") + ("*" if name in assumed else "")

    def due(one: Deadline) -> str:
        origin = next(name for name, milestone in DATES.items() if milestone == one.origin)
        return f"{one.due}*" if origin in assumed else one.due.isoformat()

    return (
        data["name"],
        day("notified"),
        day("on_site_from"),
        data["outcome"],
        day("published"),
        due(owed) if owed else None,
        {"met": "kept", "missed": "missed"}.get(owed.status(result.ended_at).value, "open") if owed else None,
        data["events"],
    )


def _most_telling(results: Sequence[Result]) -> Result:
    """Choose the inspection whose timeline shows most."""
    return max(results, key=lambda result: result.events)


def _print_timeline(result: Result) -> None:
    out = console()
    case = result.part.script.case
    out.print(f"\n[bold]{result.part.script.inspection}[/bold]  {case.name}, as the ledger has it")
    previous = None
    for version, event in enumerate(result.timeline, start=1):
        day = f"{london_date(event.occurred_at):%d %b %Y}"
        who = in_words(event.decided_by.role) if event.decided_by.role is not Role.SYSTEM else "the engine"
        about = " ".join(
            in_words(str(getattr(event, name)))
            for name in ("inspectorate", "kind", "due")
            if hasattr(event, name)
        )
        kind = in_words(type(event).model_fields["type"].default)
        begins = f"  {day if day != previous else '':11}  {version:>3}  "
        print_hanging(begins, f"{kind}{f': {about}' if about else ''} ({who})")
        previous = day


def _print_notes(results: Sequence[Result]) -> None:
    out = console()
    for result in results:
        for one in result.part.irregular:
            begins = f"irregular {result.part.script.inspection} {in_words(one['milestone'])}: "
            print_hanging(begins, f"{one['because']} (rule {one['rule']})")
    out.print(
        "\nThe ledger is kept. Look at it with, for example:\n"
        f"  inspections show {results[0].part.script.inspection} --rehearsal\n"
        "  inspections deadlines --rehearsal"
    )
