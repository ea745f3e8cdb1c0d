"""Corrections: events that say of an earlier one that it was wrong.

A correction is knowledge and has no day of its own. Whoever looks back takes it with what it puts right,
however late it was recorded. What was decided anew is none: until polls are called off they are to be held.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from domain.events import DomainEvent
from domain.values import Instant

E = TypeVar("E", bound=DomainEvent)


@dataclass(frozen=True, slots=True)
class Correction:
    """Which version of a stream is put right, and when that happened in truth; no moment if it is struck."""

    version: int
    happened_at: Instant | None = None


def of_latest(
    earlier: Sequence[E], is_meant: Callable[[E], bool], happened_at: Instant | None = None
) -> Correction | None:
    """Return the correction of the latest event that is meant, if there is one among the earlier ones."""
    found = (version for version in range(len(earlier), 0, -1) if is_meant(earlier[version - 1]))
    version = next(found, None)
    return None if version is None else Correction(version, happened_at)
