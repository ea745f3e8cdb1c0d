"""Areas with a past, for tests of the programme."""

from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from domain.actors import ENGINE, Actor, Role
from domain.area import State, decide
from domain.area.commands import COMMANDS
from domain.refusal import Refusal
from domain.values import Period
from tests.domain.area.story import RULES, Story, who
from tests.domain.telling import moment

COORDINATOR: Final = who(Role.COORDINATOR)
DIRECTOR: Final = who(Role.OFSTED_DIRECTOR)


class Area(Story):
    """An area that is entered in the register, and what its cycle knows. It is told on 2 March 2026."""

    def __init__(self, area: str, **told: Any) -> None:
        super().__init__(area)
        self.entered(authority=f"la-{area.lower()}", codes=[], **told)

    def tell(self, command: str, by: Actor = COORDINATOR, at: date | None = None, **matter: Any) -> "Area":
        """Have a command to the cycle accepted."""
        decision = decide(
            RULES,
            self.state,
            COMMANDS.validate_python(
                {
                    "type": command,
                    "area": self.area,
                    "command_id": UUID(int=1),
                    "occurred_at": moment(at, self.now),
                    "now": self.now,
                    "decided_by": by,
                    "recorded_by": {"person": "p-support"},
                    **matter,
                }
            ),
        )
        assert not isinstance(decision, Refusal), f"{command}: {decision.code}: {decision.because}"
        self.record(decision)
        return self

    def hears(self, inspection: str, kind: str = "full", **news: Any) -> "Area":
        """Take note of an inspection."""
        told = {"inspection": inspection, "kind": kind, **news}
        return self.tell("hear_of_inspections", ENGINE, news=[told])

    def inspected(self, published: date, outcome: str = "2") -> "Area":
        """Have had a full inspection, seven weeks before its report came out."""
        last = published - timedelta(days=50)
        return self.hears(
            f"{self.area}-{last.year}-F1",
            on_site=Period(first=last - timedelta(days=4), last=last),
            begun_on=last - timedelta(days=6),
            fieldwork_ended_on=last,
            report_received_on=RULES.current_calendar.add_working_days(published, -8),
            published_on=published,
            outcome=outcome,
            handbook=RULES.in_force(last).version,
            closed=True,
        )

    def in_term(self, first: date, last: date) -> "Area":
        """Have a school term."""
        return self.tell("set_school_term", term=Period(first=first, last=last))


def register(*areas: Area) -> dict[str, State]:
    """Return the states of areas by their codes."""
    return {one.area: one.state for one in areas}
