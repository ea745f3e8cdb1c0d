"""For every rule of an inspection a scene in which it refuses; `tests/domain/test_rules.py` plays them."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, Final

from domain.actors import Role
from domain.inspection.rules import RULES
from tests.domain.inspection.story import CHILDREN, INSPECTION, SCOPE, TEAM, Story, findings, who

Scene = tuple[Story, str, dict[str, Any]]
"""A story, and a command that a rule speaks against."""


def _week(first: date) -> dict[str, date]:
    return {"first": first, "last": first + timedelta(days=4)}


def _inspection_exists() -> Scene:
    return Story(), "notify_area", {}


def _stage() -> Scene:
    return Story().until("area_notified"), "end_fieldwork", {}


def _recorded_once() -> Scene:
    return Story().until("surveys_opened"), "open_surveys", {}


def _not_in_the_future() -> Scene:
    story = Story().until("area_notified")
    return story, "open_surveys", {"at": story.day(1), "recorded": story.now}


def _order() -> Scene:
    story = Story().until("area_notified")
    return story, "open_surveys", {"at": story.day(-1), "recorded": story.now}


def _permission() -> Scene:
    return Story().until("team_appointed"), "notify_area", {"by": Role.INSPECTOR, "at": Story().notified}


def _separation_of_duties() -> Scene:
    story = Story().until("draft_submitted")
    return story, "approve_draft", {"by": who(Role.OFSTED_MODERATOR, "p-inspector")}


def _authority() -> Scene:
    story = Story().until("area_notified")
    early = {"at": story.day(7), "contrary_to": ("notice_before_fieldwork",)}
    return story, "begin_fieldwork", {**early, "authorised_by": "p-ofstedlead"}


def _not_for_both() -> Scene:
    story = Story().until("draft_submitted").do("approve_draft")
    same = who(Role.CQC_MODERATOR, "p-ofstedmoderator")
    return story, "approve_draft", {"inspectorate": "cqc", "by": same}


def _id_fits_area() -> Scene:
    return Story(), "plan_inspection", {"area": "SFK"}


def _id_fits_kind() -> Scene:
    return Story(), "plan_inspection", {"kind": "monitoring", "follows": INSPECTION, "scope": SCOPE}


def _follows_full_inspection() -> Scene:
    return Story(outcome="effective"), "plan_inspection", {"follows": "SFK-2023-F1"}


def _on_site_week() -> Scene:
    story = Story()
    return story, "plan_inspection", {"on_site": _week(story.day(11))}


def _term_time() -> Scene:
    story = Story()
    half_term = {"first": story.day(12), "last": story.day(12)}
    return story, "plan_inspection", {"school_holidays": [half_term]}


def _team_complete() -> Scene:
    return Story().until("inspection_planned"), "appoint_team", {"members": TEAM[:2]}


def _interest_declared() -> Scene:
    members = [{**TEAM[0], "interests": ["SRY"]}, *TEAM[1:]]
    return Story().until("inspection_planned"), "appoint_team", {"members": members}


def _on_the_team() -> Scene:
    story = Story().until("fieldwork_ended")
    return story, "submit_draft", {"by": who(Role.OFSTED_LEAD, "p-stranger")}


def _notification_day() -> Scene:
    story = Story().until("team_appointed")
    return story, "notify_area", {"at": story.day(-1)}


def _notice_before_fieldwork() -> Scene:
    story = Story().until("area_notified")
    return story, "begin_fieldwork", {"at": story.day(7)}


def _notice_before_on_site() -> Scene:
    story = Story().until("fieldwork_begun")
    return story, "come_on_site", {"at": story.day(9)}


def _deferral_ground() -> Scene:
    story = Story(notified=date(2025, 12, 1)).until("area_notified")
    return story, "defer_inspection", {"ground": "national_reforms"}


def _item_requested() -> Scene:
    return Story().until("information_requested"), "chase_information", {"item": "annex_a_3"}


def _number_of_children() -> Scene:
    return Story().until("surveys_closed"), "choose_tracked_children", {"children": CHILDREN[:5]}


def _child_chosen() -> Scene:
    joins_again = {"joins": CHILDREN[1]}
    return Story().until("tracked_children_chosen"), "replace_tracked_child", joins_again


def _paused() -> Scene:
    return (
        Story().until("on_site_begun").do("pause_inspection").do("resume_inspection"),
        "resume_inspection",
        {},
    )


def _not_paused() -> Scene:
    return Story().until("feedback_given").do("pause_inspection"), "end_fieldwork", {}


def _pause_limit() -> Scene:
    return Story().until("on_site_begun").do("pause_inspection"), "declare_incomplete", {}


def _feedback_given() -> Scene:
    return Story().until("on_site_begun"), "end_fieldwork", {}


def _findings_fit_outcome() -> Scene:
    unfit = {**findings("2"), "outcome": "3"}
    return Story().until("fieldwork_ended"), "submit_draft", {"findings": unfit}


def _findings_fit_kind() -> Scene:
    return Story(outcome="effective").until("fieldwork_ended"), "submit_draft", {"findings": findings("2")}


def _result_fits_areas() -> Scene:
    story = Story(outcome="effective").until("fieldwork_ended")
    unfit = {**findings("effective"), "result": "not_effective"}
    return story, "submit_draft", {"findings": unfit}


def _body_of_partnership() -> Scene:
    return Story().until("fieldwork_ended"), "submit_draft", {"findings": findings("2", "la-sfk")}


def _draft_exists() -> Scene:
    story = Story().until("draft_submitted").do("return_draft")
    return story, "approve_draft", {}


def _draft_is_current() -> Scene:
    story = Story().until("draft_submitted")
    assert story.state.draft is not None
    first = story.state.draft.ref
    return story.do("submit_draft"), "approve_draft", {"draft": first}


def _evidence_complete() -> Scene:
    return Story().until("draft_submitted").do("order_additional_evidence"), "submit_draft", {}


def _evidence_ordered() -> Scene:
    story = Story().until("fieldwork_ended").do("order_additional_evidence").do("gather_additional_evidence")
    return story, "gather_additional_evidence", {}


def _approved_by_both() -> Scene:
    return Story().until("draft_submitted").do("approve_draft"), "send_draft_for_comment", {}


def _signed_off_by_both() -> Scene:
    return Story().until("report_published").do("correct_report"), "release_report", {}


def _comment_window() -> Scene:
    story = Story().until("draft_sent_for_comment")
    return story, "receive_comments", {"at": story.day(31)}


def _comments_or_complaint() -> Scene:
    return Story().until("comments_received"), "lodge_complaint", {}


def _comments_answered() -> Scene:
    return Story().until("comments_received"), "decide_outcome", {}


def _complaint_known() -> Scene:
    return Story().until("draft_sent_for_comment").do("lodge_complaint"), "lodge_complaint", {}


def _no_open_complaint() -> Scene:
    story = Story().until("draft_sent_for_comment").do("lodge_complaint").do("decide_outcome")
    for inspectorate in ("ofsted", "cqc"):
        story.do("sign_off_outcome", inspectorate=inspectorate)
    return story.do("send_final_report").do("acknowledge_final_report"), "release_report", {}


def _cqc_concurs() -> Scene:
    return Story().until("comments_answered"), "decide_outcome", {"concurring": "p-inspector"}


def _no_embargo() -> Scene:
    story = Story().until("final_report_received")
    return story.do("record_polls", polls_on=story.now.date() + timedelta(days=28)), "release_report", {}


def _released() -> Scene:
    return Story().until("report_released"), "confirm_publication", {"report_version": 2}


def _nothing_to_correct() -> Scene:
    return Story().until("report_published").do("correct_report"), "correct_report", {}


def _outcome_asks_for_plan() -> Scene:
    return Story(outcome="2").until("report_published"), "submit_priority_action_plan", {}


def _plan_awaits_review() -> Scene:
    return Story().until("strategic_plan_verified"), "return_strategic_plan", {}


def _plan_reviewer() -> Scene:
    story = Story(outcome="3").until("priority_action_plan_submitted")
    return story, "accept_priority_action_plan", {"by": Role.DFE}


def _plan_accepted() -> Scene:
    return Story(outcome="3").until("priority_action_plan_submitted"), "publish_priority_action_plan", {}


def _deadline_exists() -> Scene:
    story = Story().until("area_notified")
    return story, "extend_deadline", {"kind": "strategic_plan", "to": story.day(200)}


def _extends_later() -> Scene:
    story = Story().until("report_published")
    return story, "extend_deadline", {"kind": "strategic_plan", "to": story.day(60)}


def _handbook_in_force() -> Scene:
    return Story(notified=date(2022, 11, 14)), "plan_inspection", {}


def _handbook_known() -> Scene:
    return Story().until("area_notified"), "move_to_handbook", {"to": "2024-04-05"}


def _calendar_known() -> Scene:
    return Story().until("area_notified"), "move_to_calendar", {"to": "england-2026.1"}


def _milestone_recorded() -> Scene:
    return Story().until("area_notified"), "rectify_milestone", {"milestone": "fieldwork_begun"}


def _nothing_rests_on_it() -> Scene:
    return Story().until("on_site_begun"), "rectify_milestone", {"milestone": "fieldwork_begun"}


def _duties_done() -> Scene:
    return Story().until("report_published"), "close_inspection", {}


def _calendar_horizon() -> Scene:
    story = Story()
    far = {"notify_on": date(2040, 1, 2), "on_site": _week(date(2040, 1, 16))}
    return story, "plan_inspection", far


SCENES: Final[dict[str, Callable[[], Scene]]] = {
    name: globals()[f"_{name}"] for name in RULES if f"_{name}" in globals()
}
