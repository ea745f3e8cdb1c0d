"""What was stored for quick reading, held against what the ledger folds to."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

Rows = Mapping[str, Mapping[str, Any]]
"""Rows by what each is about, in words; each row is its values by their fields."""

NOTHING: Final = "nothing"
"""Stands for a row that is not there, and for a value that is none."""


@dataclass(frozen=True, slots=True)
class Differing:
    """One value that is stored otherwise than the ledger says."""

    stream: str
    row: str
    field: str
    stored: str
    folded: str


def differing(stream: str, stored: Rows, folded: Rows) -> Iterator[Differing]:
    """Name each difference between what is stored of a stream and what it folds to."""
    for row in {**folded, **stored}:
        if row not in stored:
            yield Differing(stream, row, "row", NOTHING, "there")
        elif row not in folded:
            yield Differing(stream, row, "row", "there", NOTHING)
        elif stored[row] != folded[row]:
            yield from _fields(stream, row, stored[row], folded[row])


def _fields(
    stream: str, row: str, stored: Mapping[str, Any], folded: Mapping[str, Any]
) -> Iterator[Differing]:
    for field in {**folded, **stored}:
        if stored.get(field) != folded.get(field):
            yield Differing(stream, row, field, _told(stored.get(field)), _told(folded.get(field)))


def _told(value: Any) -> str:
    return NOTHING if value is None else str(value)
