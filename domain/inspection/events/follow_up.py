"""What the partnership owes after publication: what has happened."""

from typing import Literal

from domain.inspection.events.base import Event
from domain.inspection.matters import (
    PlanPublicationMatter,
    PlanReturnMatter,
    PlanSubmissionMatter,
    PrincipalAuthorityMatter,
)


class PrincipalAuthorityNamed(Event, PrincipalAuthorityMatter):
    """One body answers for the priority action plan."""

    type: Literal["principal_authority_named"] = "principal_authority_named"
    rests_on = frozenset({"outcome_decided"})


class StrategicPlanPublished(Event, PlanPublicationMatter):
    """The updated strategic plan is published."""

    type: Literal["strategic_plan_published"] = "strategic_plan_published"
    rests_on = frozenset({"report_published"})
    comes_after = frozenset({"strategic_plan_returned"})


class StrategicPlanVerified(Event):
    """The plan takes up the report's recommendations."""

    type: Literal["strategic_plan_verified"] = "strategic_plan_verified"
    rests_on = frozenset({"strategic_plan_published"})


class StrategicPlanReturned(Event, PlanReturnMatter):
    """The strategic plan is sent back and still due."""

    type: Literal["strategic_plan_returned"] = "strategic_plan_returned"
    rests_on = frozenset({"strategic_plan_published"})


class PriorityActionPlanSubmitted(Event, PlanSubmissionMatter):
    """The priority action plan is submitted."""

    type: Literal["priority_action_plan_submitted"] = "priority_action_plan_submitted"
    rests_on = frozenset({"final_report_received"})


class PriorityActionPlanReturned(Event, PlanReturnMatter):
    """The priority action plan is returned."""

    type: Literal["priority_action_plan_returned"] = "priority_action_plan_returned"
    rests_on = frozenset({"priority_action_plan_submitted"})
    comes_after = frozenset({"priority_action_plan_resubmitted"})


class PriorityActionPlanResubmitted(Event, PlanSubmissionMatter):
    """The priority action plan is submitted again."""

    type: Literal["priority_action_plan_resubmitted"] = "priority_action_plan_resubmitted"
    rests_on = frozenset({"priority_action_plan_returned"})


class PriorityActionPlanAccepted(Event):
    """The priority action plan is fit for purpose."""

    type: Literal["priority_action_plan_accepted"] = "priority_action_plan_accepted"
    rests_on = frozenset({"priority_action_plan_submitted"})
    comes_after = frozenset({"priority_action_plan_resubmitted"})


class PriorityActionPlanPublished(Event, PlanPublicationMatter):
    """The priority action plan is published."""

    type: Literal["priority_action_plan_published"] = "priority_action_plan_published"
    rests_on = frozenset({"priority_action_plan_submitted"})
    comes_after = frozenset({"priority_action_plan_accepted"})
