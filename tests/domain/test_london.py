"""Days and hours in London, on both sides of the clock change."""

from datetime import UTC, date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.london import add_months, at_time, end_of_day, london_date, start_of_day

DAYS = st.dates(date(2016, 1, 1), date(2030, 12, 31))


def test_in_winter_london_keeps_utc() -> None:
    """A deadline on 7 March 2024 is over at 23:59:59 UTC."""
    assert end_of_day(date(2024, 3, 7)) == datetime(2024, 3, 7, 23, 59, 59, tzinfo=UTC)


def test_in_summer_london_is_an_hour_ahead() -> None:
    """A deadline on 7 June 2024 is over an hour before the day ends in UTC."""
    assert end_of_day(date(2024, 6, 7)) == datetime(2024, 6, 7, 22, 59, 59, tzinfo=UTC)
    assert start_of_day(date(2024, 6, 7)) == datetime(2024, 6, 6, 23, tzinfo=UTC)


def test_late_on_a_summer_evening_in_utc_it_is_the_next_day_in_london() -> None:
    """23:30 UTC on 30 June is 1 July in London."""
    assert london_date(datetime(2025, 6, 30, 23, 30, tzinfo=UTC)) == date(2025, 7, 1)


def test_an_instant_without_a_time_zone_is_refused() -> None:
    """Nobody can say which day it is in London at a time of nowhere."""
    with pytest.raises(ValueError, match="time zone"):
        london_date(datetime(2025, 6, 30, 23, 30))  # noqa: DTZ001  the missing zone is what is tested


def test_an_hour_that_comes_twice_means_its_first_coming() -> None:
    """On 27 October 2024 clocks show 01:30 twice; the first is still summer time."""
    assert at_time(date(2024, 10, 27), time(1, 30)) == datetime(2024, 10, 27, 0, 30, tzinfo=UTC)


@given(DAYS)
def test_a_day_begins_and_ends_on_itself(day: date) -> None:
    """The first and the last second of a London day lie on it, whatever the clocks do."""
    assert london_date(start_of_day(day)) == london_date(end_of_day(day)) == day
    assert start_of_day(day) < at_time(day, time(9)) < end_of_day(day)


def test_a_month_too_short_gives_its_last_day() -> None:
    """18 months after 31 August 2024 is 28 February 2026."""
    assert add_months(date(2024, 8, 31), 18) == date(2026, 2, 28)


def test_months_count_backwards_over_the_turn_of_the_year() -> None:
    """Three months before 30 January 2024 is 30 October 2023."""
    assert add_months(date(2024, 1, 30), -3) == date(2023, 10, 30)
