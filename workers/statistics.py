"""The statistics from the ledger: every inspection's stream, folded as it stood at the end of a day."""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

from domain.errors import MalformedError
from domain.inspection.events import RESTS_ON
from domain.london import end_of_day, london_date
from domain.rulebook import Rulebook
from domain.statistics import Conduct, Statistics, conduct, statistics
from domain.streams import StreamKind, kind_of
from eventstore.as_happened import as_happened
from eventstore.envelope import Entry
from eventstore.ledger import Ledger
from workers.summary import fold, moment_of_reading

STREAMS_AT_ONCE: Final = 200

Progress = Callable[[int, int], None]
"""Told how many inspections are done, out of how many."""


@dataclass(frozen=True, slots=True)
class Counted:
    """Statistics, and the day in London as at which they hold."""

    statistics: Statistics
    on: date


async def count(
    ledger: Ledger, rules: Rulebook, *, as_at: date | None = None, progress: Progress = lambda *_: None
) -> Counted:
    """Count the inspections of a ledger. No more than a page of them is in memory at a time.

    Args:
        ledger: where the streams are read. Those that are not an inspection's are passed by.
        rules: the handbooks and calendars that inspections are bound to.
        as_at: count what had happened by the end of this day, as far as is known today. Otherwise what has
            happened by now, and in a rehearsal by its end.
        progress: told after each page.

    Raises:
        MalformedError: the day is still to come.
        IntegrityError: a stream cannot be read; a total without it would be wrong.
        UnavailableError: the ledger cannot be reached.
    """
    moment = await _moment(ledger, as_at)
    on = london_date(moment)
    conducts: list[Conduct] = []
    async for name, entries in _inspections(ledger, progress):
        lived_until = min(moment, moment_of_reading(entries, rehearsal=ledger.rehearsal))
        happened = entries if as_at is None else as_happened(entries, moment, RESTS_ON).kept
        one = conduct(name, fold(happened), rules, now=lived_until, on=on)
        conducts += [] if one is None else [one]
    return Counted(statistics(conducts, rules, on), on)


async def _moment(ledger: Ledger, as_at: date | None) -> datetime:
    """Return the moment as at which is counted. A rehearsal has days of its own, so none is still to come."""
    now = datetime.now(UTC)
    if ledger.rehearsal:
        if as_at is not None:
            return end_of_day(as_at)
        last = await ledger.read_all(after=await ledger.head() - 1, limit=1)
        return last[0].recorded_at if last else now
    if as_at is None:
        return now
    if as_at > london_date(now):
        raise MalformedError(f"{as_at} is still to come; accepted is a day up to {london_date(now)}")
    return min(end_of_day(as_at), now)


async def _inspections(ledger: Ledger, progress: Progress) -> AsyncIterator[tuple[str, Sequence[Entry]]]:
    names = sorted(filter(_is_inspection, await ledger.stream_versions()))
    for start in range(0, len(names), STREAMS_AT_ONCE):
        page = await ledger.read_streams(names[start : start + STREAMS_AT_ONCE])
        for name, entries in page.items():
            yield name, entries
        progress(min(start + STREAMS_AT_ONCE, len(names)), len(names))


def _is_inspection(stream: str) -> bool:
    return kind_of(stream) is StreamKind.INSPECTION
