"""Before the area knows: what has happened."""

from typing import ClassVar, Literal

from domain.inspection.events.base import Event, MovesDeadlines
from domain.inspection.matters import (
    DeferralMatter,
    PlanMatter,
    TeamChangeMatter,
    TeamMatter,
    WithdrawalMatter,
)


class InspectionPlanned(Event, PlanMatter):
    """The inspection is planned: the day of notification and the week on site."""

    schema_version: ClassVar[int] = 2
    type: Literal["inspection_planned"] = "inspection_planned"
    comes_after = frozenset({"inspection_deferred"})


class TeamAppointed(Event, TeamMatter):
    """The team is named."""

    type: Literal["team_appointed"] = "team_appointed"
    rests_on = frozenset({"inspection_planned"})


class TeamMemberReplaced(Event, TeamChangeMatter):
    """One inspector left the team and another joined."""

    type: Literal["team_member_replaced"] = "team_member_replaced"
    rests_on = frozenset({"team_appointed"})


class InspectionDeferred(MovesDeadlines, DeferralMatter):
    """The inspection is put off; it has to be planned anew."""

    type: Literal["inspection_deferred"] = "inspection_deferred"
    rests_on = frozenset({"inspection_planned"})
    comes_after = frozenset({"area_notified"})


class InspectionWithdrawn(Event, WithdrawalMatter):
    """The inspection is given up."""

    type: Literal["inspection_withdrawn"] = "inspection_withdrawn"
    rests_on = frozenset({"inspection_planned"})
    comes_after = frozenset({"area_notified", "fieldwork_begun", "fieldwork_ended"})
