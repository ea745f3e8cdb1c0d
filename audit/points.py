"""From where somebody looks at a stream: by business time, by recorded time, or by version.

What had happened by a day and what was known on a day are two questions. They can be asked together: what was
known on one day of what had happened by an earlier one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from domain.errors import MalformedError, NotFoundError
from eventstore.as_happened import AsHappened, LeftOut
from eventstore.envelope import Entry
from eventstore.sifting import sifted


@dataclass(frozen=True, slots=True)
class Point:
    """A point from which a stream is looked at; without any of the three it is the present.

    Raises:
        MalformedError: the three do not go together.
    """

    as_at: date | None = None
    """What had happened by the end of this day in London."""
    known: date | None = None
    """What was recorded by the end of this day in London."""
    version: int | None = None
    """The stream up to this version."""

    def __post_init__(self) -> None:
        if self.version is not None and (self.as_at or self.known):
            raise MalformedError(
                "a version is a beginning of the stream as it was recorded, and no day is; accepted is "
                "--at-version alone, or days"
            )
        if self.as_at and self.known and self.as_at > self.known:
            raise MalformedError(
                f"nobody knew on {self.known} what would have happened by {self.as_at}; accepted with "
                f"--known {self.known} is --as-at with a day up to it"
            )

    @property
    def in_words(self) -> str:
        """Say from where it is looked."""
        if self.version is not None:
            return f"at version {self.version}"
        known = f"as it was known on {self.known}" if self.known else ""
        if self.as_at is None:
            return known or "as it stands now"
        return f"as at {self.as_at}, " + (known or "as far as is known today")


@dataclass(frozen=True, slots=True)
class Moments:
    """The instants that end the days of a point."""

    as_at: datetime | None = None
    known: datetime | None = None


class Seen(NamedTuple):
    """A state, and the moment at which it is looked at."""

    state: Any
    now: datetime


@dataclass(frozen=True, slots=True)
class Look:
    """A stream at a moment: the entries that count then, and the state that they come to."""

    name: str
    entries: Sequence[Entry]
    state: Any
    now: datetime
    left_out: Sequence[LeftOut] = ()
    """What had happened, and counts not all the same, because what it rests on had not."""

    @property
    def seen(self) -> Seen:
        """The state and the moment."""
        return Seen(self.state, self.now)


def seen_from(point: Point, moments: Moments, stream: str, entries: Sequence[Entry]) -> AsHappened:
    """Return what of a whole stream is seen from a point, and what has to be left out, by name.

    Raises:
        NotFoundError: the stream has no such version.
        IntegrityError: an entry does not say when it occurred.
    """
    if point.version is not None and not 0 < point.version <= len(entries):
        raise NotFoundError(f"{stream} has no version {point.version}; accepted is 1 to {len(entries)}")
    seen = tuple(entries[: point.version])
    if moments.known is not None:
        seen = tuple(entry for entry in seen if entry.recorded_at <= moments.known)
    if moments.as_at is None:
        return AsHappened(seen, (), ())
    return sifted(moments.as_at, stream, seen)
