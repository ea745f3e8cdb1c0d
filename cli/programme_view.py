"""Everybody: the national programme, what is paused, and which thematic review comes next."""

from typing import Any

from cli.output import Format, console, in_words, print_hanging, print_json, print_table
from domain.london import london_date
from domain.national.reviews import next_review, planned_at
from domain.national.state import State
from workers.looking import Look


async def show_programme(look: Look, *, format: Format) -> None:
    """Show the next review, those that could not be planned, and all pauses, over or to come."""
    state: State = look.state
    today = london_date(look.now)
    rows = [
        {
            "kind": one.ref.kind.value if one.ref.kind else "all",
            "first": one.ref.first.isoformat(),
            "last": one.last.isoformat() if one.last else None,
            "reason": one.reason.value,
            "paused_now": one.ref.first <= today and (one.last is None or today <= one.last),
        }
        for one in sorted(state.pauses, key=lambda one: one.ref.first)
    ]
    review = next_review(state)
    planned_on = london_date(planned_at(review)).isoformat() if review else None
    if format is Format.JSON:
        coming = {"review": review, "planned_on": planned_on} if review else None
        not_planned = [{"review": name, "rule": rule} for name, rule in state.refused.items()]
        told = {"next_review": coming, "not_planned": not_planned, "pauses": rows}
        print_json({"programme": look.name, "version": state.version, **told})
        return
    console().print(f"[bold]{look.name}[/bold]  as of {look.now:%Y-%m-%d %H:%M} UTC, version {state.version}")
    console().print(f"next review: {review}, to be planned on {planned_on}" if review else "not begun")
    for name, rule in state.refused.items():
        print_hanging(
            "",
            f"{name} could not be planned on its day, because of rule {rule}. If nobody has since, plan it: "
            "`inspections milestones plan_review` says how",
        )
    print_table(("paused", "from", "to", "because of", "now"), [_row(one) for one in rows])


def _row(one: dict[str, Any]) -> tuple[object, ...]:
    now = "yes" if one["paused_now"] else ""
    return one["kind"], one["first"], one["last"], in_words(one["reason"]), now
