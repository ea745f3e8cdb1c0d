"""Real requests, answers and event bodies, recorded once in memory and used again as material."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Final

from activities.commands import CommandHandler, Context
from bench.lives import CASES, Exchange, request_of, script_of
from domain.messages import Standing
from domain.rulebook import Rulebook
from domain.values import SealedText
from eventstore.ledger import Append, AppendResult
from eventstore.memory import MemoryLedger
from workers.stores import CODEC

TEXT: Final = SealedText(sealed="5" * 64)
RUN_ID: Final = "01234567-89ab-7cde-8f01-23456789abcd"


@dataclass
class Recording:
    """One lifecycle: what was exchanged, and what went into the ledger."""

    inspection: str
    area: str
    exchanges: list[Exchange] = field(default_factory=list)
    appends: list[Append] = field(default_factory=list)

    def bodies(self) -> list[str]:
        """Return the texts of all event bodies, in order."""
        return [body for append in self.appends for body in append.bodies]


class _Listening(MemoryLedger):
    """A ledger in memory that keeps what it was handed."""

    def __init__(self) -> None:
        super().__init__(rehearsal=True)
        self.heard: list[Append] = []

    async def append(self, appends: Sequence[Append]) -> list[AppendResult]:
        self.heard.extend(appends)
        return await super().append(appends)


@cache
def rulebook() -> Rulebook:
    """Read the released rules once."""
    return Rulebook.released()


async def record(number: int = 0, case: str = "TRF", until: datetime | None = None) -> Recording:
    """Play a lifecycle in memory, all of its script or what of it lies before a moment."""
    ledger = _Listening()
    handler = CommandHandler(ledger, rulebook(), CODEC)
    script = script_of(number, rulebook(), case)
    standing = Standing()
    recording = Recording(script.inspection, script.case.area)
    for step in script.steps:
        if until is not None and step.at > until:
            break
        context = Context(step.at, rehearsal=True, workflow_id=script.inspection, run_id=RUN_ID)
        request = request_of(script, step, TEXT, standing)
        answer = await handler.handle(request, context)
        if answer.refused is not None:
            continue
        standing = answer.standing
        recording.exchanges.append((request, answer))
    recording.appends = [append for append in ledger.heard if append.bodies]
    return recording


def names() -> list[str]:
    """Name the cases of which there are scripts."""
    return sorted(CASES)
