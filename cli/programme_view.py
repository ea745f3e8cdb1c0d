"""Everybody: the national programme, and what is paused."""

from typing import Any

from cli.output import Format, console, in_words, print_json, print_table
from domain.london import london_date
from domain.national.state import State
from workers.looking import Look


async def show_programme(look: Look, *, format: Format) -> None:
    """Show the pauses of the programme, whether they are over or to come."""
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
    if format is Format.JSON:
        print_json({"programme": look.name, "version": state.version, "pauses": rows})
        return
    console().print(f"[bold]{look.name}[/bold]  as of {look.now:%Y-%m-%d %H:%M} UTC, version {state.version}")
    print_table(("paused", "from", "to", "because of", "now"), [_row(one) for one in rows])


def _row(one: dict[str, Any]) -> tuple[object, ...]:
    now = "yes" if one["paused_now"] else ""
    return one["kind"], one["first"], one["last"], in_words(one["reason"]), now
