"""Folds streams from their texts: whether every entry can be read, and makes sense after those before it."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from audit.findings import Finding, Step
from audit.lines import NotComposedError, body_of, place_of, require_body
from audit.source import Places, Source
from domain.aggregates import aggregate_of
from domain.errors import InspectionsError
from domain.streams import require_kind
from eventstore.codec import Codec
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
    codec, evolve, state = CODECS[kind], aggregate.evolve, aggregate.initial()
    for text in texts:
        try:
            event = codec.decode_body(*body_of(text))
            state = evolve(state, _in_steps(codec, text) if event is None else event)
        except NotComposedError as error:
            return Finding(Step.ENTRIES, str(error), place_of(text).position)
        except InspectionsError as error:
            return Finding(Step.FOLD, str(error).partition(", ")[2] or str(error), place_of(text).position)
        except Exception as error:  # whatever does not fit, the entry is to be named
            told = f"it makes no sense in {stream} after what came before ({error!r})"
            return Finding(Step.FOLD, told, place_of(text).position)
    return None


def _in_steps(codec: Codec[Any], text: bytes) -> Any:
    """Read what was written in an earlier form, or find out what is wrong with it."""
    require_body(text)
    place = place_of(text)
    return codec.decode(
        Entry(place.position, place.stream, place.version, place.type, _UNREAD, text.decode(), b"")
    )
