"""The words of a thematic review: its stages, its structured reasons, and the values that it is made of."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from domain.values import BodyRef, SealedText, Sha256, Value

Number = Annotated[int, Field(ge=1)]
"""Counts the findings, concerns or reports of one review. What is struck keeps its number."""

About = Annotated[str, StringConstraints(pattern=r"^([A-Z]{3}|[1-9][0-9]{0,5}|[0-9]{4}-[0-9]{2}-[0-9]{2})$")]
"""What an entry is about: an area by its code, a number, or a day."""


class Stage(StrEnum):
    """Where a review stands. Always derived from what has happened, never stored.

    Published lasts for as long as survey data is kept, which is years.
    """

    UNKNOWN = "unknown"
    PLANNED = "planned"
    VISITS = "visits"
    REPORTING = "reporting"
    PUBLISHED = "published"
    COMPLETED = "completed"
    WITHDRAWN = "withdrawn"


class Season(StrEnum):
    """When an area is to be visited. A plan, and no rule (section 5 of the facts, S)."""

    SPRING = "spring"
    SUMMER = "summer"


class ConsentGiver(StrEnum):
    """Who says for an area that it takes part. Not stated; those who answer for it elsewhere too (I)."""

    DCS = "dcs"
    ICB_EXECUTIVE = "icb_executive"
    LANO = "lano"


class Consent(Value):
    """By which body, and in which role, an area's consent was given."""

    body: BodyRef
    role: ConsentGiver


class ConcernReason(StrEnum):
    """What is seriously wrong in an area that was visited (I)."""

    CHILDREN_AT_RISK = "children_at_risk"
    WIDESPREAD_FAILINGS = "widespread_failings"
    DUTIES_NOT_MET = "duties_not_met"
    LEADERSHIP = "leadership"


class WithdrawalReason(StrEnum):
    """Why a review is given up."""

    PROGRAMME_CHANGED = "programme_changed"
    OPENED_IN_ERROR = "opened_in_error"
    EXCEPTIONAL_CIRCUMSTANCES = "exceptional_circumstances"


class RectificationReason(StrEnum):
    """Why an entry is put right: its date is, or it is struck."""

    WRONG_DATE = "wrong_date"
    RECORDED_WRONGLY = "recorded_wrongly"
    DID_NOT_HAPPEN = "did_not_happen"


class Recommendation(Value):
    """What a report recommends, and to which body of government."""

    to: BodyRef
    text: SealedText


class ReportRef(Value):
    """Exactly which report a release or a publication is about."""

    number: Number
    digest: Sha256


class ReviewDeadline(StrEnum):
    """What can fall due in a review.

    Retention is no duty: when its years are over, the duty to delete begins.
    """

    PUBLICATION = "publication"
    SURVEY_DATA_RETENTION = "survey_data_retention"
    SURVEY_DATA_DELETION = "survey_data_deletion"


class EntryKind(StrEnum):
    """What can stand on record of a review, by its event type."""

    REVIEW_PLANNED = "review_planned"
    REVIEW_GUIDANCE_PUBLISHED = "review_guidance_published"
    REVIEW_AREA_CHOSEN = "review_area_chosen"
    REVIEW_CONSENT_WITHDRAWN = "review_consent_withdrawn"
    REVIEW_VISIT_BEGUN = "review_visit_begun"
    REVIEW_VISIT_ENDED = "review_visit_ended"
    REVIEW_FINDINGS_RECORDED = "review_findings_recorded"
    CONCERN_RAISED = "concern_raised"
    REVIEW_REPORT_SUBMITTED = "review_report_submitted"
    REVIEW_REPORT_RELEASED = "review_report_released"
    REVIEW_REPORT_PUBLISHED = "review_report_published"
    GENERAL_ELECTION_RECORDED = "general_election_recorded"
    SURVEY_DATA_DELETION_DUE = "survey_data_deletion_due"
    SURVEY_DATA_DELETED = "survey_data_deleted"
    REVIEW_WITHDRAWN = "review_withdrawn"


class Entry(Value):
    """Which entry of a review's record: its kind, and what it is about if there are several of the kind.

    An entry is known by what it says and not by its place in the stream, because a look back that leaves out
    what had not happened yet numbers the places otherwise.
    """

    kind: EntryKind
    about: About | None = None

    def __str__(self) -> str:
        return f"{self.kind} {self.about}" if self.about else self.kind
