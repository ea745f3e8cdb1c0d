"""A stream as a line of time: what happened, what was due and when it was met, when it stood still."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from audit.points import Look
from domain.aggregates import aggregate_of
from domain.deadline import Deadline, Status
from domain.inspection.state import State as Inspection
from domain.london import london_date
from domain.national.state import State as Programme
from domain.rulebook import Rulebook
from domain.streams import require_kind
from domain.values import Instant
from eventstore.codecs import CODECS


@dataclass(frozen=True, slots=True)
class Milestone:
    """What happened on a day, in the order of versions."""

    version: int
    on: date
    name: str
    against: tuple[str, ...]
    """The rules that spoke against it, if any did."""


@dataclass(frozen=True, slots=True)
class Span:
    """One deadline from the day it counts from to the day on which it is due."""

    kind: str
    subject: str | None
    origin_on: date
    due: date
    met_on: date | None
    status: Status
    was_due: tuple[date, ...]
    """Due days that it had before, in their order."""


@dataclass(frozen=True, slots=True)
class Paused:
    """A stretch in which it stood still; open if no end is on record."""

    first: date
    last: date | None


@dataclass(frozen=True, slots=True)
class Timeline:
    """What a look at a stream shows along time. All days are days in London."""

    name: str
    until: date
    milestones: tuple[Milestone, ...]
    deadlines: tuple[Span, ...]
    pauses: tuple[Paused, ...]

    @property
    def first(self) -> date:
        """The first day that is on it."""
        return min(self._days())

    @property
    def last(self) -> date:
        """The last day that is on it."""
        return max(self._days())

    def _days(self) -> Iterator[date]:
        for milestone in self.milestones:
            yield milestone.on
        for span in self.deadlines:
            yield from (span.origin_on, span.due, span.met_on or span.due, *span.was_due)
        for pause in self.pauses:
            yield from (pause.first, pause.last or pause.first)


def timeline(rules: Rulebook, look: Look) -> Timeline:
    """Put what a look sees along time. What the clock alone has brought shows in the deadlines."""
    aggregate, codec = aggregate_of(look.name), CODECS[require_kind(look.name)]
    state, milestones = aggregate.initial(), list[Milestone]()
    due_days: dict[Any, dict[date, None]] = {}
    for entry in look.entries:
        event = codec.decode(entry)
        state = aggregate.evolve(state, event)
        for one in aggregate.deadlines(rules, state):
            due_days.setdefault(one.key, {})[one.due] = None
        if not hasattr(event, "due"):
            against = event.irregular.rules if event.irregular else ()
            milestones.append(Milestone(entry.version, london_date(event.occurred_at), entry.type, against))
    return Timeline(
        name=look.name,
        until=london_date(look.now),
        milestones=tuple(sorted(milestones, key=lambda one: (one.on, one.version))),
        deadlines=tuple(
            _span(one, due_days.get(one.key, {}), look.now) for one in aggregate.deadlines(rules, look.state)
        ),
        pauses=tuple(_pauses(look.state)),
    )


def _span(one: Deadline[Any], due_days: Iterable[date], now: Instant) -> Span:
    return Span(
        kind=one.kind,
        subject=one.subject,
        origin_on=one.origin_on,
        due=one.due,
        met_on=one.met_on,
        status=one.status(now),
        was_due=tuple(day for day in due_days if day != one.due),
    )


def _pauses(state: Any) -> Iterator[Paused]:
    match state:
        case Inspection():
            for one in state.pauses:
                resumed = london_date(one.resumed_at) if one.resumed_at else None
                yield Paused(london_date(one.paused_at), resumed)
        case Programme():
            for pause in state.pauses:
                yield Paused(pause.ref.first, pause.last)
