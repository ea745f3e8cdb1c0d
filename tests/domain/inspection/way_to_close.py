"""Finds from any state the next thing to do on the way to closing, without withdrawing and by the rules."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from domain.actors import Actor, Role
from domain.handbook import PlanKind
from domain.inspection.progress import approved_by_both, comments_settled, current_draft
from domain.inspection.vocabulary import Draft, Stage
from domain.inspection.voices import speak_for_both
from domain.london import london_date
from domain.values import Inspectorate
from tests.domain.inspection.story import TEAM, Story, findings, who

LONGEST_WAY = 80
"""No state is further from closing than so many steps, waiting included."""


def way_to_close(story: Story) -> list[str]:
    """Take an inspection to its close, and return the commands that this took."""
    taken: list[str] = []
    while story.stage() is not Stage.CLOSED:
        assert len(taken) < LONGEST_WAY, f"no way to close in {taken}"
        command, told = next_step(story)
        story.do(command, **told, recorded_by="p-newsupport")
        taken.append(command)
    return taken


Told = tuple[str, dict[str, Any]]


def next_step(story: Story) -> Told:
    """Say what to do next on the way to closing."""
    return _NEXT[story.stage()](story)


def _plan_first(story: Story) -> Told:
    today = london_date(story.now)
    monday = _monday_from(today + timedelta(days=1))
    on_site = monday
    while story.calendar.working_days_between(monday, on_site) < 10:
        on_site += timedelta(days=7)
    week = {"first": on_site, "last": on_site + timedelta(days=4)}
    return "plan_inspection", {"notify_on": monday, "on_site": week}


def _monday_from(day: date) -> date:
    return day + timedelta(days=-day.weekday() % 7)


def _planned(story: Story) -> Told:
    state, today = story.state, london_date(story.now)
    if state.on_site is None:
        return _plan_first(story)
    if not _has_complete_team(story):
        return "appoint_team", {"members": TEAM}
    monday = _monday_from(today)
    if story.calendar.working_days_between(monday, state.on_site.first) < 10:
        return _plan_first(story)
    return _on(monday, "notify_area", story)


def _has_complete_team(story: Story) -> bool:
    return story.state.has("team_appointed") and all(_lead(story, one) for one in Inspectorate)


def _lead(story: Story, inspectorate: Inspectorate) -> str | None:
    leads = [m.person for m in story.state.team if m.lead and m.inspectorate is inspectorate]
    return leads[0] if leads else None


def _on(day: date, command: str, story: Story, **told: Any) -> Told:
    """Do something now, or wait for the day on which it may be done."""
    if london_date(story.now) < day:
        return _wait_until(day)
    return command, told


def _wait_until(day: date) -> Told:
    return "tick", {"at": day}


def _notified(story: Story) -> Told:
    return _on(_after_notice(story, 8), "begin_fieldwork", story)


def _after_notice(story: Story, working_days: int) -> date:
    notified = story.state.at("area_notified")
    assert notified is not None
    return story.day(working_days, after=london_date(notified))


def _fieldwork(story: Story) -> Told:
    state = story.state
    if state.paused_until is not None:
        return "resume_inspection", {}
    if not state.has("on_site_begun"):
        return _on(_after_notice(story, 10), "come_on_site", story)
    return ("end_fieldwork" if state.has("feedback_given") else "give_feedback"), {}


def _moderation(story: Story) -> Told:
    state = story.state
    if state.evidence_open:
        return "gather_additional_evidence", {}
    if current_draft(state) is None:
        return _submit(story)
    if not approved_by_both(state):
        return _for_each("approve_draft", state.approvals, story)
    if not state.has("draft_sent_for_comment"):
        return "send_draft_for_comment", {}
    assert not comments_settled(state)
    window = [one.due for one in story.deadlines if one.kind == "draft_comments"]
    return _wait_until(max(window) + timedelta(days=1))


def _submit(story: Story) -> Told:
    author = _lead(story, Inspectorate.OFSTED)
    if author is None:
        return "appoint_team", {"members": TEAM}
    proposed = _found(story.state.draft) if story.state.draft else story.outcome
    return "submit_draft", {
        "by": who(Role.OFSTED_LEAD, author),
        "findings": findings(proposed, *story.state.bodies),
    }


def _found(draft: Draft) -> str:
    found = draft.findings.outcome or draft.findings.result
    assert found is not None
    return found


_MODERATES = {Inspectorate.OFSTED: Role.OFSTED_MODERATOR, Inspectorate.CQC: Role.CQC_MODERATOR}
_SIGNS_OFF = {Inspectorate.OFSTED: Role.OFSTED_DIRECTOR, Inspectorate.CQC: Role.CQC_DIRECTOR}


def _for_each(command: str, done: dict[Inspectorate, Any], story: Story) -> Told:
    roles = _MODERATES if command == "approve_draft" else _SIGNS_OFF
    missing = next(one for one in Inspectorate if done.get(one) != current_draft(story.state))
    return command, {"inspectorate": missing, "by": _outsider(roles[missing])}


def _outsider(role: Role, organisation: str | None = None) -> Actor:
    """Make somebody who has not worked on any inspection."""
    return who(role, f"p-new{role.replace('_', '')}"[:22], organisation)


def _outcome(story: Story) -> Told:
    state = story.state
    if state.comments and not state.has("comments_answered"):
        return "answer_comments", {}
    if not state.has("outcome_decided"):
        deciding, concurring = _lead(story, Inspectorate.OFSTED), _lead(story, Inspectorate.CQC)
        if deciding is None or concurring is None:
            return "appoint_team", {"members": TEAM}
        if _have_spoken_for_the_other(story, deciding, concurring):
            return _submit(story)
        by = who(Role.OFSTED_LEAD, deciding)
        return "decide_outcome", {"by": by, "concurring": concurring, **_decided_findings(story)}
    return _for_each("sign_off_outcome", state.sign_offs, story)


def _have_spoken_for_the_other(story: Story, deciding: str, concurring: str) -> bool:
    draft = current_draft(story.state)
    speaking = {Inspectorate.OFSTED: deciding, Inspectorate.CQC: concurring}
    return draft is not None and bool(speak_for_both(story.state, draft, speaking))


def _decided_findings(story: Story) -> dict[str, Any]:
    """Findings that the partnership's bodies can take, if those of the draft are not."""
    draft = story.state.draft
    assert draft is not None
    areas = (*draft.findings.areas_for_improvement, *draft.findings.areas_for_priority_action)
    if all(body in story.state.bodies for area in areas for body in area.bodies):
        return {}
    return {"findings": findings(_found(draft), *story.state.bodies)}


