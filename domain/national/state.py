"""What is on record of the national programme: the fold of its events."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

from domain.actors import Role
from domain.corrections import Correction, of_latest
from domain.events import roles_after
from domain.national import events as e
from domain.national.vocabulary import PauseReason, PauseRef
from domain.values import PersonRef, Slug, ThematicReviewId


@dataclass(frozen=True, slots=True)
class Pause:
    """A pause that counts, and its last day, if one is known."""

    ref: PauseRef
    last: date | None
    reason: PauseReason


@dataclass(frozen=True)
class State:
    """The programme: since when it runs, the last review seen to, the pauses that count as recorded.

    `refused`: the reviews that could not be planned on their day, each with the rule that spoke against it.
    """

    version: int = 0
    begun: e.ProgrammeBegun | None = None
    asked_for: ThematicReviewId | None = None
    refused: dict[ThematicReviewId, Slug] = field(default_factory=dict)
    pauses: tuple[Pause, ...] = ()
    roles: dict[PersonRef, frozenset[Role]] = field(default_factory=dict)

    def pause(self, ref: PauseRef) -> Pause | None:
        """Return a pause, if it counts."""
        return next((one for one in self.pauses if one.ref == ref), None)


_NOTHING: Final = State()


def initial() -> State:
    """Return the state of a programme of which nothing is known."""
    return _NOTHING


def evolve(state: State, event: e.Event) -> State:
    """Return the state after one more event. One that refers to what is not there changes nothing."""
    after = replace(state, version=state.version + 1, roles=roles_after(state.roles, event))
    match event:
        case e.ProgrammeBegun():
            return replace(after, begun=event)
        case e.BeginningStruck():
            return replace(after, begun=None)
        case e.AnnualReviewAskedFor():
            refused = {event.review: event.refused_by} if event.refused_by else {}
            return replace(after, asked_for=event.review, refused={**state.refused, **refused})
        case e.SchedulingPaused():
            others = tuple(one for one in state.pauses if one.ref != event.ref)
            return replace(after, pauses=(*others, Pause(event.ref, event.last, event.reason)))
        case e.SchedulingResumed():
            ended = (replace(one, last=event.last) if one.ref == event.pause else one for one in state.pauses)
            return replace(after, pauses=tuple(ended))
        case e.PauseStruck():
            return replace(after, pauses=tuple(one for one in state.pauses if one.ref != event.pause))
        case _:
            return after


def corrects(earlier: Sequence[e.Event], correction: e.Event) -> Correction | None:
    """Say which event began the pause that is struck, or the programme."""
    match correction:
        case e.PauseStruck(pause=pause):
            return of_latest(earlier, lambda one: isinstance(one, e.SchedulingPaused) and one.ref == pause)
        case e.BeginningStruck():
            return of_latest(earlier, lambda one: isinstance(one, e.ProgrammeBegun))
        case _:
            return None
