"""Putting the record right: wrong dates, what never happened, another handbook, a closing that was none."""

from datetime import date, time

import pytest
from pydantic import ValidationError

from domain.deadline import Status
from domain.handbook import DeadlineKind
from domain.inspection.decide.repair import STRIKABLE
from domain.inspection.events import EVENT_TYPES, MilestoneRectified
from domain.inspection.vocabulary import Stage
from domain.london import at_time, london_date
from tests.domain.inspection.story import Story

PLAN = DeadlineKind.STRATEGIC_PLAN
SUBMISSION = DeadlineKind.PRIORITY_ACTION_PLAN_SUBMISSION
ITEM = (DeadlineKind.INFORMATION_ITEM, "strategic_plan")


def _redate(story: Story, milestone: str, day: date, **more: str) -> MilestoneRectified:
    story.do(
        "rectify_milestone",
        milestone=milestone,
        happened_at=at_time(day, time(12)),
        reason="wrong_date",
        **more,
    )
    rectified = story.latest[0]
    assert isinstance(rectified, MilestoneRectified)
    return rectified


def test_rectifying_a_date_moves_the_deadline_and_says_from_when_to_when() -> None:
    """The report was received three working days later than noted; both moments stay readable."""
    story = Story(outcome="3").until("report_published")
    before = story.deadline(SUBMISSION).due
    rectified = _redate(story, "final_report_received", story.day(49))
    assert london_date(rectified.was) == story.day(46)
    assert (SUBMISSION, before, story.day(3, after=before)) in [
        (one.kind, one.was, one.now) for one in rectified.moved
    ]
    assert story.deadline(SUBMISSION).due == story.day(3, after=before)


def test_rectifying_a_date_takes_back_a_miss_that_was_none() -> None:
    """With the right day of receipt, the plan came in time."""
    story = Story(outcome="3").until("report_published")
    late = story.day(3, after=story.deadline(SUBMISSION).due)
    story.wait(late).do("submit_priority_action_plan", at=late)
    assert story.status(SUBMISSION) is Status.MISSED
    _redate(story, "final_report_received", story.day(49))
    assert story.told == ["milestone_rectified", "deadline_miss_taken_back"]
    assert story.status(SUBMISSION) is Status.MET


def test_rectifying_a_date_may_show_a_miss() -> None:
    """The plan was published a week later than noted, after the day on which it was due."""
    story = Story().until("strategic_plan_published")
    story.wait(story.day(120))
    _redate(story, "strategic_plan_published", story.day(100))
    assert story.told == ["milestone_rectified", "deadline_missed"]
    assert story.status(PLAN) is Status.MISSED


def test_a_date_is_put_right_within_the_order_of_things() -> None:
    """Not before what it rests on, not after what rests on it."""
    story = Story().until("on_site_begun")
    for day in (story.day(-1), story.day(11)):
        told = {"milestone": "fieldwork_begun", "reason": "wrong_date"}
        refusal = story.refused("rectify_milestone", **told, happened_at=at_time(day, time(12)))
        assert refusal.code in {"order", "not_in_the_future"}


def test_what_came_again_later_does_not_bind_what_was_before() -> None:
    """The report was corrected and released again; the first publication's day can still be put right."""
    story = Story().until("report_published").do("correct_report", at=Story().day(60))
    for command in ("approve_draft", "sign_off_outcome"):
        for inspectorate in ("ofsted", "cqc"):
            story.do(command, inspectorate=inspectorate)
    story.do("release_report", at=story.day(70)).do("confirm_publication")
    _redate(story, "report_published", story.day(55))
    assert story.deadline(PLAN).origin_on == story.day(55)


def test_what_never_happened_is_struck() -> None:
    """Recorded for the wrong inspection: the stage is again the one before."""
    story = Story().until("fieldwork_begun")
    story.do("rectify_milestone", milestone="fieldwork_begun", reason="wrong_inspection")
    assert story.stage() is Stage.NOTIFIED
    assert story.do("begin_fieldwork").stage() is Stage.FIELDWORK


def test_a_struck_notification_unbinds_and_the_next_binds_anew() -> None:
    """The area was told on another day, under the next handbook."""
    story = Story(notified=date(2025, 6, 30)).until("area_notified")
    story.do("rectify_milestone", milestone="area_notified", reason="wrong_inspection")
    assert (story.stage(), story.state.handbook, story.state.calendar) == (Stage.PLANNED, None, None)
    story.do(
        "plan_inspection",
        notify_on=date(2025, 7, 7),
        on_site={"first": date(2025, 7, 21), "last": date(2025, 7, 25)},
    )
    story.do("notify_area", at=date(2025, 7, 7))
    assert story.state.handbook is not None
    assert story.state.handbook.version == "2025-07-07"


def test_striking_the_origin_takes_its_deadlines_and_their_misses_along() -> None:
    """The report was not received at all, so no plan was late."""
    story = Story(outcome="3").until("final_report_received")
    story.wait(story.day(5, after=story.deadline(SUBMISSION).due))
    story.do("rectify_milestone", milestone="final_report_received")
    assert story.told == ["milestone_rectified", "deadline_miss_taken_back"]
    assert SUBMISSION not in {one.kind for one in story.deadlines}


