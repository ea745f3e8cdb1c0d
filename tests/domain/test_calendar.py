"""Counting working days: the day of the trigger is day 0, the day of the deadline is counted."""

from datetime import date, timedelta

import pytest
from govuk_bank_holidays.bank_holidays import BankHolidays
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.calendar import Holiday, MustBeWorkingDay, SkippedDay, WorkingCalendar
from domain.errors import CalendarHorizonError
from domain.rulebook import Rulebook
from domain.values import Period
from scripts.freeze_calendar import freeze

ENGLAND = Rulebook.released().calendar("england-2026.1")

# Far enough from the ends of the calendar for the intervals below.
DAYS = st.dates(date(2017, 1, 1), date(2029, 12, 31))
INTERVALS = st.integers(-120, 120)


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        pytest.param(date(2024, 1, 18), 35, date(2024, 3, 7), id="Suffolk: plan due after the report came"),
        pytest.param(date(2024, 1, 18), 8, date(2024, 1, 30), id="Suffolk: published after the report came"),
        pytest.param(date(2023, 12, 22), 35, date(2024, 2, 14), id="Trafford: plan due after publication"),
        pytest.param(date(2023, 9, 11), 10, date(2023, 9, 25), id="Surrey: notice before coming on site"),
        pytest.param(date(2023, 11, 6), 10, date(2023, 11, 20), id="Halton: notice before coming on site"),
        pytest.param(
            date(2023, 4, 27), 8, date(2023, 5, 11), id="Greenwich: two bank holidays in the notice"
        ),
        pytest.param(date(2025, 8, 5), 52, date(2025, 10, 17), id="Kirklees: the plan's day"),
    ],
)
def test_counting_fits_the_dated_cases(start: date, days: int, end: date) -> None:
    """The real inspections whose dates are known are counted to the day, forwards and backwards."""
    assert ENGLAND.add_working_days(start, days) == end
    assert ENGLAND.working_days_between(start, end) == days
    assert ENGLAND.add_working_days(end, -days) == start
    assert ENGLAND.working_days_between(end, start) == -days


def test_the_frozen_holidays_are_the_official_ones() -> None:
    """In every year that the official list covers, the calendar has its bank holidays and no others."""
    listed = BankHolidays(use_cached_holidays=True).get_holidays(division=BankHolidays.ENGLAND_AND_WALES)
    official = {holiday["date"] for holiday in listed if holiday["date"] >= ENGLAND.first}
    last_year = max(day.year for day in official)
    assert last_year >= 2028
    assert {holiday.day for holiday in ENGLAND.holidays if holiday.day.year <= last_year} == official


def test_the_frozen_file_is_what_the_script_writes() -> None:
    """Whoever doubts the file can make it again."""
    assert freeze("england-2026.1", 2016, 2030) == ENGLAND


@pytest.mark.parametrize("day", [date(2022, 9, 19), date(2023, 5, 8)])
def test_royal_holidays_are_not_working_days(day: date) -> None:
    """The state funeral of 2022 and the coronation of 2023 were bank holidays announced late."""
    assert not ENGLAND.is_working_day(day)
    assert ENGLAND.is_working_day(day + timedelta(days=1))


def test_each_skipped_day_says_why() -> None:
    """From Trafford's publication to the first working day of 2024."""
    skipped = [
        (day.day.isoformat(), day.reason) for day in ENGLAND.skipped(date(2023, 12, 22), date(2024, 1, 2))
    ]
    assert skipped == [
        ("2023-12-23", "Saturday"),
        ("2023-12-24", "Sunday"),
        ("2023-12-25", "Christmas Day"),
        ("2023-12-26", "Boxing Day"),
        ("2023-12-30", "Saturday"),
        ("2023-12-31", "Sunday"),
        ("2024-01-01", "New Year's Day"),
    ]


def test_no_days_after_a_day_is_the_day_itself() -> None:
    """Day 0 is the day of the trigger, even a Saturday."""
    assert ENGLAND.add_working_days(date(2024, 3, 9), 0) == date(2024, 3, 9)


