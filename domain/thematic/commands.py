"""What can be asked of a thematic review: imperative names."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field, TypeAdapter

from domain.actors import Verb
from domain.commands import DomainCommand, command_types
from domain.thematic import events as happened
from domain.thematic.matters import (
    AreaMatter,
    ChoiceMatter,
    ConcernMatter,
    FindingsMatter,
    GeneralElectionMatter,
    GuidanceMatter,
    PlanMatter,
    PublicationMatter,
    RectificationMatter,
    ReportMatter,
    ReportNamedMatter,
    WithdrawalMatter,
)
from domain.thematic.vocabulary import Stage
from domain.values import ThematicReviewId


def between(first: Stage, last: Stage) -> frozenset[Stage]:
    """Every stage from one to another, both included, in the order of the process."""
    stages = list(Stage)
    return frozenset(stages[stages.index(first) : stages.index(last) + 1])


class Command(DomainCommand):
    """What is asked of a review, which is known by its year, and at which stages it can be."""

    records: ClassVar[type[happened.Event]]
    stages: ClassVar[frozenset[Stage]]

    review: ThematicReviewId


class PlanReview(Command, PlanMatter):
    """Plan the review, or move its plan before the visits begin."""

    type: Literal["plan_review"] = "plan_review"
    verb = Verb.SCHEDULE
    stages = between(Stage.UNKNOWN, Stage.PLANNED)
    records = happened.ReviewPlanned


class PublishReviewGuidance(Command, GuidanceMatter):
    """Note that the guidance is published, usually in January or February."""

    type: Literal["publish_review_guidance"] = "publish_review_guidance"
    verb = Verb.SCHEDULE
    stages = between(Stage.PLANNED, Stage.REPORTING)
    records = happened.ReviewGuidancePublished


class ChooseReviewArea(Command, ChoiceMatter):
    """Choose an area that has consented."""

    type: Literal["choose_review_area"] = "choose_review_area"
    verb = Verb.SCHEDULE
    stages = between(Stage.PLANNED, Stage.REPORTING)
    records = happened.ReviewAreaChosen


class WithdrawReviewConsent(Command, AreaMatter):
    """An area takes its consent back."""

    type: Literal["withdraw_review_consent"] = "withdraw_review_consent"
    verb = Verb.CONSENT
    stages = between(Stage.PLANNED, Stage.REPORTING)
    records = happened.ReviewConsentWithdrawn


class BeginReviewVisit(Command, AreaMatter):
    """Begin the visit of an area, usually in spring or summer."""

    type: Literal["begin_review_visit"] = "begin_review_visit"
    verb = Verb.RECORD
    stages = between(Stage.PLANNED, Stage.REPORTING)
    records = happened.ReviewVisitBegun


class EndReviewVisit(Command, AreaMatter):
    """End the visit of an area."""

    type: Literal["end_review_visit"] = "end_review_visit"
    verb = Verb.RECORD
    stages = between(Stage.PLANNED, Stage.REPORTING)
    records = happened.ReviewVisitEnded


class RecordReviewFindings(Command, FindingsMatter):
    """Record what was found."""

    type: Literal["record_review_findings"] = "record_review_findings"
    verb = Verb.RECORD
    stages = between(Stage.VISITS, Stage.REPORTING)
    records = happened.ReviewFindingsRecorded


class RaiseConcern(Command, ConcernMatter):
    """Say that something is seriously wrong in an area, whenever it comes to light."""

    type: Literal["raise_concern"] = "raise_concern"
    verb = Verb.RECORD
    stages = between(Stage.PLANNED, Stage.WITHDRAWN)
    records = happened.ConcernRaised


class SubmitReviewReport(Command, ReportMatter):
    """Submit the report, a new form of it, or after publication a corrected one."""

    type: Literal["submit_review_report"] = "submit_review_report"
    verb = Verb.DRAFT
    stages = between(Stage.VISITS, Stage.COMPLETED)
    records = happened.ReviewReportSubmitted


class ReleaseReviewReport(Command, ReportNamedMatter):
    """Release the report as it now is."""

    type: Literal["release_review_report"] = "release_review_report"
    verb = Verb.RELEASE_REVIEW
    stages = between(Stage.REPORTING, Stage.COMPLETED)
    records = happened.ReviewReportReleased


class PublishReviewReport(Command, PublicationMatter):
    """Note that a released report is published."""

    type: Literal["publish_review_report"] = "publish_review_report"
    verb = Verb.PUBLISH_REVIEW
    stages = between(Stage.REPORTING, Stage.COMPLETED)
    records = happened.ReviewReportPublished


class RecordGeneralElection(Command, GeneralElectionMatter):
    """Note a day on which the whole country votes."""

    type: Literal["record_general_election"] = "record_general_election"
    verb = Verb.SCHEDULE
    stages = between(Stage.PLANNED, Stage.COMPLETED)
    records = happened.GeneralElectionRecorded


class RecordSurveyDataDeletion(Command):
    """Note that the survey data is deleted."""

    type: Literal["record_survey_data_deletion"] = "record_survey_data_deletion"
    verb = Verb.HANDLE_INFORMATION
    stages = frozenset({Stage.PUBLISHED})
    records = happened.SurveyDataDeleted


class WithdrawReview(Command, WithdrawalMatter):
    """Give the review up before anything is published."""

    type: Literal["withdraw_review"] = "withdraw_review"
    verb = Verb.AUTHORISE
    stages = between(Stage.PLANNED, Stage.REPORTING)
    records = happened.ReviewWithdrawn


class RectifyReviewEntry(Command, RectificationMatter):
    """Put the date of an entry right, or strike it; what is right is recorded anew."""

    type: Literal["rectify_review_entry"] = "rectify_review_entry"
    verb = Verb.RECTIFY
    stages = between(Stage.PLANNED, Stage.WITHDRAWN)
    records = happened.ReviewEntryRectified


class Tick(Command):
    """The clock has reached an instant that matters: record what has come near or fallen due."""

    type: Literal["tick"] = "tick"
    verb = Verb.RUN
    stages = between(Stage.PLANNED, Stage.WITHDRAWN)
    records = happened.ReviewDeadlineMissed


AnyCommand = Annotated[
    PlanReview
    | PublishReviewGuidance
    | ChooseReviewArea
    | WithdrawReviewConsent
    | BeginReviewVisit
    | EndReviewVisit
    | RecordReviewFindings
    | RaiseConcern
    | SubmitReviewReport
    | ReleaseReviewReport
    | PublishReviewReport
    | RecordGeneralElection
    | RecordSurveyDataDeletion
    | WithdrawReview
    | RectifyReviewEntry
    | Tick,
    Field(discriminator="type"),
]

COMMANDS: TypeAdapter[AnyCommand] = TypeAdapter(AnyCommand)
"""Reads any command from plain data by its `type`."""

COMMAND_TYPES: dict[str, type[Command]] = command_types(Command)
"""Every command class by the name that it goes by on the wire."""
