"""How long things are kept that can be erased, as data: every number with its source and its sureness.

For how long survey data of a thematic review is kept the review's own terms say (`domain.terms`); the data
itself is not here.
"""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Self

from pydantic import model_validator

from domain.handbook import Number, Sourced, Text
from domain.london import add_months
from domain.released import ReleasedValue
from domain.values import HandbookVersion


class Kept(StrEnum):
    """What is kept for a time, and no longer."""

    UNRECORDED_TEXTS = "unrecorded_texts"
    """Texts to which no event refers, of commands that were refused or never came. Since they are here."""
    PEOPLE_WHO_LEFT = "people_who_left"
    """Entries of the directory, since the day on which somebody left."""
    NOTICE_COPIES = "notice_copies"
    """Letters in the folder for notices, with name and address. Since they were written."""


class RetentionRules(ReleasedValue):
    """One version of the rules: for how many months each thing is kept."""

    version: HandbookVersion
    title: Text
    in_force_from: date
    months: Mapping[Kept, Sourced[Number]]

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if missing := set(Kept) - self.months.keys():
            raise ValueError(f"no rule for {', '.join(sorted(missing))}")
        return self

    def due(self, kept: Kept, since: date) -> date:
        """Return the first day on which something is kept no longer."""
        return add_months(since, self.months[kept].value)

    def named(self, kept: Kept) -> str:
        """Name a rule with its version, as the record of an erasure does."""
        return f"{kept} {self.version}"
