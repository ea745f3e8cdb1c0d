"""Before the area knows: what can be asked."""

from typing import Literal

from domain.actors import Verb
from domain.inspection.commands.base import Command, between
from domain.inspection.events import planning as happened
from domain.inspection.matters import (
    DeferralMatter,
    PlanMatter,
    TeamChangeMatter,
    TeamMatter,
    WithdrawalMatter,
)
from domain.inspection.vocabulary import Stage


class PlanInspection(Command, PlanMatter):
    """A coordinator plans the inspection, or moves it before notification."""

    type: Literal["plan_inspection"] = "plan_inspection"
    verb = Verb.SCHEDULE
    stages = frozenset({Stage.UNKNOWN, Stage.PLANNED})
    records = happened.InspectionPlanned


class AppointTeam(Command, TeamMatter):
    """Name the whole team."""

    type: Literal["appoint_team"] = "appoint_team"
    verb = Verb.SCHEDULE
    stages = between(Stage.PLANNED, Stage.PUBLICATION)
    records = happened.TeamAppointed


class ReplaceTeamMember(Command, TeamChangeMatter):
    """One inspector leaves the team, another joins it."""

    type: Literal["replace_team_member"] = "replace_team_member"
    verb = Verb.SCHEDULE
    stages = between(Stage.PLANNED, Stage.PUBLICATION)
    records = happened.TeamMemberReplaced


class DeferInspection(Command, DeferralMatter):
    """Put the inspection off before it starts; it goes back to planning."""

    type: Literal["defer_inspection"] = "defer_inspection"
    verb = Verb.AUTHORISE
    stages = frozenset({Stage.PLANNED, Stage.NOTIFIED})
    records = happened.InspectionDeferred


class WithdrawInspection(Command, WithdrawalMatter):
    """Give the inspection up before anything is published."""

    type: Literal["withdraw_inspection"] = "withdraw_inspection"
    verb = Verb.AUTHORISE
    stages = between(Stage.PLANNED, Stage.PUBLICATION)
    records = happened.InspectionWithdrawn
    once = True
