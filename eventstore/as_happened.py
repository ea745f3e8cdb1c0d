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
from domain.errors import IntegrityError, MalformedError
from eventstore.checks import refuse_naive
from eventstore.envelope import Entry


@dataclass(frozen=True, slots=True)
class LeftOut:
    """An entry that had happened, without something that it rests on."""

    entry: Entry
    rests_on: Entry
    """The latest such entry before it. It happened later, or was itself left out."""


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
    moment: datetime,
    rests_on: Mapping[str, frozenset[str]],
    corrections: Mapping[int, Correction],
) -> AsHappened:
    """Sift one stream's known entries, given in the order of versions, by business time.

    Args:
        entries: a prefix of a stream, whole or as known at some moment.
        moment: what occurred by then, inclusive, is kept.
        rests_on: for each event type, the types that it makes no sense without. An entry is left out
            when the latest entry before it of one of these types is not among those kept.
        corrections: what each of these entries that is a correction puts right, by the version of the
            correction. It is kept when that is; folded after it, it moves or strikes it.

    Raises:
        IntegrityError: an event does not say when it occurred; names its position.
        MalformedError: the moment has no time zone.
    """
    refuse_naive(moment, "moment")
    kept: list[Entry] = []
    later: list[Entry] = []
    left_out: list[LeftOut] = []
    latest: dict[str, Entry] = {}
    absent: set[int] = set()
    by_version = {entry.version: entry for entry in entries}
    true = {one.version: one.happened_at for one in corrections.values()}
    struck = {version for version, happened_at in true.items() if happened_at is None}
    for entry in entries:
        correction = corrections.get(entry.version)
        if correction is None:
            dated = entry
            foundations = [latest[name] for name in sorted(rests_on.get(entry.type, ())) if name in latest]
        else:
            dated = by_version[correction.version]
            foundations = [dated]
        missing = next((other for other in foundations if other.version in absent), None)
        if (true.get(dated.version) or _occurred_at(dated)) > moment:
            later.append(entry)
            absent.add(entry.version)
        elif missing is not None:
            left_out.append(LeftOut(entry, missing))
            absent.add(entry.version)
        else:
            kept.append(entry)
        if entry.version not in struck:
            latest[entry.type] = entry
    return AsHappened(tuple(kept), tuple(later), tuple(left_out))


def _occurred_at(entry: Entry) -> datetime:
    try:
        told = datetime.fromisoformat(entry.parsed()["body"]["event"]["occurred_at"])
        refuse_naive(told, "occurred_at")
    except (KeyError, TypeError, ValueError, MalformedError) as error:
        raise IntegrityError(f"position {entry.position}: no instant in occurred_at ({error!r})") from error
    return told
