"""What has happened in an inspection: past tense, each event with the matter of the command that led to it.

An event rests on others (`rests_on`): it makes no sense without them, may not have happened before
them, and a look back at a day on which they had not happened leaves it out. It comes after others
(`comes_after`): it can be without them, but where they are on record it may not have happened before them.
"""

from typing import Annotated

from pydantic import Field

from domain.events import Irregularity, event_type, event_types
from domain.inspection.events.base import DeadlineMove, Event, MovesDeadlines, NextInspection
from domain.inspection.events.clock import (
    CommentWindowLapsed,
    DeadlineApproaching,
    DeadlineMissed,
    DeadlineMissTakenBack,
)
from domain.inspection.events.fieldwork import (
    ActivityRecorded,
    FeedbackGiven,
    FieldworkBegun,
    FieldworkEnded,
    InspectionDeclaredIncomplete,
    InspectionPaused,
    InspectionResumed,
    OnSiteBegun,
    SafeguardingConcernReferred,
)
from domain.inspection.events.follow_up import (
    PrincipalAuthorityNamed,
    PriorityActionPlanAccepted,
    PriorityActionPlanPublished,
    PriorityActionPlanResubmitted,
    PriorityActionPlanReturned,
    PriorityActionPlanSubmitted,
    StrategicPlanPublished,
    StrategicPlanReturned,
    StrategicPlanVerified,
)
from domain.inspection.events.moderation import (
    AdditionalEvidenceGathered,
    AdditionalEvidenceOrdered,
    CommentsAnswered,
    CommentsReceived,
    ComplaintLodged,
    ComplaintResolved,
    DraftApproved,
    DraftReturned,
    DraftSentForComment,
    DraftSubmitted,
    OutcomeDecided,
    OutcomeSignedOff,
)
from domain.inspection.events.notification import (
    AreaNotified,
    InformationChased,
    InformationReceived,
    InformationRequested,
    SurveysClosed,
    SurveysOpened,
    TrackedChildrenChosen,
    TrackedChildReplaced,
)
from domain.inspection.events.planning import (
    InspectionDeferred,
    InspectionPlanned,
    InspectionWithdrawn,
    TeamAppointed,
    TeamMemberReplaced,
)
from domain.inspection.events.publication import (
    FinalReportReceived,
    FinalReportSent,
    PollsRecorded,
    ReportCorrected,
    ReportPublished,
    ReportPublishedElsewhere,
    ReportReleased,
)
from domain.inspection.events.repair import (
    CalendarMoved,
    DeadlineExtended,
    HandbookMoved,
    InspectionClosed,
    MilestoneRectified,
)

AnyEvent = Annotated[
    InspectionPlanned
    | TeamAppointed
    | TeamMemberReplaced
    | InspectionDeferred
    | InspectionWithdrawn
    | AreaNotified
    | InformationRequested
    | InformationReceived
    | InformationChased
    | SurveysOpened
    | SurveysClosed
    | TrackedChildrenChosen
    | TrackedChildReplaced
    | FieldworkBegun
    | OnSiteBegun
    | ActivityRecorded
    | SafeguardingConcernReferred
    | InspectionPaused
    | InspectionResumed
    | InspectionDeclaredIncomplete
    | FeedbackGiven
    | FieldworkEnded
    | DraftSubmitted
    | DraftApproved
    | DraftReturned
    | AdditionalEvidenceOrdered
    | AdditionalEvidenceGathered
    | DraftSentForComment
    | CommentsReceived
    | CommentsAnswered
    | ComplaintLodged
    | ComplaintResolved
    | OutcomeDecided
    | OutcomeSignedOff
    | FinalReportSent
    | FinalReportReceived
    | PollsRecorded
    | ReportReleased
    | ReportPublished
    | ReportPublishedElsewhere
    | ReportCorrected
    | PrincipalAuthorityNamed
    | StrategicPlanPublished
    | StrategicPlanVerified
    | StrategicPlanReturned
    | PriorityActionPlanSubmitted
    | PriorityActionPlanReturned
    | PriorityActionPlanResubmitted
    | PriorityActionPlanAccepted
    | PriorityActionPlanPublished
    | DeadlineExtended
    | HandbookMoved
    | CalendarMoved
    | MilestoneRectified
    | InspectionClosed
    | CommentWindowLapsed
    | DeadlineApproaching
    | DeadlineMissed
    | DeadlineMissTakenBack,
    Field(discriminator="type"),
]

EVENT_TYPES: dict[str, type[Event]] = event_types(Event)
"""Every event class by its type, as the ledger names it."""

RESTS_ON: dict[str, frozenset[str]] = {name: kind.rests_on for name, kind in EVENT_TYPES.items()}
"""For each event type, the types that it makes no sense without."""

COMES_AFTER: dict[str, frozenset[str]] = {name: kind.comes_after for name, kind in EVENT_TYPES.items()}
"""For each event type, the types that it answers, finishes or takes up anew if they are on record."""

__all__ = [
    "COMES_AFTER",
    "EVENT_TYPES",
    "RESTS_ON",
    "ActivityRecorded",
    "AdditionalEvidenceGathered",
    "AdditionalEvidenceOrdered",
    "AnyEvent",
    "AreaNotified",
    "CalendarMoved",
    "CommentWindowLapsed",
    "CommentsAnswered",
    "CommentsReceived",
    "ComplaintLodged",
    "ComplaintResolved",
    "DeadlineApproaching",
    "DeadlineExtended",
    "DeadlineMissTakenBack",
    "DeadlineMissed",
    "DeadlineMove",
    "DraftApproved",
    "DraftReturned",
    "DraftSentForComment",
    "DraftSubmitted",
    "Event",
    "FeedbackGiven",
    "FieldworkBegun",
    "FieldworkEnded",
    "FinalReportReceived",
    "FinalReportSent",
    "HandbookMoved",
    "InformationChased",
    "InformationReceived",
    "InformationRequested",
    "InspectionClosed",
    "InspectionDeclaredIncomplete",
    "InspectionDeferred",
    "InspectionPaused",
    "InspectionPlanned",
    "InspectionResumed",
    "InspectionWithdrawn",
    "Irregularity",
    "MilestoneRectified",
    "MovesDeadlines",
    "NextInspection",
    "OnSiteBegun",
    "OutcomeDecided",
    "OutcomeSignedOff",
    "PollsRecorded",
    "PrincipalAuthorityNamed",
    "PriorityActionPlanAccepted",
    "PriorityActionPlanPublished",
    "PriorityActionPlanResubmitted",
    "PriorityActionPlanReturned",
    "PriorityActionPlanSubmitted",
    "ReportCorrected",
    "ReportPublished",
    "ReportPublishedElsewhere",
    "ReportReleased",
    "SafeguardingConcernReferred",
    "StrategicPlanPublished",
    "StrategicPlanReturned",
    "StrategicPlanVerified",
    "SurveysClosed",
    "SurveysOpened",
    "TeamAppointed",
    "TeamMemberReplaced",
    "TrackedChildReplaced",
    "TrackedChildrenChosen",
    "event_type",
]