def test_striking_what_met_a_deadline_opens_it_again() -> None:
    """The plan that was noted belongs to another area, and this one's is overdue."""
    story = Story().until("strategic_plan_published").wait(Story().day(120))
    story.do("rectify_milestone", milestone="strategic_plan_published", reason="wrong_inspection")
    assert story.told == ["milestone_rectified", "deadline_missed"]


def test_a_draft_that_was_never_sent_takes_the_lapse_of_its_window_along() -> None:
    """The lapse was the clock's, not a milestone of its own."""
    story = Story().until("draft_sent_for_comment").wait(Story().day(31))
    assert story.refused("rectify_milestone", milestone="comment_window_lapsed").code == "milestone_recorded"
    story.do("rectify_milestone", milestone="draft_sent_for_comment")
    assert story.stage() is Stage.MODERATION
    assert not story.state.has("comment_window_lapsed")


def test_a_draft_that_was_sent_later_has_its_window_later() -> None:
    """It had not lapsed after all."""
    story = Story().until("draft_sent_for_comment").wait(Story().day(31))
    _redate(story, "draft_sent_for_comment", story.day(28))
    assert story.stage() is Stage.MODERATION
    story.do("receive_comments", at=story.day(32))
    assert story.stage() is Stage.OUTCOME


def test_struck_comments_need_no_answer() -> None:
    """Two points were noted for the wrong area; this one said nothing, and its days have passed."""
    story = Story().until("comments_received").wait(Story().day(31))
    story.do("rectify_milestone", milestone="comments_received", reason="wrong_inspection")
    assert story.told == ["milestone_rectified", "comment_window_lapsed"]
    story.do("decide_outcome")


def test_the_receipt_of_an_item_is_put_right_by_item() -> None:
    """Each item came on its own day."""
    story = Story().until("information_received").wait(Story().day(8))
    _redate(story, "information_received", story.day(6), subject="strategic_plan")
    assert story.told == ["milestone_rectified", "deadline_missed"]
    story.do("rectify_milestone", milestone="information_received", subject="strategic_plan")
    assert story.state.information["strategic_plan"].received_at is None
    unknown = story.refused("rectify_milestone", milestone="information_received", subject="annex_a_3")
    assert unknown.code == "milestone_recorded"
    with pytest.raises(ValidationError, match="subject"):
        story.ask("rectify_milestone", milestone="information_received")


def test_a_pause_is_put_right_with_its_day() -> None:
    """It was resumed a day later than noted, and too late."""
    story = Story().until("on_site_begun").do("pause_inspection", resume_by=Story().day(12))
    story.do("resume_inspection", at=story.day(12)).wait(story.day(20))
    _redate(story, "inspection_resumed", story.day(13))
    assert story.status(DeadlineKind.RESUMPTION, "pause_1") is Status.MISSED


def test_a_closed_inspection_is_closed_again_after_its_record_was_put_right() -> None:
    """What comes next was reckoned from the publication, so the closing is struck first."""
    story = Story().until("inspection_closed")
    told = {"milestone": "report_published", "reason": "wrong_date"}
    noon = at_time(story.day(55), time(12))
    assert story.refused("rectify_milestone", **told, happened_at=noon).code == "nothing_rests_on_it"
    story.do("rectify_milestone", milestone="inspection_closed")
    _redate(story, "report_published", story.day(55))
    assert story.do("close_inspection").stage() is Stage.CLOSED


def test_a_date_from_which_nothing_was_reckoned_is_put_right_in_a_closed_inspection() -> None:
    """No need to open it."""
    story = Story().until("inspection_closed")
    _redate(story, "strategic_plan_published", story.day(81))
    assert story.stage() is Stage.CLOSED
    assert story.deadline(PLAN).met_on == story.day(81)


def test_what_a_closing_rests_on_is_not_struck_under_it() -> None:
    """A closed inspection has its plan."""
    story = Story().until("strategic_plan_published").do("close_inspection")
    refusal = story.refused("rectify_milestone", milestone="strategic_plan_published")
    assert refusal.code == "nothing_rests_on_it"
    assert "inspection_closed" in refusal.accepted


def test_a_withdrawal_that_was_none_is_struck() -> None:
    """The inspection goes on where it was; what was released has to be released anew."""
    story = Story().until("report_released").do("withdraw_inspection")
    story.do("rectify_milestone", milestone="inspection_withdrawn")
    assert story.stage() is Stage.PUBLICATION
    story.do("release_report").do("confirm_publication")


def test_a_wrong_record_of_a_withdrawn_inspection_is_put_right() -> None:
    """Its dates may still be asked for."""
    story = Story().until("surveys_opened").do("withdraw_inspection")
    _redate(story, "surveys_opened", story.day(0))
    assert story.refused("rectify_milestone", milestone="surveys_opened").code == "nothing_rests_on_it"


@pytest.mark.parametrize("milestone", sorted(STRIKABLE))
def test_what_can_be_struck_exists(milestone: str) -> None:
    """Each is an event type that stands for a milestone."""
    assert EVENT_TYPES[milestone].is_milestone


