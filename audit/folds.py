"""Folds streams from their texts: whether every entry can be read, and makes sense after those before it."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from audit.findings import Finding, Step
from audit.lines import place_of
from audit.source import Places, Source
from domain.aggregates import aggregate_of
from domain.errors import InspectionsError
from domain.streams import require_kind
from eventstore.codecs import CODECS
from eventstore.envelope import Entry

_UNREAD: Final = datetime.min.replace(tzinfo=UTC)
"""When an entry was recorded is nothing to its event."""


class Folded(NamedTuple):
    """How much was folded, and what could not be."""

    events: int
    findings: list[Finding]


def fold_streams(source: Source, places: Mapping[str, Places]) -> Folded:
    """Fold some streams."""
    events, findings = 0, []
    for stream, texts in source.streams(places):
        finding = _fold(stream, texts)
        events += len(texts)
        if finding:
            findings.append(finding)
    return Folded(events, findings)


def _fold(stream: str, texts: list[bytes]) -> Finding | None:
    try:
        kind, aggregate = require_kind(stream), aggregate_of(stream)
    except InspectionsError as error:
        return Finding(Step.FOLD, str(error), place_of(texts[0]).position)
    decode, evolve, state = CODECS[kind].decode, aggregate.evolve, aggregate.initial()
    for text in texts:
        try:
            state = evolve(state, decode(_entry(text)))
        except InspectionsError as error:
            return Finding(Step.FOLD, str(error).partition(", ")[2] or str(error), place_of(text).position)
        except Exception as error:  # whatever does not fit, the entry is to be named
            told = f"it makes no sense in {stream} after what came before ({error!r})"
            return Finding(Step.FOLD, told, place_of(text).position)
    return None


def _entry(text: bytes) -> Entry:
    place: Any = place_of(text)
    return Entry(place.position, place.stream, place.version, place.type, _UNREAD, text.decode(), b"")
