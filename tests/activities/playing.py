"""An inspection played on a command handler alone, without Temporal."""

from datetime import datetime, timedelta
from typing import Any, Final

from activities.commands import CommandHandler, Context
from domain.actors import Role
from domain.messages import Answer, MilestoneRequest, Standing
from domain.rulebook import Rulebook
from domain.values import SealedText
from eventstore.codecs import CODECS
from eventstore.ledger import Ledger
from tests.journeys.house import CASES, write_request
from workers.rehearsal.script import Step, write_script

RULES: Final = Rulebook.released()
NO_TEXT: Final = SealedText(sealed="0" * 64)
CONCERN: Final[dict[str, Any]] = {"referred_to": "police", "reference": "MASH/2023-114"}


def handler_on(ledger: Ledger) -> CommandHandler:
    """Return a handler with a cache of its own."""
    return CommandHandler(ledger, RULES, CODECS)


class Play:
    """Trafford's inspection, as far as it has been played."""

    def __init__(self, handler: CommandHandler, text: SealedText = NO_TEXT) -> None:
        self.handler = handler
        self.text = text
        self.script = write_script(CASES["TRF"], 1, RULES)
        self.inspection = self.script.inspection
        self.now: datetime = self.script.steps[-1].at
        self.standing = Standing()
        self.done = 0

    @property
    def context(self) -> Context:
        """The moment at which commands are judged."""
        return Context(now=self.now, rehearsal=True)

    def request(
        self, milestone: str, by: Role, at: datetime | None = None, **matter: Any
    ) -> MilestoneRequest:
        """Write a request under a new id."""
        return write_request(self.script, self.text, self.standing, milestone, by, at, matter)

    def concern(self) -> MilestoneRequest:
        """Write a request that can be recorded at any stage, any number of times."""
        return self.request("refer_safeguarding_concern", Role.OFSTED_LEAD, **CONCERN)

    async def until(self, milestone: str) -> "Play":
        """Play on until a milestone is recorded, and all of its kind."""
        steps = self.script.steps
        last = max(place for place, step in enumerate(steps) if step.milestone == milestone)
        while self.done <= last:
            await self._do(steps[self.done])
            self.done += 1
        return self

    async def hand_in(self, request: MilestoneRequest) -> Answer:
        """Have a request handled now."""
        answer = await self.handler.handle(request, self.context)
        self.standing = answer.standing
        return answer

    def later(self, **time: float) -> None:
        """Let time pass."""
        self.now += timedelta(**time)

    async def _do(self, step: Step) -> None:
        answer = await self.hand_in(self.request(step.milestone, step.by, step.at, **step.matter))
        assert answer.refused is None, answer.refused