def test_an_inspection_moves_to_another_handbook_by_an_event_of_its_own() -> None:
    """It names the new version by digest; nothing else moves it."""
    story = Story(outcome="3").until("priority_action_plan_submitted")
    story.do("move_to_handbook", to="2025-07-07")
    assert story.state.handbook == story.rules.pin(story.rules.handbook("2025-07-07"))
    assert story.refused("accept_priority_action_plan").code == "plan_reviewer"
    assert story.refused("move_to_handbook", to="2025-07-07").code == "handbook_known"


@pytest.mark.parametrize(
    ("milestone", "day", "rule"),
    [
        ("area_notified", 1, "notice_before_fieldwork"),
        ("fieldwork_begun", 7, "notice_before_fieldwork"),
        ("on_site_begun", 9, "notice_before_on_site"),
    ],
)
def test_a_date_that_is_put_right_shows_that_the_notice_was_too_short(
    milestone: str, day: int, rule: str
) -> None:
    """Noted with a regular date first and put right later, it is irregular all the same."""
    story = Story().until("on_site_begun")
    told = {"milestone": milestone, "reason": "wrong_date"}
    noon = at_time(story.day(day), time(12))
    assert story.refused("rectify_milestone", **told, happened_at=noon).code == rule
    rules = (rule,) if milestone != "area_notified" else (rule, "notice_before_on_site")
    story.do("rectify_milestone", **told, happened_at=noon, contrary_to=rules)
    assert story.latest[0].irregular is not None
    assert story.latest[0].irregular.rules == rules


def test_a_date_that_has_nothing_to_do_with_the_notice_is_not_held_to_it() -> None:
    """Fieldwork began early, as is on record; the day on site is put right without saying so again."""
    story = Story().until("tracked_children_chosen")
    story.do("begin_fieldwork", at=story.day(7), contrary_to=("notice_before_fieldwork",))
    story.do("come_on_site", at=story.day(11))
    assert _redate(story, "on_site_begun", story.day(10)).irregular is None


def test_what_was_asked_for_was_not_asked_for_after_it_was_due_or_came() -> None:
    """Two items were asked for on day 1: one is due on day 5, the other came on day 2."""
    story = Story().until("area_notified")
    items = [{"item": "strategic_plan", "due": story.day(5)}, {"item": "annex_a_3", "due": story.day(9)}]
    story.do("request_information", at=story.day(1), items=items)
    story.do("receive_information", at=story.day(2), item="annex_a_3")
    story.do("receive_information", at=story.day(4), item="strategic_plan").wait(story.day(12))
    for day in (3, 6):
        noon = at_time(story.day(day), time(12))
        told = {"milestone": "information_requested", "reason": "wrong_date"}
        assert story.refused("rectify_milestone", **told, happened_at=noon).code == "order"
    _redate(story, "information_requested", story.day(2))


def test_a_pause_did_not_begin_after_the_day_on_which_it_was_to_end() -> None:
    """It was agreed until day 12."""
    story = Story().until("on_site_begun").do("pause_inspection", resume_by=Story().day(12))
    story.wait(story.day(20))
    noon = at_time(story.day(13), time(12))
    told = {"milestone": "inspection_paused", "reason": "wrong_date"}
    assert story.refused("rectify_milestone", **told, happened_at=noon).code == "order"


def test_a_notification_is_not_put_right_into_the_days_of_another_handbook() -> None:
    """It was on the Friday before the next handbook came into force; the binding is put right first."""
    story = Story(notified=date(2025, 7, 7)).until("area_notified")
    friday = at_time(date(2025, 7, 4), time(12))
    told = {"milestone": "area_notified", "reason": "wrong_date", "happened_at": friday}
    refusal = story.refused("rectify_milestone", **told)
    assert refusal.code == "handbook_in_force"
    assert "move_to_handbook" in refusal.accepted
    story.do("move_to_handbook", to="2025-06-06", reason="bound_in_error").do("rectify_milestone", **told)


def test_a_notification_is_not_put_right_into_days_without_a_handbook() -> None:
    """Before 2023 another framework was in force, of which nothing is known here."""
    story = Story(notified=date(2023, 1, 9)).until("inspection_planned")
    story.do("appoint_team").do("notify_area", at=date(2023, 1, 9))
    old = at_time(date(2022, 12, 30), time(12))
    told = {"milestone": "area_notified", "reason": "wrong_date", "happened_at": old}
    assert story.refused("rectify_milestone", **told).code == "handbook_in_force"


def test_comments_are_put_right_within_their_window_or_as_irregular() -> None:
    """They came on day 29 of a window until day 30, as was noted first; on day 32 in truth."""
    story = Story().until("comments_received").wait(Story().day(33))
    told = {"milestone": "comments_received", "reason": "wrong_date"}
    late = at_time(story.day(32), time(12))
    assert story.refused("rectify_milestone", **told, happened_at=late).code == "comment_window"
    story.do("rectify_milestone", **told, happened_at=late, contrary_to=("comment_window",))
