"""Everybody: the national programme, what is paused, and which thematic review comes next."""

from typing import Any

from audit.points import Look
from cli.output import console, in_words, print_hanging, print_table
from domain.london import london_date
from domain.national.reviews import next_review, planned_at
from domain.national.state import State


def print_programme(look: Look) -> None:
    """Print the next review, those that could not be planned, and all pauses, over or to come."""
    data = programme_as_data(look)
    coming = data["next_review"]
    console().print(
        f"[bold]{look.name}[/bold]  as of {look.now:%Y-%m-%d %H:%M} UTC, version {look.state.version}"
    )
    console().print(
        f"next review: {coming['review']}, to be planned on {coming['planned_on']}" if coming else "not begun"
    )
    for one in data["not_planned"]:
        print_hanging(
            "",
            f"{one['review']} could not be planned on its day, because of rule {one['rule']}. If nobody has "
            "since, plan it: `inspections milestones plan_review` says how",
        )
    print_table(("paused", "from", "to", "because of", "now"), [_row(one) for one in data["pauses"]])


def programme_as_data(look: Look) -> dict[str, Any]:
    """Write the same for scripts."""
    state: State = look.state
    today = london_date(look.now)
    pauses = [
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
    return {
        "programme": look.name,
        "version": state.version,
        "next_review": {"review": review, "planned_on": planned_on} if review else None,
        "not_planned": [{"review": name, "rule": rule} for name, rule in state.refused.items()],
        "pauses": pauses,
    }


def _row(one: dict[str, Any]) -> tuple[object, ...]:
    now = "yes" if one["paused_now"] else ""
    return one["kind"], one["first"], one["last"], in_words(one["reason"]), now
