"""From notification to fieldwork: what has happened."""

from typing import Literal

from domain.inspection.events.base import Event
from domain.inspection.matters import (
    ChildrenMatter,
    ChildReplacementMatter,
    InformationMatter,
    InformationRequestMatter,
    SurveyCloseMatter,
)
from domain.values import Pin


class AreaNotified(Event):
    """The partnership knows. From here on the inspection is bound to one handbook and one calendar."""

    type: Literal["area_notified"] = "area_notified"
    rests_on = frozenset({"inspection_planned"})
    comes_after = frozenset({"team_appointed", "inspection_deferred"})
    handbook: Pin
    calendar: Pin


class InformationRequested(Event, InformationRequestMatter):
    """Information is asked for."""

    type: Literal["information_requested"] = "information_requested"
    rests_on = frozenset({"area_notified"})

    def is_about(self, what: str) -> bool:
        """Each of the items that it asks for."""
        return any(line.item == what for line in self.items)


class InformationReceived(Event, InformationMatter):
    """An item of information has come."""

    type: Literal["information_received"] = "information_received"
    rests_on = frozenset({"information_requested"})

    def about(self) -> str:
        """Each item comes by itself."""
        return self.item


class InformationChased(Event, InformationMatter):
    """An item of information was asked for again."""

    type: Literal["information_chased"] = "information_chased"
    rests_on = frozenset({"information_requested"})

    def about(self) -> str:
        """One item."""
        return self.item


class SurveysOpened(Event):
    """The surveys are open."""

    type: Literal["surveys_opened"] = "surveys_opened"
    rests_on = frozenset({"area_notified"})


class SurveysClosed(Event, SurveyCloseMatter):
    """The surveys are closed; so many answered."""

    type: Literal["surveys_closed"] = "surveys_closed"
    rests_on = frozenset({"surveys_opened"})


class TrackedChildrenChosen(Event, ChildrenMatter):
    """The children whose experience is followed are chosen."""

    type: Literal["tracked_children_chosen"] = "tracked_children_chosen"
    rests_on = frozenset({"area_notified"})


class TrackedChildReplaced(Event, ChildReplacementMatter):
    """Another child is followed instead of one that was chosen."""

    type: Literal["tracked_child_replaced"] = "tracked_child_replaced"
    rests_on = frozenset({"tracked_children_chosen"})
