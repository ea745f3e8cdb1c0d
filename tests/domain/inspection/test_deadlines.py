"""What falls due: kept, missed, taken back, moved. Every number of days is the handbook's."""

from datetime import date, time, timedelta

import pytest
from pydantic import ValidationError

from domain.deadline import Status, next_due, next_wake
from domain.handbook import DeadlineKind
from domain.inspection.events import (
    AdditionalEvidenceOrdered,
    DeadlineApproaching,
    DeadlineExtended,
    DeadlineMissed,
    DeadlineMissTakenBack,
    HandbookMoved,
    InspectionDeferred,
)
from domain.inspection.standing import stands
from domain.london import at_time, end_of_day, start_of_day
from tests.domain.inspection.story import RULES, Story

PLAN = DeadlineKind.STRATEGIC_PLAN
SUBMISSION = DeadlineKind.PRIORITY_ACTION_PLAN_SUBMISSION
COMMENTS = DeadlineKind.DRAFT_COMMENTS


def _published() -> tuple[Story, date]:
    """An inspection whose report is published, and the day of its publication."""
    story = Story().until("report_published")
    return story, story.day(54)


def test_suffolks_priority_action_plan() -> None:
    """Received on 18 January 2024, due on 7 March: 35 working days, as its report says."""
    story = Story(outcome="3", notified=date(2023, 10, 30)).until("final_report_sent")
    story.do("acknowledge_final_report", at=date(2024, 1, 18))
    assert story.deadline(SUBMISSION).due == date(2024, 3, 7)


def test_traffords_strategic_plan() -> None:
    """Published on 22 December 2023, due on 14 February 2024: 35 working days."""
    story = Story(notified=date(2023, 10, 2)).until("final_report_received")
    story.do("release_report", at=date(2023, 12, 22)).do("confirm_publication", at=date(2023, 12, 22))
    assert story.deadline(PLAN).due == date(2024, 2, 14)


def test_a_deadline_is_kept_until_the_last_second_of_its_day_in_london() -> None:
    """It is missed from the next second on."""
    story, _ = _published()
    due = story.deadline(PLAN).due
    story.wait(due, time(23, 59, 59))
    assert story.status(PLAN) is Status.OPEN
    story.wait(due + timedelta(days=1), time(0))
    assert story.status(PLAN) is Status.MISSED
    (missed,) = story.latest
    assert isinstance(missed, DeadlineMissed)
    assert missed.occurred_at == end_of_day(due)


def test_a_plan_recorded_late_was_still_published_in_time() -> None:
    """Published on day 34, recorded on day 40: met. The miss and its being taken back are both on record."""
    story, published = _published()
    story.wait(story.day(36, after=published))
    assert story.told == ["deadline_missed"]
    on_34, on_40 = story.day(34, after=published), story.day(40, after=published)
    story.now = at_time(on_40, time(12))
    story.do("publish_strategic_plan", at=on_34, recorded=on_40)
    assert story.told == ["strategic_plan_published", "deadline_miss_taken_back"]
    assert story.status(PLAN) is Status.MET
    taken_back = story.latest[-1]
    assert isinstance(taken_back, DeadlineMissTakenBack)
    assert taken_back.met_on == on_34
    assert "deadline_missed" in story.ledger


def test_the_ledger_reads_the_same_whether_the_clock_was_watched_or_not() -> None:
    """Recorded on day 40 without a look before: the warning has passed, the miss is there and taken back."""
    story, published = _published()
    story.now = at_time(story.day(40, after=published), time(12))
    story.do("publish_strategic_plan", at=story.day(34, after=published), recorded=story.now)
    assert story.told == ["deadline_missed", "strategic_plan_published", "deadline_miss_taken_back"]


def test_a_plan_published_late_stays_missed_with_its_day() -> None:
    """On day 36: missed, and it says when it was met."""
    story, published = _published()
    on_36 = story.day(36, after=published)
    story.wait(on_36).do("publish_strategic_plan", at=on_36)
    assert story.status(PLAN) is Status.MISSED
    assert story.deadline(PLAN).met_on == on_36
    assert "deadline_miss_taken_back" not in story.ledger
    assert stands(RULES, story.state, story.now).due == ()


def test_a_warning_comes_once_before_the_day() -> None:
    """Five working days before, as the handbook data has it."""
    story, published = _published()
    warn_on = story.day(30, after=published)
    assert next_wake(story.deadlines, story.now) == start_of_day(warn_on)
    story.wait(warn_on)
    (warning,) = story.latest
    assert isinstance(warning, DeadlineApproaching)
    assert story.wait(warn_on + timedelta(days=1)).latest == ()


