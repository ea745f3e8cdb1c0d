"""Deadlines before and after: what a record would bring, and what a stretch of the ledger has brought."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from rich.markup import escape

from cli.output import deadline_in_words, in_words, print_table
from domain.deadline import Deadline, Paired
from workers.foreseeing import Foresight


def print_deadlines(foresight: Foresight) -> None:
    """Print every deadline with its day before and after; first those that move, begin or end."""
    rows = [
        (
            deadline_in_words(pair.one.kind, escape(pair.one.subject or "") or None),
            _day(pair.before, foresight.now),
            _day(pair.after, foresight.now),
            pair.how(foresight.now, foresight.now),
        )
        for pair in _changes_first(foresight)
    ]
    if rows:
        print_table(("deadline", "is due", "would be due", "so it"), rows)


def deadlines_as_data(foresight: Foresight) -> list[dict[str, Any]]:
    """Write every deadline with its day and status before and after."""
    return pairs_as_data(_changes_first(foresight), foresight.now, foresight.now)


def pairs_as_data(pairs: Iterable[Paired], then: datetime, now: datetime) -> list[dict[str, Any]]:
    """Write deadlines as they stand at two moments."""
    return [
        {
            "kind": pair.one.kind,
            "subject": pair.one.subject,
            "was": _as_data(pair.before, then),
            "now": _as_data(pair.after, now),
            "change": pair.how(then, now),
        }
        for pair in pairs
    ]


def moving(pairs: Iterable[Paired]) -> tuple[Paired, ...]:
    """Choose the deadlines of which the day moves, begins or ends."""
    return tuple(pair for pair in pairs if pair.was != pair.now)


def _changes_first(foresight: Foresight) -> Sequence[Paired]:
    def stays(pair: Paired) -> bool:
        return pair.how(foresight.now, foresight.now) == "stays"

    return sorted(foresight.deadlines, key=lambda pair: (stays(pair), pair.one.due))


def _day(one: Deadline[Any] | None, now: datetime) -> str | None:
    return f"{one.due} {in_words(one.status(now))}" if one else None


def _as_data(one: Deadline[Any] | None, now: datetime) -> dict[str, Any] | None:
    return {"due": one.due.isoformat(), "status": one.status(now).value} if one else None
