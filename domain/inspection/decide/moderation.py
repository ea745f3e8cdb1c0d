"""Decisions from the draft to the outcome."""

from datetime import date

from domain.actors import Role
from domain.handbook import DeadlineKind
from domain.inspection import commands as c
from domain.inspection import events as e
from domain.inspection.deadlines import deadlines
from domain.inspection.decide.findings import require_findings
from domain.inspection.decide.situation import (
    Situation,
    require_not_before,
    require_not_for_both,
    require_not_own_work,
)
from domain.inspection.progress import approved_by_both, current_draft, publication_pending
from domain.inspection.record import State
from domain.inspection.vocabulary import Draft, Findings, Sections
from domain.london import london_date
from domain.values import Inspectorate, PersonRef

_MODERATOR = {Inspectorate.OFSTED: Role.OFSTED_MODERATOR, Inspectorate.CQC: Role.CQC_MODERATOR}
_DIRECTOR = {Inspectorate.OFSTED: Role.OFSTED_DIRECTOR, Inspectorate.CQC: Role.CQC_DIRECTOR}


def submit_draft(situation: Situation, command: c.SubmitDraft) -> e.Event:
    """A member of the team submits a draft whose findings fit the inspection and what it comes to."""
    _require_evidence_complete(situation)
    situation.require(
        not publication_pending(situation.state),
        "nothing_to_correct",
        "the report is released and about to be published",
        "correct_report once it is published",
    )
    _require_on_team(situation, command.decided_by.person)
    require_findings(situation, command.findings)
    draft = next_draft(situation.state, command.sections, command.findings, command.decided_by.person)
    return situation.record(e.DraftSubmitted, draft=draft.ref)


def next_draft(state: State, sections: Sections, findings: Findings, author: PersonRef) -> Draft:
    """Return the draft that would follow those there have been."""
    return Draft(version=state.drafts + 1, sections=sections, findings=findings, author=author)


def approve_draft(situation: Situation, command: c.ApproveDraft) -> e.Event:
    """A moderator who is not on the team approves the current draft for one inspectorate."""
    _require_evidence_complete(situation)
    situation.require_current_draft(command.draft)
    _require_role_of(situation, command.inspectorate, _MODERATOR)
    require_not_own_work(situation, doing="approve this draft")
    require_not_for_both(situation, command.draft, {command.inspectorate: command.decided_by.person})
    return situation.record(e.DraftApproved)


def return_draft(situation: Situation, command: c.ReturnDraft) -> e.Event:
    """A moderator returns the current draft with reasons; it no longer stands."""
    situation.require_current_draft(command.draft)
    _require_role_of(situation, command.inspectorate, _MODERATOR)
    require_not_own_work(situation, doing="return this draft")
    return situation.record(e.DraftReturned)


def order_evidence(situation: Situation, _: c.OrderAdditionalEvidence) -> e.Event:
    """More evidence is ordered once at a time, by somebody who is not on the team."""
    _require_evidence_complete(situation)
    require_not_own_work(situation, doing="order more evidence")
    return situation.record(e.AdditionalEvidenceOrdered)


def gather_evidence(situation: Situation, _: c.GatherAdditionalEvidence) -> e.Event:
    """Only evidence that was ordered is noted as gathered."""
    situation.require(
        situation.state.evidence_open,
        "evidence_ordered",
        "no more evidence was ordered",
        "record_activity for other evidence",
    )
    return situation.record(e.AdditionalEvidenceGathered)


def send_for_comment(situation: Situation, command: c.SendDraftForComment) -> e.Event:
    """The partnership sees a draft that both inspectorates have approved."""
    situation.require_current_draft(command.draft)
    _require_approved_by_both(situation)
    return situation.record(e.DraftSentForComment)


def receive_comments(situation: Situation, command: c.ReceiveComments) -> e.Event:
    """Comments come within their days, and not beside a complaint."""
    state = situation.state
    situation.require(
        not state.has_since("complaint_lodged", "draft_sent_for_comment"),
        "comments_or_complaint",
        "the partnership has complained about this draft",
        "either comments or a complaint",
    )
    require_comment_window(situation, london_date(command.occurred_at))
    return situation.record(e.CommentsReceived)


def require_comment_window(situation: Situation, day: date) -> None:
    """Refuse comments that came after the days for comment."""
    window = next(
        (d for d in deadlines(situation.rules, situation.state) if d.kind is DeadlineKind.DRAFT_COMMENTS),
        None,
    )
    situation.require(
        window is None or day <= window.due,
        "comment_window",
        f"the days for comment ended on {window.due if window else None}",
        f"comments received by {window.due if window else None}",
    )


