"""Every stream folded anew by several processes, and what comes of it held against the stored worklist.

Ledger and worklist are read as they stood at one moment, and only read. So what differs is wrong, and is not
merely on its way. A stream of which the worklist has not taken in the latest events lags; it is held against
what it came to when it was last taken in.
"""

import asyncio
import gc
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from multiprocessing import get_context
from typing import Final, Self

from audit.comparison import Differing, differing
from domain.errors import IntegrityError, MalformedError
from domain.rulebook import Rulebook
from domain.streams import StreamKind, kind_of
from eventstore.envelope import Entry
from eventstore.folding import require_whole, state_of
from eventstore.standstill import Standstill, standstill
from eventstore.worklist import CaseRow, CaseSummary, DeadlineRow, Summarise
from workers.summary import summariser

STREAMS_AT_ONCE: Final = 200
"""That many are in a process's memory at a time."""
_EVENTS_OF_A_PART: Final = 20_000
"""A part is what a process does before it tells; connecting for it takes a hundredth of its time."""

Progress = Callable[[int, int], None]
"""Told how many events are folded, out of how many."""
Row = CaseRow | DeadlineRow


@dataclass
class Recount:
    """What was folded, and what came of it."""

    streams: int = 0
    events: int = 0
    differences: list[Differing] = field(default_factory=list)
    lagging: list[str] = field(default_factory=list)
    """Streams of which the worklist has not taken in the latest events, and is right up to there."""

    def add(self, part: Self) -> None:
        """Take in what came of a part."""
        self.streams += part.streams
        self.events += part.events
        self.differences += part.differences
        self.lagging += part.lagging


@dataclass(frozen=True, slots=True)
class Part:
    """What one process folds at a time: some streams of a shared moment."""

    url: str = field(repr=False)
    shared: str
    names: Sequence[str]
    events: int
    taken_in: int


async def recount(url: str, processes: int | None = None, progress: Progress = lambda *_: None) -> Recount:
    """Fold every stream of a ledger and compare it with the worklist.

    Args:
        url: of the database.
        processes: that work at the same time; otherwise one for each processor.
        progress: told after each part.

    Raises:
        UnavailableError: PostgreSQL cannot be reached.
    """
    async with standstill(url) as moment:
        streams, taken_in = await moment.streams(), await moment.taken_in()
        parts = _parts(url, await moment.share(), streams, taken_in)
        found = await _unknown(moment, {name for name, _ in streams})
        events = sum(part.events for part in parts)
        count = min(len(parts), processes or os.cpu_count() or 1)
        if count < 2:
            # Of a small ledger more is read in the time in which another process starts.
            for part in parts:
                found.add(await _recount(part))
            return _in_order(found)
        with ProcessPoolExecutor(count, get_context("spawn"), _stop_collecting) as pool:
            loop = asyncio.get_running_loop()
            waiting = [loop.run_in_executor(pool, recount_part, part) for part in parts]
            try:
                for done in asyncio.as_completed(waiting):
                    found.add(await done)
                    progress(found.events, events)
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise
    return _in_order(found)


def recount_part(part: Part) -> Recount:
    """Fold a part and compare it, in a process of its own."""
    return asyncio.run(_recount(part))


def _stop_collecting() -> None:
    """Events and states refer to nothing that refers back; what a part leaves is freed at once."""
    gc.freeze()
    gc.disable()


def _parts(url: str, shared: str, streams: Sequence[tuple[str, int]], taken_in: int) -> list[Part]:
    parts: list[Part] = []
    names: list[str] = []
    events = 0
    for name, version in streams:
        names.append(name)
        events += version
        if events >= _EVENTS_OF_A_PART:
            parts.append(Part(url, shared, names, events, taken_in))
            names, events = [], 0
    return [*parts, Part(url, shared, names, events, taken_in)] if names else parts


async def _unknown(moment: Standstill, known: set[str]) -> Recount:
    """Name what the worklist holds of streams that are not in the ledger."""
    others = sorted(set(await moment.listed_names()) - known)
    rows = await moment.listed(others)
    found = [one for name in others for one in differing(name, _by_words(rows[name]), {})]
    return Recount(differences=found)


async def _recount(part: Part) -> Recount:
    found = Recount()
    async with standstill(part.url, part.shared) as moment:
        for place in range(0, len(part.names), STREAMS_AT_ONCE):
            names = part.names[place : place + STREAMS_AT_ONCE]
            streams, listed = await moment.entries(names), await moment.listed(names)
            for name, entries in streams.items():
                found.streams += 1
                found.events += len(entries)
                _compare(name, entries, listed.get(name, []), part.taken_in, found)
    return found


def _compare(name: str, entries: Sequence[Entry], rows: Sequence[Row], taken_in: int, found: Recount) -> None:
    try:
        require_whole(entries)
        differences = _differences(name, entries, rows)
    except (IntegrityError, MalformedError) as error:
        found.differences.append(Differing(name, "stream", "fold", "there", f"it cannot be read: {error}"))
        return
    if differences and entries[-1].position > taken_in:
        known = sum(entry.position <= taken_in for entry in entries)
        then = max((row.version for row in rows if isinstance(row, CaseRow)), default=0)
        # The worklist reads whole streams, so it may be ahead of what it has noted to have taken in.
        if known <= then < len(entries) and not _differences(name, entries[:then], rows):
            found.lagging.append(name)
            return
    found.differences += differences


def _differences(name: str, entries: Sequence[Entry], rows: Sequence[Row]) -> list[Differing]:
    folded = _summarise()(entries) if kind_of(name) is StreamKind.INSPECTION else None
    if folded is None and entries:
        state_of(name, entries)
    expected = _rows_of(folded)
    if len(rows) == len(expected) and set(rows) == set(expected):
        return []
    return list(differing(name, _by_words(rows), _by_words(expected)))


def _rows_of(summary: CaseSummary | None) -> tuple[Row, ...]:
    return (summary.case, *summary.deadlines) if summary else ()


def _by_words(rows: Sequence[Row]) -> dict[str, dict[str, object]]:
    return {_in_words(row): row._asdict() for row in rows}


def _in_words(row: Row) -> str:
    if isinstance(row, CaseRow):
        return "case"
    return f"deadline {row.kind}" + (f" ({row.subject})" if row.subject else "")


@cache
def _summarise() -> Summarise:
    return summariser(Rulebook.released())


def _in_order(found: Recount) -> Recount:
    found.differences.sort(key=lambda one: (one.stream, one.row, one.field))
    found.lagging.sort()
    return found