def test_a_due_day_moves_on_moves_back_or_stays() -> None:
    """Good Friday 2024 is followed by a weekend and a Monday that is a holiday too."""
    good_friday = date(2024, 3, 29)
    assert ENGLAND.roll(good_friday, MustBeWorkingDay.NEXT) == date(2024, 4, 2)
    assert ENGLAND.roll(good_friday, MustBeWorkingDay.PREVIOUS) == date(2024, 3, 28)
    assert ENGLAND.roll(good_friday, MustBeWorkingDay.NO) == good_friday
    assert ENGLAND.roll(date(2024, 4, 2), MustBeWorkingDay.PREVIOUS) == date(2024, 4, 2)


def test_outside_its_years_the_calendar_says_where_it_ends() -> None:
    """No answer is better than one that knows no holidays."""
    with pytest.raises(CalendarHorizonError, match=r"england-2026\.1.* to 2030-12-31"):
        ENGLAND.add_working_days(date(2030, 12, 20), 35)
    for outside in (date(2015, 12, 31), date(2031, 1, 1)):
        with pytest.raises(CalendarHorizonError):
            ENGLAND.is_working_day(outside)
        with pytest.raises(CalendarHorizonError):
            ENGLAND.skipped(date(2020, 1, 1), outside)


def test_school_holidays_count_unless_one_counts_in_term_time() -> None:
    """A layer's days are skipped by its name in the copy, and the original goes on as before."""
    half_term = Period(first=date(2024, 2, 12), last=date(2024, 2, 16))
    term_time = ENGLAND.with_layer("school_holidays", (half_term,))
    assert ENGLAND.is_working_day(date(2024, 2, 14))
    assert not term_time.is_working_day(date(2024, 2, 14))
    assert term_time.in_layer("school_holidays", date(2024, 2, 14))
    assert not ENGLAND.in_layer("school_holidays", date(2024, 2, 14))
    assert term_time.add_working_days(date(2024, 2, 9), 1) == date(2024, 2, 19)
    assert SkippedDay(day=date(2024, 2, 14), reason="school_holidays") in term_time.skipped(
        half_term.first, half_term.last
    )
    assert term_time.digest != ENGLAND.digest


def test_a_changed_copy_has_its_own_days_and_digest() -> None:
    """What the original has worked out is not carried into a copy that says something else."""
    assert ENGLAND.is_working_day(date(2024, 1, 18))
    more = tuple(
        sorted((*ENGLAND.holidays, Holiday(day=date(2024, 1, 18), name="Snow")), key=lambda h: h.day)
    )
    changed = ENGLAND.model_copy(update={"holidays": more})
    assert not changed.is_working_day(date(2024, 1, 18))
    assert changed.digest != ENGLAND.digest


def test_a_calendar_is_checked_when_it_is_made() -> None:
    """Holidays stand in order, each once, within the calendar's years."""
    holiday = Holiday(day=date(2024, 12, 25), name="Christmas Day")
    for first, holidays in ((date(2024, 1, 1), (holiday, holiday)), (date(2024, 12, 26), (holiday,))):
        with pytest.raises(ValidationError):
            WorkingCalendar(
                version="england-2024.1",
                region="England",
                first=first,
                last=date(2024, 12, 31),
                holidays=holidays,
            )


@given(DAYS, INTERVALS)
def test_adding_and_counting_agree(day: date, n: int) -> None:
    """The n-th working day from any day is n working days away, in both directions."""
    assert ENGLAND.working_days_between(day, ENGLAND.add_working_days(day, n)) == n


@given(DAYS, INTERVALS, INTERVALS)
def test_more_days_end_later(day: date, n: int, m: int) -> None:
    """A longer interval never ends earlier."""
    shorter, longer = sorted((n, m))
    assert ENGLAND.add_working_days(day, shorter) <= ENGLAND.add_working_days(day, longer)


@given(DAYS, st.integers(0, 60))
def test_a_later_start_ends_no_earlier(day: date, n: int) -> None:
    """Who starts a day later is not done earlier."""
    assert ENGLAND.add_working_days(day, n) <= ENGLAND.add_working_days(day + timedelta(days=1), n)


@given(DAYS, st.integers(0, 400))
def test_every_day_is_counted_or_skipped(start: date, days: int) -> None:
    """Working days and skipped days make up all the days of an interval."""
    end = min(start + timedelta(days=days), ENGLAND.last)
    skipped = ENGLAND.skipped(start, end)
    assert len(skipped) + ENGLAND.working_days_between(start, end) == (end - start).days
    assert not any(ENGLAND.is_working_day(day.day) for day in skipped)
