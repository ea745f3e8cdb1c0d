"""The look back by business time."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.canonical import canonical_json
from domain.corrections import Correction
from domain.errors import IntegrityError, MalformedError
from eventstore.as_happened import as_happened
from eventstore.envelope import Entry, compose, leaf_of

DAY = timedelta(days=1)
FIRST = datetime(2024, 3, 1, 9, tzinfo=UTC)
RESTS_ON = {
    "ended": frozenset({"begun"}),
    "reported": frozenset({"ended", "approved"}),
    "published": frozenset({"reported"}),
}


def stream(*told: tuple[str, int]) -> list[Entry]:
    """Make a stream of events by type and day; they are recorded on one day long after."""
    entries = []
    for version, (name, day) in enumerate(told, start=1):
        occurred_at = (FIRST + (day - 1) * DAY).isoformat()
        body = canonical_json({"event": {"occurred_at": occurred_at}, "type": name})
        text = compose(body, version, FIRST + 99 * DAY, "A", version)
        entries.append(Entry(version, "A", version, name, FIRST + 99 * DAY, text, leaf_of(text)))
    return entries


def sift(
    entries: list[Entry], day: int, **corrections: tuple[int, int | None]
) -> tuple[list[int], list[int], list[tuple[int, int]]]:
    """Return the versions that are kept, later, and left out for want of another.

    `v3=(1, 5)`: version 3 says that version 1 happened on day 5; `v3=(1, None)`: that it never did.
    """
    told = {
        int(name[1:]): Correction(version, None if true is None else FIRST + (true - 1) * DAY)
        for name, (version, true) in corrections.items()
    }
    found = as_happened(entries, FIRST + (day - 1) * DAY, RESTS_ON, told)
    return (
        [entry.version for entry in found.kept],
        [entry.version for entry in found.later],
        [(out.entry.version, out.rests_on.version) for out in found.left_out],
    )


def test_what_occurred_by_the_moment_is_kept_and_the_rest_is_later() -> None:
    entries = stream(("begun", 1), ("ended", 5), ("reported", 9))
    assert sift(entries, 5) == ([1, 2], [3], [])
    assert sift(entries, 0) == ([], [1, 2, 3], [])
    assert sift([], 5) == ([], [], [])


def test_what_is_recorded_late_is_kept_in_the_order_of_versions() -> None:
    assert sift(stream(("begun", 3), ("noted", 1), ("ended", 4)), 3) == ([1, 2], [3], [])


def test_what_rests_on_something_later_is_left_out_by_name() -> None:
    assert sift(stream(("begun", 6), ("ended", 2)), 3) == ([], [1], [(2, 1)])


def test_what_rests_on_something_left_out_is_left_out_too() -> None:
    entries = stream(("begun", 6), ("ended", 2), ("reported", 3), ("published", 3), ("noted", 3))
    assert sift(entries, 3) == ([5], [1], [(2, 1), (3, 2), (4, 3)])


def test_the_latest_before_it_counts() -> None:
    assert sift(stream(("begun", 6), ("begun", 1), ("ended", 2)), 3) == ([2, 3], [1], [])
    assert sift(stream(("begun", 1), ("begun", 6), ("ended", 2)), 3) == ([1], [2], [(3, 2)])
    assert sift(stream(("begun", 1), ("ended", 2), ("begun", 6)), 3) == ([1, 2], [3], [])


def test_each_type_that_it_rests_on_counts_if_it_is_there() -> None:
    assert sift(stream(("ended", 1), ("reported", 2)), 3) == ([1, 2], [], [])
    assert sift(stream(("approved", 6), ("ended", 1), ("reported", 2)), 3) == ([2], [1], [(3, 1)])


def test_what_was_put_right_counts_from_its_true_day_and_its_correction_with_it() -> None:
    """Recorded on day 90, and knowledge all the same of a day long before; the last word counts."""
    entries = stream(("begun", 5), ("ended", 8), ("rectified", 90), ("rectified", 91))
    assert sift(entries, 6, v3=(1, 7), v4=(2, 9)) == ([], [1, 2, 3, 4], [])
    assert sift(entries, 8, v3=(1, 7), v4=(2, 9)) == ([1, 3], [2, 4], [])
    assert sift(entries, 3, v3=(1, 2), v4=(2, 3)) == ([1, 2, 3, 4], [], [])
    assert sift(entries, 4, v3=(1, 9), v4=(1, 4)) == ([1, 3, 4], [2], [])


def test_what_was_struck_is_struck_from_its_own_day_and_carries_nothing() -> None:
    """What rests on one of its kind rests on the one that was not struck."""
    entries = stream(("begun", 2), ("begun", 6), ("struck", 90), ("ended", 4))
    assert sift(entries, 3, v3=(2, None)) == ([1], [2, 3, 4], [])
    assert sift(entries, 5, v3=(2, None)) == ([1, 4], [2, 3], [])
    assert sift(entries, 6, v3=(2, None)) == ([1, 2, 3, 4], [], [])


def test_the_correction_of_what_is_left_out_is_left_out_too() -> None:
    entries = stream(("begun", 6), ("ended", 2), ("rectified", 90))
    assert sift(entries, 4, v3=(2, 3)) == ([], [1], [(2, 1), (3, 2)])


def test_a_moment_and_every_event_need_a_time_zone() -> None:
    with pytest.raises(MalformedError, match="moment"):
        as_happened([], datetime(2024, 3, 1), RESTS_ON, {})  # noqa: DTZ001  no zone, on purpose
    for event in ({}, {"occurred_at": "2024-03-01T00:00:00"}, {"occurred_at": None}):
        text = compose(canonical_json({"event": event, "type": "begun"}), 1, FIRST, "A", 1)
        with pytest.raises(IntegrityError, match="position 1"):
            as_happened([Entry(1, "A", 1, "begun", FIRST, text, leaf_of(text))], FIRST, RESTS_ON, {})
