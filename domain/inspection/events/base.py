"""What every event has in common, and the small values that several events carry."""

from datetime import date
from typing import Annotated, ClassVar

from pydantic import Field

from domain.actors import Actor, Recorder
from domain.handbook import DeadlineKind
from domain.values import Instant, PersonRef, SealedText, Slug, Value


class Irregularity(Value):
    """The rules that speak against what happened, and on whose authority it stands all the same."""

    rules: Annotated[tuple[Slug, ...], Field(min_length=1)]
    reason: SealedText
    authorised_by: PersonRef


class DeadlineMove(Value):
    """A deadline's due day before and after. None: it did not exist before, or does not any more."""

    kind: DeadlineKind
    subject: Slug | None = None
    was: date | None
    now: date | None


class NextInspection(Value):
    """What the outcome brings next: the kind and the window in which it is due."""

    kind: Slug
    target: date
    window_from: date | None = None
    window_to: date | None = None


class Event(Value):
    """What every event says besides its own matter."""

    schema_version: ClassVar[int] = 1
    rests_on: ClassVar[frozenset[str]] = frozenset()
    follows: ClassVar[frozenset[str]] = frozenset()
    is_milestone: ClassVar[bool] = True

    occurred_at: Instant
    decided_by: Actor
    recorded_by: Recorder
    irregular: Irregularity | None = None


class MovesDeadlines(Event):
    """An event that says which deadlines it moves or ends, so that no due day changes silently."""

    moved: tuple[DeadlineMove, ...] = ()