def test_an_extension_plans_the_warnings_anew_and_takes_a_miss_back() -> None:
    """The bodies asked for more time after the day had passed; it was granted."""
    story, published = _published()
    due = story.deadline(PLAN).due
    story.wait(story.day(36, after=published))
    later = story.day(50, after=published)
    story.do("extend_deadline", kind=PLAN, to=later)
    assert story.told == ["deadline_extended", "deadline_miss_taken_back"]
    extended = story.latest[0]
    assert isinstance(extended, DeadlineExtended)
    assert [(one.kind, one.was, one.now) for one in extended.moved] == [(PLAN, due, later)]
    assert story.status(PLAN) is Status.OPEN
    assert story.deadline(PLAN).extended_from == due
    story.wait(story.day(45, after=published))
    assert story.told == ["deadline_approaching"]
    assert story.wait(story.day(51, after=published)).told == ["deadline_missed"]


def test_an_extension_that_has_itself_passed_is_missed_again() -> None:
    """Recorded late: the miss of the first day is taken back, that of the second recorded."""
    story, published = _published()
    story.wait(story.day(45, after=published))
    to = story.day(40, after=published)
    story.do("extend_deadline", kind=PLAN, to=to)
    assert story.told == ["deadline_extended", "deadline_miss_taken_back", "deadline_missed"]
    assert story.state.missed == {(PLAN, None): to}


def test_the_days_for_comment_can_be_extended_even_after_they_lapsed() -> None:
    """Until the outcome is decided: the window is open again, and lapses anew."""
    story = Story().until("draft_sent_for_comment").wait(Story().day(31))
    story.do("extend_deadline", kind=COMMENTS, to=story.day(33))
    assert story.stage() == "moderation"
    assert story.status(COMMENTS) is Status.OPEN
    assert story.wait(story.day(34)).told == ["comment_window_lapsed"]
    story.do("decide_outcome")
    assert story.refused("extend_deadline", kind=COMMENTS, to=story.day(60)).code == "deadline_exists"


def test_an_extension_holds_for_its_own_round() -> None:
    """The next draft has the handbook's days for comment, not the extended day of the first."""
    story = Story().until("draft_sent_for_comment").do("extend_deadline", kind=COMMENTS, to=Story().day(40))
    story.do("order_additional_evidence").do("gather_additional_evidence").do("submit_draft")
    for inspectorate in ("ofsted", "cqc"):
        story.do("approve_draft", inspectorate=inspectorate)
    story.do("send_draft_for_comment")
    assert story.deadline(COMMENTS).due == story.day(5, after=story.day(25))
    assert story.deadline(COMMENTS).extended_from is None


def test_comments_of_an_earlier_round_meet_nothing_in_the_next() -> None:
    """A complaint about the first draft does not take the days for the second."""
    story = Story().until("draft_sent_for_comment").do("lodge_complaint")
    assert story.status(COMMENTS) is Status.MET
    story.do("resolve_complaint", resolution="evidence_to_gather").do("gather_additional_evidence")
    story.do("submit_draft")
    for inspectorate in ("ofsted", "cqc"):
        story.do("approve_draft", inspectorate=inspectorate)
    story.do("send_draft_for_comment")
    assert story.status(COMMENTS) is Status.OPEN


def test_the_first_complaint_about_a_draft_takes_the_days_for_comment() -> None:
    """A second one, after them, does not make it late."""
    story = Story().until("draft_sent_for_comment").do("lodge_complaint")
    story.do("lodge_complaint", reference="C-2", at=story.day(40))
    assert story.status(COMMENTS) is Status.MET


def test_late_comments_use_no_right_that_has_lapsed() -> None:
    """Taken in all the same and marked as irregular, they meet no deadline, and miss none."""
    story = Story().until("draft_sent_for_comment")
    story.do("receive_comments", at=story.day(32), contrary_to=("comment_window",))
    assert story.status(COMMENTS) is Status.VOID


def test_reopened_evidence_ends_the_clock_of_the_plan_and_says_so() -> None:
    """The report that was received is none any more."""
    story = Story(outcome="3").until("final_report_received")
    due = {one.kind: one.due for one in story.deadlines}
    story.do("order_additional_evidence")
    (ordered,) = story.latest
    assert isinstance(ordered, AdditionalEvidenceOrdered)
    assert {(one.kind, one.was, one.now) for one in ordered.moved} == {
        (kind, due[kind], None)
        for kind in (COMMENTS, SUBMISSION, DeadlineKind.PRIORITY_ACTION_PLAN_PUBLICATION)
    }


