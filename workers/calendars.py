"""Which inspections count their working days by which calendar, and who is to be moved to another."""

from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass

from domain.inspection.events import CalendarMoved
from domain.inspection.progress import is_open
from domain.inspection.state import State
from domain.inspection.vocabulary import CalendarMoveReason
from domain.messages import MilestoneRequest
from domain.rulebook import Rulebook
from domain.streams import StreamKind
from domain.values import CalendarVersion, InspectionId
from eventstore.codecs import CODEC
from eventstore.folding import state_of
from eventstore.ledger import Ledger
from workers.foreseeing import Foresight, foresee
from workers.reading import Progress, streams_of
from workers.telling import Telling, Told


@dataclass(frozen=True, slots=True)
class Bound:
    """An open inspection, and the calendar by which its working days are counted."""

    inspection: InspectionId
    version: int
    calendar: CalendarVersion


async def bound_inspections(ledger: Ledger, progress: Progress = lambda *_: None) -> tuple[Bound, ...]:
    """List the inspections that are bound to a calendar and still open, by name.

    Areas and thematic reviews have no days that a calendar counts, and what is notified later is bound to
    the calendar that was released last.

    Raises:
        IntegrityError: an entry cannot be read.
        UnavailableError: the ledger cannot be reached.
    """
    return tuple([one async for one in _bound(ledger, progress)])


async def _bound(ledger: Ledger, progress: Progress) -> AsyncIterator[Bound]:
    async for name, entries in streams_of(ledger, StreamKind.INSPECTION, progress):
        state: State = state_of(name, entries)
        if state.calendar is not None and is_open(state):
            yield Bound(name, state.version, state.calendar.version)


def to_move(bound: Iterable[Bound], to: CalendarVersion, reason: CalendarMoveReason) -> tuple[Telling, ...]:
    """Say what moves every inspection to a calendar that is not bound to it yet."""
    command = {"type": "move_to_calendar", "to": to, "reason": reason.value}
    return tuple(Telling(one.inspection, one.version, (command,)) for one in bound if one.calendar != to)


async def foresee_each(
    ledger: Ledger, rules: Rulebook, asked: Sequence[MilestoneRequest], progress: Progress
) -> dict[InspectionId, Foresight]:
    """Say what each request would bring, by the inspection that it is about."""
    found = {}
    for done, request in enumerate(asked, start=1):
        found[request.inspection] = await foresee(ledger, rules, request)
        progress(done, len(asked))
    return found


async def moved_by(ledger: Ledger, told: Iterable[Told]) -> dict[InspectionId, CalendarMoved]:
    """Read from the ledger how each inspection that was told has moved."""
    found = {}
    for one in told:
        for entry in await ledger.read_stream(one.stream, after=_first(one) - 1):
            event = CODEC.decode(entry)
            if isinstance(event, CalendarMoved):
                found[one.stream] = event
    return found


def _first(told: Told) -> int:
    return min((one.version for one in told.answer.recorded), default=told.answer.standing.version + 1)
