"""Streams folded into the states of what they are about."""

from collections.abc import Sequence
from functools import reduce
from typing import Any

from domain.aggregates import aggregate_of
from domain.errors import IntegrityError
from domain.streams import require_kind
from eventstore.codecs import CODECS
from eventstore.envelope import Entry


def state_of(stream: str, entries: Sequence[Entry]) -> Any:
    """Fold a whole stream into its state: an inspection's, an area's.

    Raises:
        IntegrityError: an entry cannot be read.
        MalformedError: by its name the stream is none of ours.
    """
    aggregate = aggregate_of(stream)
    codec = CODECS[require_kind(stream)]
    return reduce(aggregate.evolve, map(codec.decode, entries), aggregate.initial())


def require_whole(entries: Sequence[Entry]) -> None:
    """See that nothing is missing before the last entry of a stream.

    Raises:
        IntegrityError: something is; names the first version.
    """
    if entries and entries[-1].version != len(entries):
        stream = entries[0].stream
        missing = next(number for number, entry in enumerate(entries, 1) if entry.version != number)
        raise IntegrityError(f"version {missing} of {stream} is missing")
