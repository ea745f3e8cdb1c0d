"""Nothing happens before what it answers, finishes or takes up anew."""

from collections.abc import Callable
from datetime import time
from typing import Any

import pytest

from domain.deadline import Status
from domain.handbook import DeadlineKind
from domain.inspection.events import COMES_AFTER, EVENT_TYPES
from domain.london import at_time
from tests.domain.inspection.story import Story, findings

Told = dict[str, Any]


def _deferred() -> Story:
    return Story().until("area_notified").do("defer_inspection", at=Story().day(3))


def _appointed_anew() -> Story:
    return Story().until("team_appointed").do("appoint_team", at=Story().day(-3))


def _paused_and_resumed() -> Story:
    story = Story().until("on_site_begun").do("pause_inspection", resume_by=Story().day(12))
    return story.do("resume_inspection", at=story.day(12))


def _incomplete() -> Story:
    story = Story().until("on_site_begun").do("pause_inspection", resume_by=Story().day(12))
    return story.do("declare_incomplete", at=story.day(14))


def _returned() -> Story:
    return Story().until("draft_submitted").do("return_draft", at=Story().day(22))


def _evidence(*, gathered: bool) -> Story:
    story = Story().until("draft_submitted").do("order_additional_evidence", at=Story().day(22))
    return story.do("gather_additional_evidence", at=story.day(24)) if gathered else story


def _changed_findings() -> Story:
    return Story().until("comments_answered").do("decide_outcome", at=Story().day(35), findings=findings("3"))


def _lapsed() -> Story:
    return Story().until("draft_sent_for_comment").wait(Story().day(33))


def _corrected() -> Story:
    return Story().until("report_published").do("correct_report", at=Story().day(60))


def _complained(reference: str, lodged: int) -> Story:
    story = Story().until("draft_sent_for_comment").do("lodge_complaint", at=Story().day(26))
    return story.do("lodge_complaint", reference=reference, at=story.day(lodged))


def _returned_plan() -> Story:
    story = Story().until("strategic_plan_published")
    return story.do("return_strategic_plan", at=story.day(82))


def _resubmitted() -> Story:
    story = Story(outcome="3").until("priority_action_plan_submitted")
    story.do("return_priority_action_plan", at=story.day(78))
    return story.do("resubmit_priority_action_plan", at=story.day(85))


BEFORE: list[tuple[str, Callable[[], Story], str, int, Told]] = [
    ("planned anew before it was put off", _deferred, "plan_inspection", 2, {}),
    (
        "notified before the team was named",
        _appointed_anew,
        "notify_area",
        -4,
        {"contrary_to": ("notification_day",)},
    ),
    ("put off before it was notified", lambda: Story().until("area_notified"), "defer_inspection", -1, {}),
    ("paused again before it was resumed", _paused_and_resumed, "pause_inspection", 11, {}),
    ("resumed before it was found incomplete", _incomplete, "resume_inspection", 13, {}),
    ("ended before the feedback", lambda: Story().until("feedback_given"), "end_fieldwork", 13, {}),
    ("given up before it began", lambda: Story().until("fieldwork_begun"), "withdraw_inspection", 7, {}),
    ("written anew before the return", _returned, "submit_draft", 21, {}),
    ("written before the evidence", lambda: _evidence(gathered=True), "submit_draft", 23, {}),
    (
        "gathered before it was ordered",
        lambda: _evidence(gathered=False),
        "gather_additional_evidence",
        21,
        {},
    ),
    (
        "ordered before the last was gathered",
        lambda: _evidence(gathered=True),
        "order_additional_evidence",
        23,
        {},
    ),
    (
        "sent before it was approved",
        lambda: Story().until("draft_approved"),
        "send_draft_for_comment",
        22,
        {},
    ),
    ("decided before the answer", lambda: Story().until("comments_answered"), "decide_outcome", 30, {}),
    ("decided in the days for comment", _lapsed, "decide_outcome", 27, {}),
    ("approved before the change", _changed_findings, "approve_draft", 34, {}),
    ("sent before the sign-off", lambda: Story().until("outcome_signed_off"), "send_final_report", 35, {}),
    ("approved before the correction", _corrected, "approve_draft", 59, {}),
    (
        "resolved before it was lodged",
        lambda: _complained("C-2", 30),
        "resolve_complaint",
        28,
        {"reference": "C-2"},
    ),
    ("published anew before the return", _returned_plan, "publish_strategic_plan", 81, {}),
    ("accepted before it came again", _resubmitted, "accept_priority_action_plan", 84, {}),
    ("returned before it came again", _resubmitted, "return_priority_action_plan", 80, {}),
    ("closed before the plan", lambda: Story().until("strategic_plan_verified"), "close_inspection", 79, {}),
]


@pytest.mark.parametrize(
    ("story", "command", "day", "told"), [one[1:] for one in BEFORE], ids=[one[0] for one in BEFORE]
)
def test_nothing_happens_before_what_it_follows(
    story: Callable[[], Story], command: str, day: int, told: Told
) -> None:
    """However late it is recorded: what is asked for on a day after it is accepted."""
    telling = story()
    recorded = max(telling.now, at_time(telling.day(day), time(12)))
    refusal = telling.refused(command, at=telling.day(day), recorded=recorded, **told)
    assert refusal.code == "order", refusal.because
    assert not hasattr(telling.ask(command, **told), "code")


def test_a_priority_action_plan_is_published_after_its_acceptance() -> None:
    """Which was on day 80."""
    story = Story(outcome="3").until("priority_action_plan_accepted")
    refusal = story.refused("publish_priority_action_plan", at=story.day(79), recorded=story.now)
    assert refusal.code == "order"
    assert "priority_action_plan_accepted" in refusal.because


