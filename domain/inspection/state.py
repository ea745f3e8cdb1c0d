"""What an inspection has become: the fold of its events.

`evolve` never judges and never fails on an event that is in the ledger; it only takes note.
"""

from collections.abc import Callable
from datetime import date
from typing import Any

from pydantic import Field

from domain.handbook import DeadlineKind
from domain.inspection import events as e
from domain.inspection.vocabulary import (
    Draft,
    DraftRef,
    Findings,
    InformationItem,
    Sections,
    TeamMember,
    TrackedChild,
)
from domain.values import (
    AreaCode,
    BodyRef,
    Inspectorate,
    Instant,
    Kind,
    Period,
    PersonRef,
    Pin,
    Sha256,
    Value,
)


class Fact(Value):
    """A milestone as it now stands in the record."""

    version: int
    at: Instant
    decided_by: PersonRef
    recorded_by: PersonRef


class Item(InformationItem):
    """An item of information and whether it has come."""

    requested_at: Instant
    received_at: Instant | None = None


class Published(Value):
    """One published version of the report."""

    report_version: int
    draft: DraftRef
    sha256: Sha256
    address: str


class State(Value):
    """An inspection. `facts` holds the milestones that count now, by event type."""

    version: int = 0
    area: AreaCode | None = None
    kind: Kind = Kind.FULL
    notify_on: date | None = None
    on_site: Period | None = None
    bodies: tuple[BodyRef, ...] = ()
    school_holidays: tuple[Period, ...] = ()
    handbook: Pin | None = None
    calendar: Pin | None = None
    facts: dict[str, Fact] = Field(default_factory=dict)
    team: tuple[TeamMember, ...] = ()
    information: dict[str, Item] = Field(default_factory=dict)
    children: tuple[TrackedChild, ...] = ()
    paused_until: date | None = None
    evidence_open: bool = False
    draft: Draft | None = None
    drafts: int = 0
    approvals: dict[Inspectorate, DraftRef] = Field(default_factory=dict)
    sign_offs: dict[Inspectorate, DraftRef] = Field(default_factory=dict)
    comments: int = 0
    complaints: dict[str, bool] = Field(default_factory=dict)
    polls: tuple[date, ...] = ()
    released: DraftRef | None = None
    published: tuple[Published, ...] = ()
    principal_authority: BodyRef | None = None
    extensions: dict[tuple[DeadlineKind, str | None], date] = Field(default_factory=dict)
    warned: dict[tuple[DeadlineKind, str | None], date] = Field(default_factory=dict)
    missed: dict[tuple[DeadlineKind, str | None], date] = Field(default_factory=dict)

    def has(self, milestone: str) -> bool:
        """Say whether a milestone counts now."""
        return milestone in self.facts

    def at(self, milestone: str) -> Instant | None:
        """Return when a milestone happened, if it counts now."""
        fact = self.facts.get(milestone)
        return fact.at if fact else None

    @property
    def open_complaints(self) -> tuple[str, ...]:
        """References of the complaints that are not resolved."""
        return tuple(reference for reference, is_open in self.complaints.items() if is_open)


def initial() -> State:
    """Return the state of an inspection of which nothing is known."""
    return State()


Change = dict[str, Any]

COMMENT_ROUND = frozenset(
    {"draft_sent_for_comment", "comments_received", "comments_answered", "comment_window_lapsed"}
)
"""Milestones that fall when the evidence is opened again; with them falls what was decided after."""

DECISION_ROUND = COMMENT_ROUND | {
    "outcome_decided",
    "outcome_signed_off",
    "final_report_sent",
    "final_report_received",
    "report_released",
}
NOTIFICATION_ROUND = frozenset(
    {
        "area_notified",
        "information_requested",
        "information_received",
        "information_chased",
        "surveys_opened",
        "surveys_closed",
        "tracked_children_chosen",
        "tracked_child_replaced",
    }
)


def _without(state: State, milestones: frozenset[str]) -> dict[str, Fact]:
    return {name: fact for name, fact in state.facts.items() if name not in milestones}


def _planned(_: State, event: e.InspectionPlanned) -> Change:
    return {
        "area": event.area,
        "kind": event.kind,
        "notify_on": event.notify_on,
        "on_site": event.on_site,
        "bodies": event.bodies,
        "school_holidays": event.school_holidays,
    }


def _team_appointed(_: State, event: e.TeamAppointed) -> Change:
    return {"team": event.members}


def _team_changed(state: State, event: e.TeamMemberReplaced) -> Change:
    stay = tuple(member for member in state.team if member.person != event.leaves)
    return {"team": (*stay, event.joins)}


def _deferred(state: State, _: e.InspectionDeferred) -> Change:
    return {
        "facts": _without(state, NOTIFICATION_ROUND | {"inspection_planned"}),
        "handbook": None,
        "calendar": None,
        "information": {},
        "children": (),
        "extensions": {},
        "warned": {},
        "missed": {},
    }


def _notified(_: State, event: e.AreaNotified) -> Change:
    return {"handbook": event.handbook, "calendar": event.calendar}


def _information_requested(state: State, event: e.InformationRequested) -> Change:
    asked = {
        line.item: Item(item=line.item, due=line.due, requested_at=event.occurred_at) for line in event.items
    }
    return {"information": {**state.information, **asked}}


def _information_received(state: State, event: e.InformationReceived) -> Change:
    item = state.information[event.item]
    return {
        "information": {
            **state.information,
            event.item: item.model_copy(update={"received_at": event.occurred_at}),
        }
    }


