"""What had happened by a day, as far as is known: the look back by business time.

`Ledger.known_at` says what was known at a moment; that is a prefix of a stream. What had happened by a
moment is not: facts are recorded late and out of order. So the known entries are sifted by
`occurred_at`, and what would be left hanging in the air is left out by name. What was put right counts from
its true moment, and its corrections go with it: they are knowledge, and not what happened on a day.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.corrections import Correction
from domain.events import DomainEvent
from domain.foundations import foundations
from eventstore.checks import refuse_naive
from eventstore.envelope import Entry


@dataclass(frozen=True, slots=True)
class LeftOut:
    """An entry that had happened, without something that it rests on."""

    entry: Entry
    rests_on: Entry
    """Such an entry. It happened later, or was itself left out; of several the one that happened first."""


@dataclass(frozen=True, slots=True)
class AsHappened:
    """Known entries sifted by the time at which they occurred; each part in the order of versions."""

    kept: tuple[Entry, ...]
    """What had happened, and can be folded."""
    later: tuple[Entry, ...]
    """What happened after the moment."""
    left_out: tuple[LeftOut, ...]
    """What had happened, but rests on something that had not: to be shown, not to be folded."""


def as_happened(
    entries: Sequence[Entry],
    events: Sequence[DomainEvent],
    moment: datetime,
    corrections: Mapping[int, Correction],
) -> AsHappened:
    """Sift one stream's known entries, given in the order of versions, by business time.

    Args:
        entries: a prefix of a stream, whole or as known at some moment.
        events: what the entries say, one each.
        moment: what occurred by then, inclusive, is kept, unless what it rests on is not.
        corrections: what each of these entries that is a correction puts right, by the version of the
            correction. It is kept when that is; folded after it, it moves or strikes it.

    Raises:
        MalformedError: the moment has no time zone.
    """
    refuse_naive(moment, "moment")
    kept: list[Entry] = []
    later: list[Entry] = []
    left_out: list[LeftOut] = []
    absent: set[int] = set()
    true = {one.version: one.happened_at for one in corrections.values()}
    struck = {version for version, happened_at in true.items() if happened_at is None}

    def happened_at(version: int) -> datetime:
        return true.get(version) or events[version - 1].occurred_at

    for entry, found in zip(entries, foundations(events, struck), strict=True):
        correction = corrections.get(entry.version)
        dated = correction.version if correction else entry.version
        needed = ((dated,),) if correction else found
        missing = next((some for some in needed if absent.issuperset(some)), None)
        if happened_at(dated) > moment:
            later.append(entry)
            absent.add(entry.version)
        elif missing is not None:
            left_out.append(LeftOut(entry, entries[min(missing, key=happened_at) - 1]))
            absent.add(entry.version)
        else:
            kept.append(entry)
    return AsHappened(tuple(kept), tuple(later), tuple(left_out))
