"""From the draft to the outcome: two inspectorates, one draft."""

from typing import Any

import pytest

from domain.actors import Role
from domain.inspection.progress import approved_by_both, current_draft, held_by, reached, signed_off_by_both
from domain.inspection.vocabulary import Stage
from domain.values import Outcome
from tests.domain.inspection.story import Story, findings, who


def _approve(story: Story) -> Story:
    return story.do("approve_draft", inspectorate="ofsted").do("approve_draft", inspectorate="cqc")


def _sign_off(story: Story) -> Story:
    return story.do("sign_off_outcome", inspectorate="ofsted").do("sign_off_outcome", inspectorate="cqc")


def test_the_partnership_sees_a_draft_that_both_have_approved() -> None:
    """Ofsted and CQC, each by its own moderator."""
    story = Story().until("draft_submitted").do("approve_draft", inspectorate="ofsted")
    assert story.refused("send_draft_for_comment").code == "approved_by_both"
    story.do("approve_draft", inspectorate="cqc").do("send_draft_for_comment")
    assert reached(story.state) == ("draft_submitted", "draft_approved", "draft_sent_for_comment")


def test_a_moderator_speaks_for_his_or_her_own_inspectorate() -> None:
    """A moderator of Ofsted does not approve for CQC."""
    story = Story().until("draft_submitted")
    refusal = story.refused("approve_draft", inspectorate="cqc", by=Role.OFSTED_MODERATOR)
    assert refusal.code == "permission"


def test_a_new_draft_voids_the_approvals() -> None:
    """An approval names version and digest, so it cannot be carried over."""
    story = Story().until("draft_approved")
    assert approved_by_both(story.state)
    story.do("submit_draft")
    assert not approved_by_both(story.state)
    assert _approve(story).do("send_draft_for_comment").stage() is Stage.MODERATION


def test_a_returned_draft_no_longer_stands() -> None:
    """Its author writes another."""
    story = Story().until("draft_approved").do("return_draft", reasons=["outcome_not_justified"])
    assert current_draft(story.state) is None
    assert story.refused("approve_draft").code == "draft_exists"
    assert story.do("submit_draft").state.drafts == 2


def test_the_partnership_comments_within_five_working_days() -> None:
    """Comments on the last day are in time."""
    story = Story().until("draft_sent_for_comment")
    story.do("receive_comments", at=story.day(30))
    assert story.stage() is Stage.OUTCOME


def test_without_comments_the_window_lapses() -> None:
    """A right that is not used lapses; nothing is missed, and nobody is warned."""
    story = Story().until("draft_sent_for_comment")
    story.wait(story.day(31))
    assert story.told == ["comment_window_lapsed"]
    assert story.stage() is Stage.OUTCOME


def test_comments_that_came_in_time_take_the_lapse_back() -> None:
    """They came on the fourth day and were recorded on the eighth: the partnership has commented."""
    story = Story().until("draft_sent_for_comment").wait(Story().day(31))
    story.do("receive_comments", at=story.day(29), recorded=story.day(33), points=2)
    assert not story.state.has("comment_window_lapsed")
    assert story.state.comments == 2
    assert story.refused("decide_outcome").code == "comments_answered"


@pytest.mark.parametrize("until", ["outcome_decided", "outcome_signed_off", "final_report_received"])
def test_comments_can_be_recorded_late_until_the_report_is_published(until: str) -> None:
    """What came in time is on record even if the outcome is already decided."""
    story = Story().until("draft_sent_for_comment").wait(Story().day(31))
    story.do("decide_outcome")
    if until != "outcome_decided":
        _sign_off(story)
    if until == "final_report_received":
        story.do("send_final_report").do("acknowledge_final_report")
    stage = story.stage()
    story.do("receive_comments", at=story.day(29), recorded=story.now, points=0)
    assert story.stage() is stage


def test_the_partnership_comments_or_complains_but_not_both() -> None:
    """A complaint takes the place of comments on the same draft."""
    story = Story().until("draft_sent_for_comment").do("lodge_complaint")
    assert story.stage() is Stage.OUTCOME
    assert story.refused("receive_comments").code == "comments_or_complaint"


def test_more_evidence_voids_draft_comments_and_outcome() -> None:
    """What was decided on incomplete evidence is decided anew."""
    story = Story().until("final_report_received").do("order_additional_evidence")
    assert story.stage() is Stage.MODERATION
    assert held_by(story.state) == ("additional_evidence",)
    assert current_draft(story.state) is None
    for gone in ("draft_sent_for_comment", "comments_received", "outcome_decided", "final_report_received"):
        assert not story.state.has(gone)
    story.do("gather_additional_evidence").do("submit_draft")
    _approve(story).do("send_draft_for_comment").do("receive_comments", points=0).do("decide_outcome")
    assert _sign_off(story).stage() is Stage.PUBLICATION


