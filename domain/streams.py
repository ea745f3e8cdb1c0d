"""What the ledger's streams are about, as their names say."""

import re
from enum import StrEnum
from typing import Final

from domain.errors import MalformedError


class StreamKind(StrEnum):
    """What a stream is about."""

    INSPECTION = "inspection"
    AREA = "area"
    THEMATIC_REVIEW = "thematic_review"
    PROGRAMME = "programme"


PROGRAMME: Final = "PROGRAMME"
"""The name of the one stream of the national programme."""

_NAMES: Final = {
    StreamKind.INSPECTION: re.compile(r"[A-Z]{3}-[0-9]{4}-[FMT][0-9]{1,2}"),
    StreamKind.AREA: re.compile(r"[A-Z]{3}"),
    StreamKind.THEMATIC_REVIEW: re.compile(r"THEMATIC-20[0-9]{2}"),
    StreamKind.PROGRAMME: re.compile(PROGRAMME),
}
"""The patterns of the names in `domain.values`: no name fits two of them."""


def kind_of(stream: str) -> StreamKind | None:
    """Say what a stream of this name is about, or nothing if it is nobody's."""
    return next((kind for kind, pattern in _NAMES.items() if pattern.fullmatch(stream)), None)


def require_kind(stream: str) -> StreamKind:
    """Say what a stream of this name is about.

    Raises:
        MalformedError: it is nobody's.
    """
    kind = kind_of(stream)
    if kind is None:
        raise MalformedError(
            f"{stream} names nothing; accepted is a name such as SFK-2023-F1, SFK, THEMATIC-2023 or PROGRAMME"
        )
    return kind
