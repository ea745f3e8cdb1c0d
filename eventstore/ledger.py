"""The ledger as its users see it: what is appended, what comes back, and the port that adapters fill.

Three promises shape it. Of two writers that expect the same version of a stream, one gets a `Conflict`.
A command is recorded once: given again, the stored record comes back as `AlreadyKnown`. And positions
are dense in commit order, so that one integer is all that a reader has to remember.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Protocol
from uuid import UUID

from pydantic_core import from_json

from domain.errors import MalformedError
from eventstore.checks import refuse_naive, refuse_unstorable
from eventstore.envelope import Entry

_is_stream: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}").fullmatch
_body_end: Final = re.compile(r'.*,"type":"([a-z][a-z0-9_]{0,40})"\}\Z', re.DOTALL).match
_GREATEST_VERSION: Final = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Append:
    """A command and the events that it led to, to be recorded together or not at all.

    Without bodies it is a refusal, or a command that changed nothing. It is kept apart from the streams,
    and still demands that the stream is at the expected version: a no that was said to a stale state
    may be wrong.

    Raises:
        MalformedError: something in it cannot be stored; names the field.
    """

    stream: str
    command_id: UUID
    digest: bytes
    """32 bytes: what tells this request from another one under the same id."""
    expected_version: int
    """The version of the stream that was decided on; 0 for a stream without events."""
    request: str
    """Canonical JSON, kept with the command."""
    answer: str
    """Canonical JSON, kept with the command."""
    bodies: tuple[str, ...]
    """The texts of the events' bodies, in order."""
    at: datetime | None = None
    """The rehearsal's now; none in a live ledger, which tells the time itself."""
    types: tuple[str, ...] = field(init=False, repr=False, compare=False)
    """The types that the bodies name, in order."""

    def __post_init__(self) -> None:
        if not _is_stream(self.stream):
            raise MalformedError(f"stream {self.stream!r} is not a name such as SFK-2023-F1")
        if len(self.digest) != 32:
            raise MalformedError(f"digest has {len(self.digest)} bytes; SHA-256 has 32")
        if not 0 <= self.expected_version <= _GREATEST_VERSION - len(self.bodies):
            raise MalformedError(f"expected_version {self.expected_version} is out of range")
        if self.at is not None:
            refuse_naive(self.at, "at")
        _refuse_other_than_json(self.request, "request")
        _refuse_other_than_json(self.answer, "answer")
        for body in self.bodies:
            _refuse_other_than_json(body, "a body")
        object.__setattr__(self, "types", tuple([type_of_body(body) for body in self.bodies]))


def type_of_body(body: str) -> str:
    """Return the event type that a body's text names: the last member, since keys are sorted.

    Raises:
        MalformedError: it does not end with a type.
    """
    found = _body_end(body, max(0, len(body) - 60))
    if body[:1] != "{" or found is None:
        raise MalformedError("a body is not a canonical JSON object that ends with its type")
    return found[1]


@dataclass(frozen=True, slots=True)
class CommandRecord:
    """A command as it was first recorded, and what it was answered."""

    stream: str
    command_id: UUID
    digest: bytes
    request: str
    answer: str
    first_position: int | None
    """Of its events; none when it has none."""
    events: int
    recorded_at: datetime

    @property
    def refused(self) -> bool:
        """Whether it led to no event."""
        return self.events == 0


@dataclass(frozen=True, slots=True)
class Appended:
    """The command is recorded now."""

    version: int
    """Of the stream, after it."""
    first_position: int | None
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class AlreadyKnown:
    """The stream has a command of this id. The caller compares the digests; nothing was written."""

    record: CommandRecord


@dataclass(frozen=True, slots=True)
class Conflict:
    """The stream is not at the expected version; nothing was written."""

    current_version: int


AppendResult = Appended | AlreadyKnown | Conflict


class Ledger(Protocol):
    """What every adapter does. Each method may raise `UnavailableError`."""

    @property
    def rehearsal(self) -> bool:
        """Whether the callers tell this ledger the time."""
        ...

    async def append(self, appends: Sequence[Append]) -> list[AppendResult]:
        """Record commands with their events, and answer each, in order.

        What one of them comes to does not touch the others. Several on one stream apply in order, so a
        later one expects the version that an earlier one leaves. All that is recorded is durable when
        this returns.

        Raises:
            RehearsalError: an `at` for a live ledger, or none for a rehearsal. Nothing was written.
        """
        ...

    async def find_command(self, stream: str, command_id: UUID) -> CommandRecord | None:
        """Look a command up."""
        ...

    async def commands(self, stream: str) -> list[CommandRecord]:
        """List a stream's commands in the order in which they were recorded, refusals included."""
        ...

    async def read_stream(self, stream: str, *, after: int = 0, up_to: int | None = None) -> list[Entry]:
        """Read a stream in order: the versions greater than `after` and not greater than `up_to`."""
        ...

    async def read_streams(self, streams: Sequence[str]) -> dict[str, list[Entry]]:
        """Read several streams whole, each in order. What has no events is left out."""
        ...

    async def read_all(self, *, after: int = 0, limit: int = 1000) -> list[Entry]:
        """Read the ledger in order: at most `limit` entries with positions greater than `after`."""
        ...

    async def known_at(self, stream: str, moment: datetime) -> list[Entry]:
        """Read what was known of a stream at a moment: what was recorded by then, in order.

        Raises:
            MalformedError: the moment has no time zone.
        """
        ...

    async def head(self) -> int:
        """Return the position of the last entry; 0 when there is none."""
        ...

    async def stream_versions(self, beginning: str = "") -> dict[str, int]:
        """Return the version of every stream, or of those whose names have this beginning."""
        ...


def _refuse_other_than_json(text: str, what: str) -> None:
    try:
        from_json(text, allow_inf_nan=False, cache_strings="none")
    except (TypeError, ValueError) as error:  # a type error: the text has no UTF-8 form
        refuse_unstorable(text, what)
        raise MalformedError(f"{what} is not JSON: {error}") from error
