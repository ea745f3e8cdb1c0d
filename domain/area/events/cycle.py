"""What happens in the cycle of an area: what is heard of its inspections, what is planned, what falls due."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from domain import clock
from domain.area.events.base import Event
from domain.area.matters import (
    AgreementMatter,
    BringForwardMatter,
    ConcernRef,
    CycleMoveMatter,
    MeetingMatter,
    NewsMatter,
    NotOpenedMatter,
    PausesMatter,
    ScheduleMatter,
    SchoolTermMatter,
    StruckConcernMatter,
    VisitMatter,
)
from domain.area.vocabulary import DueKind, Entry, EntryKind
from domain.values import Pin


class InspectionHeardOf(Event, NewsMatter):
    """An inspection of the area has moved. What is told here is all that the cycle knows of it."""

    type: Literal["inspection_heard_of"] = "inspection_heard_of"


class PausesHeardOf(Event, PausesMatter):
    """Scheduling is paused in the whole country, or was, or will be; or it is not after all."""

    type: Literal["pauses_heard_of"] = "pauses_heard_of"


class InspectionScheduled(Event, ScheduleMatter):
    """A coordinator has decided when an inspection takes place; it is opened by the cycle itself."""

    type: Literal["inspection_scheduled"] = "inspection_scheduled"

    def made(self) -> Entry:
        """Known by the inspection's name."""
        return Entry(kind=EntryKind.INSPECTION_SCHEDULED, about=self.inspection)


class InspectionNotOpened(Event, NotOpenedMatter):
    """What was scheduled could not be opened: a rule of the inspection itself spoke against it."""

    type: Literal["inspection_not_opened"] = "inspection_not_opened"


class InspectionBroughtForward(Event, BringForwardMatter):
    """The next full inspection comes earlier than the last outcome asks for.

    `raised_on`: when the concern was raised that asks for it. The cycle may have heard of it later.
    """

    type: Literal["inspection_brought_forward"] = "inspection_brought_forward"
    # Left out where there is no concern, as before the field was added.
    raised_on: Annotated[date | None, Field(exclude_if=lambda day: day is None)] = None

    def made(self) -> Entry:
        """Known by the day by which it is wanted, and by the concern, if a review has raised one."""
        return _brought_forward(self.concern, self.due_by)


class ConcernStruck(Event, StruckConcernMatter):
    """A thematic review has struck a concern; the inspection that it has brought forward goes back."""

    type: Literal["concern_struck"] = "concern_struck"
    is_correction = True

    @property
    def brought(self) -> Entry:
        """The entry that the concern had made here, and that counts no longer."""
        return _brought_forward(self.concern, self.due_by)


class CycleDeadlineMove(clock.DeadlineMove):
    """How something that is due in the cycle moved."""

    kind: DueKind


class CycleMovedToHandbook(Event, CycleMoveMatter):
    """What published inspections have brought is reckoned by another handbook than that of each."""

    type: Literal["cycle_moved_to_handbook"] = "cycle_moved_to_handbook"
    handbook: Pin
    moved: tuple[CycleDeadlineMove, ...] = ()

    def made(self) -> Entry:
        """Known by the version, which is named after a day."""
        return Entry(kind=EntryKind.CYCLE_MOVED_TO_HANDBOOK, day=date.fromisoformat(self.to))


class EngagementMeetingAgreed(Event, AgreementMatter):
    """Inspectorates and partnership have agreed by when they meet next."""

    type: Literal["engagement_meeting_agreed"] = "engagement_meeting_agreed"

    def made(self) -> Entry:
        """Known by the day that was agreed."""
        return Entry(kind=EntryKind.ENGAGEMENT_MEETING_AGREED, day=self.due_by)


class EngagementMeetingHeld(Event, MeetingMatter):
    """Inspectorates and partnership have met."""

    type: Literal["engagement_meeting_held"] = "engagement_meeting_held"

    def made(self) -> Entry:
        """Known by its day."""
        return Entry(kind=EntryKind.ENGAGEMENT_MEETING_HELD, day=self.held_on)


class MonitoringVisitNoted(Event, VisitMatter):
    """The authority's children's services had a monitoring visit, which counts towards the cap."""

    type: Literal["monitoring_visit_noted"] = "monitoring_visit_noted"

    def made(self) -> Entry:
        """Known by its day."""
        return Entry(kind=EntryKind.MONITORING_VISIT_NOTED, day=self.visited_on)


class SchoolTermSet(Event, SchoolTermMatter):
    """The area's schools are open from one day to another."""

    type: Literal["school_term_set"] = "school_term_set"

    def made(self) -> Entry:
        """Known by its first day."""
        return Entry(kind=EntryKind.SCHOOL_TERM_SET, day=self.term.first)


def _brought_forward(concern: ConcernRef | None, due_by: date) -> Entry:
    about = f"{concern.review}_{concern.number}".lower().replace("-", "_") if concern else None
    return Entry(kind=EntryKind.INSPECTION_BROUGHT_FORWARD, about=about, day=due_by)


class DueEvent(Event, clock.DeadlineEvent):
    """What the clock brings about something that is due in the cycle."""

    kind: DueKind


class CycleDeadlineApproaching(DueEvent):
    """The window of an inspection opens, or a meeting is near."""

    type: Literal["cycle_deadline_approaching"] = "cycle_deadline_approaching"


class CycleDeadlineMissed(DueEvent):
    """It fell due and was not known to be met. A fact that is reported: the targets are approximate."""

    type: Literal["cycle_deadline_missed"] = "cycle_deadline_missed"


class CycleDeadlineMissTakenBack(DueEvent):
    """A recorded miss was none: met in time and heard of late, moved, or no longer owed."""

    type: Literal["cycle_deadline_miss_taken_back"] = "cycle_deadline_miss_taken_back"
    met_on: date | None = None
