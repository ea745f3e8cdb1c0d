"""What is on record of an area: the fold of its events.

The state keeps the facts that count now, each with the entry that it stands in. What an area is on a day
(its name, its bodies, whether it is open) is derived from them in `domain.area.register`, and what its cycle
brings next in `domain.area.cycle`. So an entry that is struck takes its facts along, and nothing else has to
be undone.

`evolve` never judges and never fails on an event that is in the ledger, nor when events before it are left
out.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Final, TypeVar

from domain.actors import Actor, Recorder, Role
from domain.area import events as e
from domain.area.matters import ConcernRef, NewsMatter, PauseNews
from domain.area.vocabulary import (
    Code,
    DueKind,
    Entry,
    EntryKind,
    Intelligence,
    InterventionKind,
    Partner,
    PollsKind,
    Region,
)
from domain.corrections import Correction, of_latest
from domain.events import Irregularity, roles_after
from domain.london import london_date
from domain.values import (
    AreaCode,
    BodyRef,
    InspectionId,
    Instant,
    Kind,
    Period,
    PersonRef,
    Pin,
    PublicName,
    Reference,
)


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that the register says, and the entry in which it says so."""

    entry: Entry


@dataclass(frozen=True, slots=True)
class Entered(Fact):
    """That the area is in the register. `since`: its first day, if one is known."""

    area: AreaCode
    region: Region | None
    since: date | None
    authority: BodyRef


@dataclass(frozen=True, slots=True)
class Named(Fact):
    """A name, and from which day."""

    name: PublicName
    since: date | None


@dataclass(frozen=True, slots=True)
class Coded(Fact):
    """A code of another register, and from which day."""

    code: Code
    since: date | None


@dataclass(frozen=True, slots=True)
class Joined(Fact):
    """A body that shares the responsibility, and from which day."""

    partner: Partner
    since: date | None


@dataclass(frozen=True, slots=True)
class Left(Fact):
    """The last day on which a body shares the responsibility, and who takes its place, if anybody."""

    body: BodyRef
    last_day: date
    successor: BodyRef | None = None


@dataclass(frozen=True, slots=True)
class Follows(Fact):
    """Whose place the area takes, and from which day."""

    areas: tuple[AreaCode, ...]
    since: date | None


@dataclass(frozen=True, slots=True)
class Replaced(Fact):
    """Who takes the area's place, and from which day."""

    by: tuple[AreaCode, ...]
    since: date


@dataclass(frozen=True, slots=True)
class Polls(Fact):
    """A day on which the area votes, who said so, and against which rules, if against any."""

    on: date
    kind: PollsKind
    decided_by: Actor
    recorded_by: Recorder
    irregular: Irregularity | None


@dataclass(frozen=True, slots=True)
class Intervention(Fact):
    """What DfE did about the area, and on which day."""

    kind: InterventionKind
    on: date
    reference: Reference | None


@dataclass(frozen=True, slots=True)
class Scheduled(Fact):
    """An inspection that somebody has decided on, when, and the version of the area that this made.

    `irregular`: against which rules it was decided, if against any.
    """

    inspection: InspectionId
    kind: Kind
    notify_on: date
    on_site: Period
    decided_by: Actor
    recorded_by: Recorder
    decided_at: Instant
    irregular: Irregularity | None
    version: int


@dataclass(frozen=True, slots=True)
class BroughtForward(Fact):
    """By which day the next full inspection is wanted, and since which day.

    That is the day of the decision, or that on which a concern was raised, whenever the area heard of it.
    """

    due_by: date
    because: Intelligence
    on: date
    concern: ConcernRef | None


@dataclass(frozen=True, slots=True)
class MovedToHandbook(Fact):
    """By which handbook it is reckoned what had been brought by a day."""

    handbook: Pin
    on: date


@dataclass(frozen=True, slots=True)
class Agreed(Fact):
    """By which day an engagement meeting is to be held, and on which day that was agreed."""

    due_by: date
    on: date


@dataclass(frozen=True, slots=True)
class Met(Fact):
    """The day of an engagement meeting."""

    on: date


@dataclass(frozen=True, slots=True)
class Visited(Fact):
    """The day of a monitoring visit to the authority's children's services."""

    on: date


@dataclass(frozen=True, slots=True)
class SchoolTerm(Fact):
    """From when to when the area's schools are open."""

    term: Period


F = TypeVar("F", bound=Fact)
DueKey = tuple[DueKind, str | None]
"""What tells something that is due in a cycle from the rest: its kind, and what it follows."""


@dataclass(frozen=True)
class State:
    """An area: the facts that count now, in the order of their recording, and what is heard of inspections.

    `warned` and `missed` hold the due day of which the clock has recorded either. `concerns` are those of
    thematic reviews that were heard of, whether or not what they brought was struck since.
    """

    version: int = 0
    facts: tuple[Fact, ...] = ()
    news: dict[InspectionId, NewsMatter] = field(default_factory=dict)
    warned: dict[DueKey, date] = field(default_factory=dict)
    missed: dict[DueKey, date] = field(default_factory=dict)
    concerns: frozenset[ConcernRef] = frozenset()
    pauses: tuple[PauseNews, ...] = ()
    roles: dict[PersonRef, frozenset[Role]] = field(default_factory=dict)

    def all(self, kind: type[F]) -> tuple[F, ...]:
        """Return the facts of a kind."""
        return tuple(fact for fact in self.facts if isinstance(fact, kind))

    def one(self, kind: type[F]) -> F | None:
        """Return the fact of a kind that there is once, if it is there."""
        return next(iter(self.all(kind)), None)

    def without(self, entry: Entry | None) -> tuple[Fact, ...]:
        """Return the facts that stand in other entries."""
        return tuple(fact for fact in self.facts if fact.entry != entry)


