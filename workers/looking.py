"""One stream as somebody looks at it: as it stands now, or as it stood at the end of a day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from domain.streams import StreamKind, kind_of, require_kind
from eventstore.envelope import Entry
from eventstore.folding import state_of
from eventstore.ledger import Ledger
from workers.informed import informed, news_by
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

    As at a day means what had happened by its end, as far as is known today. An area knows of its inspections
    what had happened in them by then, whether or not its cycle had heard of it. In a rehearsal all areas live
    until its end, and anything else until it was last heard of.

    Raises:
        MalformedError: the day is still to come, or the name is nobody's.
        IntegrityError: an entry cannot be read.
    """
    entries = await ledger.read_stream(name)
    if not entries:
        return None
    now = moment_of_reading(entries, rehearsal=ledger.rehearsal)
    moment = await moment_as_at(ledger, as_at)
    kept = entries if as_at is None else happened_by(moment, name, entries)
    if not kept:
        return None
    state = state_of(name, kept)
    if require_kind(name) is StreamKind.AREA:
        names = await ledger.stream_versions(f"{name}-")
        inspections = [one for one in names if kind_of(one) is StreamKind.INSPECTION]
        state = informed(name, state, news_by(moment, await ledger.read_streams(inspections)))
        now = await moment_as_at(ledger, None)
    return Look(name, kept, state, min(moment, now))
