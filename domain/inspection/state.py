"""What an inspection has become: the fold of its events.

`evolve` never judges and never fails on an event that is in the ledger; it only takes note. Nor does it
fail when events before it are left out, as in a look back at a day on which they had not happened.
"""

from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any, Final

from domain.corrections import Correction, of_latest
from domain.events import roles_after
from domain.handbook import DeadlineKind
from domain.inspection import events as e
from domain.inspection.changes import (
    Change,
    fall,
    item_changed,
    pause_changed,
    release_void,
    unbound,
    window_opened_again,
    without,
)
from domain.inspection.record import Complaint, Extension, Fact, Item, Pause, Published, State
from domain.inspection.rectified import rectified
from domain.inspection.rounds import AFTER_DECISION, COMMENT_ROUND, DECISION, NOTIFICATION_ROUND
from domain.inspection.vocabulary import Draft, Findings, Sections
from domain.inspection.voices import voices_after
from domain.values import PersonRef

__all__ = ["Extension", "Fact", "Item", "Pause", "Published", "State", "evolve", "initial"]


_NOTHING: Final = State()


def initial() -> State:
    """Return the state of an inspection of which nothing is known."""
    return _NOTHING


def _planned(_: State, event: e.InspectionPlanned) -> Change:
    return {
        "area": event.area,
        "kind": event.kind,
        "follows": event.follows,
        "scope": event.scope,
        "notify_on": event.notify_on,
        "on_site": event.on_site,
        "bodies": event.bodies,
        "school_holidays": event.school_holidays,
    }


def _team_appointed(state: State, event: e.TeamAppointed) -> Change:
    stay = {member.person for member in event.members}
    return {"team": event.members, **_leave(state, [m.person for m in state.team if m.person not in stay])}


def _team_changed(state: State, event: e.TeamMemberReplaced) -> Change:
    stay = tuple(member for member in state.team if member.person != event.leaves)
    return {"team": (*stay, event.joins), **_leave(state, [event.leaves])}


def _leave(state: State, persons: list[PersonRef]) -> Change:
    """Whoever leaves once fieldwork has begun has inspected, and never reviews this inspection."""
    return {"left_the_team": (*state.left_the_team, *persons)} if state.has("fieldwork_begun") else {}


def _deferred(state: State, _: e.InspectionDeferred) -> Change:
    return {
        "facts": without(state, *NOTIFICATION_ROUND),
        "notify_on": None,
        "on_site": None,
        "information": {},
        "children": (),
        **unbound(),
    }


def _notified(_: State, event: e.AreaNotified) -> Change:
    return {"handbook": event.handbook, "calendar": event.calendar}


def _information_requested(state: State, event: e.InformationRequested) -> Change:
    asked = {
        line.item: Item(
            item=line.item, due=line.due, requested_at=event.occurred_at, version=state.version + 1
        )
        for line in event.items
    }
    return {"information": {**state.information, **asked}}


def _information_received(state: State, event: e.InformationReceived) -> Change:
    return item_changed(state, event.item, received_at=event.occurred_at)


def _children_chosen(_: State, event: e.TrackedChildrenChosen) -> Change:
    return {"children": event.children}


def _child_replaced(state: State, event: e.TrackedChildReplaced) -> Change:
    stay = tuple(child for child in state.children if child.child != event.leaves.child)
    return {"children": (*stay, event.joins)}


def _paused(state: State, event: e.InspectionPaused) -> Change:
    pause = Pause(version=state.version + 1, paused_at=event.occurred_at, resume_by=event.resume_by)
    return {"pauses": (*state.pauses, pause)}


def _resumed(state: State, event: e.InspectionResumed) -> Change:
    over = pause_changed(state, len(state.pauses), resumed_at=event.occurred_at)
    return {**over, "facts": without(state, "inspection_declared_incomplete")}


def _new_draft(state: State, sections: Sections, findings: Findings, author: PersonRef) -> Change:
    version = state.drafts + 1
    return {
        "drafts": version,
        "draft": Draft(version=version, sections=sections, findings=findings, author=author),
    }


def _draft_submitted(state: State, event: e.DraftSubmitted) -> Change:
    draft = _new_draft(state, event.sections, event.findings, event.decided_by.person)
    return {**draft, **fall(state, DECISION)}


