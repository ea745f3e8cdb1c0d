"""From where a stream is looked at: days of happening, days of record, versions."""

from datetime import date

import pytest

from audit.points import Moments, Point, seen_from
from domain.errors import MalformedError, NotFoundError
from domain.london import end_of_day
from eventstore.envelope import Entry
from tests.audit.streams import stream_of
from tests.domain.inspection.story import Story

TOLD_LATE = Story().day(9)


@pytest.fixture
def entries() -> list[Entry]:
    """Of the notification nobody knew until nine working days later; then the surveys opened were told."""
    story = Story().until("team_appointed").do("notify_area", at=Story().day(0), recorded=TOLD_LATE)
    story.do("open_surveys", at=story.day(1), recorded=TOLD_LATE)
    recorded = [*[one.occurred_at for one in story.events[:2]], *[end_of_day(TOLD_LATE)] * 2]
    return stream_of(story.inspection, story.events, recorded)


def _types(point: Point, entries: list[Entry]) -> list[str]:
    moments = Moments(
        end_of_day(point.as_at) if point.as_at else None, end_of_day(point.known) if point.known else None
    )
    return [one.type for one in seen_from(point, moments, Story().inspection, entries).kept]


BEGINNING = ["inspection_planned", "team_appointed"]


@pytest.mark.parametrize(
    ("point", "seen"),
    [
        (Point(), [*BEGINNING, "area_notified", "surveys_opened"]),
        (Point(version=1), ["inspection_planned"]),
        (Point(as_at=Story().day(0)), [*BEGINNING, "area_notified"]),
        (Point(known=Story().day(8)), BEGINNING),
        (Point(known=TOLD_LATE, as_at=Story().day(0)), [*BEGINNING, "area_notified"]),
        (Point(known=Story().day(8), as_at=Story().day(0)), BEGINNING),
    ],
)
def test_what_had_happened_and_what_was_known_are_two_questions(
    entries: list[Entry], point: Point, seen: list[str]
) -> None:
    """Asked together: what was known on a day of what had happened by an earlier one."""
    assert _types(point, entries) == seen


def test_points_that_make_no_sense_are_refused_in_words(entries: list[Entry]) -> None:
    """A version is no day; of the future nothing was known; and there are only so many versions."""
    with pytest.raises(MalformedError, match="--at-version alone"):
        Point(version=1, known=date(2023, 9, 11))
    with pytest.raises(MalformedError, match="nobody knew on 2023-09-11"):
        Point(as_at=date(2023, 9, 12), known=date(2023, 9, 11))
    for version in (0, 5):
        with pytest.raises(NotFoundError, match="accepted is 1 to 4"):
            _types(Point(version=version), entries)
