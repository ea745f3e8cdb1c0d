"""What is on record of a thematic review: the fold of its events.

The state keeps the events that count now, each with its entry and its true moment. Where a review stands,
which areas take part and what is due are derived from them (`domain.thematic.register`). So an entry that is
struck takes nothing else along, and nothing else has to be undone.

`evolve` never judges and never fails on an event that is in the ledger, nor when events before it are left
out.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final, TypeVar

from domain.actors import Role
from domain.corrections import Correction, of_latest
from domain.events import roles_after
from domain.thematic import events as e
from domain.thematic.vocabulary import Entry, EntryKind, ReviewDeadline
from domain.values import Instant, PersonRef

DeadlineKey = tuple[ReviewDeadline, str | None]
"""What tells a deadline from the review's others."""

E = TypeVar("E", bound=e.Event)


@dataclass(frozen=True, slots=True)
class Fact:
    """An entry that stands: the event that made it, and when that happened, put right or not."""

    entry: Entry
    at: Instant
    event: e.Event


@dataclass(frozen=True)
class State:
    """A review: the facts that count now, in the order of their recording.

    `numbers` holds the last number that was given to an entry of a kind, so that none is given twice.
    """

    version: int = 0
    facts: tuple[Fact, ...] = ()
    numbers: dict[EntryKind, int] = field(default_factory=dict)
    roles: dict[PersonRef, frozenset[Role]] = field(default_factory=dict)
    warned: dict[DeadlineKey, date] = field(default_factory=dict)
    missed: dict[DeadlineKey, date] = field(default_factory=dict)

    def all(self, kind: type[E]) -> tuple[E, ...]:
        """Return the events of a kind that count."""
        return tuple(fact.event for fact in self.facts if isinstance(fact.event, kind))

    def one(self, kind: type[E]) -> E | None:
        """Return the first event of a kind that counts, if any does."""
        return next(iter(self.all(kind)), None)

    def at(self, kind: type[e.Event]) -> Instant | None:
        """Return when the first event of a kind happened that counts."""
        return min((fact.at for fact in self.facts if isinstance(fact.event, kind)), default=None)

    def place(self, entry: Entry) -> int | None:
        """Return at which place among the facts an entry stands."""
        return next((place for place, fact in enumerate(self.facts) if fact.entry == entry), None)


_NOTHING: Final = State()


def initial() -> State:
    """Return the state of a review of which nothing is known."""
    return _NOTHING


def evolve(state: State, event: e.Event) -> State:
    """Return the state after one more event. An entry that is made again replaces its earlier record."""
    state = replace(state, version=state.version + 1, roles=roles_after(state.roles, event))
    match event:
        case e.ReviewEntryRectified():
            return replace(state, facts=_rectified(state, event))
        case e.ReviewDeadlineApproaching():
            return replace(state, warned={**state.warned, (event.kind, event.subject): event.due})
        case e.ReviewDeadlineMissed():
            return replace(state, missed={**state.missed, (event.kind, event.subject): event.due})
        case e.ReviewDeadlineMissTakenBack():
            gone = (event.kind, event.subject)
            return replace(state, missed={key: due for key, due in state.missed.items() if key != gone})
        case _:
            return _noted(state, event)


def corrects(earlier: Sequence[e.Event], correction: e.Event) -> Correction | None:
    """Say which event made the entry that is put right."""
    if not isinstance(correction, e.ReviewEntryRectified):
        return None
    entry = correction.entry
    return of_latest(earlier, lambda event: event.made() == entry, correction.happened_at)


def _noted(state: State, event: e.Event) -> State:
    made = event.made()
    if made is None:
        return state
    others = tuple(fact for fact in state.facts if fact.entry != made)
    numbers = state.numbers
    if isinstance(event, e.NumberedEvent):
        numbers = {**numbers, made.kind: event.number}
    return replace(state, facts=(*others, Fact(made, event.occurred_at, event)), numbers=numbers)


def _rectified(state: State, event: e.ReviewEntryRectified) -> tuple[Fact, ...]:
    """Strike an entry or give it another moment. What the clock made of it is the clock's to say anew."""
    facts = state.facts
    if event.entry.kind is EntryKind.REVIEW_REPORT_PUBLISHED:
        facts = tuple(fact for fact in facts if fact.entry.kind is not EntryKind.SURVEY_DATA_DELETION_DUE)
    if event.happened_at is None:
        return tuple(fact for fact in facts if fact.entry != event.entry)
    return tuple(replace(fact, at=event.happened_at) if fact.entry == event.entry else fact for fact in facts)
