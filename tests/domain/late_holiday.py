"""A bank holiday that is proclaimed when inspections already count on the day."""

from datetime import date
from typing import Final

from domain.calendar import Holiday, WorkingCalendar
from domain.rulebook import Rulebook

ROYAL_DAY: Final = date(2024, 2, 1)
LATER: Final = "england-2026.2"


def proclaimed(day: date = ROYAL_DAY, version: str = LATER) -> WorkingCalendar:
    """Return the released calendar with one holiday more."""
    calendar = Rulebook.released().current_calendar
    holidays = sorted((*calendar.holidays, Holiday(day=day, name="Royal holiday")), key=lambda one: one.day)
    told = calendar.model_dump(mode="json", exclude={"version", "holidays"})
    return WorkingCalendar.model_validate({**told, "version": version, "holidays": holidays})


def with_royal_holiday(rules: Rulebook | None = None, day: date = ROYAL_DAY) -> Rulebook:
    """Return the released rules, and beside their calendar one that knows of the holiday."""
    rules = rules or Rulebook.released()
    return Rulebook(
        handbooks=rules.handbooks.values(),
        calendars=[*rules.calendars.values(), proclaimed(day)],
        terms=rules.terms.values(),
    )
