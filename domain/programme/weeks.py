"""The weeks of a period in which inspectors can be on site, whatever the area."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from domain.due import bank_holidays, notification_day
from domain.handbook import Handbook, Weekday
from domain.rulebook import Rulebook
from domain.values import Period

_DAYS_ON_SITE: Final = 5
"""From Monday to Friday (section 2 of the facts, S). The weekday with which they begin is the handbook's."""


@dataclass(frozen=True, slots=True)
class Week:
    """A week on site, the day of notification that goes with it, and the handbook in force on that day."""

    on_site: Period
    notify_on: date
    handbook: Handbook
    holidays: tuple[str, ...]
    """The names of the bank holidays in it."""


def weeks(rules: Rulebook, period: Period, today: date) -> tuple[Week, ...]:
    """List the weeks that lie within a period and for which an area can still be notified, in order.

    Raises:
        NotFoundError: a day lies before the first handbook.
        CalendarHorizonError: a day lies outside the years of the calendar.
    """
    first = max(period.first, today)
    days = (first + timedelta(days=n) for n in range((period.last - first).days + 2 - _DAYS_ON_SITE))
    found = (_week(rules, day) for day in days if _begins(rules, day))
    return tuple(one for one in found if one.notify_on >= today)


def monday_of(day: date) -> date:
    """Return the Monday of the week of a day: two inspections begin in one week if it is the same."""
    return day - timedelta(days=day.weekday())


def _begins(rules: Rulebook, day: date) -> bool:
    return Weekday.of(day) is rules.in_force(day).notice.on_site_weekday.value


def _week(rules: Rulebook, first: date) -> Week:
    """The handbook that counts is that of the day of notification, which another one may have found."""
    calendar = rules.current_calendar
    last = first + timedelta(days=_DAYS_ON_SITE - 1)
    handbook = rules.in_force(notification_day(rules.in_force(first), calendar, first))
    return Week(
        on_site=Period(first=first, last=last),
        notify_on=notification_day(handbook, calendar, first),
        handbook=handbook,
        holidays=tuple(one.reason for one in bank_holidays(calendar, first - timedelta(days=1), last)),
    )
