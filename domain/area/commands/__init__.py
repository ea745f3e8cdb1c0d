"""What can be asked of an area and its cycle: imperative names, one class an event."""

from typing import Annotated

from pydantic import Field, TypeAdapter

from domain.area.commands.base import Command
from domain.area.commands.cycle import (
    AgreeEngagementMeeting,
    BringForward,
    HearOfConcerns,
    HearOfInspections,
    HearOfPauses,
    HearOfStruckConcerns,
    HoldEngagementMeeting,
    MoveCycleToHandbook,
    NoteMonitoringVisit,
    NoteNotOpened,
    ScheduleInspection,
    SetSchoolTerm,
    Tick,
)
from domain.area.commands.register import (
    CallOffPolls,
    EnterArea,
    GiveCode,
    JoinBody,
    LeaveBody,
    RecordIntervention,
    RenameArea,
    ReplaceArea,
    SetPolls,
    StrikeEntry,
    SucceedBody,
    TakeOverAreas,
)
from domain.commands import command_types

AnyCommand = Annotated[
    EnterArea
    | RenameArea
    | GiveCode
    | JoinBody
    | LeaveBody
    | SucceedBody
    | ReplaceArea
    | TakeOverAreas
    | SetPolls
    | CallOffPolls
    | RecordIntervention
    | StrikeEntry
    | HearOfInspections
    | HearOfConcerns
    | HearOfStruckConcerns
    | HearOfPauses
    | ScheduleInspection
    | NoteNotOpened
    | BringForward
    | MoveCycleToHandbook
    | AgreeEngagementMeeting
    | HoldEngagementMeeting
    | NoteMonitoringVisit
    | SetSchoolTerm
    | Tick,
    Field(discriminator="type"),
]

COMMANDS: TypeAdapter[AnyCommand] = TypeAdapter(AnyCommand)
"""Reads any command from plain data by its `type`."""

COMMAND_TYPES: dict[str, type[Command]] = command_types(Command)
"""Every command class by the name that it goes by on the wire."""

__all__ = [
    "COMMANDS",
    "COMMAND_TYPES",
    "AgreeEngagementMeeting",
    "AnyCommand",
    "BringForward",
    "CallOffPolls",
    "Command",
    "EnterArea",
    "GiveCode",
    "HearOfConcerns",
    "HearOfInspections",
    "HearOfPauses",
    "HearOfStruckConcerns",
    "HoldEngagementMeeting",
    "JoinBody",
    "LeaveBody",
    "MoveCycleToHandbook",
    "NoteMonitoringVisit",
    "NoteNotOpened",
    "RecordIntervention",
    "RenameArea",
    "ReplaceArea",
    "ScheduleInspection",
    "SetPolls",
    "SetSchoolTerm",
    "StrikeEntry",
    "SucceedBody",
    "TakeOverAreas",
    "Tick",
]
