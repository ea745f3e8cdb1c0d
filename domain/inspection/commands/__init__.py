"""What can be asked of an inspection: imperative names, one class a milestone."""

from typing import Annotated

from pydantic import Field, TypeAdapter

from domain.commands import Contravention, command_types
from domain.inspection.commands.base import Command
from domain.inspection.commands.fieldwork import (
    BeginFieldwork,
    ComeOnSite,
    DeclareIncomplete,
    EndFieldwork,
    GiveFeedback,
    PauseInspection,
    RecordActivity,
    ReferSafeguardingConcern,
    ResumeInspection,
)
from domain.inspection.commands.follow_up import (
    AcceptPriorityActionPlan,
    NamePrincipalAuthority,
    PublishPriorityActionPlan,
    PublishStrategicPlan,
    ResubmitPriorityActionPlan,
    ReturnPriorityActionPlan,
    ReturnStrategicPlan,
    SubmitPriorityActionPlan,
    VerifyStrategicPlan,
)
from domain.inspection.commands.moderation import (
    AnswerComments,
    ApproveDraft,
    DecideOutcome,
    GatherAdditionalEvidence,
    LodgeComplaint,
    OrderAdditionalEvidence,
    ReceiveComments,
    ResolveComplaint,
    ReturnDraft,
    SendDraftForComment,
    SignOffOutcome,
    SubmitDraft,
)
from domain.inspection.commands.notification import (
    ChaseInformation,
    ChooseTrackedChildren,
    CloseSurveys,
    NotifyArea,
    OpenSurveys,
    ReceiveInformation,
    ReplaceTrackedChild,
    RequestInformation,
)
from domain.inspection.commands.planning import (
    AppointTeam,
    DeferInspection,
    PlanInspection,
    ReplaceTeamMember,
    WithdrawInspection,
)
from domain.inspection.commands.publication import (
    AcknowledgeFinalReport,
    ConfirmPublication,
    CorrectReport,
    RecordPolls,
    RecordPublicationElsewhere,
    ReleaseReport,
    SendFinalReport,
)
from domain.inspection.commands.repair import (
    CloseInspection,
    ExtendDeadline,
    MoveToCalendar,
    MoveToHandbook,
    RectifyMilestone,
    Tick,
)

AnyCommand = Annotated[
    PlanInspection
    | AppointTeam
    | ReplaceTeamMember
    | DeferInspection
    | WithdrawInspection
    | NotifyArea
    | RequestInformation
    | ReceiveInformation
    | ChaseInformation
    | OpenSurveys
    | CloseSurveys
    | ChooseTrackedChildren
    | ReplaceTrackedChild
    | BeginFieldwork
    | ComeOnSite
    | RecordActivity
    | ReferSafeguardingConcern
    | PauseInspection
    | ResumeInspection
    | DeclareIncomplete
    | GiveFeedback
    | EndFieldwork
    | SubmitDraft
    | ApproveDraft
    | ReturnDraft
    | OrderAdditionalEvidence
    | GatherAdditionalEvidence
    | SendDraftForComment
    | ReceiveComments
    | AnswerComments
    | LodgeComplaint
    | ResolveComplaint
    | DecideOutcome
    | SignOffOutcome
    | SendFinalReport
    | AcknowledgeFinalReport
    | RecordPolls
    | ReleaseReport
    | ConfirmPublication
    | RecordPublicationElsewhere
    | CorrectReport
    | NamePrincipalAuthority
    | PublishStrategicPlan
    | VerifyStrategicPlan
    | ReturnStrategicPlan
    | SubmitPriorityActionPlan
    | ReturnPriorityActionPlan
    | ResubmitPriorityActionPlan
    | AcceptPriorityActionPlan
    | PublishPriorityActionPlan
    | ExtendDeadline
    | MoveToHandbook
    | MoveToCalendar
    | RectifyMilestone
    | CloseInspection
    | Tick,
    Field(discriminator="type"),
]

COMMANDS: TypeAdapter[AnyCommand] = TypeAdapter(AnyCommand)
"""Reads any command from plain data by its `type`."""

COMMAND_TYPES: dict[str, type[Command]] = command_types(Command)
"""Every command class by the name that it goes by on the wire."""

__all__ = [
    "COMMANDS",
    "COMMAND_TYPES",
    "AcceptPriorityActionPlan",
    "AcknowledgeFinalReport",
    "AnswerComments",
    "AnyCommand",
    "AppointTeam",
    "ApproveDraft",
    "BeginFieldwork",
    "ChaseInformation",
    "ChooseTrackedChildren",
    "CloseInspection",
    "CloseSurveys",
    "ComeOnSite",
    "Command",
    "ConfirmPublication",
    "Contravention",
    "CorrectReport",
    "DecideOutcome",
    "DeclareIncomplete",
    "DeferInspection",
    "EndFieldwork",
    "ExtendDeadline",
    "GatherAdditionalEvidence",
    "GiveFeedback",
    "LodgeComplaint",
    "MoveToCalendar",
    "MoveToHandbook",
    "NamePrincipalAuthority",
    "NotifyArea",
    "OpenSurveys",
    "OrderAdditionalEvidence",
    "PauseInspection",
    "PlanInspection",
    "PublishPriorityActionPlan",
    "PublishStrategicPlan",
    "ReceiveComments",
    "ReceiveInformation",
    "RecordActivity",
    "RecordPolls",
    "RecordPublicationElsewhere",
    "RectifyMilestone",
    "ReferSafeguardingConcern",
    "ReleaseReport",
    "ReplaceTeamMember",
    "ReplaceTrackedChild",
    "RequestInformation",
    "ResolveComplaint",
    "ResubmitPriorityActionPlan",
    "ResumeInspection",
    "ReturnDraft",
    "ReturnPriorityActionPlan",
    "ReturnStrategicPlan",
    "SendDraftForComment",
    "SendFinalReport",
    "SignOffOutcome",
    "SubmitDraft",
    "SubmitPriorityActionPlan",
    "Tick",
    "VerifyStrategicPlan",
    "WithdrawInspection",
]
