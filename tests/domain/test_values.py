"""The small values: an instant is a moment in every time zone, or it is none."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from domain.london import london_date
from domain.streams import kind_of
from domain.values import Instant, StreamName

INSTANTS: TypeAdapter[datetime] = TypeAdapter(Instant)
NAMES: TypeAdapter[str] = TypeAdapter(StreamName)
OFFSETS = st.integers(-24 * 60 + 1, 24 * 60 - 1).map(lambda minutes: timezone(timedelta(minutes=minutes)))
EAST, WEST = timezone(timedelta(hours=14)), timezone(timedelta(hours=-12))


@given(st.datetimes(timezones=OFFSETS))
@example(datetime.min.replace(tzinfo=UTC))
@example(datetime.min.replace(tzinfo=EAST))
@example(datetime.max.replace(tzinfo=UTC))
@example(datetime.max.replace(tzinfo=WEST))
@example(datetime(2, 1, 1, tzinfo=EAST))
@example(datetime(9998, 12, 31, 23, 59, 59, tzinfo=WEST))
def test_a_moment_is_read_or_refused_in_words(moment: datetime) -> None:
    """Whatever its year and time zone; and what is read has a day in London and a second after it."""
    if moment.year in {1, 9999}:
        with pytest.raises(ValidationError, match="outside the years 2 to 9998"):
            INSTANTS.validate_python(moment)
        return
    instant = INSTANTS.validate_python(moment)
    assert instant == moment
    assert instant.tzinfo is UTC
    assert isinstance(london_date(instant + timedelta(seconds=1)), date)


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+02:00", "9999-12-31T23:59:59-02:00"])
def test_a_moment_at_the_ends_of_time_is_refused_as_text_too(text: str) -> None:
    """As a sender would put it, on the wire."""
    with pytest.raises(ValidationError, match="outside the years 2 to 9998"):
        INSTANTS.validate_json(f'"{text}"')


@pytest.mark.parametrize("name", ["SFK", "SFK-2023-F1", "SFK-2025-M12", "THEMATIC-2023"])
def test_whatever_has_a_stream_has_a_name(name: str) -> None:
    """An inspection, an area, a thematic review."""
    assert NAMES.validate_python(name) == name
    assert kind_of(name)


@given(st.text("SFKTHEMAIC-0123fm \n", max_size=14))
def test_any_other_name_is_nobodys(name: str) -> None:
    """Of what a name is taken as one and of what it is known are never two things."""
    try:
        NAMES.validate_python(name)
    except ValidationError:
        assert kind_of(name) is None
    else:
        assert kind_of(name) is not None
