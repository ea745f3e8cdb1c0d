"""A bank holiday is proclaimed late: what is counted anew, and what stays as it was."""

from datetime import date

from domain.deadline import Status
from domain.handbook import DeadlineKind
from domain.inspection.events import CalendarMoved, DeadlineMissTakenBack
from tests.domain.inspection.story import Story
from tests.domain.late_holiday import LATER, with_royal_holiday

PLAN = DeadlineKind.STRATEGIC_PLAN
BOTH = with_royal_holiday()
OLD_DUE, NEW_DUE = date(2024, 2, 14), date(2024, 2, 15)


def _trafford() -> Story:
    """Trafford, notified before the holiday was proclaimed: published on 22 December 2023."""
    story = Story(notified=date(2023, 10, 2)).until("final_report_received")
    story.do("release_report", at=date(2023, 12, 22)).do("confirm_publication", at=date(2023, 12, 22))
    story.rules = BOTH
    return story


def _moved(story: Story) -> CalendarMoved:
    (event,) = [one for one in story.events if isinstance(one, CalendarMoved)]
    return event


def test_a_released_calendar_moves_nobody_by_itself() -> None:
    """Notified under the old one, Trafford counts by it until somebody says otherwise."""
    story = _trafford()
    assert (story.deadline(PLAN).due, story.deadline(PLAN).calendar) == (OLD_DUE, "england-2026.1")


def test_a_royal_holiday_moves_traffords_plan_by_a_day() -> None:
    """The event names the calendar by digest and each day that moved, and nothing else is told."""
    story = _trafford().do("move_to_calendar")
    assert story.told == ["calendar_moved"]
    moved = _moved(story)
    assert moved.calendar == BOTH.pin(BOTH.calendar(LATER))
    assert [(one.kind, one.was, one.now) for one in moved.moved] == [(PLAN, OLD_DUE, NEW_DUE)]
    assert (story.deadline(PLAN).due, story.deadline(PLAN).calendar) == (NEW_DUE, LATER)


def test_what_was_met_stays_met() -> None:
    """The plan was published in time by the old day, so it is by the new one."""
    story = _trafford().do("publish_strategic_plan", at=date(2024, 2, 12)).do("move_to_calendar")
    assert story.status(PLAN) is Status.MET
    assert story.told == ["calendar_moved"]


def test_a_miss_that_is_none_any_more_is_taken_back() -> None:
    """Published on the day that has become the last one, it was in time after all."""
    story = _trafford().do("publish_strategic_plan", at=NEW_DUE)
    assert story.status(PLAN) is Status.MISSED
    story.do("move_to_calendar")
    assert story.told == ["calendar_moved", "deadline_miss_taken_back"]
    back = story.latest[-1]
    assert isinstance(back, DeadlineMissTakenBack)
    assert (back.due, back.met_on) == (OLD_DUE, NEW_DUE)
    assert story.status(PLAN) is Status.MET


def test_a_miss_that_stays_one_is_told_for_its_new_day() -> None:
    """Still not published weeks later: missed, but on 15 February and not on the 14th."""
    story = _trafford().wait(date(2024, 3, 1)).do("move_to_calendar")
    assert story.told == ["calendar_moved", "deadline_miss_taken_back", "deadline_missed"]
    assert story.state.missed == {(PLAN, None): NEW_DUE}


def test_a_move_can_be_taken_back() -> None:
    """Bound to the wrong calendar, an inspection goes back to the other one, and on again."""
    story = _trafford().do("move_to_calendar")
    story.do("move_to_calendar", to="england-2026.1", reason="bound_in_error")
    assert story.deadline(PLAN).due == OLD_DUE
    assert story.refused("move_to_calendar", to="england-2026.1").code == "calendar_known"


def test_a_day_that_a_person_gave_stays_even_if_it_becomes_a_holiday() -> None:
    """No rule of a handbook moves such a day to a working day; who wants another one extends again."""
    friday = date(2024, 3, 1)
    story = _trafford()
    story.rules = with_royal_holiday(day=friday)
    story.do("extend_deadline", kind=PLAN, to=friday).do("move_to_calendar")
    assert story.deadline(PLAN).due == friday
    assert _moved(story).moved == ()


def test_a_day_that_was_no_holiday_after_all_can_make_late_what_was_in_time() -> None:
    """Published on the last day by the later calendar; by the other one that was a day too late."""
    story = Story(notified=date(2023, 10, 2), rules=BOTH).until("final_report_received")
    story.do("release_report", at=date(2023, 12, 22)).do("confirm_publication", at=date(2023, 12, 22))
    story.do("publish_strategic_plan", at=NEW_DUE)
    assert story.status(PLAN) is Status.MET
    story.do("move_to_calendar", to="england-2026.1", reason="bound_in_error")
    assert story.told == ["calendar_moved", "deadline_missed"]
    assert (story.deadline(PLAN).due, story.status(PLAN)) == (OLD_DUE, Status.MISSED)


def test_what_was_found_of_the_notice_stands_and_what_is_still_to_come_is_held_to_the_new_days() -> None:
    """A holiday falls into the notice: who came already broke nothing; who comes now needs a reason."""
    told, holiday = date(2024, 1, 22), date(2024, 2, 1)
    rules = with_royal_holiday(day=holiday)
    there = Story(notified=told).until("on_site_begun")
    there.rules = rules
    assert there.do("move_to_calendar").told == ["calendar_moved"]
    story = Story(notified=told).until("fieldwork_begun")
    story.rules = rules
    refusal = story.do("move_to_calendar").refused("come_on_site", at=date(2024, 2, 5))
    assert (refusal.code, refusal.waivable) == ("notice_before_on_site", True)
    assert "9 working days" in refusal.because


def test_an_inspection_notified_later_is_bound_to_the_later_calendar() -> None:
    """It needs no move; what it has is the calendar that was released last."""
    story = Story(rules=BOTH).until("area_notified")
    assert story.state.calendar == BOTH.pin(BOTH.calendar(LATER))
