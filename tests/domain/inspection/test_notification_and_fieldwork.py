"""From the telephone call to the end of fieldwork."""

from datetime import date

import pytest
from pydantic import ValidationError

from domain.deadline import Status
from domain.handbook import DeadlineKind
from domain.inspection.progress import held_by
from domain.inspection.vocabulary import Stage
from tests.domain.inspection.story import RULES, Story

PAUSE = (DeadlineKind.RESUMPTION, "pause_1")


def test_notification_binds_handbook_and_calendar() -> None:
    """The event names both by version and digest, so that it says for ever which rules held."""
    story = Story().until("area_notified")
    assert story.stage() is Stage.NOTIFIED
    assert story.state.handbook == RULES.pin(RULES.handbook("2023-01-01"))
    assert story.state.calendar == RULES.pin(RULES.current_calendar)


def test_with_a_bank_holiday_in_the_notice_the_monday_yields() -> None:
    """Greenwich in May 2023, with two bank holidays: the notice counts, so it was told on a Thursday."""
    thursday = date(2023, 4, 27)
    story = Story(notified=thursday).do(
        "plan_inspection",
        notify_on=thursday,
        on_site={"first": date(2023, 5, 15), "last": date(2023, 5, 19)},
    )
    story.do("appoint_team")
    assert story.refused("notify_area", at=date(2023, 5, 2)).code == "notice_before_on_site"
    story = Story(notified=thursday).record(tuple(story.events))
    assert story.do("notify_area", at=thursday).stage() is Stage.NOTIFIED


def test_a_late_notification_is_refused_with_the_last_day_that_keeps_the_notice() -> None:
    """Ten working days before the inspectors come."""
    story = Story().until("team_appointed")
    refusal = story.refused("notify_area", at=date(2023, 9, 18))
    assert refusal.code == "notice_before_on_site"
    assert "2023-09-11" in refusal.accepted


def test_each_item_of_information_has_its_own_day() -> None:
    """What comes in time is met; what does not come is missed when its day is over."""
    story = (
        Story()
        .until("area_notified")
        .do(
            "request_information",
            items=[
                {"item": "strategic_plan", "due": story_day(5)},
                {"item": "annex_a_3", "due": story_day(6)},
            ],
        )
    )
    story.do("receive_information", item="strategic_plan", at=story_day(5)).wait(story_day(7))
    assert story.status(DeadlineKind.INFORMATION_ITEM, "strategic_plan") is Status.MET
    assert story.status(DeadlineKind.INFORMATION_ITEM, "annex_a_3") is Status.MISSED


def story_day(number: int) -> date:
    """Return a working day after the ordinary day of notification."""
    return Story().day(number)


def test_an_item_is_asked_for_once() -> None:
    """More time for it is an extension, not another request."""
    assert Story().until("information_requested").refused("request_information").code == "recorded_once"


def test_an_item_is_named_once_in_a_request() -> None:
    """Two days for one item would leave open which holds."""
    twice = [{"item": "annex_a_3", "due": story_day(5)}, {"item": "annex_a_3", "due": story_day(6)}]
    with pytest.raises(ValidationError, match="named twice"):
        Story().until("area_notified").ask("request_information", items=twice)


def test_nothing_is_due_before_it_is_asked_for() -> None:
    """A day that has passed is a slip of the pen."""
    story = Story().until("area_notified")
    items = [{"item": "annex_a_3", "due": story.day(-1)}]
    assert story.refused("request_information", items=items).code == "order"


def test_a_tracked_child_is_replaced_by_another() -> None:
    """Consent was declined; six are followed all the same."""
    story = Story().until("tracked_children_chosen").do("replace_tracked_child")
    assert [child.child for child in story.state.children] == ["c-2", "c-3", "c-4", "c-5", "c-6", "c-7"]


def test_the_three_weeks() -> None:
    """Notified on a Monday, fieldwork from the Thursday of the second week, on site in the third."""
    story = Story().until("fieldwork_ended")
    days = [event.occurred_at.strftime("%A %d %B") for event in story.events if event.is_milestone]
    assert days[2] == "Monday 11 September"
    assert days[-4:] == [
        "Thursday 21 September",
        "Monday 25 September",
        "Friday 29 September",
        "Friday 29 September",
    ]
    assert story.stage() is Stage.MODERATION


def test_a_pause_holds_fieldwork_until_it_is_resumed() -> None:
    """Started, the inspectors have left, and it goes on later."""
    story = Story().until("on_site_begun").do("pause_inspection", resume_by=story_day(15))
    assert held_by(story.state) == ("paused",)
    assert story.deadline(*PAUSE).due == story_day(15)
    story.do("resume_inspection", at=story_day(14))
    assert held_by(story.state) == ()
    assert story.status(*PAUSE) is Status.MET


def test_a_pause_that_ran_past_its_limit_makes_the_inspection_incomplete() -> None:
    """Incomplete is not the end: fieldwork can still be resumed."""
    story = Story().until("on_site_begun").do("pause_inspection", resume_by=story_day(15))
    story.do("declare_incomplete", at=story_day(16))
    assert held_by(story.state) == ("incomplete",)
    story.do("resume_inspection", at=story_day(20))
    assert held_by(story.state) == ()
    assert story.status(*PAUSE) is Status.MISSED
    assert story.deadline(*PAUSE).met_on == story_day(20)


def test_a_pause_that_was_extended_runs_out_on_the_later_day() -> None:
    """Until then the inspection is not incomplete."""
    story = Story().until("on_site_begun").do("pause_inspection", resume_by=story_day(15))
    story.do("extend_deadline", kind="resumption", subject="pause_1", to=story_day(25))
    assert story.refused("declare_incomplete", at=story_day(16)).code == "pause_limit"
    story.do("declare_incomplete", at=story_day(26))


def test_a_second_pause_leaves_what_became_of_the_first() -> None:
    """The first was resumed too late and stays missed; the second has its own day."""
    story = Story().until("on_site_begun").do("pause_inspection", resume_by=story_day(12))
    story.do("resume_inspection", at=story_day(14)).do("pause_inspection", resume_by=story_day(20))
    assert story.status(*PAUSE) is Status.MISSED
    assert story.status(DeadlineKind.RESUMPTION, "pause_2") is Status.OPEN
    assert "deadline_miss_taken_back" not in story.ledger


def test_fieldwork_ends_after_feedback() -> None:
    """The meeting with the partnership closes the week."""
    story = Story().until("on_site_begun")
    assert story.refused("end_fieldwork").accepted == "give_feedback before end_fieldwork"
