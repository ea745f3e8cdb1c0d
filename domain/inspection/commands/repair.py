"""Moving, mending and closing: what can be asked."""

from typing import Literal

from domain.actors import Verb
from domain.inspection.commands.base import Command, between
from domain.inspection.events import repair as happened
from domain.inspection.events.clock import DeadlineMissed
from domain.inspection.matters import (
    CalendarMoveMatter,
    ExtensionMatter,
    HandbookMoveMatter,
    RectificationMatter,
)
from domain.inspection.vocabulary import Stage


class ExtendDeadline(Command, ExtensionMatter):
    """Give more time for one deadline."""

    type: Literal["extend_deadline"] = "extend_deadline"
    verb = Verb.AUTHORISE
    stages = between(Stage.NOTIFIED, Stage.FOLLOW_UP)
    records = happened.DeadlineExtended


class MoveToHandbook(Command, HandbookMoveMatter):
    """Bind the inspection to another handbook version."""

    type: Literal["move_to_handbook"] = "move_to_handbook"
    verb = Verb.AUTHORISE
    stages = between(Stage.NOTIFIED, Stage.FOLLOW_UP)
    records = happened.HandbookMoved


class MoveToCalendar(Command, CalendarMoveMatter):
    """Count the working days of the inspection by another calendar version."""

    type: Literal["move_to_calendar"] = "move_to_calendar"
    verb = Verb.AUTHORISE
    stages = between(Stage.NOTIFIED, Stage.FOLLOW_UP)
    records = happened.CalendarMoved


class RectifyMilestone(Command, RectificationMatter):
    """Put a wrongly recorded milestone right, or strike one that never happened."""

    type: Literal["rectify_milestone"] = "rectify_milestone"
    verb = Verb.RECTIFY
    stages = between(Stage.PLANNED, Stage.WITHDRAWN)
    records = happened.MilestoneRectified


class CloseInspection(Command):
    """Close the inspection; the answer says what comes next and when."""

    type: Literal["close_inspection"] = "close_inspection"
    verb = Verb.CLOSE
    stages = frozenset({Stage.FOLLOW_UP})
    records = happened.InspectionClosed
    once = True


class Tick(Command):
    """The clock has reached an instant that matters: record what has come near or fallen due."""

    type: Literal["tick"] = "tick"
    verb = Verb.RUN
    stages = between(Stage.PLANNED, Stage.FOLLOW_UP)
    records = DeadlineMissed
