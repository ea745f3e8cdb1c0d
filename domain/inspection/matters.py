"""What a command says and its event keeps.

A milestone's command and event carry the same matter; it is written once, here, and both inherit it.
"""

from datetime import date
from typing import Annotated, Self

from pydantic import Field, model_validator

from domain.handbook import DeadlineKind, DeferralGround, HandbookMoveReason
from domain.inspection.vocabulary import (
    Activity,
    AreaForAction,
    CalendarMoveReason,
    ComplaintResolution,
    ConcernReceiver,
    CorrectionReason,
    Count,
    DraftRef,
    EvidenceReason,
    ExtensionReason,
    Findings,
    IncompleteReason,
    InformationItem,
    PauseReason,
    PlanReturnReason,
    RectificationReason,
    ReplacementReason,
    ReturnReason,
    Sections,
    SurveyCount,
    TeamMember,
    TrackedChild,
    WithdrawalReason,
)
from domain.values import (
    Address,
    AreaCode,
    BodyRef,
    CalendarVersion,
    EvidenceRef,
    HandbookVersion,
    InspectionId,
    Inspectorate,
    Instant,
    Kind,
    Period,
    PersonRef,
    Reference,
    SealedText,
    Sha256,
    Slug,
    Value,
)

Bodies = Annotated[tuple[BodyRef, ...], Field(min_length=1)]


class PlanMatter(Value):
    """Which area, when it will be notified, and the Monday-to-Friday week on site.

    A monitoring inspection also says which one it follows, and with which of its areas for priority action
    it deals: as they were found there, because the bodies that answer for them may have changed since.
    """

    area: AreaCode
    kind: Kind = Kind.FULL
    notify_on: date
    on_site: Period
    bodies: Bodies
    school_holidays: tuple[Period, ...] = ()
    follows: InspectionId | None = None
    scope: tuple[AreaForAction, ...] = ()

    @model_validator(mode="after")
    def _notified_before_on_site(self) -> Self:
        if self.notify_on >= self.on_site.first:
            raise ValueError(
                f"notify_on {self.notify_on} is not before the first day on site {self.on_site.first}"
            )
        return self

    @model_validator(mode="after")
    def _each_area_once(self) -> Self:
        texts = [area.text for area in self.scope]
        if len(texts) != len(set(texts)):
            raise ValueError("an area for priority action is named twice in scope")
        return self


class TeamMatter(Value):
    members: Annotated[tuple[TeamMember, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        persons = [member.person for member in self.members]
        if len(persons) != len(set(persons)):
            raise ValueError("a person is named twice in members")
        return self


class TeamChangeMatter(Value):
    leaves: PersonRef
    joins: TeamMember


class DeferralMatter(Value):
    ground: DeferralGround
    note: SealedText | None = None


class WithdrawalMatter(Value):
    reason: WithdrawalReason
    note: SealedText | None = None


class InformationRequestMatter(Value):
    items: Annotated[tuple[InformationItem, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        names = [line.item for line in self.items]
        if len(names) != len(set(names)):
            raise ValueError("an item is named twice in items")
        return self


class InformationMatter(Value):
    item: Slug


class SurveyCloseMatter(Value):
    """How many answered, by audience; empty when it is not known."""

    counts: tuple[SurveyCount, ...] = ()


class ChildrenMatter(Value):
    children: Annotated[tuple[TrackedChild, ...], Field(min_length=1)]


class ChildReplacementMatter(Value):
    leaves: TrackedChild
    joins: TrackedChild
    reason: ReplacementReason


class ActivityMatter(Value):
    activity: Activity
    evidence: tuple[EvidenceRef, ...] = ()


class ConcernMatter(Value):
    referred_to: ConcernReceiver
    reference: Reference


class PauseMatter(Value):
    reason: PauseReason
    resume_by: date
    note: SealedText | None = None


class IncompleteMatter(Value):
    reason: IncompleteReason


class DraftMatter(Value):
    sections: Sections = Sections()
    findings: Findings


class ApprovalMatter(Value):
    """An inspectorate's word on exactly one draft."""

    inspectorate: Inspectorate
    draft: DraftRef


class DraftReturnMatter(ApprovalMatter):
    reasons: Annotated[tuple[ReturnReason, ...], Field(min_length=1)]
    note: SealedText | None = None


class EvidenceOrderMatter(Value):
    reason: EvidenceReason
    note: SealedText | None = None


class EvidenceMatter(Value):
    evidence: Annotated[tuple[EvidenceRef, ...], Field(min_length=1)]


class DraftNamedMatter(Value):
    draft: DraftRef


class CommentsMatter(Value):
    """How many points of factual accuracy the partnership raises; none is an answer too."""

    points: Count


class CommentAnswerMatter(Value):
    accepted: Count
    not_accepted: Count


class ComplaintMatter(Value):
    reference: Reference


class ComplaintResolutionMatter(ComplaintMatter):
    resolution: ComplaintResolution
    note: SealedText | None = None

    @property
    def reopens_evidence(self) -> bool:
        """Say whether the complaint was right that evidence is missing."""
        return self.resolution is ComplaintResolution.EVIDENCE_TO_GATHER


class OutcomeMatter(Value):
    """What the inspection comes to, decided by the lead of Ofsted with the lead of CQC concurring."""

    findings: Findings
    concurring: PersonRef


class PollsMatter(Value):
    polls_on: date


class PublicationMatter(Value):
    """What the system published: which report version, from which draft, where, with which digest."""

    report_version: Annotated[int, Field(ge=1)]
    draft: DraftRef
    sha256: Sha256
    template: Sha256
    address: Address


class PublishedElsewhereMatter(Value):
    publisher: BodyRef
    address: Address | None = None


class CorrectionMatter(Value):
    reason: CorrectionReason
    sections: Sections


class PrincipalAuthorityMatter(Value):
    body: BodyRef


class PlanPublicationMatter(Value):
    """A plan that its bodies have put before the public."""

    bodies: Bodies
    address: Address | None = None
    sha256: Sha256 | None = None


class PlanSubmissionMatter(Value):
    bodies: Bodies
    sha256: Sha256 | None = None


class PlanReturnMatter(Value):
    reasons: Annotated[tuple[PlanReturnReason, ...], Field(min_length=1)]
    note: SealedText | None = None


class ExtensionMatter(Value):
    kind: DeadlineKind
    subject: Slug | None = None
    to: date
    reason: ExtensionReason
    note: SealedText | None = None


class HandbookMoveMatter(Value):
    to: HandbookVersion
    reason: HandbookMoveReason


class CalendarMoveMatter(Value):
    to: CalendarVersion
    reason: CalendarMoveReason


class RectificationMatter(Value):
    """Which milestone was recorded wrongly: its true moment, or none if it never happened.

    `subject` says which item of information it is about, and goes with information_received alone.
    """

    milestone: Slug
    subject: Slug | None = None
    happened_at: Instant | None = None
    reason: RectificationReason
    note: SealedText | None = None

    @model_validator(mode="after")
    def _moment_or_strike(self) -> Self:
        if (self.happened_at is None) != (self.reason is not RectificationReason.WRONG_DATE):
            raise ValueError(
                "happened_at goes with reason wrong_date; other reasons strike the milestone and take none"
            )
        if (self.subject is not None) != (self.milestone == "information_received"):
            raise ValueError("subject names the item of information, for information_received alone")
        return self
