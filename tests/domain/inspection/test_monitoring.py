"""The monitoring inspection after outcome 3: about which areas, what it finds, and what it does not bring."""

from typing import Any

import pytest
from pydantic import ValidationError

from domain.handbook import DeadlineKind
from domain.inspection.events import InspectionClosed
from domain.inspection.progress import reached
from domain.inspection.standing import stands
from domain.inspection.vocabulary import Draft, Findings, Sections, Stage
from domain.values import Kind, MonitoringResult
from tests.domain.inspection.story import BODIES, INSPECTION, RULES, SCOPE, TEXT, Story, findings

EFFECTIVE, NOT_EFFECTIVE = MonitoringResult


def _found(result: MonitoringResult, *each: MonitoringResult) -> dict[str, Any]:
    return {
        "result": result,
        "actions": [{"area": number, "result": one} for number, one in enumerate(each, start=1)],
    }


def test_it_follows_a_full_inspection_and_deals_with_its_areas_for_priority_action() -> None:
    """The areas are named as they were found there, with the bodies that were made responsible."""
    state = Story(outcome="effective").until("inspection_planned").state
    assert state.kind is Kind.MONITORING
    assert state.follows == INSPECTION
    assert [area.model_dump(mode="json") for area in state.scope] == [
        {"bodies": list(BODIES), "text": area["text"]} for area in SCOPE
    ]


@pytest.mark.parametrize(
    "told",
    [{"follows": None}, {"scope": []}, {"follows": "SFK-2023-F1"}, {"follows": "SRY-2024-M1"}],
    ids=["none followed", "no area", "of another area", "no full inspection"],
)
def test_without_a_full_inspection_of_the_area_and_a_scope_it_is_not_planned(told: dict[str, Any]) -> None:
    """After a second disappointment, too, it follows the inspection that found the areas."""
    assert Story(outcome="effective").refused("plan_inspection", **told).code == "follows_full_inspection"


@pytest.mark.parametrize("told", [{"follows": "SRY-2022-F1"}, {"scope": SCOPE}])
def test_a_full_inspection_follows_none_and_looks_at_everything(told: dict[str, Any]) -> None:
    """Its scope is not narrowed."""
    assert Story().refused("plan_inspection", **told).code == "follows_full_inspection"


def test_the_identifier_says_the_kind() -> None:
    """M is a monitoring inspection, F a full one, and neither is planned as the other."""
    refusal = Story(outcome="effective").refused("plan_inspection", kind="full")
    assert refusal.code == "id_fits_kind"
    assert "full with F or monitoring with M" in refusal.accepted
    assert Story().refused("plan_inspection", kind="monitoring").code == "id_fits_kind"


def test_no_area_is_twice_in_the_scope() -> None:
    """Else the numbers of the areas would not say which is meant."""
    with pytest.raises(ValidationError, match="twice in scope"):
        Story(outcome="effective").ask("plan_inspection", scope=[SCOPE[0], SCOPE[0]])


def test_a_body_of_the_scope_may_have_left_the_partnership() -> None:
    """Boards merge within eighteen months; the scope still says who was made responsible."""
    former = [{"bodies": ["icb-former"], "text": TEXT}]
    state = Story(outcome="effective").do("plan_inspection", scope=former).state
    assert state.scope[0].bodies == ("icb-former",)


def test_what_was_put_off_still_follows_and_has_its_scope() -> None:
    """It is planned anew; what it is about has not changed."""
    state = Story(outcome="effective").until("area_notified").do("defer_inspection").state
    assert (state.kind, state.follows, len(state.scope)) == (Kind.MONITORING, INSPECTION, len(SCOPE))


def test_it_has_the_three_weeks_and_the_way_of_a_full_inspection() -> None:
    """Notice, weeks and milestones are the same, up to publication and close."""
    story = Story(outcome="effective").until("team_appointed")
    assert story.refused("notify_area", at=story.day(1)).code == "notice_before_on_site"
    story.until("area_notified")
    assert story.refused("begin_fieldwork", at=story.day(7)).code == "notice_before_fieldwork"
    story.until("inspection_closed")
    assert story.stage() is Stage.CLOSED
    full = [name for name in Story().until("report_published").ledger if not name.startswith("deadline_")]
    assert [name for name in story.ledger if not name.startswith("deadline_")] == [*full, "inspection_closed"]


@pytest.mark.parametrize("result", MonitoringResult)
def test_it_comes_to_a_result_and_to_no_outcome(result: MonitoringResult) -> None:
    """Effective action was taken, or it was not. Before it is decided there is neither."""
    story = Story(outcome=result).before("outcome_decided")
    assert story.state.result is None
    state = story.until("outcome_signed_off").state
    assert (state.result, state.outcome) == (result, None)


