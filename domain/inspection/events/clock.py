"""What the clock brings: a deadline is near, missed, or was not missed after all; a window lapses."""

from datetime import date
from typing import Literal

from domain import clock
from domain.handbook import DeadlineKind
from domain.inspection.events.base import Event


class CommentWindowLapsed(Event):
    """The days for comment are over and nothing came."""

    type: Literal["comment_window_lapsed"] = "comment_window_lapsed"
    rests_on = frozenset({"draft_sent_for_comment"})


class DeadlineEvent(Event, clock.DeadlineEvent):
    """What the clock brings about one deadline."""

    is_milestone = False
    rests_on = frozenset({"area_notified"})
    kind: DeadlineKind


class DeadlineApproaching(DeadlineEvent):
    """A deadline is near."""

    type: Literal["deadline_approaching"] = "deadline_approaching"


class DeadlineMissed(DeadlineEvent):
    """A deadline fell due and was not known to be met."""

    type: Literal["deadline_missed"] = "deadline_missed"


class DeadlineMissTakenBack(DeadlineEvent):
    """A recorded miss was none: met in time and recorded late, moved, or no longer owed."""

    type: Literal["deadline_miss_taken_back"] = "deadline_miss_taken_back"
    # On nothing: it also comes when the notification itself is struck, and with it whatever was due.
    rests_on = frozenset()
    met_on: date | None = None
