"""What of a stream had happened by a moment: what rests on what, and what puts what right, by its kind."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from domain.aggregates import AGGREGATES
from domain.corrections import Correction
from domain.streams import StreamKind, require_kind
from eventstore.as_happened import AsHappened, as_happened
from eventstore.codecs import CODECS
from eventstore.envelope import Entry

RESTS_ON: Final[Mapping[StreamKind, Mapping[str, frozenset[str]]]] = {
    kind: {name: event.rests_on for name, event in aggregate.events.items()}
    for kind, aggregate in AGGREGATES.items()
}
"""For each kind of stream and each type of event, the types that it makes no sense without."""

CORRECTIONS: Final[Mapping[StreamKind, frozenset[str]]] = {
    kind: frozenset(name for name, event in aggregate.events.items() if event.is_correction)
    for kind, aggregate in AGGREGATES.items()
}
"""For each kind of stream, the types of events that put an earlier one right."""


def sifted(moment: datetime, stream: str, entries: Sequence[Entry]) -> AsHappened:
    """Sift the known entries of a stream, given in the order of versions, by when they happened.

    Raises:
        IntegrityError: an entry cannot be read.
    """
    return as_happened(entries, moment, RESTS_ON[require_kind(stream)], _corrections(stream, entries))


def _corrections(stream: str, entries: Sequence[Entry]) -> dict[int, Correction]:
    """Return what the corrections in a stream put right, each by its version. Most streams have none."""
    kind = require_kind(stream)
    if not any(entry.type in CORRECTIONS[kind] for entry in entries):
        return {}
    events = [CODECS[kind].decode(entry) for entry in entries]
    corrects = AGGREGATES[kind].corrects
    found = (
        (place + 1, corrects(events[:place], event))
        for place, event in enumerate(events)
        if event.is_correction
    )
    return {version: correction for version, correction in found if correction is not None}
