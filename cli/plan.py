"""Coordinators: which inspections are proposed for a period, why, and how each is confirmed."""

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any, Final

from cyclopts import Parameter
from cyclopts.types import PositiveInt

from cli.access import reading
from cli.output import SheetFormat, console, print_csv, print_hanging, print_json, print_table
from domain.errors import MalformedError
from domain.programme import WEEKLY, NotProposed, Proposal, Reason
from domain.rulebook import Rulebook
from domain.values import Period
from workers.programme import Planned, propose

_COLUMNS: Final = (
    "inspection",
    "area",
    "kind",
    "notify_on",
    "on_site_first",
    "on_site_last",
    "due",
    "why",
)


async def plan(
    *,
    from_: Annotated[date, Parameter(name="--from")],
    to: date,
    weekly: PositiveInt = WEEKLY,
    format: SheetFormat = SheetFormat.TABLE,
    rehearsal: Annotated[bool, Parameter(negative=())] = False,
) -> None:
    """Propose inspections for a period: what is due, and areas never inspected as far as there is room.

    Nothing is recorded. Each proposal says why, and with which command a coordinator confirms it; who takes
    another week changes the days in that command.

    Parameters
    ----------
    from_
        The first day of the period, such as 2026-09-01. Inspectors are on site within the period.
    to
        Its last day.
    weekly
        How many inspections begin in a week at most in all England. No page says so: 2 is assumed.
    format
        table for people, json for scripts, csv for a spreadsheet.
    rehearsal
        For the areas of the newest rehearsal, as at its end.
    """
    if to < from_:
        raise MalformedError(f"--to {to} lies before --from {from_}; accepted is {from_} or later")
    async with reading(rehearsal=rehearsal) as stores:
        planned = await propose(
            stores.ledger, Rulebook.released(), Period(first=from_, last=to), weekly=weekly
        )
    if format is SheetFormat.JSON:
        print_json(_plan_data(planned, weekly, rehearsal=rehearsal))
    elif format is SheetFormat.CSV:
        print_csv(_COLUMNS, _plan_rows(planned))
    else:
        _print_plan(planned, weekly, rehearsal=rehearsal)


def _confirm(one: Proposal, *, rehearsal: bool) -> str:
    """Write the command that confirms a proposal. Who decides has to be put in."""
    return (
        f"inspections record {one.area} schedule_inspection --inspection {one.inspection} "
        f"--kind {one.kind} --notify-on {one.notify_on} --on-site.first {one.on_site.first} "
        f"--on-site.last {one.on_site.last} --decided-by p-…" + (" --rehearsal" if rehearsal else "")
    )


def _plan_data(planned: Planned, weekly: int, *, rehearsal: bool) -> dict[str, Any]:
    return {
        "as_at": planned.on.isoformat(),
        "weekly": weekly,
        "proposals": [
            _proposal_data(one) | {"confirm": _confirm(one, rehearsal=rehearsal)}
            for one in planned.programme.proposals
        ],
        "not_proposed": [_not_proposed_data(one) for one in planned.programme.not_proposed],
    }


def _proposal_data(one: Proposal) -> dict[str, Any]:
    return {
        "inspection_id": one.inspection,
        "area": one.area,
        "kind": one.kind.value,
        "notify_on": one.notify_on.isoformat(),
        "on_site": {"first": one.on_site.first.isoformat(), "last": one.on_site.last.isoformat()},
        "due": one.due.isoformat() if one.due else None,
        "why": [
            {
                "reason": reason.why.value,
                "says": reason.says,
                "handbook": reason.handbook,
                "sureness": reason.sureness,
            }
            for reason in one.why
        ],
    }


def _not_proposed_data(one: NotProposed) -> dict[str, Any]:
    return {
        "area": one.area,
        "kind": one.kind.value,
        "due": one.due.isoformat() if one.due else None,
        "rule": one.rule,
        "because": one.because,
    }


def _plan_rows(planned: Planned) -> Iterator[tuple[object, ...]]:
    """What could not be proposed has a row too, without an inspection and without days."""
    for one in planned.programme.proposals:
        why = "; ".join(map(_in_words, one.why))
        days = (one.notify_on, one.on_site.first, one.on_site.last)
        yield one.inspection, one.area, one.kind.value, *days, one.due, why
    for other in planned.programme.not_proposed:
        because = f"not proposed ({other.rule}): {other.because}"
        yield None, other.area, other.kind.value, None, None, None, other.due, because


def _in_words(reason: Reason) -> str:
    named = [f"handbook {reason.handbook}"] if reason.handbook else []
    sure = [f"sureness {reason.sureness}"] if reason.sureness else []
    return reason.says + (f" ({', '.join((*named, *sure))})" if named or sure else "")


def _print_plan(planned: Planned, weekly: int, *, rehearsal: bool) -> None:
    proposals, left = planned.programme.proposals, planned.programme.not_proposed
    console().print(f"[bold]Proposed on {planned.on}[/bold]")
    if proposals:
        print_table(
            ("inspection", "kind", "notified on", "on site", "due"),
            [
                (
                    one.inspection,
                    one.kind,
                    one.notify_on,
                    f"{one.on_site.first} to {one.on_site.last}",
                    one.due,
                )
                for one in proposals
            ],
        )
    for one in proposals:
        console().print(f"[bold]{one.inspection}[/bold]")
        for reason in one.why:
            print_hanging("  - ", _in_words(reason))
        console().print(f"  {_confirm(one, rehearsal=rehearsal)}", soft_wrap=True, markup=False)
    if left:
        print_table(
            ("area", "not proposed", "due", "rule", "because"),
            [(one.area, one.kind, one.due, one.rule, one.because) for one in left],
        )
    console().print(
        f"{len(proposals)} proposed, {len(left)} not; at most {weekly} begin in a week (--weekly)"
    )
