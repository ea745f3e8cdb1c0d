"""Days and hours as they are kept in London.

The handbook speaks of days and of hours of the day in England; the ledger keeps instants in UTC. Between
the two lies the clock change, so every step from one to the other is taken here.
"""

from calendar import monthrange
from datetime import UTC, date, datetime, time
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

LONDON: Final = ZoneInfo("Europe/London")

_LAST_SECOND: Final = time(23, 59, 59)


def london_date(instant: datetime) -> date:
    """Return the calendar day in London on which an instant falls.

    Raises:
        ValueError: the instant has no time zone.
    """
    if instant.tzinfo is None:
        raise ValueError(f"{instant} has no time zone, so nobody can say which day it is in London")
    return instant.astimezone(LONDON).date()


@lru_cache(maxsize=4096)
def at_time(day: date, at: time) -> datetime:
    """Return, in UTC, the instant at which clocks in London show a time on a day.

    On the night in which the clocks go back, an hour that comes twice means its first coming.
    """
    return datetime.combine(day, at, tzinfo=LONDON).astimezone(UTC)


def start_of_day(day: date) -> datetime:
    """Return midnight in London, with which a day begins, in UTC."""
    return at_time(day, time.min)


def end_of_day(day: date) -> datetime:
    """Return the last second of a day in London (23:59:59), in UTC."""
    return at_time(day, _LAST_SECOND)


def add_months(day: date, months: int) -> date:
    """Return the same day of the month so many months later, or earlier if `months` is negative.

    A month that is too short gives its last day: one month after 31 January is 28 or 29 February.
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
