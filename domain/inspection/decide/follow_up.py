"""Decisions about what the partnership owes after the report."""

from domain.handbook import PlanKind
from domain.inspection import commands as c
from domain.inspection import events as e
from domain.inspection.decide.situation import Situation, require_of_partnership


def name_principal_authority(situation: Situation, command: c.NamePrincipalAuthority) -> e.Event:
    """A priority action plan has one body that answers for it, out of the partnership."""
    _require_plan(situation, PlanKind.PRIORITY_ACTION_PLAN)
    require_of_partnership(situation, [command.body])
    return situation.record(e.PrincipalAuthorityNamed)


def publish_strategic_plan(situation: Situation, command: c.PublishStrategicPlan) -> e.Event:
    """The strategic plan is updated and published by the partnership's bodies, once unless returned."""
    _require_plan(situation, PlanKind.STRATEGIC_PLAN)
    situation.require(
        not situation.state.has("strategic_plan_published"),
        "recorded_once",
        "strategic_plan_published is already on record",
        "rectify_milestone, or publish anew after return_strategic_plan",
    )
    require_of_partnership(situation, command.bodies)
    return situation.record(e.StrategicPlanPublished)


def verify_strategic_plan(situation: Situation, _: c.VerifyStrategicPlan) -> e.Event:
    """A plan that is published is found to take up the report's recommendations."""
    return situation.record(e.StrategicPlanVerified)


def return_strategic_plan(situation: Situation, _: c.ReturnStrategicPlan) -> e.Event:
    """A plan that was verified is not returned any more."""
    situation.require(
        not situation.state.has("strategic_plan_verified"),
        "plan_awaits_review",
        "the strategic plan is already verified",
        "a plan that is published and not yet verified",
    )
    return situation.record(e.StrategicPlanReturned)


def submit_action_plan(situation: Situation, command: c.SubmitPriorityActionPlan) -> e.Event:
    """Only outcome 3 brings a priority action plan."""
    _require_plan(situation, PlanKind.PRIORITY_ACTION_PLAN)
    require_of_partnership(situation, command.bodies)
    return situation.record(e.PriorityActionPlanSubmitted)


def return_action_plan(situation: Situation, _: c.ReturnPriorityActionPlan) -> e.Event:
    """Whom the handbook names returns a plan that awaits review."""
    _require_awaits_review(situation)
    _require_reviewer(situation)
    return situation.record(e.PriorityActionPlanReturned)


def resubmit_action_plan(situation: Situation, command: c.ResubmitPriorityActionPlan) -> e.Event:
    """A plan that was returned is submitted again."""
    situation.require(
        situation.state.has("priority_action_plan_returned"),
        "plan_awaits_review",
        "the plan was not returned",
        "a plan that was returned",
    )
    require_of_partnership(situation, command.bodies)
    return situation.record(e.PriorityActionPlanResubmitted)


def accept_action_plan(situation: Situation, _: c.AcceptPriorityActionPlan) -> e.Event:
    """Whom the handbook names accepts a plan that awaits review."""
    _require_awaits_review(situation)
    _require_reviewer(situation)
    return situation.record(e.PriorityActionPlanAccepted)


def publish_action_plan(situation: Situation, command: c.PublishPriorityActionPlan) -> e.Event:
    """A plan that was accepted is published."""
    situation.require(
        situation.state.has("priority_action_plan_accepted"),
        "plan_accepted",
        "the plan is not accepted",
        "accept_priority_action_plan first",
    )
    require_of_partnership(situation, command.bodies)
    return situation.record(e.PriorityActionPlanPublished)


def _require_plan(situation: Situation, plan: PlanKind) -> None:
    state, handbook = situation.state, situation.handbook
    outcome = state.draft.findings.outcome if state.draft else None
    situation.require(
        outcome is not None,
        "outcome_asks_for_plan",
        "a monitoring inspection has no outcome, and asks for no plan of its own",
        "the plan that the inspection asks for which it follows, recorded of that one",
    )
    assert outcome is not None
    asks = handbook.follow_up[outcome].value
    situation.require(
        asks is plan,
        "outcome_asks_for_plan",
        f"outcome {outcome} asks for a {asks.replace('_', ' ')}, not a {plan.replace('_', ' ')}",
        f"what handbook {handbook.version} names for outcome {outcome}",
    )


def _require_awaits_review(situation: Situation) -> None:
    state = situation.state
    awaits = not state.has("priority_action_plan_accepted") and not state.has("priority_action_plan_returned")
    situation.require(
        awaits,
        "plan_awaits_review",
        "the plan was already accepted or returned",
        "a plan that was submitted and not yet reviewed",
    )


def _require_reviewer(situation: Situation) -> None:
    organisation = situation.command.decided_by.organisation
    reviewers = situation.handbook.plan_feedback_by.value
    situation.require(
        organisation in reviewers,
        "plan_reviewer",
        f"{organisation} does not decide this under handbook {situation.handbook.version}",
        "decided for " + " or ".join(reviewers),
    )
