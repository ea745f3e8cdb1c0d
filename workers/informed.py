"""Areas that know what their inspections have come to, whether or not their cycles have heard of it.

A cycle notes what it hears, and when. Whoever looks at areas, or lists what is owed in them, wants what had
happened by a moment: so it is read from the inspections themselves.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from domain.area.matters import NewsMatter
from domain.area.news import news_of
from domain.area.state import State
from domain.streams import StreamKind
from domain.values import AreaCode, InspectionId
from eventstore.envelope import Entry
from eventstore.folding import state_of
from eventstore.ledger import Ledger
from workers.reading import happened_by, streams_of

News = Mapping[AreaCode, Mapping[InspectionId, NewsMatter]]
"""For each area that has inspections what has come of each."""


async def read_news(ledger: Ledger) -> News:
    """Read what all inspections have come to by now.

    Raises:
        IntegrityError: an entry cannot be read.
        UnavailableError: the ledger cannot be reached.
    """
    streams = streams_of(ledger, StreamKind.INSPECTION)
    return by_area([news_of(name, state_of(name, entries)) async for name, entries in streams])


def news_by(moment: datetime, streams: Mapping[InspectionId, Sequence[Entry]]) -> News:
    """Say what inspections had come to by a moment, as far as is known today."""
    kept = ((name, happened_by(moment, name, entries)) for name, entries in streams.items())
    return by_area(news_of(name, state_of(name, entries)) for name, entries in kept if entries)


def by_area(told: Iterable[NewsMatter]) -> News:
    """Put the news of inspections with the areas that they are of."""
    found: dict[AreaCode, dict[InspectionId, NewsMatter]] = defaultdict(dict)
    for one in told:
        found[one.inspection.partition("-")[0]][one.inspection] = one
    return found


def informed(area: AreaCode, state: State, news: News) -> State:
    """Return an area as it is with what its inspections have come to."""
    return replace(state, news=dict(news.get(area, {})))
