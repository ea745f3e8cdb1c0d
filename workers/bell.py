"""The bell: what happens in an inspection or a review wakes the cycle that it concerns; a pause wakes all.

Nothing rests on it. A cycle looks at the ledger by itself every day, and hears then of whatever it missed.
"""

from collections.abc import Iterable, Sequence
from typing import Final

import asyncpg

from domain.area.news import PAUSES_TOLD_BY, TOLD_BY
from domain.streams import StreamKind, kind_of
from eventstore.envelope import Entry
from eventstore.ledger import Ledger
from eventstore.subscription import Change
from workers.desk import Desk

SUBSCRIBER: Final = "cycles"


class Bell:
    """Follows the ledger and wakes the cycles that something concerns."""

    name = SUBSCRIBER

    def __init__(self, ledger: Ledger, desk: Desk) -> None:
        self._ledger = ledger
        self._desk = desk

    async def prepare(self, entries: Sequence[Entry]) -> Change:
        """Wake the cycles that the next entries concern. A cycle that is woken twice looks twice."""
        for area in await self._concerned(entries):
            await self._desk.have_look(area)
        return _write_nothing

    async def _concerned(self, entries: Sequence[Entry]) -> Iterable[str]:
        if any(entry.type in PAUSES_TOLD_BY for entry in entries):
            return [name for name in await self._ledger.stream_versions() if kind_of(name) is StreamKind.AREA]
        return dict.fromkeys([area for entry in entries for area in await self._areas_in(entry)])

    async def _areas_in(self, entry: Entry) -> list[str]:
        """An entry of a review that is put right names no area: it may be any that a concern was about."""
        match kind_of(entry.stream):
            case StreamKind.INSPECTION if entry.type in TOLD_BY:
                return [entry.stream.partition("-")[0]]
            case StreamKind.THEMATIC_REVIEW if entry.type == "concern_raised":
                return [_area_of(entry)]
            case StreamKind.THEMATIC_REVIEW if entry.type == "review_entry_rectified":
                known = await self._ledger.read_stream(entry.stream)
                return [_area_of(one) for one in known if one.type == "concern_raised"]
            case _:
                return []


def _area_of(concern: Entry) -> str:
    area: str = concern.parsed()["body"]["event"]["area"]
    return area


async def _write_nothing(_: asyncpg.Connection) -> None:
    """Nothing but the checkpoint moves."""
