"""Streams folded into the states of what they are about."""

from collections.abc import Sequence
from functools import reduce
from typing import Any

from domain.aggregates import aggregate_of
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