def _draft_approved(state: State, event: e.DraftApproved) -> Change:
    approvals = {**state.approvals, event.inspectorate: event.draft}
    return {"approvals": approvals, "voices": voices_after(state, event)}


def _draft_returned(state: State, _: e.DraftReturned) -> Change:
    """A returned draft takes its decision along; that of a published report stands."""
    falls = {"released": None} if state.published else fall(state, DECISION)
    return {"draft": _as_returned(state), **falls}


def _as_returned(state: State) -> Draft | None:
    return state.draft.model_copy(update={"returned": True}) if state.draft else None


def _evidence_reopened(state: State) -> Change:
    fallen = fall(state, COMMENT_ROUND | DECISION)
    return {"evidence_open": True, "draft": _as_returned(state), "comments": 0, **fallen}


def _evidence_ordered(state: State, _: e.AdditionalEvidenceOrdered) -> Change:
    return _evidence_reopened(state)


def _evidence_gathered(_: State, __: e.AdditionalEvidenceGathered) -> Change:
    return {"evidence_open": False}


def _comments_received(state: State, event: e.CommentsReceived) -> Change:
    return {"comments": event.points, "facts": without(state, "comment_window_lapsed")}


def _complaint_lodged(state: State, event: e.ComplaintLodged) -> Change:
    """A complaint holds publication, also of what was released and is not yet published."""
    complaint = Complaint(version=state.version + 1, lodged_at=event.occurred_at)
    lodged = {
        "complaints": {**state.complaints, event.reference: True},
        "lodged": {**state.lodged, event.reference: complaint},
    }
    return {**lodged, **release_void(state)} if state.released else lodged


def _complaint_resolved(state: State, event: e.ComplaintResolved) -> Change:
    resolved = {"complaints": {**state.complaints, event.reference: False}}
    if event.reopens_evidence and not state.published:
        return {**_evidence_reopened(state), **resolved}
    return resolved


def _outcome_decided(state: State, event: e.OutcomeDecided) -> Change:
    """Changed findings are a changed draft; with the old one falls what was decided after it."""
    spoken = {"voices": voices_after(state, event)}
    if state.draft is None or event.findings == state.draft.findings:
        return spoken
    draft = _new_draft(state, state.draft.sections, event.findings, state.draft.author)
    return {**spoken, **draft, **fall(state, AFTER_DECISION)}


def _signed_off(state: State, event: e.OutcomeSignedOff) -> Change:
    sign_offs = {**state.sign_offs, event.inspectorate: event.draft}
    return {"sign_offs": sign_offs, "voices": voices_after(state, event)}


def _polls(state: State, event: e.PollsRecorded) -> Change:
    return {"polls": tuple(sorted({*state.polls, event.polls_on}))}


def _released(_: State, event: e.ReportReleased) -> Change:
    return {"released": event.draft}


def _published(state: State, event: e.ReportPublished) -> Change:
    copy = Published(
        report_version=event.report_version, draft=event.draft, sha256=event.sha256, address=event.address
    )
    return {"published": (*state.published, copy), "released": None}


def _corrected(state: State, event: e.ReportCorrected) -> Change:
    if state.draft is None:
        return {}
    return _new_draft(state, event.sections, state.draft.findings, event.decided_by.person)


def _withdrawn(state: State, _: e.InspectionWithdrawn) -> Change:
    return release_void(state)


def _principal_authority(_: State, event: e.PrincipalAuthorityNamed) -> Change:
    return {"principal_authority": event.body}


def _plan_returned(state: State, _: e.StrategicPlanReturned) -> Change:
    return {"facts": without(state, "strategic_plan_published", "strategic_plan_verified")}


def _pap_returned(state: State, _: e.PriorityActionPlanReturned) -> Change:
    return {"facts": without(state, "priority_action_plan_resubmitted", "priority_action_plan_accepted")}


def _pap_resubmitted(state: State, _: e.PriorityActionPlanResubmitted) -> Change:
    return {"facts": without(state, "priority_action_plan_returned")}


def _extended(state: State, event: e.DeadlineExtended) -> Change:
    given = Extension(version=state.version + 1, to=event.to)
    extended = {"extensions": {**state.extensions, (event.kind, event.subject): given}}
    if event.kind is DeadlineKind.DRAFT_COMMENTS:
        return {**extended, **window_opened_again(state)}
    return extended


