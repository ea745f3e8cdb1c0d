"""From the end of fieldwork to the outcome: what can be asked."""

from typing import Literal

from domain.actors import Verb
from domain.inspection.commands.base import Command, between
from domain.inspection.events import moderation as happened
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
from domain.inspection.vocabulary import Stage


class SubmitDraft(Command, DraftMatter):
    """Submit a draft report with the findings that it proposes."""

    type: Literal["submit_draft"] = "submit_draft"
    verb = Verb.DRAFT
    stages = between(Stage.MODERATION, Stage.PUBLICATION)
    records = happened.DraftSubmitted


class ApproveDraft(Command, ApprovalMatter):
    """Approve the current draft for one inspectorate."""

    type: Literal["approve_draft"] = "approve_draft"
    verb = Verb.MODERATE
    stages = frozenset({Stage.MODERATION, Stage.FOLLOW_UP, Stage.CLOSED})
    records = happened.DraftApproved


class ReturnDraft(Command, DraftReturnMatter):
    """Return the current draft with reasons."""

    type: Literal["return_draft"] = "return_draft"
    verb = Verb.MODERATE
    stages = between(Stage.MODERATION, Stage.CLOSED)
    records = happened.DraftReturned


class OrderAdditionalEvidence(Command, EvidenceOrderMatter):
    """Order more evidence after the work on site."""

    type: Literal["order_additional_evidence"] = "order_additional_evidence"
    verb = Verb.MODERATE
    stages = between(Stage.MODERATION, Stage.PUBLICATION)
    records = happened.AdditionalEvidenceOrdered


class GatherAdditionalEvidence(Command, EvidenceMatter):
    """Note that the evidence ordered has been gathered."""

    type: Literal["gather_additional_evidence"] = "gather_additional_evidence"
    verb = Verb.RECORD
    stages = frozenset({Stage.MODERATION})
    records = happened.AdditionalEvidenceGathered


class SendDraftForComment(Command, DraftNamedMatter):
    """Send the approved draft to the partnership."""

    type: Literal["send_draft_for_comment"] = "send_draft_for_comment"
    verb = Verb.DESPATCH
    stages = frozenset({Stage.MODERATION})
    records = happened.DraftSentForComment
    once = True


class ReceiveComments(Command, CommentsMatter):
    """Take in the partnership's comments on factual accuracy."""

    type: Literal["receive_comments"] = "receive_comments"
    verb = Verb.COMMENT
    stages = between(Stage.MODERATION, Stage.PUBLICATION)
    records = happened.CommentsReceived
    once = True


class AnswerComments(Command, CommentAnswerMatter):
    """Answer the partnership's comments."""

    type: Literal["answer_comments"] = "answer_comments"
    verb = Verb.ANSWER
    stages = between(Stage.MODERATION, Stage.PUBLICATION)
    records = happened.CommentsAnswered
    once = True


class LodgeComplaint(Command, ComplaintMatter):
    """Take in a formal complaint. It holds publication."""

    type: Literal["lodge_complaint"] = "lodge_complaint"
    verb = Verb.COMPLAIN
    stages = between(Stage.MODERATION, Stage.FOLLOW_UP)
    records = happened.ComplaintLodged


class ResolveComplaint(Command, ComplaintResolutionMatter):
    """Resolve a complaint."""

    type: Literal["resolve_complaint"] = "resolve_complaint"
    verb = Verb.AUTHORISE
    stages = between(Stage.MODERATION, Stage.CLOSED)
    records = happened.ComplaintResolved


class DecideOutcome(Command, OutcomeMatter):
    """Decide the outcome or result; changed findings make a new draft that both approve again."""

    type: Literal["decide_outcome"] = "decide_outcome"
    verb = Verb.PROPOSE_OUTCOME
    stages = frozenset({Stage.OUTCOME, Stage.PUBLICATION})
    records = happened.OutcomeDecided


class SignOffOutcome(Command, ApprovalMatter):
    """Sign the outcome off for one inspectorate."""

    type: Literal["sign_off_outcome"] = "sign_off_outcome"
    verb = Verb.SIGN_OFF
    stages = frozenset({Stage.OUTCOME, Stage.FOLLOW_UP, Stage.CLOSED})
    records = happened.OutcomeSignedOff