def lodge_complaint(situation: Situation, command: c.LodgeComplaint) -> e.Event:
    """A complaint is lodged once, and not beside comments on the same draft."""
    state = situation.state
    situation.require(
        command.reference not in state.complaints,
        "complaint_known",
        f"{command.reference} is already on record",
        "another reference",
    )
    situation.require(
        not state.has_since("comments_received", "draft_sent_for_comment"),
        "comments_or_complaint",
        "the partnership has commented on this draft",
        "either comments or a complaint",
    )
    return situation.record(e.ComplaintLodged)


def resolve_complaint(situation: Situation, command: c.ResolveComplaint) -> e.Event:
    """An open complaint is resolved once, by somebody whose work it is not about."""
    open_ones = situation.state.open_complaints
    situation.require(
        command.reference in open_ones,
        "complaint_known",
        f"{command.reference} is not open",
        "one of " + (", ".join(open_ones) or "none: no complaint is open"),
    )
    require_not_before(situation, "complaint_lodged", situation.state.lodged[command.reference].lodged_at)
    require_not_own_work(situation, doing="resolve a complaint about it")
    return situation.record(e.ComplaintResolved)


def decide_outcome(situation: Situation, command: c.DecideOutcome) -> e.Event:
    """The lead on the team decides, the lead of CQC concurs; changed findings make a new draft."""
    state = situation.state
    draft = current_draft(state)
    situation.require(draft is not None, "draft_exists", "no draft stands", "submit_draft first")
    situation.require(
        not publication_pending(state),
        "nothing_to_correct",
        "the report is released and about to be published",
        "correct_report once it is published",
    )
    _require_on_team(situation, command.decided_by.person)
    situation.require(
        any(
            m.lead and m.inspectorate is Inspectorate.CQC and m.person == command.concurring
            for m in state.team
        ),
        "cqc_concurs",
        f"{command.concurring} is not the lead of CQC on the team",
        "the lead of CQC on the team as concurring",
    )
    assert draft is not None
    deciding = {Inspectorate.OFSTED: command.decided_by.person, Inspectorate.CQC: command.concurring}
    require_not_for_both(situation, draft, deciding)
    require_comments_answered(situation)
    require_findings(situation, command.findings)
    assert state.draft is not None
    if command.findings != state.draft.findings:
        changed = next_draft(state, state.draft.sections, command.findings, state.draft.author)
        return situation.record(e.OutcomeDecided, draft=changed.ref)
    situation.require(
        not state.has("outcome_decided"),
        "recorded_once",
        "the outcome is decided with these findings",
        "other findings, or rectify_milestone with milestone outcome_decided",
    )
    return situation.record(e.OutcomeDecided, draft=state.draft.ref)


def require_comments_answered(situation: Situation) -> None:
    """Refuse while points that the partnership has raised are not answered."""
    state = situation.state
    situation.require(
        not state.comments or state.has("comments_answered"),
        "comments_answered",
        f"{state.comments} points of the partnership are not answered",
        "answer_comments first",
    )


def sign_off(situation: Situation, command: c.SignOffOutcome) -> e.Event:
    """A director who did not write the draft signs it off for one inspectorate once both have approved it."""
    situation.require_current_draft(command.draft)
    _require_approved_by_both(situation)
    _require_role_of(situation, command.inspectorate, _DIRECTOR)
    require_not_own_work(situation, doing="sign off this report")
    require_not_for_both(situation, command.draft, {command.inspectorate: command.decided_by.person})
    return situation.record(e.OutcomeSignedOff)


def _require_evidence_complete(situation: Situation) -> None:
    situation.require(
        not situation.state.evidence_open,
        "evidence_complete",
        "more evidence has been ordered and is still being gathered",
        "gather_additional_evidence first",
    )


def _require_approved_by_both(situation: Situation) -> None:
    situation.require(
        approved_by_both(situation.state),
        "approved_by_both",
        "not both inspectorates have approved the current draft",
        "approve_draft by a moderator of each",
    )


def _require_on_team(situation: Situation, person: PersonRef) -> None:
    team = [member.person for member in situation.state.team]
    situation.require(
        person in team,
        "on_the_team",
        f"{person} is not on the team",
        "one of " + (", ".join(team) or "no one yet"),
    )


def _require_role_of(
    situation: Situation, inspectorate: Inspectorate, roles: dict[Inspectorate, Role]
) -> None:
    role = situation.command.decided_by.role
    situation.require(
        role is roles[inspectorate],
        "permission",
        f"{role} does not speak for {inspectorate} here",
        f"decided by {roles[inspectorate]}",
    )
