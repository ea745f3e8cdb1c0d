"""What is on record of the national programme. Clocks of what is done run on through any pause."""

from typing import Annotated, Literal

from pydantic import Field

from domain.events import DomainEvent, event_types
from domain.national.matters import PauseMatter, ResumptionMatter, StrikeMatter


class Event(DomainEvent):
    """What was decided for all areas."""


class SchedulingPaused(Event, PauseMatter):
    """No inspection is scheduled for these days."""

    type: Literal["scheduling_paused"] = "scheduling_paused"


class SchedulingResumed(Event, ResumptionMatter):
    """A pause has a last day, or another one."""

    type: Literal["scheduling_resumed"] = "scheduling_resumed"
    rests_on = frozenset({"scheduling_paused"})


class PauseStruck(Event, StrikeMatter):
    """There was no such pause."""

    type: Literal["pause_struck"] = "pause_struck"
    rests_on = frozenset({"scheduling_paused"})


AnyEvent = Annotated[SchedulingPaused | SchedulingResumed | PauseStruck, Field(discriminator="type")]

EVENT_TYPES: dict[str, type[Event]] = event_types(Event)
"""Every event class by its type, as the ledger names it."""
