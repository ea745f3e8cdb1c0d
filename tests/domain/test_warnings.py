"""Whatever falls due, and in whatever it does: a warning comes in time or not at all."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from tests.domain.area.story import Story as Area
from tests.domain.inspection.story import Story as Inspection
from tests.domain.thematic.story import Story as Review

Tell = Callable[[], Any]


def _inspection() -> Any:
    return Inspection().until("report_published")


def _area() -> Any:
    return Area(today=date(2026, 3, 2)).entered().do("agree_engagement_meeting", due_by=date(2026, 6, 30))


def _review() -> Any:
    return Review().until("submit_review_report")


@pytest.mark.parametrize(
    ("tell", "near", "missed"),
    [
        (_inspection, "deadline_approaching", "deadline_missed"),
        (_area, "cycle_deadline_approaching", "cycle_deadline_missed"),
        (_review, "review_deadline_approaching", "review_deadline_missed"),
    ],
    ids=["inspection", "area", "review"],
)
def test_what_is_looked_at_after_it_was_missed_is_missed_without_a_warning(
    tell: Tell, near: str, missed: str
) -> None:
    """On its last day there is a warning still. Afterwards it would warn nobody; the miss is the same."""
    (due,) = (one for one in tell().deadlines if one.met_on is None and not one.void and not one.lapses)
    watched = tell().wait(due.due)
    assert watched.told == [near]
    late = tell().wait(due.due + timedelta(days=1))
    assert late.told == [missed]
    watched.wait(due.due + timedelta(days=1))
    assert watched.latest == late.latest
    assert late.wait(due.due + timedelta(days=2)).latest == ()
