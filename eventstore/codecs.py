"""What reads and writes the events of each kind of stream, and lifts those that were written long ago."""

from collections.abc import Mapping
from typing import Any, Final

from domain.aggregates import AGGREGATES
from domain.inspection.aggregate import INSPECTIONS
from domain.inspection.events import Event
from domain.streams import StreamKind
from eventstore.codec import Codec, Upcaster


def _follow_nobody(data: dict[str, Any]) -> dict[str, Any]:
    """Before there were monitoring inspections, none followed another."""
    return {**data, "follows": None, "scope": []}


def _as_it_is(data: dict[str, Any]) -> dict[str, Any]:
    """Findings of a full inspection are written as they were before there were others."""
    return data


UPCASTERS: Final[dict[tuple[str, int], Upcaster]] = {
    ("inspection_planned", 1): _follow_nobody,
    ("draft_submitted", 1): _as_it_is,
    ("outcome_decided", 1): _as_it_is,
}
"""What lifts events of inspections that were written in an earlier form."""

CODEC: Final[Codec[Event]] = Codec(INSPECTIONS.events, UPCASTERS)
"""Reads and writes the events of inspections."""

CODECS: Final[Mapping[StreamKind, Codec[Any]]] = {
    kind: CODEC if kind is StreamKind.INSPECTION else Codec(aggregate.events, {})
    for kind, aggregate in AGGREGATES.items()
}
"""Reads and writes the events of a stream of each kind."""