def _children_chosen(_: State, event: e.TrackedChildrenChosen) -> Change:
    return {"children": event.children}


def _child_replaced(state: State, event: e.TrackedChildReplaced) -> Change:
    stay = tuple(child for child in state.children if child.child != event.leaves.child)
    return {"children": (*stay, event.joins)}


def _paused(_: State, event: e.InspectionPaused) -> Change:
    return {"paused_until": event.resume_by}


def _resumed(state: State, _: e.InspectionResumed) -> Change:
    key = (DeadlineKind.RESUMPTION, None)
    return {
        "paused_until": None,
        "facts": _without(state, frozenset({"inspection_declared_incomplete"})),
        "extensions": {k: v for k, v in state.extensions.items() if k != key},
    }


def _new_draft(state: State, sections: Sections, findings: Findings, author: PersonRef) -> Change:
    version = state.drafts + 1
    return {
        "drafts": version,
        "draft": Draft(version=version, sections=sections, findings=findings, author=author),
    }


def _draft_submitted(state: State, event: e.DraftSubmitted) -> Change:
    return _new_draft(state, event.sections, event.findings, event.decided_by.person)


def _draft_approved(state: State, event: e.DraftApproved) -> Change:
    return {"approvals": {**state.approvals, event.inspectorate: event.draft}}


def _draft_returned(state: State, _: e.DraftReturned) -> Change:
    assert state.draft is not None
    return {"draft": state.draft.model_copy(update={"returned": True})}


def _evidence_reopened(state: State) -> Change:
    draft = state.draft.model_copy(update={"returned": True}) if state.draft else None
    return {
        "evidence_open": True,
        "draft": draft,
        "released": None,
        "comments": 0,
        "facts": _without(state, DECISION_ROUND),
    }


def _evidence_ordered(state: State, _: e.AdditionalEvidenceOrdered) -> Change:
    return _evidence_reopened(state)


def _evidence_gathered(_: State, __: e.AdditionalEvidenceGathered) -> Change:
    return {"evidence_open": False}


def _comments_received(state: State, event: e.CommentsReceived) -> Change:
    return {"comments": event.points, "facts": _without(state, frozenset({"comment_window_lapsed"}))}


def _complaint_lodged(state: State, event: e.ComplaintLodged) -> Change:
    return {"complaints": {**state.complaints, event.reference: True}}


def _complaint_resolved(state: State, event: e.ComplaintResolved) -> Change:
    resolved = {"complaints": {**state.complaints, event.reference: False}}
    if event.reopens_evidence and not state.published:
        return {**_evidence_reopened(state), **resolved}
    return resolved


def _outcome_decided(state: State, event: e.OutcomeDecided) -> Change:
    assert state.draft is not None
    if event.draft == state.draft.ref:
        return {}
    return _new_draft(state, state.draft.sections, event.findings, state.draft.author)


def _signed_off(state: State, event: e.OutcomeSignedOff) -> Change:
    return {"sign_offs": {**state.sign_offs, event.inspectorate: event.draft}}


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
    assert state.draft is not None
    return _new_draft(state, event.sections, state.draft.findings, event.decided_by.person)


def _principal_authority(_: State, event: e.PrincipalAuthorityNamed) -> Change:
    return {"principal_authority": event.body}


def _plan_returned(state: State, _: e.StrategicPlanReturned) -> Change:
    return {"facts": _without(state, frozenset({"strategic_plan_published", "strategic_plan_verified"}))}


def _pap_returned(state: State, _: e.PriorityActionPlanReturned) -> Change:
    return {
        "facts": _without(
            state, frozenset({"priority_action_plan_resubmitted", "priority_action_plan_accepted"})
        )
    }


def _pap_resubmitted(state: State, _: e.PriorityActionPlanResubmitted) -> Change:
    return {"facts": _without(state, frozenset({"priority_action_plan_returned"}))}


def _extended(state: State, event: e.DeadlineExtended) -> Change:
    return {"extensions": {**state.extensions, (event.kind, event.subject): event.to}}


def _handbook_moved(_: State, event: e.HandbookMoved) -> Change:
    return {"handbook": event.handbook}


def _rectified(state: State, event: e.MilestoneRectified) -> Change:
    if event.happened_at is None:
        struck = {"facts": _without(state, frozenset({event.milestone}))}
        return {**struck, "released": None} if event.milestone == "report_released" else struck
    fact = state.facts[event.milestone].model_copy(update={"at": event.happened_at})
    return {"facts": {**state.facts, event.milestone: fact}}


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
    e.MilestoneRectified: _rectified,
    e.DeadlineApproaching: _approaching,
    e.DeadlineMissed: _missed,
    e.DeadlineMissTakenBack: _miss_taken_back,
}


def evolve(state: State, event: e.Event) -> State:
    """Return the state after one more event.

    A milestone that happens again replaces its earlier record, but a report's later versions do not
    move the day on which it was first published, because deadlines run from that day.
    """
    version = state.version + 1
    change = _CHANGES.get(type(event))
    update = change(state, event) if change else {}
    update["version"] = version
    name = e.event_type(event)
    if event.is_milestone and not (name == "report_published" and state.published):
        fact = Fact(
            version=version,
            at=event.occurred_at,
            decided_by=event.decided_by.person,
            recorded_by=event.recorded_by.person,
        )
        update["facts"] = {**update.get("facts", state.facts), name: fact}
    return state.model_copy(update=update)
