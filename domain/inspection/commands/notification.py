"""From notification to fieldwork: what can be asked."""

from typing import Literal

from domain.actors import Verb
from domain.inspection.commands.base import Command, between
from domain.inspection.events import notification as happened
from domain.inspection.matters import (
    ChildrenMatter,
    ChildReplacementMatter,
    InformationMatter,
    InformationRequestMatter,
    SurveyCloseMatter,
)
from domain.inspection.vocabulary import Stage


class NotifyArea(Command):
    """Tell the local area partnership by telephone that it will be inspected."""

    type: Literal["notify_area"] = "notify_area"
    verb = Verb.NOTIFY
    stages = frozenset({Stage.PLANNED})
    records = happened.AreaNotified
    once = True


class RequestInformation(Command, InformationRequestMatter):
    """Ask the partnership for information, each item with its due day."""

    type: Literal["request_information"] = "request_information"
    verb = Verb.HANDLE_INFORMATION
    stages = frozenset({Stage.NOTIFIED, Stage.FIELDWORK})
    records = happened.InformationRequested


class ReceiveInformation(Command, InformationMatter):
    """Note that an item has come."""

    type: Literal["receive_information"] = "receive_information"
    verb = Verb.HANDLE_INFORMATION
    stages = between(Stage.NOTIFIED, Stage.MODERATION)
    records = happened.InformationReceived


class ChaseInformation(Command, InformationMatter):
    """Note that an item was asked for again."""

    type: Literal["chase_information"] = "chase_information"
    verb = Verb.HANDLE_INFORMATION
    stages = between(Stage.NOTIFIED, Stage.MODERATION)
    records = happened.InformationChased


class OpenSurveys(Command):
    """Open the surveys of children, parents and carers, and practitioners."""

    type: Literal["open_surveys"] = "open_surveys"
    verb = Verb.HANDLE_INFORMATION
    stages = frozenset({Stage.NOTIFIED})
    records = happened.SurveysOpened
    once = True


class CloseSurveys(Command, SurveyCloseMatter):
    """Close the surveys, with how many answered."""

    type: Literal["close_surveys"] = "close_surveys"
    verb = Verb.HANDLE_INFORMATION
    stages = frozenset({Stage.NOTIFIED, Stage.FIELDWORK})
    records = happened.SurveysClosed
    once = True


class ChooseTrackedChildren(Command, ChildrenMatter):
    """Choose the children whose experience is followed."""

    type: Literal["choose_tracked_children"] = "choose_tracked_children"
    verb = Verb.RECORD
    stages = frozenset({Stage.NOTIFIED, Stage.FIELDWORK})
    records = happened.TrackedChildrenChosen
    once = True


class ReplaceTrackedChild(Command, ChildReplacementMatter):
    """Follow another child instead of one that was chosen."""

    type: Literal["replace_tracked_child"] = "replace_tracked_child"
    verb = Verb.RECORD
    stages = frozenset({Stage.NOTIFIED, Stage.FIELDWORK})
    records = happened.TrackedChildReplaced
