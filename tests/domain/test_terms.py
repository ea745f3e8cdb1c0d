"""The terms by which thematic reviews run, and how sure each of their numbers is."""

from datetime import date

import pytest
from pydantic import ValidationError

from domain.rulebook import Rulebook
from domain.terms import DayOfYear

TERMS = Rulebook.released().terms_for(2023)


def test_what_is_stated_and_what_is_our_reading() -> None:
    """The years of the survey data and the first themes are stated; the day of publication is not."""
    sureness = {
        name: getattr(TERMS, name).sureness
        for name in ("publication_planned_for", "survey_data_kept_months", "deletion_days", "warn_days")
    }
    assert sureness == {
        "publication_planned_for": "M",
        "survey_data_kept_months": "S",
        "deletion_days": "M",
        "warn_days": "M",
    }
    assert {year: theme.sureness for year, theme in TERMS.themes.items()} == {2023: "S", 2024: "S", 2025: "S"}


def test_a_day_of_the_year_is_one_that_every_year_has() -> None:
    """So not 29 February, and not 31 November."""
    assert TERMS.publication_planned_for.value.of(2027) == date(2027, 11, 30)
    for month, day in ((2, 29), (11, 31)):
        with pytest.raises(ValidationError, match="day is out of range"):
            DayOfYear(month=month, day=day)
