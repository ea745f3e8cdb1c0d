"""Fieldwork: what has happened."""

from typing import Literal

from domain.inspection.events.base import Event
from domain.inspection.matters import (
    ActivityMatter,
    ConcernMatter,
    IncompleteMatter,
    PauseMatter,
)


class FieldworkBegun(Event):
    """Fieldwork has formally begun."""

    type: Literal["fieldwork_begun"] = "fieldwork_begun"
    rests_on = frozenset({"area_notified"})


class OnSiteBegun(Event):
    """The team is in the area."""

    type: Literal["on_site_begun"] = "on_site_begun"
    rests_on = frozenset({"fieldwork_begun"})


class ActivityRecorded(Event, ActivityMatter):
    """A meeting, visit or reading took place."""

    type: Literal["activity_recorded"] = "activity_recorded"
    rests_on = frozenset({"area_notified"})


class SafeguardingConcernReferred(Event, ConcernMatter):
    """A safeguarding concern was referred."""

    type: Literal["safeguarding_concern_referred"] = "safeguarding_concern_referred"


class InspectionPaused(Event, PauseMatter):
    """The inspectors have left and mean to come back."""

    type: Literal["inspection_paused"] = "inspection_paused"
    rests_on = frozenset({"fieldwork_begun"})
    comes_after = frozenset({"inspection_resumed"})


class InspectionResumed(Event):
    """Fieldwork goes on."""

    type: Literal["inspection_resumed"] = "inspection_resumed"
    rests_on = frozenset({"inspection_paused"})
    comes_after = frozenset({"inspection_declared_incomplete"})


class InspectionDeclaredIncomplete(Event, IncompleteMatter):
    """The pause ran past its limit: the inspection is incomplete until it is resumed."""

    type: Literal["inspection_declared_incomplete"] = "inspection_declared_incomplete"
    rests_on = frozenset({"inspection_paused"})


class FeedbackGiven(Event):
    """The provisional feedback was given."""

    type: Literal["feedback_given"] = "feedback_given"
    rests_on = frozenset({"on_site_begun"})


class FieldworkEnded(Event):
    """Fieldwork has ended."""

    type: Literal["fieldwork_ended"] = "fieldwork_ended"
    rests_on = frozenset({"on_site_begun"})
    comes_after = frozenset({"feedback_given", "inspection_resumed"})