def test_a_complaint_may_reopen_the_evidence() -> None:
    """It was right that evidence is missing; the next draft has its own days for comment."""
    story = Story().until("draft_sent_for_comment").do("lodge_complaint")
    story.do("resolve_complaint", resolution="evidence_to_gather").do("gather_additional_evidence")
    _approve(story.do("submit_draft")).do("send_draft_for_comment")
    assert story.stage() is Stage.MODERATION, (
        "the complaint about the first draft settles nothing for the next"
    )
    story.do("receive_comments", points=0)
    assert story.stage() is Stage.OUTCOME


def test_a_complaint_stays_open_when_quality_assurance_reopens_the_evidence() -> None:
    """It is resolved all the same, in its own time."""
    story = Story().until("draft_sent_for_comment").do("lodge_complaint").do("order_additional_evidence")
    assert held_by(story.state) == ("additional_evidence", "complaint")
    story.do("resolve_complaint")
    assert held_by(story.state) == ("additional_evidence",)


def test_the_outcome_is_decided_by_the_lead_with_the_lead_of_cqc() -> None:
    """Ofsted's lead decides, CQC's concurs, a director of each signs off."""
    story = Story().until("comments_answered").do("decide_outcome")
    assert story.stage() is Stage.OUTCOME
    assert _sign_off(story).stage() is Stage.PUBLICATION


def test_the_lead_who_decides_the_outcome_is_on_the_team() -> None:
    """The lead of another inspection has not seen the area."""
    story = Story().until("comments_answered")
    stranger = who(Role.OFSTED_LEAD, "p-stranger")
    assert story.refused("decide_outcome", by=stranger).code == "on_the_team"


def test_changed_findings_void_approvals_and_sign_offs() -> None:
    """Another outcome is another draft, which both inspectorates approve and sign off again."""
    story = Story(outcome="2").until("final_report_received")
    story.do("decide_outcome", findings=findings("3"))
    assert story.stage() is Stage.MODERATION
    assert not approved_by_both(story.state)
    assert not signed_off_by_both(story.state)
    assert not story.state.has("final_report_received"), "the partnership has another report than this one"
    _sign_off(_approve(story))
    assert story.stage() is Stage.PUBLICATION
    assert story.state.draft is not None
    assert story.state.draft.findings.outcome is Outcome.WIDESPREAD_FAILINGS


def test_a_changed_area_is_a_changed_finding() -> None:
    """The outcome is the same, but something else has to be done better."""
    story = Story().until("outcome_signed_off")
    other = findings("2", "la-sry")
    assert story.do("decide_outcome", findings=other).stage() is Stage.MODERATION


def test_a_new_draft_has_its_outcome_decided_anew() -> None:
    """No outcome is published that was decided on another draft."""
    story = Story(outcome="2").until("outcome_signed_off").do("submit_draft", findings=findings("3"))
    assert not story.state.has("outcome_decided")
    _approve(story)
    assert story.stage() is Stage.OUTCOME
    assert story.refused("sign_off_outcome").code == "order"


def test_the_same_outcome_is_not_decided_twice() -> None:
    """Nothing would have changed but the day."""
    assert Story().until("outcome_decided").refused("decide_outcome").code == "recorded_once"


@pytest.mark.parametrize(
    ("outcome", "priority_areas"),
    [("1", True), ("2", True), ("3", False)],
    ids=["1 with", "2 with", "3 without"],
)
def test_only_outcome_three_has_areas_for_priority_action(outcome: str, priority_areas: bool) -> None:
    """And it has at least one."""
    story = Story().until("fieldwork_ended")
    unfit: dict[str, Any] = findings("3" if priority_areas else "2") | {"outcome": outcome}
    assert story.refused("submit_draft", findings=unfit).code == "findings_fit_outcome"


def test_who_was_on_the_team_during_fieldwork_does_not_review_it() -> None:
    """Leaving the team does not make it somebody else's work."""
    story = Story().until("on_site_begun").do("replace_team_member").before("draft_approved")
    left = who(Role.OFSTED_MODERATOR, "p-inspector")
    assert story.refused("approve_draft", by=left).code == "separation_of_duties"


def test_who_left_before_fieldwork_may_review_it() -> None:
    """Such a person has seen nothing of the area."""
    story = Story().until("team_appointed").do("replace_team_member").before("draft_approved")
    story.do("approve_draft", by=who(Role.OFSTED_MODERATOR, "p-inspector"))


def test_an_author_who_records_the_sign_off_signs_off_his_or_her_own_work() -> None:
    """Separation of duties looks at who decided and at who recorded."""
    story = Story().until("outcome_decided")
    refusal = story.refused("sign_off_outcome", recorded_by="p-ofstedlead")
    assert refusal.code == "separation_of_duties"