@pytest.mark.parametrize("name", EVENT_TYPES)
def test_what_an_event_follows_exists(name: str) -> None:
    """And is a milestone."""
    assert all(EVENT_TYPES[one].is_milestone for one in COMES_AFTER[name])


def test_an_item_rests_on_its_own_request() -> None:
    """One was asked for on day 1 and came on day 4; that another was asked for on day 6 changes nothing."""
    story = Story().until("information_requested")
    story.do("request_information", at=story.day(6), items=[{"item": "annex_a_3", "due": story.day(9)}])
    for command in ("chase_information", "receive_information"):
        early = story.refused(command, at=story.day(5), recorded=story.now, item="annex_a_3")
        assert early.code == "order"
    story.do("receive_information", at=story.day(4), recorded=story.now)
    assert story.status(DeadlineKind.INFORMATION_ITEM, "strategic_plan") is Status.MET


def test_dates_that_are_put_right_stay_after_what_they_follow() -> None:
    """A plan that came again is not accepted before, nor did it come again after its acceptance."""
    story = _resubmitted().do("accept_priority_action_plan", at=Story().day(90))
    for milestone, day in (("priority_action_plan_accepted", 84), ("priority_action_plan_resubmitted", 91)):
        story.now = max(story.now, at_time(story.day(95), time(12)))
        refusal = story.refused(
            "rectify_milestone",
            milestone=milestone,
            happened_at=at_time(story.day(day), time(12)),
            reason="wrong_date",
        )
        assert refusal.code == "order"


@pytest.mark.parametrize(
    ("outcome", "plan"), [("2", "strategic_plan"), ("3", "priority_action_plan")], ids=["strategic", "action"]
)
def test_a_return_that_was_none_is_struck(outcome: str, plan: str) -> None:
    """It was recorded for the wrong inspection; the plan is where it was, with its own date."""
    milestone = "strategic_plan_published" if outcome == "2" else "priority_action_plan_submitted"
    story = Story(outcome=outcome).until(milestone).do(f"return_{plan}", at=Story().day(90))
    story.do("rectify_milestone", milestone=f"{plan}_returned", reason="wrong_inspection")
    if outcome == "2":
        story.do("publish_strategic_plan", at=story.day(80), recorded=story.now)
        assert story.status(DeadlineKind.STRATEGIC_PLAN) is Status.MET
    else:
        story.do("accept_priority_action_plan")


def test_a_resumption_is_put_right_although_fieldwork_is_paused_again() -> None:
    """The first pause ended a day later than noted, and too late."""
    story = _paused_and_resumed().do("pause_inspection", at=Story().day(15), resume_by=Story().day(20))
    story.do(
        "rectify_milestone",
        milestone="inspection_resumed",
        happened_at=at_time(story.day(13), time(12)),
        reason="wrong_date",
    )
    assert story.status(DeadlineKind.RESUMPTION, "pause_1") is Status.MISSED
    assert story.status(DeadlineKind.RESUMPTION, "pause_2") is Status.OPEN


def test_a_complaint_whose_day_was_put_right_is_resolved_after_that_day() -> None:
    """Lodged on day 26, not on day 28; it was resolved on day 27."""
    story = Story().until("draft_sent_for_comment").do("lodge_complaint", at=Story().day(28))
    assert story.refused("resolve_complaint", at=story.day(27), recorded=story.now).code == "order"
    story.do(
        "rectify_milestone",
        milestone="complaint_lodged",
        happened_at=at_time(story.day(26), time(12)),
        reason="wrong_date",
    )
    story.do("resolve_complaint", at=story.day(27), recorded=story.now)


def test_a_final_report_that_is_noted_late_is_not_bound_by_a_correction() -> None:
    """It was sent before the first publication; the correction was signed off long after."""
    story = Story(outcome="3").until("outcome_signed_off").do("release_report", contrary_to=("order",))
    story.do("confirm_publication")
    sent = story.now.date()
    story.do("correct_report", at=story.day(60))
    for command in ("approve_draft", "sign_off_outcome"):
        for inspectorate in ("ofsted", "cqc"):
            story.do(command, inspectorate=inspectorate, at=story.day(61))
    draft = story.state.published[0].draft
    story.do("send_final_report", at=sent, recorded=story.now, draft=draft)


def test_a_correction_is_approved_before_it_is_signed_off() -> None:
    """It goes the whole way again, in the same order."""
    assert _corrected().refused("sign_off_outcome").code == "approved_by_both"


def test_a_release_of_before_the_embargo_publishes_nothing_within_it() -> None:
    """The system publishes on the day of recording, whatever day the release is given."""
    story = Story().until("final_report_received")
    story.do("record_polls", polls_on=story.day(75))
    story.now = at_time(story.day(74), time(12))
    assert story.refused("release_report", at=story.day(50), recorded=story.now).code == "no_embargo"


def test_nobody_of_the_team_releases_its_report() -> None:
    """Whether or not he or she wrote it: a lead does not become the press office."""
    story = Story().until("final_report_received")
    assert story.refused("release_report", recorded_by="p-cqclead").code == "separation_of_duties"


def test_what_is_said_of_days_is_said_of_days() -> None:
    """Within a day nobody keeps the order: what is recorded at noon may have happened that morning."""
    story = _resubmitted()
    morning = at_time(story.day(85), time(9))
    story.do("accept_priority_action_plan", at=morning, recorded=story.now)
