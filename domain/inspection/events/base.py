"""What every event of an inspection has in common, and the small values that several of them carry."""

from datetime import date
from typing import ClassVar

from domain import clock
from domain.events import DomainEvent
from domain.handbook import DeadlineKind
from domain.values import Slug, Value


class DeadlineMove(clock.DeadlineMove):
    """How a deadline of an inspection moved."""

    kind: DeadlineKind


class NextInspection(Value):
    """What the outcome brings next: the kind and the window in which it is due."""

    kind: Slug
    target: date
    window_from: date | None = None
    window_to: date | None = None


class Event(DomainEvent):
    """What has happened in an inspection."""

    comes_after: ClassVar[frozenset[str]] = frozenset()
    is_milestone: ClassVar[bool] = True


class MovesDeadlines(Event):
    """An event that says which deadlines it moves or ends, so that no due day changes silently."""

    moved: tuple[DeadlineMove, ...] = ()
