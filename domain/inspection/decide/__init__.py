"""Judging a command: the events that it brings, or a refusal in words."""

from collections.abc import Callable
from typing import Any

from domain.clock import time_comes_first
from domain.deciding import RefusedError, require_permission
from domain.errors import CalendarHorizonError
from domain.inspection import commands as c
from domain.inspection import events as e
from domain.inspection.decide import fieldwork, follow_up, moderation, planning, publication, repair
from domain.inspection.decide.clock import misses_taken_back, what_the_clock_brings, with_moves
from domain.inspection.decide.situation import Situation, require_common
from domain.inspection.progress import stage
from domain.inspection.record import State
from domain.inspection.rules import RULES
from domain.inspection.state import evolve
from domain.inspection.vocabulary import Stage
from domain.refusal import Refusal
from domain.rulebook import Rulebook

Handler = Callable[[Situation, Any], e.Event]

_HANDLERS: dict[type[c.Command], Handler] = {
    c.PlanInspection: planning.plan,
    c.AppointTeam: planning.appoint_team,
    c.ReplaceTeamMember: planning.replace_team_member,
    c.DeferInspection: planning.defer,
    c.NotifyArea: planning.notify,
    c.RequestInformation: fieldwork.request_information,
    c.ReceiveInformation: fieldwork.receive_information,
    c.ChaseInformation: fieldwork.chase_information,
    c.ChooseTrackedChildren: fieldwork.choose_children,
    c.ReplaceTrackedChild: fieldwork.replace_child,
    c.BeginFieldwork: fieldwork.begin_fieldwork,
    c.ComeOnSite: fieldwork.come_on_site,
    c.PauseInspection: fieldwork.pause,
    c.ResumeInspection: fieldwork.resume,
    c.DeclareIncomplete: fieldwork.declare_incomplete,
    c.EndFieldwork: fieldwork.end_fieldwork,
    c.SubmitDraft: moderation.submit_draft,
    c.ApproveDraft: moderation.approve_draft,
    c.ReturnDraft: moderation.return_draft,
    c.OrderAdditionalEvidence: moderation.order_evidence,
    c.GatherAdditionalEvidence: moderation.gather_evidence,
    c.SendDraftForComment: moderation.send_for_comment,
    c.ReceiveComments: moderation.receive_comments,
    c.LodgeComplaint: moderation.lodge_complaint,
    c.ResolveComplaint: moderation.resolve_complaint,
    c.DecideOutcome: moderation.decide_outcome,
    c.SignOffOutcome: moderation.sign_off,
    c.SendFinalReport: publication.send_final_report,
    c.ReleaseReport: publication.release,
    c.ConfirmPublication: publication.confirm_publication,
    c.CorrectReport: publication.correct,
    c.NamePrincipalAuthority: follow_up.name_principal_authority,
    c.PublishStrategicPlan: follow_up.publish_strategic_plan,
    c.VerifyStrategicPlan: follow_up.verify_strategic_plan,
    c.ReturnStrategicPlan: follow_up.return_strategic_plan,
    c.SubmitPriorityActionPlan: follow_up.submit_action_plan,
    c.ReturnPriorityActionPlan: follow_up.return_action_plan,
    c.ResubmitPriorityActionPlan: follow_up.resubmit_action_plan,
    c.AcceptPriorityActionPlan: follow_up.accept_action_plan,
    c.PublishPriorityActionPlan: follow_up.publish_action_plan,
    c.ExtendDeadline: repair.extend_deadline,
    c.MoveToHandbook: repair.move_to_handbook,
    c.MoveToCalendar: repair.move_to_calendar,
    c.RectifyMilestone: repair.rectify,
    c.CloseInspection: repair.close,
}


def decide(rules: Rulebook, state: State, command: c.Command) -> tuple[e.Event, ...] | Refusal:
    """Return the events that a command brings to an inspection, or the refusal that answers it.

    Pure: the same rules, state and command give the same answer. A tick brings what is due and nothing
    else, which may be no event at all.

    Raises:
        IntegrityError: the inspection is bound to a rule file that this installation does not have.
    """
    try:
        return time_comes_first(
            state,
            evolve=evolve,
            brings=lambda state: what_the_clock_brings(rules, state, command.now),
            judge=lambda state: _judge(rules, state, command),
            taken_back=lambda state: misses_taken_back(rules, state, command.now),
        )
    except RefusedError as refused:
        return refused.refusal
    except (CalendarHorizonError, OverflowError) as horizon:
        text = RULES["calendar_horizon"]
        return Refusal(
            code="calendar_horizon",
            rule=text.says,
            because=str(horizon),
            accepted="dates within the calendar's years",
            waivable=text.yields,
        )


def _judge(rules: Rulebook, state: State, command: c.Command) -> tuple[e.Event, ...]:
    situation = Situation(rules, state, command)
    if isinstance(command, c.Tick):
        require_permission(situation)
        return ()
    now_at = stage(state)
    situation.require(
        now_at is not Stage.UNKNOWN or Stage.UNKNOWN in command.stages,
        "inspection_exists",
        f"{command.inspection} is not known",
        "plan_inspection first",
    )
    situation.require(
        now_at in command.stages,
        "stage",
        f"{command.inspection} is at stage {now_at}",
        "at stage " + " or ".join(one for one in Stage if one in command.stages),
    )
    require_common(situation)
    handler = _HANDLERS.get(type(command))
    event = handler(situation, command) if handler else situation.record(command.records)
    return (with_moves(rules, state, event),)
