"""The final report, its release, its publication, and its correction."""

from datetime import date, timedelta

import pytest

from domain.actors import Role
from domain.inspection.progress import is_open, publication_pending
from domain.inspection.vocabulary import Stage
from domain.london import at_time
from tests.domain.inspection.story import Story, who
from tests.domain.inspection.way_to_close import way_to_close


def _correction_approved(story: Story) -> Story:
    for command in ("approve_draft", "sign_off_outcome"):
        for inspectorate in ("ofsted", "cqc"):
            story.do(command, inspectorate=inspectorate)
    return story


def test_a_person_releases_and_the_system_publishes() -> None:
    """Between the two the release is pending."""
    story = Story().until("report_released")
    assert publication_pending(story.state)
    assert story.stage() is Stage.PUBLICATION
    story.do("confirm_publication")
    assert not publication_pending(story.state)
    assert story.stage() is Stage.FOLLOW_UP


def test_the_publisher_is_not_the_author() -> None:
    """Whoever wrote the draft does not release it, nor record that somebody else did."""
    story = Story().until("final_report_received")
    assert story.refused("release_report", recorded_by="p-ofstedlead").code == "separation_of_duties"


def test_a_report_that_is_released_is_not_redrafted() -> None:
    """It is about to be published; a change now is a correction of what was."""
    story = Story().until("report_released")
    assert story.refused("submit_draft").code == "nothing_to_correct"


@pytest.mark.parametrize("stop", ["return_draft", "order_additional_evidence", "lodge_complaint"])
def test_what_stops_a_report_stops_its_release(stop: str) -> None:
    """What was released and is not yet published is not published any more, until it is released anew."""
    story = Story().until("draft_sent_for_comment").wait(Story().day(31)).do("decide_outcome")
    for inspectorate in ("ofsted", "cqc"):
        story.do("sign_off_outcome", inspectorate=inspectorate)
    story.do("send_final_report").do("acknowledge_final_report").do("release_report")
    story.do(stop)
    assert not publication_pending(story.state)
    assert story.refused("confirm_publication").code in {"stage", "order", "released"}
    way_to_close(story)
    assert story.ledger.count("report_published") == 1


@pytest.mark.parametrize(
    ("days_before", "held"), [(29, False), (28, True), (1, True), (0, True), (-1, False)]
)
def test_nothing_is_published_in_the_weeks_before_polls(days_before: int, held: bool) -> None:
    """The embargo begins 28 days before the polls and ends with their day."""
    story = Story().until("final_report_received")
    release_on = story.day(54)
    story.do("record_polls", polls_on=release_on + timedelta(days=days_before))
    if held:
        assert story.refused("release_report", at=release_on).code == "no_embargo"
    else:
        story.do("release_report", at=release_on)


def test_polls_hold_a_correction_too() -> None:
    """A new version is a publication like the first."""
    story = _correction_approved(Story().until("report_published").do("correct_report"))
    story.do("record_polls", polls_on=story.now.date() + timedelta(days=10))
    assert story.refused("release_report").code == "no_embargo"


def test_an_open_complaint_holds_publication() -> None:
    """Once it is resolved, the report can be released."""
    story = Story().until("draft_sent_for_comment").do("lodge_complaint").do("decide_outcome")
    for inspectorate in ("ofsted", "cqc"):
        story.do("sign_off_outcome", inspectorate=inspectorate)
    story.do("send_final_report").do("acknowledge_final_report")
    assert story.refused("release_report").code == "no_open_complaint"
    story.do("resolve_complaint").do("release_report")


def test_comments_that_became_known_after_the_decision_are_answered_before_the_release() -> None:
    """They came within their days and were recorded late; the decision had not known of them."""
    story = Story().until("draft_sent_for_comment").wait(Story().day(31)).do("decide_outcome")
    for inspectorate in ("ofsted", "cqc"):
        story.do("sign_off_outcome", inspectorate=inspectorate)
    story.do("send_final_report").do("acknowledge_final_report")
    story.do("receive_comments", at=story.day(29), recorded=story.now, points=2)
    assert story.refused("release_report").code == "comments_answered"
    story.do("answer_comments").do("release_report")


def test_others_publish_on_their_own_days() -> None:
    """CQC and each body that received the report; the dates differ by publisher."""
    story = Story().until("report_published")
    for publisher in ("cqc", "la-sry", "icb-surrey-heartlands"):
        story.do("record_publication_elsewhere", publisher=publisher, by=Role.PRESS_OFFICE)
    assert story.ledger.count("report_published_elsewhere") == 3


def test_a_correction_is_a_new_version_and_the_first_is_kept() -> None:
    """It goes the whole way again: both approvals, both sign-offs, a release by a person."""
    story = Story().until("report_published")
    first = story.state.published[0]
    story.do("correct_report")
    assert story.refused("release_report").code == "signed_off_by_both"
    _correction_approved(story).do("release_report").do("confirm_publication")
    assert story.state.published[0] == first
    assert [one.report_version for one in story.state.published] == [1, 2]
    assert story.state.published[1].draft.version == 2


def test_deadlines_run_from_the_first_publication() -> None:
    """A correction gives the partnership no more time."""
    story = Story().until("report_published")
    due = {one.kind: one.due for one in story.deadlines}
    story.now = at_time(story.day(70), story.now.time())
    _correction_approved(story.do("correct_report")).do("release_report").do("confirm_publication")
    assert {one.kind: one.due for one in story.deadlines} == due


def test_a_returned_correction_is_written_again() -> None:
    """And only once it is returned: one correction is finished before the next begins."""
    story = Story().until("report_published").do("correct_report")
    assert story.refused("correct_report").code == "nothing_to_correct"
    story.do("return_draft").do("correct_report")
    _correction_approved(story).do("release_report").do("confirm_publication")
    assert len(story.state.published) == 2


def test_a_published_draft_is_approved_and_returned_no_more() -> None:
    """There is no draft beside the report until it is corrected."""
    story = Story().until("report_published")
    for command in ("approve_draft", "return_draft", "sign_off_outcome", "release_report"):
        assert story.refused(command).code == "draft_exists"


def test_the_release_of_a_correction_can_be_struck() -> None:
    """The first version stays published."""
    story = _correction_approved(Story().until("report_published").do("correct_report")).do("release_report")
    story.do("rectify_milestone", milestone="report_released")
    assert not publication_pending(story.state)
    story.do("release_report").do("confirm_publication")
    assert len(story.state.published) == 2


def test_a_report_is_corrected_years_later() -> None:
    """The inspection stays closed; a process watches over it while the release is pending."""
    story = Story().until("inspection_closed")
    assert not is_open(story.state)
    story.now = at_time(date(2025, 3, 3), story.now.time())
    _correction_approved(story.do("correct_report")).do("release_report")
    assert story.stage() is Stage.CLOSED
    assert is_open(story.state)
    story.do("confirm_publication")
    assert not is_open(story.state)
    assert len(story.state.published) == 2


def test_the_receipt_can_be_recorded_after_publication() -> None:
    """Published although nobody had noted the receipt; noted late, the plan's days run from it."""
    story = (
        Story(outcome="3")
        .until("outcome_signed_off")
        .do("release_report", contrary_to=("order",), by=who(Role.PRESS_OFFICE, organisation="ofsted"))
    )
    story.do("confirm_publication")
    assert story.refused("close_inspection").code == "duties_done"
    published = story.state.published[0].draft
    story.do("send_final_report", draft=published).do("acknowledge_final_report")
    assert "priority_action_plan_submission" in {one.kind for one in story.deadlines}
