"""What is on record of an area: past tense, each event with the matter of the command that led to it.

None rests on another. An area is older than its entry in the register, so what DfE did about it, or when it
votes, makes sense on a day before somebody entered it, and a look back at that day keeps it.
"""

from typing import Annotated

from pydantic import Field

from domain.area.events.base import Event
from domain.area.events.cycle import (
    ConcernStruck,
    CycleDeadlineApproaching,
    CycleDeadlineMissed,
    CycleDeadlineMissTakenBack,
    CycleDeadlineMove,
    CycleMovedToHandbook,
    DueEvent,
    EngagementMeetingAgreed,
    EngagementMeetingHeld,
    InspectionBroughtForward,
    InspectionHeardOf,
    InspectionNotOpened,
    InspectionScheduled,
    MonitoringVisitNoted,
    PausesHeardOf,
    SchoolTermSet,
)
from domain.area.events.register import (
    AreaEntered,
    AreaRenamed,
    AreaReplaced,
    AreasTakenOver,
    BodyJoined,
    BodyLeft,
    BodySucceeded,
    CodeGiven,
    EntryStruck,
    InterventionRecorded,
    PollsCalledOff,
    PollsSet,
)
from domain.events import event_types

AnyEvent = Annotated[
    AreaEntered
    | AreaRenamed
    | CodeGiven
    | BodyJoined
    | BodyLeft
    | BodySucceeded
    | AreaReplaced
    | AreasTakenOver
    | PollsSet
    | PollsCalledOff
    | InterventionRecorded
    | EntryStruck
    | InspectionHeardOf
    | InspectionScheduled
    | PausesHeardOf
    | InspectionNotOpened
    | InspectionBroughtForward
    | ConcernStruck
    | EngagementMeetingAgreed
    | EngagementMeetingHeld
    | MonitoringVisitNoted
    | SchoolTermSet
    | CycleDeadlineApproaching
    | CycleDeadlineMissed
    | CycleDeadlineMissTakenBack
    | CycleMovedToHandbook,
    Field(discriminator="type"),
]

EVENT_TYPES: dict[str, type[Event]] = event_types(Event)
"""Every event class by its type, as the ledger names it."""

__all__ = [
    "EVENT_TYPES",
    "AnyEvent",
    "AreaEntered",
    "AreaRenamed",
    "AreaReplaced",
    "AreasTakenOver",
    "BodyJoined",
    "BodyLeft",
    "BodySucceeded",
    "CodeGiven",
    "ConcernStruck",
    "CycleDeadlineApproaching",
    "CycleDeadlineMissTakenBack",
    "CycleDeadlineMissed",
    "CycleDeadlineMove",
    "CycleMovedToHandbook",
    "DueEvent",
    "EngagementMeetingAgreed",
    "EngagementMeetingHeld",
    "EntryStruck",
    "Event",
    "InspectionBroughtForward",
    "InspectionHeardOf",
    "InspectionNotOpened",
    "InspectionScheduled",
    "InterventionRecorded",
    "MonitoringVisitNoted",
    "PausesHeardOf",
    "PollsCalledOff",
    "PollsSet",
    "SchoolTermSet",
]
