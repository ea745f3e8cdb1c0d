"""One stream as somebody looks at it: as it stands now, or as it stood at the end of a day."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from domain.area.news import news_of
from domain.area.state import State as Area
from domain.streams import StreamKind, kind_of, require_kind
from eventstore.envelope import Entry
from eventstore.ledger import Ledger
from workers.folding import state_of
from workers.reading import happened_by, moment_as_at
from workers.summary import moment_of_reading


@dataclass(frozen=True, slots=True)
class Look:
    """A stream at a moment: the entries that count then, and the state that they come to."""

    name: str
    entries: Sequence[Entry]
    state: Any
    now: datetime


async def look_at(ledger: Ledger, name: str, as_at: date | None) -> Look | None:
    """Look at a stream as it stands now, or as it stood at the end of a day; nothing if it is not there.

    As at a day means what had happened by its end, as far as is known today. An area has heard of its
    inspections when their process told it; as at a day it knows what had happened in them by then.

    Raises:
        MalformedError: the day is still to come, or the name is nobody's.
        IntegrityError: an entry cannot be read.
    """
    entries = await ledger.read_stream(name)
    if not entries:
        return None
    now = moment_of_reading(entries, rehearsal=ledger.rehearsal)
    if as_at is None:
        return Look(name, entries, state_of(name, entries), now)
    moment = await moment_as_at(ledger, as_at)
    kept = happened_by(moment, name, entries)
    if not kept:
        return None
    state = state_of(name, kept)
    if require_kind(name) is StreamKind.AREA:
        state = await _informed(ledger, name, state, moment)
    return Look(name, kept, state, min(moment, now))


async def _informed(ledger: Ledger, area: str, state: Area, moment: datetime) -> Area:
    names = [
        name for name in await ledger.stream_versions(f"{area}-") if kind_of(name) is StreamKind.INSPECTION
    ]
    streams = await ledger.read_streams(names)
    news = {
        name: news_of(name, state_of(name, kept))
        for name, entries in sorted(streams.items())
        if (kept := happened_by(moment, name, entries))
    }
    return replace(state, news=news)
