"""What a request would bring, if it were handed in now. Nothing is recorded by it."""

from dataclasses import dataclass
from datetime import datetime

from activities.commands import CommandHandler, Context
from domain.deadline import Paired, paired
from domain.messages import MilestoneRequest, Verdict
from domain.rulebook import Rulebook
from eventstore.codecs import CODECS
from eventstore.ledger import Ledger
from workers.summary import moment_of_reading


@dataclass(frozen=True, slots=True)
class Foresight:
    """What a request would bring at a moment: a verdict, and each deadline before it and after it."""

    verdict: Verdict
    deadlines: tuple[Paired, ...]
    now: datetime


async def foresee(ledger: Ledger, rules: Rulebook, request: MilestoneRequest) -> Foresight:
    """Judge a request by the rules of this installation against what the ledger holds now.

    Raises:
        IntegrityError: an entry of the stream cannot be read.
        UnavailableError: the ledger cannot be reached.
    """
    entries = await ledger.read_stream(request.inspection)
    now = moment_of_reading(entries, rehearsal=ledger.rehearsal)
    handler = CommandHandler(ledger, rules, CODECS)
    found = await handler.foresee(request, Context(now=now, rehearsal=ledger.rehearsal))
    return Foresight(found.verdict, paired(found.before, found.after), now)
