"""What falls due in a review: its report in autumn, and three years later the end of its survey data."""

from datetime import date, timedelta

import pytest

from domain.deadline import Status, next_wake, what_is_due
from domain.events import event_type
from domain.london import end_of_day
from domain.thematic.standing import stands
from domain.thematic.vocabulary import ReviewDeadline, Stage
from tests.domain.thematic.story import RULES, Story

PUBLICATION = ReviewDeadline.PUBLICATION
RETENTION = ReviewDeadline.SURVEY_DATA_RETENTION
DELETION = ReviewDeadline.SURVEY_DATA_DELETION


def test_a_report_that_comes_late_is_late_and_comes_all_the_same() -> None:
    """As that of 2023, planned for autumn and published in February 2024."""
    story = Story().until("release_review_report").wait(date(2023, 12, 1))
    assert story.told == ["review_deadline_missed"]
    assert story.latest[0].occurred_at == end_of_day(date(2023, 11, 30))
    story.do("publish_review_report", at=date(2024, 2, 15))
    assert story.told == ["review_report_published"]
    assert (story.status(PUBLICATION), story.stage()) == (Status.MISSED, Stage.PUBLISHED)


def test_before_the_day_there_is_a_warning() -> None:
    """Two weeks ahead, once."""
    story = Story().until("submit_review_report").wait(date(2023, 11, 15))
    assert story.latest == ()
    assert story.wait(date(2023, 11, 16)).told == ["review_deadline_approaching"]
    assert story.wait(date(2023, 11, 17)).latest == ()


def test_a_publication_in_time_that_is_recorded_late_takes_the_miss_back() -> None:
    """Missed means not known to be met when it fell due."""
    story = Story().until("release_review_report").wait(date(2023, 12, 4))
    story.do("publish_review_report", at=date(2023, 11, 30))
    assert story.told == ["review_report_published", "review_deadline_miss_taken_back"]
    assert story.status(PUBLICATION) is Status.MET


def test_survey_data_is_kept_for_three_years_after_the_report() -> None:
    """Nobody is warned in all this time, and the clock is next looked at when they are over."""
    story = Story().until("publish_review_report")
    due = end_of_day(date(2026, 11, 20))
    assert story.deadline(RETENTION).due_at == due
    assert next_wake(story.deadlines, story.now) == due + timedelta(seconds=1)
    assert stands(RULES, story.state, story.now).standing.next_due == "2026-11-20"
    assert story.wait(date(2026, 11, 20)).latest == ()


def test_when_the_years_are_over_the_deletion_is_due() -> None:
    """The clock says so, and somebody does it and says so."""
    story = Story().until("publish_review_report").wait(date(2026, 11, 21))
    assert story.told == ["survey_data_deletion_due"]
    assert [(one.kind, one.due) for one in what_is_due(story.deadlines, story.now)] == [
        (DELETION, "2026-12-18")
    ]
    story.do("record_survey_data_deletion", at=date(2026, 12, 18))
    assert (story.status(DELETION), story.stage()) == (Status.MET, Stage.COMPLETED)


def test_survey_data_that_is_not_deleted_is_missed_and_still_waited_for() -> None:
    """The review stays open until it is done."""
    story = Story().until("publish_review_report").wait(date(2026, 11, 21)).wait(date(2026, 12, 19))
    assert story.told == ["review_deadline_missed"]
    assert stands(RULES, story.state, story.now).standing.open
    story.do("record_survey_data_deletion")
    assert (story.status(DELETION), story.stage()) == (Status.MISSED, Stage.COMPLETED)


def test_survey_data_may_be_deleted_early() -> None:
    """Nothing says that it has to be kept. Then nothing falls due later."""
    story = Story().until("publish_review_report").do("record_survey_data_deletion", at=date(2025, 1, 6))
    assert story.wait(date(2027, 6, 1)).latest == ()
    assert story.stage() is Stage.COMPLETED


@pytest.mark.parametrize("steps", [(), (date(2026, 11, 21),), (date(2026, 11, 21), date(2026, 12, 19))])
def test_whoever_looks_late_finds_the_same_misses_at_the_same_moments(steps: tuple[date, ...]) -> None:
    """Also where the end of one deadline begins the next."""
    story = Story().until("publish_review_report")
    known = len(story.events)
    for day in (*steps, date(2028, 1, 3)):
        story.wait(day)
    found = [(event_type(event), event.occurred_at) for event in story.events[known:]]
    assert [one for one in found if one[0] != "review_deadline_approaching"] == [
        ("survey_data_deletion_due", end_of_day(date(2026, 11, 20))),
        ("review_deadline_missed", end_of_day(date(2026, 12, 18))),
    ]


def test_a_deadline_explains_itself() -> None:
    """From what it counts, and by which terms; it has no working days, so it has no calendar."""
    plan, kept = Story().until("publish_review_report").deadlines
    assert (plan.kind, plan.origin, plan.handbook, plan.calendar) == (
        PUBLICATION,
        "review_planned",
        "2023-01-01",
        None,
    )
    assert (kept.kind, kept.origin, kept.origin_on) == (
        RETENTION,
        "review_report_published",
        date(2023, 11, 20),
    )
