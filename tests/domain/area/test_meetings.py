"""When inspectorates and partnership meet between inspections: once a year at first, then as need be."""

from datetime import date, timedelta
from typing import Any

from domain.area.vocabulary import DueKind
from domain.deadline import Status
from domain.london import end_of_day, start_of_day
from tests.domain.area.story import Story

MEETING = DueKind.ENGAGEMENT_MEETING
FIRST: dict[str, Any] = {"published_on": date(2023, 5, 5), "outcome": "2"}


def _cornwall(today: date = date(2023, 5, 9)) -> Story:
    return Story("CON", today).entered().heard("CON-2023-F1", **FIRST)


def _meetings(story: Story) -> list[tuple[date, date | None]]:
    return [(one.due, one.met_on) for one in story.deadlines if one.kind is MEETING]


def test_they_meet_a_year_after_the_report_and_a_year_after_each_meeting() -> None:
    """As long as meetings are annual (section 5, S)."""
    story = _cornwall()
    assert _meetings(story) == [(date(2024, 5, 5), None)]
    story.wait(date(2024, 3, 12)).do("hold_engagement_meeting", held_on=date(2024, 3, 12))
    assert _meetings(story) == [(date(2024, 5, 5), date(2024, 3, 12)), (date(2025, 3, 12), None)]


def test_from_6_june_2025_on_no_meeting_is_due_by_itself() -> None:
    """The handbook of that day adjusts them to need; what would have fallen due later does not."""
    story = _cornwall().wait(date(2024, 6, 6))
    story.do("hold_engagement_meeting", held_on=date(2024, 6, 5))
    assert [due for due, _ in _meetings(story)] == [date(2024, 5, 5), date(2025, 6, 5)]
    story.wait(date(2025, 6, 5)).do("hold_engagement_meeting", held_on=date(2025, 6, 5))
    assert [due for due, _ in _meetings(story)] == [date(2024, 5, 5), date(2025, 6, 5)]


def test_a_meeting_that_was_missed_is_owed_until_meetings_are_adjusted_to_need() -> None:
    """On 5 June 2025 it is overdue; the day after nobody waits for it any more. That it was missed stays."""
    story = _cornwall().wait(date(2025, 6, 5))
    assert story.deadline(MEETING).is_owed(story.now)
    story.wait(date(2025, 6, 6))
    assert not story.deadline(MEETING).is_owed(story.now)
    assert (story.status(MEETING), story.latest) == (Status.MISSED, ())
    story.do("agree_engagement_meeting", due_by=date(2025, 9, 30))
    assert story.deadline(MEETING, "by_2025_09_30").is_owed(story.now)


def test_of_a_meeting_they_are_warned_four_weeks_before() -> None:
    """And it is missed when its day is over; one held later ends what is owed, and stays late."""
    story = _cornwall()
    due = story.deadline(MEETING)
    assert due.warn_at == start_of_day(date(2024, 4, 7))
    story.wait(date(2024, 5, 6))
    assert [event.occurred_at for event in story.latest] == [end_of_day(date(2024, 5, 5))]
    story.wait(date(2024, 7, 1)).do("hold_engagement_meeting", held_on=date(2024, 7, 1))
    assert story.status(MEETING, "after_2023_05_05") is Status.MISSED


def test_a_meeting_that_is_missed_stays_missed_for_a_process_that_comes_late_with_an_earlier_time() -> None:
    """It warns of nothing and takes nothing back: that the time is over is on record."""
    story = Story().entered().do("agree_engagement_meeting", due_by=date(2026, 6, 30))
    assert story.wait(date(2026, 7, 1)).told == ["cycle_deadline_missed"]
    story.now = end_of_day(date(2026, 6, 10))
    assert story.do("tick").told == []
    assert story.do("note_monitoring_visit").told == ["monitoring_visit_noted"]


def test_a_meeting_that_was_held_in_time_and_recorded_late_takes_the_miss_back() -> None:
    """The chain of the years goes on from it."""
    story = _cornwall().wait(date(2024, 6, 1)).do("hold_engagement_meeting", held_on=date(2024, 4, 30))
    assert story.told == ["engagement_meeting_held", "cycle_deadline_miss_taken_back"]
    assert _meetings(story)[-1] == (date(2025, 4, 30), None)


def test_a_meeting_that_is_struck_is_owed_again() -> None:
    """It was never held."""
    story = _cornwall().wait(date(2024, 4, 30)).do("hold_engagement_meeting", held_on=date(2024, 4, 30))
    story.wait(date(2024, 6, 1)).strike("engagement_meeting_held", day=date(2024, 4, 30))
    assert story.told == ["entry_struck", "cycle_deadline_missed"]


def test_what_is_agreed_is_due_on_its_day() -> None:
    """Under any handbook, also where nothing was inspected yet."""
    story = Story().entered().do("agree_engagement_meeting", due_by=date(2026, 6, 30))
    assert _meetings(story) == [(date(2026, 6, 30), None)]
    story.wait(date(2026, 6, 30)).do("hold_engagement_meeting", held_on=date(2026, 6, 30))
    assert story.status(MEETING) is Status.MET


def test_the_meeting_at_which_the_next_is_agreed_is_not_the_next() -> None:
    """They meet, and agree when to meet again."""
    story = Story().entered().do("hold_engagement_meeting", held_on=date(2026, 3, 2))
    story.do("agree_engagement_meeting", due_by=date(2026, 9, 30), at=date(2026, 3, 2))
    assert _meetings(story) == [(date(2026, 9, 30), None)]


def test_an_agreement_that_falls_away_is_struck() -> None:
    """Another day is agreed anew."""
    story = Story().entered().do("agree_engagement_meeting", due_by=date(2026, 6, 30))
    story.wait(date(2026, 7, 1)).strike("engagement_meeting_agreed", day=date(2026, 6, 30))
    assert story.told == ["entry_struck", "cycle_deadline_miss_taken_back"]
    story.do("agree_engagement_meeting", due_by=date(2026, 9, 30))
    assert _meetings(story) == [(date(2026, 9, 30), None)]


def test_an_area_that_is_replaced_meets_nobody_any_more() -> None:
    """What would fall due later is void."""
    story = Story().entered().do("agree_engagement_meeting", due_by=date(2026, 6, 30))
    story.do("replace_area", since=date(2026, 6, 30) - timedelta(days=1))
    assert story.status(MEETING) is Status.VOID
