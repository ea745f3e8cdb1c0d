"""One stream as somebody looks at it: as it stands now, or as it is seen from a point in its past."""

from collections.abc import Sequence
from datetime import datetime

from audit.points import Look, Moments, Point, seen_from
from domain.area.news import news_of
from domain.area.state import State as Area
from domain.streams import StreamKind, kind_of, require_kind
from eventstore.envelope import Entry
from eventstore.folding import require_whole, state_of
from eventstore.ledger import Ledger
from workers.informed import by_area, informed
from workers.reading import moment_as_at
from workers.summary import moment_of_reading


async def look_at(ledger: Ledger, name: str, point: Point) -> Look | None:
    """Look at a stream from a point; nothing if from there nothing of it is seen.

    Its moment is the end of the point's day, or for a version that of its record. An area knows of its
    inspections what is seen of them from the same point, whether or not its cycle had heard of it; at a
    version of its own stream it knows what that says. In a rehearsal all areas live until its end, and
    anything else until it was last heard of.

    Raises:
        MalformedError: a day is still to come, or the name is nobody's.
        NotFoundError: the stream has no such version.
        IntegrityError: an entry cannot be read, or is missing.
    """
    entries = await ledger.read_stream(name)
    if not entries:
        return None
    require_whole(entries)
    moments = Moments(
        await moment_as_at(ledger, point.as_at) if point.as_at else None,
        await moment_as_at(ledger, point.known) if point.known else None,
    )
    seen = seen_from(point, moments, name, entries)
    if not seen.kept:
        return None
    state = state_of(name, seen.kept)
    if point.version is not None:
        return Look(name, seen.kept, state, seen.kept[-1].recorded_at, seen.left_out)
    if require_kind(name) is StreamKind.AREA:
        state = await _informed(ledger, name, state, point, moments)
    now = await _now(ledger, name, entries)
    return Look(name, seen.kept, state, min(moments.as_at or moments.known or now, now), seen.left_out)


async def _now(ledger: Ledger, name: str, entries: Sequence[Entry]) -> datetime:
    if require_kind(name) is StreamKind.AREA:
        return await moment_as_at(ledger, None)
    return moment_of_reading(entries, rehearsal=ledger.rehearsal)


async def _informed(ledger: Ledger, area: str, state: Area, point: Point, moments: Moments) -> Area:
    names = await ledger.stream_versions(f"{area}-")
    streams = await ledger.read_streams([one for one in names if kind_of(one) is StreamKind.INSPECTION])
    found = ((name, seen_from(point, moments, name, entries).kept) for name, entries in streams.items())
    return informed(area, state, by_area(news_of(name, state_of(name, kept)) for name, kept in found if kept))