def _handbook_moved(state: State, event: e.HandbookMoved) -> Change:
    return {"handbook": event.handbook, **window_opened_again(state)}


def _calendar_moved(state: State, event: e.CalendarMoved) -> Change:
    return {"calendar": event.calendar, **window_opened_again(state)}


def _approaching(state: State, event: e.DeadlineApproaching) -> Change:
    return {"warned": {**state.warned, (event.kind, event.subject): event.due}}


def _missed(state: State, event: e.DeadlineMissed) -> Change:
    return {"missed": {**state.missed, (event.kind, event.subject): event.due}}


def _miss_taken_back(state: State, event: e.DeadlineMissTakenBack) -> Change:
    return {"missed": {k: v for k, v in state.missed.items() if k != (event.kind, event.subject)}}


_CHANGES: dict[type[e.Event], Callable[[State, Any], Change]] = {
    e.InspectionPlanned: _planned,
    e.TeamAppointed: _team_appointed,
    e.TeamMemberReplaced: _team_changed,
    e.InspectionDeferred: _deferred,
    e.InspectionWithdrawn: _withdrawn,
    e.AreaNotified: _notified,
    e.InformationRequested: _information_requested,
    e.InformationReceived: _information_received,
    e.TrackedChildrenChosen: _children_chosen,
    e.TrackedChildReplaced: _child_replaced,
    e.InspectionPaused: _paused,
    e.InspectionResumed: _resumed,
    e.DraftSubmitted: _draft_submitted,
    e.DraftApproved: _draft_approved,
    e.DraftReturned: _draft_returned,
    e.AdditionalEvidenceOrdered: _evidence_ordered,
    e.AdditionalEvidenceGathered: _evidence_gathered,
    e.CommentsReceived: _comments_received,
    e.ComplaintLodged: _complaint_lodged,
    e.ComplaintResolved: _complaint_resolved,
    e.OutcomeDecided: _outcome_decided,
    e.OutcomeSignedOff: _signed_off,
    e.PollsRecorded: _polls,
    e.ReportReleased: _released,
    e.ReportPublished: _published,
    e.ReportCorrected: _corrected,
    e.PrincipalAuthorityNamed: _principal_authority,
    e.StrategicPlanReturned: _plan_returned,
    e.PriorityActionPlanReturned: _pap_returned,
    e.PriorityActionPlanResubmitted: _pap_resubmitted,
    e.DeadlineExtended: _extended,
    e.HandbookMoved: _handbook_moved,
    e.CalendarMoved: _calendar_moved,
    e.MilestoneRectified: rectified,
    e.DeadlineApproaching: _approaching,
    e.DeadlineMissed: _missed,
    e.DeadlineMissTakenBack: _miss_taken_back,
}


def evolve(state: State, event: e.Event) -> State:
    """Return the state after one more event. A milestone that happens again replaces its earlier record."""
    version = state.version + 1
    change = _CHANGES.get(type(event))
    update = change(state, event) if change else {}
    update |= {"version": version, "roles": roles_after(state.roles, event)}
    name = e.event_type(event)
    if event.is_milestone and not _first_one_counts(state, name):
        fact = Fact(
            version=version,
            at=event.occurred_at,
            first_at=event.occurred_at,
            decided_by=event.decided_by.person,
            recorded_by=event.recorded_by.person,
        )
        update["facts"] = {**update.get("facts", state.facts), name: fact}
    return state.changed(update)


def _first_one_counts(state: State, name: str) -> bool:
    """Deadlines run from the first publication, and the first complaint about a draft takes its days."""
    if name == "report_published":
        return bool(state.published)
    return name == "complaint_lodged" and state.has_since(name, "draft_sent_for_comment")


def corrects(earlier: Sequence[e.Event], correction: e.Event) -> Correction | None:
    """Say which event recorded the milestone that is rectified, as it counted then."""
    if not isinstance(correction, e.MilestoneRectified):
        return None
    at = correction.happened_at
    if correction.subject is not None:
        item = correction.subject
        return of_latest(earlier, lambda one: isinstance(one, e.InformationReceived) and one.item == item, at)
    fact = reduce(evolve, earlier, _NOTHING).facts.get(correction.milestone)
    return Correction(fact.version, at) if fact else None