_NOTHING: Final = State()


def initial() -> State:
    """Return the state of an area of which nothing is known."""
    return _NOTHING


def evolve(state: State, event: e.Event) -> State:
    """Return the state after one more event."""
    made = event.made()
    after = replace(
        state,
        version=state.version + 1,
        facts=(*state.without(made or _taken_back(event)), *(_facts(state, event, made) if made else ())),
        roles=roles_after(state.roles, event),
    )
    match event:
        case e.InspectionHeardOf():
            return replace(after, news={**state.news, event.inspection: _news(event)})
        case e.PausesHeardOf():
            return replace(after, pauses=event.pauses)
        case e.InspectionBroughtForward(concern=ConcernRef() as concern):
            return replace(after, concerns=state.concerns | {concern})
        case e.CycleDeadlineApproaching():
            return replace(after, warned={**state.warned, (event.kind, event.subject): event.due})
        case e.CycleDeadlineMissed():
            return replace(after, missed={**state.missed, (event.kind, event.subject): event.due})
        case e.CycleDeadlineMissTakenBack():
            key = (event.kind, event.subject)
            return replace(after, missed={one: due for one, due in state.missed.items() if one != key})
        case _:
            return after


def corrects(earlier: Sequence[e.Event], correction: e.Event) -> Correction | None:
    """Say which event made the entry that is struck."""
    struck = _taken_back(correction)
    return of_latest(earlier, lambda event: struck is not None and event.made() == struck)


def _news(event: e.InspectionHeardOf) -> NewsMatter:
    return NewsMatter(**{name: getattr(event, name) for name in NewsMatter.model_fields})


def _taken_back(event: e.Event) -> Entry | None:
    match event:
        case e.EntryStruck():
            return event.entry
        case e.ConcernStruck():
            return event.brought
        case e.PollsCalledOff():
            return Entry(kind=EntryKind.POLLS_SET, about=event.kind, day=event.polls_on)
        case e.InspectionNotOpened():
            return Entry(kind=EntryKind.INSPECTION_SCHEDULED, about=event.inspection)
        case _:
            return None


def _facts(state: State, event: e.Event, entry: Entry) -> tuple[Fact, ...]:
    match event:
        case e.AreaEntered():
            return _entered(event, entry)
        case e.AreaRenamed():
            return (Named(entry, event.name, event.since),)
        case e.CodeGiven():
            return (Coded(entry, event.code, event.since),)
        case e.BodyJoined():
            return (Joined(entry, event.partner, event.since),)
        case e.BodyLeft():
            return (Left(entry, event.body, event.last_day),)
        case e.BodySucceeded():
            last_day = event.since - timedelta(days=1)
            left = Left(entry, event.body, last_day, successor=event.successor.body)
            return (left, Joined(entry, event.successor, event.since))
        case e.AreaReplaced():
            return (Replaced(entry, event.successors, event.since),)
        case e.AreasTakenOver():
            return (Follows(entry, event.predecessors, event.since),)
        case e.PollsSet():
            who = (event.decided_by, event.recorded_by)
            return (Polls(entry, event.polls_on, event.kind, *who, event.irregular),)
        case e.InterventionRecorded():
            on = london_date(event.occurred_at)
            return (Intervention(entry, event.kind, on, event.reference),)
        case _:
            return _facts_of_the_cycle(state, event, entry)


def _facts_of_the_cycle(state: State, event: e.Event, entry: Entry) -> tuple[Fact, ...]:
    on = london_date(event.occurred_at)
    match event:
        case e.InspectionScheduled():
            what = (event.inspection, event.kind, event.notify_on, event.on_site)
            who = (event.decided_by, event.recorded_by, event.occurred_at, event.irregular)
            return (Scheduled(entry, *what, *who, version=state.version + 1),)
        case e.InspectionBroughtForward():
            since = event.raised_on or on
            return (BroughtForward(entry, event.due_by, event.because, since, event.concern),)
        case e.CycleMovedToHandbook():
            return (MovedToHandbook(entry, event.handbook, on),)
        case e.EngagementMeetingAgreed():
            return (Agreed(entry, event.due_by, on),)
        case e.EngagementMeetingHeld():
            return (Met(entry, event.held_on),)
        case e.MonitoringVisitNoted():
            return (Visited(entry, event.visited_on),)
        case e.SchoolTermSet():
            return (SchoolTerm(entry, event.term),)
        case _:
            return ()


def _entered(event: e.AreaEntered, entry: Entry) -> tuple[Fact, ...]:
    follows = (Follows(entry, event.predecessors, event.since),) if event.predecessors else ()
    return (
        Entered(entry, event.area, event.region, event.since, event.authority),
        Named(entry, event.name, event.since),
        *(Coded(entry, code, event.since) for code in event.codes),
        *(Joined(entry, partner, event.since) for partner in event.partners),
        *follows,
    )