def test_putting_off_ends_what_was_due_and_says_so() -> None:
    """A missed item of information is no longer owed: the miss is taken back."""
    story = Story().until("information_requested").wait(Story().day(6)).do("defer_inspection")
    assert story.told == ["inspection_deferred", "deadline_miss_taken_back"]
    deferred = story.latest[0]
    assert isinstance(deferred, InspectionDeferred)
    assert [(one.subject, one.now) for one in deferred.moved] == [("strategic_plan", None)]
    assert story.state.missed == {}


def test_moving_to_another_handbook_moves_what_its_numbers_move() -> None:
    """The event names every deadline that moved; here none did, since the days are the same."""
    story, _ = _published()
    before = [one.due for one in story.deadlines]
    story.do("move_to_handbook", to="2025-07-07")
    moved = story.latest[0]
    assert isinstance(moved, HandbookMoved)
    assert moved.moved == ()
    assert [one.due for one in story.deadlines] == before
    assert story.deadline(PLAN).handbook == "2025-07-07"


def test_what_is_open_at_a_withdrawal_is_void_and_comes_back_with_it() -> None:
    """Struck weeks later, the inspection has missed what fell due meanwhile."""
    story = Story().until("information_requested").do("withdraw_inspection")
    item = (DeadlineKind.INFORMATION_ITEM, "strategic_plan")
    assert story.wait(story.day(20)).latest == ()
    assert story.status(*item) is Status.VOID
    story.do("rectify_milestone", milestone="inspection_withdrawn")
    assert story.told == ["milestone_rectified", "deadline_missed"]
    assert story.status(*item) is Status.MISSED


def test_what_was_missed_before_a_withdrawal_stays_missed() -> None:
    """Giving up does not undo it."""
    story = Story().until("information_requested").wait(Story().day(8)).do("withdraw_inspection")
    assert story.status(DeadlineKind.INFORMATION_ITEM, "strategic_plan") is Status.MISSED


def test_a_deadline_explains_itself() -> None:
    """Where it counts from, by which rule of which handbook, and by which calendar."""
    story, published = _published()
    plan = story.deadline(PLAN)
    assert (plan.origin, plan.origin_on, plan.rule) == ("report_published", published, "strategic_plan")
    assert (plan.handbook, plan.calendar) == ("2023-01-01", "england-2026.1")
    assert next_due(story.deadlines, story.now) == plan
    assert stands(RULES, story.state, story.now).standing.next_due == plan.due.isoformat()


@pytest.mark.parametrize("day", [date(1, 1, 1), date(2015, 12, 31), date(2031, 1, 1), date.max])
def test_days_of_which_the_calendar_knows_nothing_are_refused(day: date) -> None:
    """Whatever the command: no date is guessed, and nothing overflows."""
    story = Story().until("on_site_begun")
    told = {"to": day, "kind": "information_item", "subject": "strategic_plan"}
    assert story.refused("extend_deadline", **told).code in {
        "calendar_horizon",
        "extends_later",
        "deadline_exists",
    }
    assert story.refused("pause_inspection", resume_by=day).code in {"calendar_horizon", "order"}
    items = [{"item": "annex_a_3", "due": day}]
    assert story.refused("request_information", items=items).code in {"calendar_horizon", "order"}
    far = Story()
    if day.year < 9999:
        week = {"first": day + timedelta(days=14), "last": day + timedelta(days=18)}
        assert far.refused("plan_inspection", notify_on=day, on_site=week).code in {
            "calendar_horizon",
            "handbook_in_force",
        }


def test_absurd_moments_are_refused() -> None:
    """Of the year two the calendar knows nothing; a moment of the year one cannot even be put."""
    story = Story().until("area_notified")
    with pytest.raises(ValidationError, match="outside the years"):
        story.ask("open_surveys", at=start_of_day(date(1, 1, 2)), recorded=story.now)
    early = start_of_day(date(2, 1, 2))
    assert story.refused("open_surveys", at=early, recorded=story.now).code == "calendar_horizon"
    struck = story.refused(
        "rectify_milestone", milestone="area_notified", happened_at=early, reason="wrong_date"
    )
    assert struck.code == "calendar_horizon"
