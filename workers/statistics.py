"""The statistics from the ledger: every inspection and every area, as it stood at the end of a day."""

from dataclasses import dataclass
from datetime import date

from domain.area.state import State as Area
from domain.london import london_date
from domain.rulebook import Rulebook
from domain.statistics import Conduct, Statistics, conduct, statistics
from domain.streams import StreamKind
from domain.values import AreaCode
from eventstore.folding import state_of
from eventstore.ledger import Ledger
from workers.reading import Progress, happened_by, moment_as_at, streams_of
from workers.summary import fold, moment_of_reading


@dataclass(frozen=True, slots=True)
class Counted:
    """Statistics, and the day in London as at which they hold."""

    statistics: Statistics
    on: date


async def count(
    ledger: Ledger, rules: Rulebook, *, as_at: date | None = None, progress: Progress = lambda *_: None
) -> Counted:
    """Count the inspections of a ledger. No more than a page of their streams is in memory at a time.

    Args:
        ledger: where the streams are read. Those of the programme and of thematic reviews are passed by.
        rules: the handbooks and calendars that inspections are bound to.
        as_at: count what had happened by the end of this day, as far as is known today. Otherwise what has
            happened by now, and in a rehearsal by its end.
        progress: told after each page.

    Raises:
        MalformedError: the day is still to come.
        IntegrityError: a stream cannot be read; a total without it would be wrong.
        UnavailableError: the ledger cannot be reached.
    """
    moment = await moment_as_at(ledger, as_at)
    on = london_date(moment)
    conducts: list[Conduct] = []
    async for name, entries in streams_of(ledger, StreamKind.INSPECTION, progress):
        lived_until = min(moment, moment_of_reading(entries, rehearsal=ledger.rehearsal))
        happened = entries if as_at is None else happened_by(moment, name, entries)
        one = conduct(name, fold(happened), rules, now=lived_until, on=on)
        conducts += [] if one is None else [one]
    areas: dict[AreaCode, Area] = {}
    async for name, entries in streams_of(ledger, StreamKind.AREA):
        areas[name] = state_of(name, entries if as_at is None else happened_by(moment, name, entries))
    return Counted(statistics(conducts, areas, rules, on), on)