def test_where_it_stands_says_no_outcome_before_it_is_published() -> None:
    """Temporal's list of processes shows it, to people who may not know it yet."""
    story = Story().before("report_published")
    assert story.state.outcome == "2"
    assert stands(RULES, story.state, story.now).standing.outcome is None
    story.until("report_published")
    assert stands(RULES, story.state, story.now).standing.outcome == "2"


def test_a_full_inspection_has_no_result() -> None:
    """It has an outcome."""
    story = Story().until("outcome_decided")
    assert (story.state.result, story.state.outcome) == (None, "2")


def test_action_may_have_been_effective_on_some_areas_only() -> None:
    """Then inspectors decide what the whole comes to: no rule for it is published."""
    story = Story(outcome="effective").until("fieldwork_ended")
    for result in MonitoringResult:
        story.do("submit_draft", findings=_found(result, EFFECTIVE, NOT_EFFECTIVE))


@pytest.mark.parametrize("each", [(EFFECTIVE,), (EFFECTIVE,) * 3], ids=["too few", "too many"])
def test_each_area_of_the_scope_has_its_result(each: tuple[MonitoringResult, ...]) -> None:
    """None is passed over, and there are no others."""
    story = Story(outcome="effective").until("fieldwork_ended")
    refusal = story.refused("submit_draft", findings=_found(EFFECTIVE, *each))
    assert refusal.code == "findings_fit_kind"
    assert "areas 1 to 2" in refusal.because


def test_it_finds_no_areas_for_priority_action_of_its_own() -> None:
    """They belong to outcome 3 of a full inspection. Areas for improvement it may name."""
    story = Story(outcome="effective").until("fieldwork_ended")
    found = findings("effective") | {"areas_for_priority_action": [{"bodies": BODIES, "text": TEXT}]}
    assert story.refused("submit_draft", findings=found).code == "findings_fit_kind"


def test_a_full_inspection_finds_an_outcome_alone() -> None:
    """Whether action on earlier areas was effective is not its question."""
    story = Story().until("fieldwork_ended")
    assert story.refused("submit_draft", findings=findings("effective")).code == "findings_fit_kind"
    both = findings("2") | {"actions": findings("effective")["actions"]}
    assert story.refused("submit_draft", findings=both).code == "findings_fit_kind"


@pytest.mark.parametrize("told", [{}, {"outcome": "2", "result": "effective"}], ids=["neither", "both"])
def test_findings_name_either_an_outcome_or_a_result(told: dict[str, str]) -> None:
    """Whatever the inspection."""
    with pytest.raises(ValidationError, match="one of them is named"):
        Findings.model_validate(told)


def test_another_result_is_another_draft_that_both_approve_again() -> None:
    """As with another outcome."""
    story = Story(outcome="effective").before("outcome_decided")
    story.do("decide_outcome", findings=_found(NOT_EFFECTIVE, NOT_EFFECTIVE, EFFECTIVE))
    assert story.stage() is Stage.MODERATION
    assert story.state.approvals != {}
    assert reached(story.state) == ("draft_submitted", "draft_sent_for_comment", "comments_settled")


def test_information_and_comments_have_their_days_and_no_plan_is_due() -> None:
    """It asks for no plan: that of the inspection that it follows goes on."""
    story = Story(outcome="not_effective").until("report_published")
    assert {one.kind for one in story.deadlines} == {
        DeadlineKind.INFORMATION_ITEM,
        DeadlineKind.DRAFT_COMMENTS,
    }


@pytest.mark.parametrize(
    "plan", ["publish_strategic_plan", "submit_priority_action_plan", "name_principal_authority"]
)
def test_no_plan_is_recorded_of_it(plan: str) -> None:
    """The refusal says where it belongs."""
    refusal = Story(outcome="not_effective").until("report_published").refused(plan)
    assert refusal.code == "outcome_asks_for_plan"
    assert "which it follows" in refusal.accepted


@pytest.mark.parametrize("result", MonitoringResult)
def test_it_is_closed_without_a_plan_and_says_nothing_of_what_comes_next(result: MonitoringResult) -> None:
    """What follows each result is for the cycle of the area to say."""
    (closed,) = Story(outcome=result).until("inspection_closed").latest
    assert isinstance(closed, InspectionClosed)
    assert closed.next == ()


def test_drafts_from_before_there_were_results_keep_their_digest() -> None:
    """It covers the findings as they were written; an approval in an old ledger names it."""
    found = Findings.model_validate(findings("3"))
    assert found.model_dump(mode="json").keys() == {
        "outcome",
        "areas_for_improvement",
        "areas_for_priority_action",
    }
    old = Draft(version=1, sections=Sections(), findings=found, author="p-ofstedlead")
    assert old.ref.digest == "03989eef1a61216ce0eaa1b31e4cfae4b887f2fb0362bd280735e0e7c20e22c9"
