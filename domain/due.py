"""When something falls due: a rule of the handbook, the day it counts from, and the working calendar."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from domain.calendar import MustBeWorkingDay, SkippedDay, WorkingCalendar
from domain.errors import MalformedError
from domain.handbook import DeadlineTerms, GivesWay, Handbook, Unit, Weekday
from domain.london import add_months, at_time, end_of_day, start_of_day
from domain.values import Instant


@dataclass(frozen=True, slots=True)
class Due:
    """The due day in London, the instant at which it is over or due, and the instant of the warning."""

    on: date
    at: Instant
    warn_at: Instant


def due(
    rule: DeadlineTerms, origin_on: date, calendar: WorkingCalendar, *, stated: date | None = None
) -> Due:
    """Reckon when a deadline falls due that counts from a day in London.

    A day that is stated (with the origin, or by an extension) takes the place of the rule's interval. The
    warning comes as its working day begins, and not before the day from which the deadline counts.

    Raises:
        MalformedError: the rule has no interval and no day is stated, so nothing falls due.
        CalendarHorizonError: the reckoning leaves the years of the calendar.
    """
    on = _due_day(rule, origin_on, calendar) if stated is None else stated
    on = calendar.roll(on, rule.must_be_working_day)
    if stated is None and on < origin_on:
        on = calendar.roll(origin_on, MustBeWorkingDay.NEXT)
    warn_on = max(calendar.add_working_days(on, -rule.warn_before.value), min(origin_on, on))
    at = end_of_day(on) if rule.time_of_day == "end_of_day" else at_time(on, rule.time_of_day)
    return Due(on=on, at=at, warn_at=start_of_day(warn_on))


def latest_notification(handbook: Handbook, calendar: WorkingCalendar, first: date) -> date:
    """Return the last day on which an area can be notified that has its notice before a first day on site."""
    return calendar.add_working_days(first, -handbook.notice.on_site_working_days.value)


def is_day_of_notification(handbook: Handbook, calendar: WorkingCalendar, day: date, first: date) -> bool:
    """Say whether areas are notified on that day of the week, for a first day on site.

    A bank holiday in the notice makes weekday and notice impossible at once; where the handbook has the
    weekday give way, any day will do then.
    """
    notice = handbook.notice
    if Weekday.of(day) is notice.notification_weekday.value:
        return True
    return notice.gives_way.value is GivesWay.NOTIFICATION_WEEKDAY and bool(
        bank_holidays(calendar, day, first)
    )


def notification_day(handbook: Handbook, calendar: WorkingCalendar, first: date) -> date:
    """Return the day on which an area is notified for a first day on site: the latest that is right."""
    day = latest_notification(handbook, calendar, first)
    while not is_day_of_notification(handbook, calendar, day, first):
        day = calendar.add_working_days(day, -1)
    return day


def bank_holidays(calendar: WorkingCalendar, start: date, end: date) -> tuple[SkippedDay, ...]:
    """List the days after `start` up to and including `end` that are lost to more than a weekend."""
    weekend = {"Saturday", "Sunday"}
    return tuple(one for one in calendar.skipped(start, end) if one.reason not in weekend)


def surveys_close_at(handbook: Handbook, notified_on: date) -> Instant:
    """Return the instant at which the surveys of an inspection close, from the day of notification."""
    rule = handbook.surveys_close.value
    monday = notified_on - timedelta(days=notified_on.weekday())
    days = 7 * rule.weeks_after_notification + list(Weekday).index(rule.weekday)
    return at_time(monday + timedelta(days=days), rule.at)


def embargoing_polls(handbook: Handbook, polls: Iterable[date], day: date) -> date | None:
    """Return the polls because of which nothing is published about an area on a day in London, if any.

    The days of the embargo are calendar days; the first of them and the day of the polls are included.
    """
    days = handbook.embargo_days_before_polls.value
    return next((polls_on for polls_on in polls if 0 <= (polls_on - day).days <= days), None)


def _due_day(rule: DeadlineTerms, origin_on: date, calendar: WorkingCalendar) -> date:
    interval = rule.interval.value
    if interval is None:
        raise MalformedError(f"{rule.kind} has no interval in the handbook; a due day has to be stated")
    match rule.unit:
        case Unit.WORKING_DAYS:
            return calendar.add_working_days(origin_on, interval)
        case Unit.MONTHS:
            return add_months(origin_on, interval)
        case _:
            return origin_on + timedelta(days=interval)
