"""The look back by business time."""

from datetime import UTC, datetime, timedelta
from typing import Literal

import pytest

from domain.actors import ENGINE, ENGINE_RECORDER
from domain.canonical import canonical_json
from domain.corrections import Correction
from domain.errors import MalformedError
from domain.events import DomainEvent, event_type, event_types
from eventstore.as_happened import as_happened
from eventstore.envelope import Entry, compose, leaf_of

DAY = timedelta(days=1)
FIRST = datetime(2024, 3, 1, 9, tzinfo=UTC)


class Event(DomainEvent):
    """Something that happens somewhere, or everywhere."""

    where: str | None = None

    def about(self) -> str | None:
        return self.where


class Begun(Event):
    type: Literal["begun"] = "begun"


class Ended(Event):
    type: Literal["ended"] = "ended"
    rests_on = frozenset({"begun"})


class Approved(Event):
    type: Literal["approved"] = "approved"


class Reported(Event):
    type: Literal["reported"] = "reported"
    rests_on = frozenset({"ended", "approved"})


class Published(Event):
    type: Literal["published"] = "published"
    rests_on = frozenset({"reported"})


class Noted(Event):
    type: Literal["noted"] = "noted"


class Rectified(Event):
    type: Literal["rectified"] = "rectified"


EVENTS = event_types(Event)


def stream(*told: tuple[str, int]) -> list[Event]:
    """Make a stream of events by type and day, such as ("begun", 1), or ("begun here", 1)."""
    events = []
    for name, day in told:
        kind, _, where = name.partition(" ")
        occurred_at = FIRST + (day - 1) * DAY
        events.append(
            EVENTS[kind](
                occurred_at=occurred_at, decided_by=ENGINE, recorded_by=ENGINE_RECORDER, where=where or None
            )
        )
    return events


def recorded(events: list[Event]) -> list[Entry]:
    """Record a stream on one day long after."""
    entries = []
    for version, event in enumerate(events, start=1):
        text = compose(canonical_json({"type": event_type(event)}), version, FIRST + 99 * DAY, "A", version)
        entries.append(Entry(version, "A", version, event_type(event), FIRST + 99 * DAY, text, leaf_of(text)))
    return entries


def sift(
    events: list[Event], day: int, **corrections: tuple[int, int | None]
) -> tuple[list[int], list[int], list[tuple[int, int]]]:
    """Return the versions that are kept, later, and left out for want of another.

    `v3=(1, 5)`: version 3 says that version 1 happened on day 5; `v3=(1, None)`: that it never did.
    """
    told = {
        int(name[1:]): Correction(version, None if true is None else FIRST + (true - 1) * DAY)
        for name, (version, true) in corrections.items()
    }
    found = as_happened(recorded(events), events, FIRST + (day - 1) * DAY, told)
    return (
        [entry.version for entry in found.kept],
        [entry.version for entry in found.later],
        [(out.entry.version, out.rests_on.version) for out in found.left_out],
    )


def test_what_occurred_by_the_moment_is_kept_and_the_rest_is_later() -> None:
    events = stream(("begun", 1), ("ended", 5), ("reported", 9))
    assert sift(events, 5) == ([1, 2], [3], [])
    assert sift(events, 0) == ([], [1, 2, 3], [])
    assert sift([], 5) == ([], [], [])


def test_what_is_recorded_late_is_kept_in_the_order_of_versions() -> None:
    assert sift(stream(("begun", 3), ("noted", 1), ("ended", 4)), 3) == ([1, 2], [3], [])


def test_what_rests_on_something_later_is_left_out_by_name() -> None:
    assert sift(stream(("begun", 6), ("ended", 2)), 3) == ([], [1], [(2, 1)])


def test_what_rests_on_something_left_out_is_left_out_too() -> None:
    events = stream(("begun", 6), ("ended", 2), ("reported", 3), ("published", 3), ("noted", 3))
    assert sift(events, 3) == ([5], [1], [(2, 1), (3, 2), (4, 3)])


def test_the_latest_before_it_counts() -> None:
    assert sift(stream(("begun", 6), ("begun", 1), ("ended", 2)), 3) == ([2, 3], [1], [])
    assert sift(stream(("begun", 1), ("begun", 6), ("ended", 2)), 3) == ([1], [2], [(3, 2)])
    assert sift(stream(("begun", 1), ("ended", 2), ("begun", 6)), 3) == ([1, 2], [3], [])


def test_of_several_the_latest_about_the_same_counts() -> None:
    """What came last elsewhere is nothing to it. What is about everything is about this too."""
    assert sift(stream(("begun here", 1), ("begun there", 6), ("ended here", 2)), 3) == ([1, 3], [2], [])
    assert sift(stream(("begun here", 4), ("begun there", 1), ("ended here", 2)), 3) == ([2], [1], [(3, 1)])
    assert sift(stream(("begun here", 1), ("begun here", 6), ("ended here", 2)), 3) == ([1], [2], [(3, 2)])
    assert sift(stream(("begun", 6), ("ended here", 2)), 3) == ([], [1], [(2, 1)])


def test_what_is_about_everything_rests_on_any() -> None:
    """Without them all it is left out, for want of the first."""
    assert sift(stream(("begun here", 1), ("begun there", 6), ("ended", 2)), 3) == ([1, 3], [2], [])
    assert sift(stream(("begun here", 6), ("begun there", 5), ("ended", 2)), 3) == ([], [1, 2], [(3, 2)])


def test_each_type_that_it_rests_on_counts_if_it_is_there() -> None:
    assert sift(stream(("ended", 1), ("reported", 2)), 3) == ([1, 2], [], [])
    assert sift(stream(("approved", 6), ("ended", 1), ("reported", 2)), 3) == ([2], [1], [(3, 1)])


def test_what_was_put_right_counts_from_its_true_day_and_its_correction_with_it() -> None:
    """Recorded on day 90, and knowledge all the same of a day long before; the last word counts."""
    events = stream(("begun", 5), ("ended", 8), ("rectified", 90), ("rectified", 91))
    assert sift(events, 6, v3=(1, 7), v4=(2, 9)) == ([], [1, 2, 3, 4], [])
    assert sift(events, 8, v3=(1, 7), v4=(2, 9)) == ([1, 3], [2, 4], [])
    assert sift(events, 3, v3=(1, 2), v4=(2, 3)) == ([1, 2, 3, 4], [], [])
    assert sift(events, 4, v3=(1, 9), v4=(1, 4)) == ([1, 3, 4], [2], [])


def test_what_was_struck_is_struck_from_its_own_day_and_carries_nothing() -> None:
    """What rests on one of its kind rests on the one that was not struck."""
    events = stream(("begun", 2), ("begun", 6), ("rectified", 90), ("ended", 4))
    assert sift(events, 3, v3=(2, None)) == ([1], [2, 3, 4], [])
    assert sift(events, 5, v3=(2, None)) == ([1, 4], [2, 3], [])
    assert sift(events, 6, v3=(2, None)) == ([1, 2, 3, 4], [], [])


def test_the_correction_of_what_is_left_out_is_left_out_too() -> None:
    events = stream(("begun", 6), ("ended", 2), ("rectified", 90))
    assert sift(events, 4, v3=(2, 3)) == ([], [1], [(2, 1), (3, 2)])


def test_a_moment_needs_a_time_zone() -> None:
    with pytest.raises(MalformedError, match="moment"):
        as_happened([], [], datetime(2024, 3, 1), {})  # noqa: DTZ001  no zone, on purpose
