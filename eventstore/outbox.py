"""The outbox as its users see it: which notices wait, and what becomes of them.

It holds references and no names. A notice is told from every other by the event's position, its recipient
and its reason, and is never written twice, however often the ledger is followed from wherever.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol


class NoticeState(StrEnum):
    """What has become of a notice."""

    WAITING = "waiting"
    """It is to be sent, now or later."""
    ADDRESSED = "addressed"
    """It was written to a part in the inspection, and has gone on to the people who play it."""
    SENT = "sent"
    FAILED = "failed"
    """It cannot be sent until somebody has mended what stands in the way, and has it tried again."""


@dataclass(frozen=True, slots=True)
class Notice:
    """What tells a notice from every other, and whose it is."""

    position: int
    """Of the event in the ledger."""
    recipient: str
    """A person's reference, or a part in the inspection."""
    reason: str
    inspection: str


@dataclass(frozen=True, slots=True)
class Taken:
    """A notice that somebody has taken up to send it. Nobody else takes it up meanwhile."""

    notice: Notice
    attempt: int
    """1 for the first. What came of earlier ones may be unknown."""


@dataclass(frozen=True, slots=True)
class Record:
    """A notice with what has become of it."""

    notice: Notice
    state: NoticeState
    attempts: int
    next_try: datetime
    problem: str | None
    sent_at: datetime | None
    digest: bytes | None


class Outbox(Protocol):
    """What notices are taken from, and given back to. Each method may raise `UnavailableError`."""

    async def take(self) -> Taken | None:
        """Take up the notice that has waited longest, or none. If nothing is heard of it, it waits again."""
        ...

    async def addressed(
        self, taken: Taken, persons: Sequence[str], vacant: Mapping[str, str], problem: str | None = None
    ) -> None:
        """Pass a notice on to those who play the part that it was written to.

        Args:
            taken: the notice.
            persons: their references.
            vacant: the places that nobody holds, each with what is to be done; they count as failed.
            problem: why it goes to nobody, if it does.
        """
        ...

    async def sent(self, taken: Taken, digest: bytes) -> None:
        """Note that a notice was sent, and the SHA-256 of what was sent."""
        ...

    async def later(self, taken: Taken, problem: str, pause: timedelta) -> None:
        """Let a notice wait for a while, unless somebody else has taken it up since."""
        ...

    async def failed(self, taken: Taken, problem: str) -> None:
        """Put a notice aside, unless somebody else has taken it up since."""
        ...
