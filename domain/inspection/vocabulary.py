"""The words of an inspection: its stages, its structured reasons, and the values that it is made of."""

from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Self

from pydantic import Field, model_validator

from domain.canonical import canonical_json, sha256_hex
from domain.values import (
    AreaCode,
    BodyRef,
    ChildRef,
    Inspectorate,
    MonitoringResult,
    Outcome,
    PersonRef,
    SealedText,
    Sha256,
    Slug,
    Value,
)

Count = Annotated[int, Field(ge=0)]


class Stage(StrEnum):
    """Where an inspection stands. Always derived from what has happened, never stored."""

    UNKNOWN = "unknown"
    PLANNED = "planned"
    NOTIFIED = "notified"
    FIELDWORK = "fieldwork"
    MODERATION = "moderation"
    OUTCOME = "outcome"
    PUBLICATION = "publication"
    FOLLOW_UP = "follow_up"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


class WithdrawalReason(StrEnum):
    AREA_REPLACED = "area_replaced"
    PROGRAMME_CHANGED = "programme_changed"
    OPENED_IN_ERROR = "opened_in_error"
    EXCEPTIONAL_CIRCUMSTANCES = "exceptional_circumstances"


class PauseReason(StrEnum):
    SERIOUS_INCIDENT = "serious_incident"
    INSPECTOR_UNAVAILABLE = "inspector_unavailable"
    LEADERS_UNAVAILABLE = "leaders_unavailable"
    SEVERE_WEATHER = "severe_weather"


class IncompleteReason(StrEnum):
    PAUSE_RAN_OUT = "pause_ran_out"
    EVIDENCE_INSUFFICIENT = "evidence_insufficient"


class ReplacementReason(StrEnum):
    CONSENT_DECLINED = "consent_declined"
    DOCUMENTS_UNAVAILABLE = "documents_unavailable"
    MOVED_AWAY = "moved_away"


class ReturnReason(StrEnum):
    """Why a moderator sends a draft back."""

    EVIDENCE_DOES_NOT_SUPPORT = "evidence_does_not_support"
    OUTCOME_NOT_JUSTIFIED = "outcome_not_justified"
    UNCLEAR = "unclear"
    FACTUAL_ERROR = "factual_error"
    CHILDS_EXPERIENCE_MISSING = "childs_experience_missing"


class EvidenceReason(StrEnum):
    """Who found, after the on-site work, that evidence is missing."""

    QUALITY_ASSURANCE = "quality_assurance"
    COMPLAINT = "complaint"


class ComplaintResolution(StrEnum):
    NOT_UPHELD = "not_upheld"
    TEXT_TO_CHANGE = "text_to_change"
    EVIDENCE_TO_GATHER = "evidence_to_gather"


class PlanReturnReason(StrEnum):
    """Why a plan of the partnership is sent back."""

    ACTIONS_INCOMPLETE = "actions_incomplete"
    NOT_MEASURABLE = "not_measurable"
    RESPONSIBILITY_UNCLEAR = "responsibility_unclear"
    NOT_JOINTLY_OWNED = "not_jointly_owned"


class ExtensionReason(StrEnum):
    ELECTION_PERIOD = "election_period"
    NEW_LEADERSHIP = "new_leadership"
    SIGN_OFF_TIMETABLE = "sign_off_timetable"
    EXCEPTIONAL_CIRCUMSTANCES = "exceptional_circumstances"


class RectificationReason(StrEnum):
    WRONG_DATE = "wrong_date"
    WRONG_INSPECTION = "wrong_inspection"
    DID_NOT_HAPPEN = "did_not_happen"


class CorrectionReason(StrEnum):
    FACTUAL_ERROR = "factual_error"
    PERSONAL_DATA = "personal_data"
    OMISSION = "omission"


class CalendarMoveReason(StrEnum):
    HOLIDAY_PROCLAIMED = "holiday_proclaimed"
    BOUND_IN_ERROR = "bound_in_error"


class Activity(StrEnum):
    LEADERS_MEETING = "leaders_meeting"
    PARENT_CARER_FORUM = "parent_carer_forum"
    TRACKING_MEETING = "tracking_meeting"
    SAMPLING_VISIT = "sampling_visit"
    FOCUS_GROUP = "focus_group"
    DOCUMENT_REVIEW = "document_review"


class Audience(StrEnum):
    """Whom a survey asks."""

    CHILDREN = "children"
    PARENTS_AND_CARERS = "parents_and_carers"
    PRACTITIONERS = "practitioners"


class ConcernReceiver(StrEnum):
    CHILDRENS_SERVICES = "childrens_services"
    LADO = "lado"
    POLICE = "police"


class Provision(StrEnum):
    ALTERNATIVE_PROVISION = "alternative_provision"
    SEN_SUPPORT = "sen_support"
    EDUCATION_HEALTH_CARE_PLAN = "education_health_care_plan"


class TeamMember(Value):
    """An inspector on the team, with the areas in which he or she has declared an interest."""

    person: PersonRef
    inspectorate: Inspectorate
    lead: bool = False
    interests: tuple[AreaCode, ...] = ()


class TrackedChild(Value):
    """One of the children whose experience is followed: an opaque reference and the provision."""

    child: ChildRef
    provision: Provision


class InformationItem(Value):
    """One line of the request for information, with the day on which it is due."""

    item: Slug
    due: date


class SurveyCount(Value):
    audience: Audience
    responses: Count


class AreaForAction(Value):
    """What has to be done better, and by which bodies."""

    bodies: Annotated[tuple[BodyRef, ...], Field(min_length=1)]
    text: SealedText


class ActionOnArea(Value):
    """Whether effective action was taken on one area for priority action, by its number in the scope."""

    area: Annotated[int, Field(ge=1)]
    result: MonitoringResult


class Findings(Value):
    """What an inspection finds: of a full one the outcome, of a monitoring one the result, and what it asks.

    What only a monitoring inspection finds is left out of the JSON of a full one. So the digests of drafts
    that were written before there was any are the same as ever.
    """

    outcome: Outcome | None = None
    areas_for_improvement: tuple[AreaForAction, ...] = ()
    areas_for_priority_action: tuple[AreaForAction, ...] = ()
    result: Annotated[MonitoringResult | None, Field(exclude_if=lambda result: result is None)] = None
    actions: Annotated[tuple[ActionOnArea, ...], Field(exclude_if=lambda actions: not actions)] = ()

    @model_validator(mode="after")
    def _outcome_or_result(self) -> Self:
        if (self.outcome is None) == (self.result is None):
            raise ValueError(
                "a full inspection has an outcome, a monitoring one a result; one of them is named"
            )
        return self


class Sections(Value):
    """The running text of a report, section by section, each by reference."""

    about_the_partnership: SealedText | None = None
    what_it_is_like: SealedText | None = None
    what_is_effective: SealedText | None = None
    what_to_do_better: SealedText | None = None


class DraftRef(Value):
    """Exactly which draft an approval or a sign-off is about."""

    version: Annotated[int, Field(ge=1)]
    digest: Sha256


class Draft(Value):
    """A draft report. Its digest covers text and findings, so a changed word is a changed draft."""

    version: int
    sections: Sections
    findings: Findings
    author: PersonRef
    returned: bool = False

    @cached_property
    def ref(self) -> DraftRef:
        """The draft's version and the SHA-256 of its canonical JSON."""
        content = {
            "sections": self.sections.model_dump(mode="json"),
            "findings": self.findings.model_dump(mode="json"),
            "version": self.version,
        }
        return DraftRef(version=self.version, digest=sha256_hex(canonical_json(content)))
