"""Real requests, answers and event bodies, recorded once in memory and used again as material."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from typing import Any, Final

from activities.commands import CommandHandler, Context
from activities.requests import own_request
from bench.lives import A_CASE, Exchange, request_of, script_of
from domain.actors import Role
from domain.messages import Standing, publication_id
from domain.rulebook import Rulebook
from domain.values import SealedText
from eventstore.codecs import CODECS
from eventstore.ledger import Append, AppendResult
from eventstore.memory import MemoryLedger
from workers.rehearsal.script import Step

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


async def record(
    number: int = 0,
    case: str = A_CASE,
    *,
    steps: int | None = None,
    close: bool = False,
    text: SealedText = TEXT,
    **changed: Any,
) -> Recording:
    """Play a lifecycle in memory: its script or the first steps of it, published, and closed if asked for."""
    ledger = _Listening()
    handler = CommandHandler(ledger, rulebook(), CODECS)
    script = script_of(number, rulebook(), case, **changed)
    standing = Standing()
    recording = Recording(script.inspection, script.case.area)
    played = list(script.steps[:steps])
    if close:
        played.append(Step(script.steps[-1].at + timedelta(days=60), "close_inspection", Role.COORDINATOR))
    for step in played:
        context = Context(step.at, rehearsal=True, workflow_id=script.inspection, run_id=RUN_ID)
        request = request_of(script, step, text, standing)
        answer = await handler.handle(request, context)
        if answer.refused is not None:
            continue
        standing = answer.standing
        if standing.publication_pending:
            standing = await _publish(handler, script.inspection, standing, context)
        recording.exchanges.append((request, answer))
    recording.appends = [append for append in ledger.heard if append.bodies]
    return recording


async def _publish(
    handler: CommandHandler, inspection: str, standing: Standing, context: Context
) -> Standing:
    """Note a publication as the engine does, without the page."""
    assert standing.draft is not None
    note = {
        "type": "confirm_publication",
        "occurred_at": context.now.isoformat(),
        "report_version": 1,
        "draft": standing.draft.model_dump(mode="json"),
        "sha256": "6" * 64,
        "template": "7" * 64,
        "address": f"{inspection}/report-1.html",
    }
    asked = publication_id(inspection, 1, standing.draft.digest, context.now)
    return (await handler.handle_own(own_request(inspection, asked, note), context)).standing
