"""What of a stream had happened by a moment: what rests on what, and what puts what right, by its kind."""

from collections.abc import Sequence
from datetime import datetime

from domain.aggregates import AGGREGATES
from domain.corrections import Correction
from domain.events import DomainEvent
from domain.streams import StreamKind, require_kind
from eventstore.as_happened import AsHappened, as_happened
from eventstore.codecs import CODECS
from eventstore.envelope import Entry


def sifted(moment: datetime, stream: str, entries: Sequence[Entry]) -> AsHappened:
    """Sift the known entries of a stream, given in the order of versions, by when they happened.

    Raises:
        IntegrityError: an entry cannot be read.
    """
    kind = require_kind(stream)
    events = [CODECS[kind].decode(entry) for entry in entries]
    return as_happened(entries, events, moment, _corrections(kind, events))


def _corrections(kind: StreamKind, events: Sequence[DomainEvent]) -> dict[int, Correction]:
    """Return what the corrections in a stream put right, each by its version."""
    corrects = AGGREGATES[kind].corrects
    found = (
        (place + 1, corrects(events[:place], event))
        for place, event in enumerate(events)
        if event.is_correction
    )
    return {version: correction for version, correction in found if correction is not None}
