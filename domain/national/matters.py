"""What a command to the national programme says and its event keeps. All days are days in London."""

from datetime import date
from typing import Annotated, Self

from pydantic import Field, model_validator

from domain.area.vocabulary import StrikeReason
from domain.national.vocabulary import PauseReason, PauseRef
from domain.values import Kind, SealedText, Slug, ThematicReviewId, Value

Day = Annotated[date, Field(gt=date.min, lt=date.max)]


class PauseMatter(Value):
    """Days on which no inspection of a kind, or of any, is on site. Without a last day, until resumed."""

    kind: Kind | None = None
    first: Day
    last: Day | None = None
    reason: PauseReason
    note: SealedText | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.last is not None and self.last < self.first:
            raise ValueError(f"last {self.last} is before first {self.first}")
        return self


class ResumptionMatter(Value):
    """Which pause ends, and its last day."""

    pause: PauseRef
    last: Day


class BeginningStrikeMatter(Value):
    """Why the programme had not begun, or not in this name."""

    reason: StrikeReason


class AskedForMatter(Value):
    """Which thematic review was seen to, and the rule that refused its plan, if one did."""

    review: ThematicReviewId
    refused_by: Slug | None = None


class StrikeMatter(Value):
    """Which pause was recorded wrongly."""

    pause: PauseRef
    reason: StrikeReason