def _publication(story: Story) -> Told:
    state = story.state
    if state.released:
        return "confirm_publication", {}
    if state.open_complaints:
        return _resolve(story)
    if not state.has("final_report_sent"):
        return "send_final_report", {}
    if not state.has("final_report_received"):
        return "acknowledge_final_report", {}
    if state.comments and not state.has("comments_answered"):
        return "answer_comments", {}
    today = london_date(story.now)
    embargo = [polls for polls in state.polls if 0 <= (polls - today).days <= 28]
    return _on(max(embargo) + timedelta(days=1), "release_report", story) if embargo else _release(story)


def _release(_: Story) -> Told:
    return "release_report", {"by": _outsider(Role.PRESS_OFFICE, "ofsted")}


def _resolve(story: Story) -> Told:
    reference = story.state.open_complaints[0]
    return "resolve_complaint", {"reference": reference, "by": _outsider(Role.OFSTED_DIRECTOR)}


def _follow_up(story: Story) -> Told:
    state = story.state
    assert state.draft is not None
    assert state.handbook is not None
    if state.released:
        return "confirm_publication", {}
    if state.open_complaints:
        return _resolve(story)
    if state.draft.findings.outcome is None:
        return "close_inspection", {}
    handbook = story.rules.pinned_handbook(state.handbook)
    if handbook.follow_up[state.draft.findings.outcome].value is PlanKind.PRIORITY_ACTION_PLAN:
        return _action_plan(story, handbook.plan_feedback_by.value)
    if not state.has("strategic_plan_published"):
        return "publish_strategic_plan", {"bodies": state.bodies}
    return "close_inspection", {}


def _action_plan(story: Story, reviewers: tuple[str, ...]) -> Told:
    state = story.state
    bodies = {"bodies": state.bodies}
    role = {"ofsted": Role.OFSTED_DIRECTOR, "dfe": Role.DFE}[reviewers[0]]
    if not state.has("priority_action_plan_published"):
        if not state.has("final_report_sent"):
            return "send_final_report", {"draft": state.published[-1].draft}
        if not state.has("final_report_received"):
            return "acknowledge_final_report", {}
        if not state.has("priority_action_plan_submitted"):
            return "submit_priority_action_plan", bodies
        if state.has("priority_action_plan_returned"):
            return "resubmit_priority_action_plan", bodies
        if not state.has("priority_action_plan_accepted"):
            return "accept_priority_action_plan", {"by": _outsider(role)}
        return "publish_priority_action_plan", bodies
    if not state.has("priority_action_plan_submitted"):
        return "submit_priority_action_plan", bodies
    return "close_inspection", {}


def _strike_withdrawal(_: Story) -> Told:
    return "rectify_milestone", {"milestone": "inspection_withdrawn", "reason": "did_not_happen"}


_NEXT: dict[Stage, Callable[[Story], Told]] = {
    Stage.UNKNOWN: _plan_first,
    Stage.PLANNED: _planned,
    Stage.NOTIFIED: _notified,
    Stage.FIELDWORK: _fieldwork,
    Stage.MODERATION: _moderation,
    Stage.OUTCOME: _outcome,
    Stage.PUBLICATION: _publication,
    Stage.FOLLOW_UP: _follow_up,
    Stage.WITHDRAWN: _strike_withdrawal,
}
