"""Moving, mending and closing: what has happened."""

from typing import Literal

from domain.inspection.events.base import Event, MovesDeadlines, NextInspection
from domain.inspection.matters import (
    CalendarMoveMatter,
    ExtensionMatter,
    HandbookMoveMatter,
    RectificationMatter,
)
from domain.values import Instant, Pin


class DeadlineExtended(MovesDeadlines, ExtensionMatter):
    """A deadline was moved to a later day."""

    type: Literal["deadline_extended"] = "deadline_extended"
    rests_on = frozenset({"area_notified"})
    is_milestone = False


class HandbookMoved(MovesDeadlines, HandbookMoveMatter):
    """The inspection is bound to another handbook version."""

    type: Literal["handbook_moved"] = "handbook_moved"
    rests_on = frozenset({"area_notified"})
    is_milestone = False
    handbook: Pin


class CalendarMoved(MovesDeadlines, CalendarMoveMatter):
    """The working days of the inspection are counted by another calendar version."""

    type: Literal["calendar_moved"] = "calendar_moved"
    rests_on = frozenset({"area_notified"})
    is_milestone = False
    calendar: Pin


class MilestoneRectified(MovesDeadlines, RectificationMatter):
    """A milestone was recorded wrongly; both values stay readable."""

    type: Literal["milestone_rectified"] = "milestone_rectified"
    is_milestone = False
    is_correction = True
    was: Instant


class InspectionClosed(Event):
    """The inspection is closed, and what comes next is known."""

    type: Literal["inspection_closed"] = "inspection_closed"
    rests_on = frozenset({"report_published"})
    comes_after = frozenset(
        {
            "strategic_plan_published",
            "strategic_plan_verified",
            "priority_action_plan_accepted",
            "priority_action_plan_published",
            "complaint_resolved",
        }
    )
    next: tuple[NextInspection, ...] = ()
