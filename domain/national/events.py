"""What is on record of the national programme. Clocks of what is done run on through any pause."""

from typing import Annotated, Literal

from pydantic import Field

from domain.events import DomainEvent, event_types
from domain.national.matters import (
    AskedForMatter,
    BeginningStrikeMatter,
    PauseMatter,
    ResumptionMatter,
    StrikeMatter,
)
from domain.national.vocabulary import PauseRef


class Event(DomainEvent):
    """What was decided for all areas."""


class ProgrammeBegun(Event):
    """From now on each year's thematic review is planned in the name of whoever decided this."""

    type: Literal["programme_begun"] = "programme_begun"


class BeginningStruck(Event, BeginningStrikeMatter):
    """The programme had not begun. What was planned in its name keeps its plan."""

    type: Literal["beginning_struck"] = "beginning_struck"
    is_correction = True
    rests_on = frozenset({"programme_begun"})


class AnnualReviewAskedFor(Event, AskedForMatter):
    """The day of a year's thematic review has come: it is planned, or a rule refused that."""

    type: Literal["annual_review_asked_for"] = "annual_review_asked_for"
    rests_on = frozenset({"programme_begun"})


class SchedulingPaused(Event, PauseMatter):
    """No inspection is scheduled for these days."""

    type: Literal["scheduling_paused"] = "scheduling_paused"

    @property
    def ref(self) -> PauseRef:
        """By which the pause is known."""
        return PauseRef(kind=self.kind, first=self.first)

    def about(self) -> str:
        """One pause among several."""
        return str(self.ref)


class SchedulingResumed(Event, ResumptionMatter):
    """A pause has a last day, or another one."""

    type: Literal["scheduling_resumed"] = "scheduling_resumed"
    rests_on = frozenset({"scheduling_paused"})

    def about(self) -> str:
        """That pause."""
        return str(self.pause)


class PauseStruck(Event, StrikeMatter):
    """There was no such pause."""

    type: Literal["pause_struck"] = "pause_struck"
    is_correction = True
    rests_on = frozenset({"scheduling_paused"})


AnyEvent = Annotated[
    ProgrammeBegun
    | BeginningStruck
    | AnnualReviewAskedFor
    | SchedulingPaused
    | SchedulingResumed
    | PauseStruck,
    Field(discriminator="type"),
]

EVENT_TYPES: dict[str, type[Event]] = event_types(Event)
"""Every event class by its type, as the ledger names it."""
