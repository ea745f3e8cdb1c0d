"""Streams of stories as a ledger would hold them, each event recorded when it happened or when it is told."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from domain.events import DomainEvent, event_type
from domain.streams import require_kind
from eventstore.codecs import CODECS
from eventstore.envelope import Entry, Provenance, compose, leaf_of

PROVENANCE = Provenance(command_id=UUID(int=1), correlation_id=UUID(int=2), causation_id=UUID(int=3))


def stream_of(
    name: str, events: Sequence[DomainEvent], recorded: Sequence[datetime] | None = None
) -> list[Entry]:
    """Make the entries of a stream that is alone in its ledger.

    Args:
        name: of the stream.
        events: in the order of their record.
        recorded: when each was; otherwise as soon as it had happened, and not before the one before it.
    """
    codec, entries = CODECS[require_kind(name)], list[Entry]()
    for version, event in enumerate(events, start=1):
        earliest = [entries[-1].recorded_at] if entries else []
        at = recorded[version - 1] if recorded else max([event.occurred_at, *earliest])
        text = compose(codec.encode(event, PROVENANCE), version, at, name, version)
        entries.append(Entry(version, name, version, event_type(event), at, text, leaf_of(text)))
    return entries
