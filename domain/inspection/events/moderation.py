"""From the end of fieldwork to the outcome: what has happened."""

from typing import ClassVar, Literal

from domain.inspection.events.base import Event, MovesDeadlines
from domain.inspection.matters import (
    ApprovalMatter,
    CommentAnswerMatter,
    CommentsMatter,
    ComplaintMatter,
    ComplaintResolutionMatter,
    DraftMatter,
    DraftNamedMatter,
    DraftReturnMatter,
    EvidenceMatter,
    EvidenceOrderMatter,
    OutcomeMatter,
)
from domain.inspection.vocabulary import DraftRef


class DraftSubmitted(MovesDeadlines, DraftMatter):
    """A draft report stands. Approvals of earlier ones no longer count."""

    schema_version: ClassVar[int] = 2
    type: Literal["draft_submitted"] = "draft_submitted"
    rests_on = frozenset({"fieldwork_ended"})
    comes_after = frozenset({"draft_submitted", "draft_returned", "additional_evidence_gathered"})
    draft: DraftRef


class DraftApproved(Event, ApprovalMatter):
    """One inspectorate approves exactly this draft."""

    type: Literal["draft_approved"] = "draft_approved"
    rests_on = frozenset({"draft_submitted"})
    comes_after = frozenset({"outcome_decided", "report_corrected"})


class DraftReturned(MovesDeadlines, DraftReturnMatter):
    """The draft goes back to its author."""

    type: Literal["draft_returned"] = "draft_returned"
    rests_on = frozenset({"draft_submitted"})
    comes_after = frozenset({"report_corrected"})


class AdditionalEvidenceOrdered(MovesDeadlines, EvidenceOrderMatter):
    """More evidence has to be gathered; the draft, its comments and its outcome fall."""

    type: Literal["additional_evidence_ordered"] = "additional_evidence_ordered"
    rests_on = frozenset({"fieldwork_ended"})
    comes_after = frozenset({"additional_evidence_gathered"})


class AdditionalEvidenceGathered(Event, EvidenceMatter):
    """The evidence ordered is there; a new draft can be written."""

    type: Literal["additional_evidence_gathered"] = "additional_evidence_gathered"
    rests_on = frozenset({"fieldwork_ended"})
    comes_after = frozenset({"additional_evidence_ordered"})


class DraftSentForComment(Event, DraftNamedMatter):
    """The partnership has the draft; its days for comment run."""

    type: Literal["draft_sent_for_comment"] = "draft_sent_for_comment"
    rests_on = frozenset({"draft_submitted"})
    comes_after = frozenset({"draft_approved"})


class CommentsReceived(Event, CommentsMatter):
    """The partnership has commented on factual accuracy."""

    type: Literal["comments_received"] = "comments_received"
    rests_on = frozenset({"draft_sent_for_comment"})


class CommentsAnswered(Event, CommentAnswerMatter):
    """The comments are answered."""

    type: Literal["comments_answered"] = "comments_answered"
    rests_on = frozenset({"comments_received"})


class ComplaintLodged(Event, ComplaintMatter):
    """A complaint is open."""

    type: Literal["complaint_lodged"] = "complaint_lodged"
    rests_on = frozenset({"draft_sent_for_comment"})

    def about(self) -> str:
        """There may be several."""
        return self.reference


class ComplaintResolved(MovesDeadlines, ComplaintResolutionMatter):
    """A complaint is resolved."""

    type: Literal["complaint_resolved"] = "complaint_resolved"
    rests_on = frozenset({"complaint_lodged"})

    def about(self) -> str:
        """The complaint of that reference."""
        return self.reference


class OutcomeDecided(MovesDeadlines, OutcomeMatter):
    """The outcome is decided, or the result of a monitoring inspection."""

    schema_version: ClassVar[int] = 2
    type: Literal["outcome_decided"] = "outcome_decided"
    rests_on = frozenset({"draft_submitted", "draft_sent_for_comment"})
    comes_after = frozenset(
        {
            "outcome_decided",
            "draft_approved",
            "comments_received",
            "comments_answered",
            "comment_window_lapsed",
        }
    )
    draft: DraftRef


class OutcomeSignedOff(Event, ApprovalMatter):
    """One inspectorate signs off exactly this draft and its outcome."""

    type: Literal["outcome_signed_off"] = "outcome_signed_off"
    rests_on = frozenset({"outcome_decided"})
    comes_after = frozenset({"draft_approved", "report_corrected"})
