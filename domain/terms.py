"""What thematic reviews run by, as data: every number with its source and how sure we are of it.

A review has no working days in it: its report is planned for a season, and what comes later is counted in
months. So it needs no calendar, and no year is too far ahead for it.
"""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Self

from pydantic import Field, model_validator

from domain.handbook import Days, Number, Sourced, Text
from domain.released import ReleasedValue
from domain.values import HandbookVersion, Theme, Value


class DayOfYear(Value):
    """A day that every year has."""

    month: Annotated[int, Field(ge=1, le=12)]
    day: Annotated[int, Field(ge=1, le=31)]

    @model_validator(mode="after")
    def _is_in_every_year(self) -> Self:
        self.of(2023)  # no leap year; a month that is too short raises
        return self

    def of(self, year: int) -> date:
        """Return the day in a year."""
        return date(year, self.month, self.day)


class ThematicTerms(ReleasedValue):
    """One version of what thematic reviews run by. It holds for the reviews of a year and those after it.

    `warn_days` are calendar days before a due day, `deletion_days` those in which survey data is deleted
    once it has been kept for its months.
    """

    version: HandbookVersion
    title: Text
    in_force_from: date
    themes: Mapping[int, Sourced[Theme]]
    publication_planned_for: Sourced[DayOfYear]
    survey_data_kept_months: Sourced[Number]
    deletion_days: Sourced[Days]
    warn_days: Sourced[Days]
