"""What can be asked of the cycle of an area. Some of it only the engine asks."""

from typing import Annotated, Literal

from pydantic import Field

from domain.actors import Verb
from domain.area.commands.base import Command
from domain.area.events import cycle as happened
from domain.area.matters import (
    AgreementMatter,
    BringForwardMatter,
    ConcernNews,
    ConcernRef,
    CycleMoveMatter,
    MeetingMatter,
    NewsMatter,
    NotOpenedMatter,
    PausesMatter,
    ScheduleMatter,
    SchoolTermMatter,
    VisitMatter,
)


class HearOfInspections(Command):
    """Take note of where the inspections of the area stand. What is known already is not noted again."""

    type: Literal["hear_of_inspections"] = "hear_of_inspections"
    verb = Verb.RUN
    records = happened.InspectionHeardOf

    news: Annotated[tuple[NewsMatter, ...], Field(min_length=1)]


class HearOfPauses(Command, PausesMatter):
    """Take note of the pauses of scheduling, all of them anew."""

    type: Literal["hear_of_pauses"] = "hear_of_pauses"
    verb = Verb.RUN
    records = happened.PausesHeardOf


class ScheduleInspection(Command, ScheduleMatter):
    """Decide when an inspection takes place; it is opened at once."""

    type: Literal["schedule_inspection"] = "schedule_inspection"
    verb = Verb.SCHEDULE
    records = happened.InspectionScheduled


class NoteNotOpened(Command, NotOpenedMatter):
    """Note that what was scheduled could not be opened."""

    type: Literal["note_not_opened"] = "note_not_opened"
    verb = Verb.RUN
    records = happened.InspectionNotOpened


class BringForward(Command, BringForwardMatter):
    """Have the next full inspection earlier, on intelligence."""

    type: Literal["bring_forward"] = "bring_forward"
    verb = Verb.AUTHORISE
    records = happened.InspectionBroughtForward


class HearOfConcerns(Command):
    """Bring the next full inspection forward for each concern of a thematic review that is new."""

    type: Literal["hear_of_concerns"] = "hear_of_concerns"
    verb = Verb.RUN
    records = happened.InspectionBroughtForward

    concerns: Annotated[tuple[ConcernNews, ...], Field(min_length=1)]


class MoveCycleToHandbook(Command, CycleMoveMatter):
    """Have what published inspections brought reckoned by another handbook."""

    type: Literal["move_cycle_to_handbook"] = "move_cycle_to_handbook"
    verb = Verb.AUTHORISE
    records = happened.CycleMovedToHandbook


class HearOfStruckConcerns(Command):
    """Let what concerns of thematic reviews have brought forward go back, because the reviews struck them."""

    type: Literal["hear_of_struck_concerns"] = "hear_of_struck_concerns"
    verb = Verb.RUN
    records = happened.ConcernStruck

    concerns: Annotated[tuple[ConcernRef, ...], Field(min_length=1)]


class AgreeEngagementMeeting(Command, AgreementMatter):
    """Note by when inspectorates and partnership meet next."""

    type: Literal["agree_engagement_meeting"] = "agree_engagement_meeting"
    verb = Verb.SCHEDULE
    records = happened.EngagementMeetingAgreed


class HoldEngagementMeeting(Command, MeetingMatter):
    """Note that they have met."""

    type: Literal["hold_engagement_meeting"] = "hold_engagement_meeting"
    verb = Verb.SCHEDULE
    records = happened.EngagementMeetingHeld


class NoteMonitoringVisit(Command, VisitMatter):
    """Note a monitoring visit to the authority's children's services."""

    type: Literal["note_monitoring_visit"] = "note_monitoring_visit"
    verb = Verb.SCHEDULE
    records = happened.MonitoringVisitNoted


class SetSchoolTerm(Command, SchoolTermMatter):
    """Note when the area's schools are open."""

    type: Literal["set_school_term"] = "set_school_term"
    records = happened.SchoolTermSet


class Tick(Command):
    """The clock has reached an instant that matters: record what has come near or fallen due."""

    type: Literal["tick"] = "tick"
    verb = Verb.RUN
    records = happened.CycleDeadlineMissed
