"""The streams of a ledger, read page by page, and the moment as at which they are looked at."""

from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, date, datetime
from typing import Final

from domain.errors import MalformedError
from domain.london import end_of_day, london_date
from domain.streams import StreamKind, kind_of
from eventstore.envelope import Entry
from eventstore.ledger import Ledger
from eventstore.sifting import sifted

STREAMS_AT_ONCE: Final = 200

Progress = Callable[[int, int], None]
"""Told how many streams are done, out of how many."""


async def moment_as_at(ledger: Ledger, as_at: date | None) -> datetime:
    """Return the end of a day in London, or now; in a rehearsal its end.

    A rehearsal has days of its own, so none is still to come.

    Raises:
        MalformedError: the day is still to come.
    """
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


def happened_by(moment: datetime, stream: str, entries: Sequence[Entry]) -> Sequence[Entry]:
    """Sift a whole stream: what had happened by a moment, as far as is known today.

    Raises:
        IntegrityError: an entry cannot be read.
    """
    return sifted(moment, stream, entries).kept


async def streams_of(
    ledger: Ledger, kind: StreamKind, progress: Progress = lambda *_: None
) -> AsyncIterator[tuple[str, Sequence[Entry]]]:
    """Read every stream of a kind, by name. No more than a page of them is in memory at a time."""
    names = sorted(name for name in await ledger.stream_versions() if kind_of(name) is kind)
    for start in range(0, len(names), STREAMS_AT_ONCE):
        page = await ledger.read_streams(names[start : start + STREAMS_AT_ONCE])
        for name, entries in page.items():
            yield name, entries
        progress(min(start + STREAMS_AT_ONCE, len(names)), len(names))
