"""What the partnership owes after publication: what can be asked."""

from typing import Literal

from domain.actors import Verb
from domain.inspection.commands.base import Command
from domain.inspection.events import follow_up as happened
from domain.inspection.matters import (
    PlanPublicationMatter,
    PlanReturnMatter,
    PlanSubmissionMatter,
    PrincipalAuthorityMatter,
)
from domain.inspection.vocabulary import Stage


class NamePrincipalAuthority(Command, PrincipalAuthorityMatter):
    """Name the body that answers for the priority action plan."""

    type: Literal["name_principal_authority"] = "name_principal_authority"
    verb = Verb.NAME_PRINCIPAL_AUTHORITY
    stages = frozenset({Stage.PUBLICATION, Stage.FOLLOW_UP})
    records = happened.PrincipalAuthorityNamed


class PublishStrategicPlan(Command, PlanPublicationMatter):
    """Note that the responsible bodies have updated and published the strategic plan."""

    type: Literal["publish_strategic_plan"] = "publish_strategic_plan"
    verb = Verb.SUBMIT_PLAN
    stages = frozenset({Stage.FOLLOW_UP})
    records = happened.StrategicPlanPublished


class VerifyStrategicPlan(Command):
    """Note that the plan takes up the report's recommendations."""

    type: Literal["verify_strategic_plan"] = "verify_strategic_plan"
    verb = Verb.REVIEW_PLAN
    stages = frozenset({Stage.FOLLOW_UP})
    records = happened.StrategicPlanVerified
    once = True


class ReturnStrategicPlan(Command, PlanReturnMatter):
    """Send the strategic plan back; it is due until it is published anew."""

    type: Literal["return_strategic_plan"] = "return_strategic_plan"
    verb = Verb.REVIEW_PLAN
    stages = frozenset({Stage.FOLLOW_UP})
    records = happened.StrategicPlanReturned


class SubmitPriorityActionPlan(Command, PlanSubmissionMatter):
    """Submit the priority action plan."""

    type: Literal["submit_priority_action_plan"] = "submit_priority_action_plan"
    verb = Verb.SUBMIT_PLAN
    stages = frozenset({Stage.PUBLICATION, Stage.FOLLOW_UP})
    records = happened.PriorityActionPlanSubmitted
    once = True


class ReturnPriorityActionPlan(Command, PlanReturnMatter):
    """Return the priority action plan with reasons."""

    type: Literal["return_priority_action_plan"] = "return_priority_action_plan"
    verb = Verb.REVIEW_PLAN
    stages = frozenset({Stage.PUBLICATION, Stage.FOLLOW_UP})
    records = happened.PriorityActionPlanReturned


class ResubmitPriorityActionPlan(Command, PlanSubmissionMatter):
    """Submit a returned priority action plan again."""

    type: Literal["resubmit_priority_action_plan"] = "resubmit_priority_action_plan"
    verb = Verb.SUBMIT_PLAN
    stages = frozenset({Stage.PUBLICATION, Stage.FOLLOW_UP})
    records = happened.PriorityActionPlanResubmitted


class AcceptPriorityActionPlan(Command):
    """Accept the priority action plan as fit for purpose."""

    type: Literal["accept_priority_action_plan"] = "accept_priority_action_plan"
    verb = Verb.REVIEW_PLAN
    stages = frozenset({Stage.PUBLICATION, Stage.FOLLOW_UP})
    records = happened.PriorityActionPlanAccepted
    once = True


class PublishPriorityActionPlan(Command, PlanPublicationMatter):
    """Note that the priority action plan is published."""

    type: Literal["publish_priority_action_plan"] = "publish_priority_action_plan"
    verb = Verb.SUBMIT_PLAN
    stages = frozenset({Stage.PUBLICATION, Stage.FOLLOW_UP})
    records = happened.PriorityActionPlanPublished
    once = True
