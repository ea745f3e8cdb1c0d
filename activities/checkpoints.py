"""Checkpoints given away: laid down where the public finds them, and mailed to whoever is to keep them.

What lies elsewhere nobody who owns the database can change: each copy is a witness. So a checkpoint that was
published is never replaced, and one that differs from what was published, or is gone, is an alarm before
anything more is signed.
"""

import asyncio
from collections.abc import Container, Sequence
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Final, Protocol

from activities.notices.letters import Letter, Sender, TryLaterError, UndeliverableError
from activities.publication import lay_down
from domain.errors import UnavailableError
from domain.notices.words import Words
from eventstore.given_away import GivenAway, require_given_away
from proof.checkpoints import Checkpoint

FOLDER: Final = "checkpoints"
"""In the publication folder: each checkpoint in a file that is named by its number."""
NEWEST: Final = "checkpoint"
"""In the publication folder: the file with the checkpoint of the largest size."""
_TOLD: Final = (
    "Keep this letter. The lines below say what the ledger was, and whoever has them can show later whether "
    "anything in it was changed: `inspections audit verify` takes them in a file, with --since."
)


class Issued(Protocol):
    """A checkpoint under its number."""

    @property
    def number(self) -> int: ...

    @property
    def checkpoint(self) -> Checkpoint: ...

    @property
    def issued_at(self) -> datetime: ...


class Checkpoints(Protocol):
    """The log's checkpoints, as far as they are given away."""

    async def all(self, after: int = 0) -> Sequence[Issued]: ...

    async def last(self) -> Issued | None: ...


class Letters(Protocol):
    """Says which checkpoints are to be mailed, and keeps what has become of that."""

    async def take(self, address: str) -> tuple[int, int] | None: ...

    async def settle(self, address: str, number: int, problem: str | None = None) -> None: ...

    async def put_back(self, address: str, number: int, problem: str) -> None: ...


class CheckpointPublisher:
    """Lays checkpoints down in a folder. It looks at all that lie there already once, when it begins."""

    def __init__(self, checkpoints: Checkpoints, folder: Path) -> None:
        self._checkpoints = checkpoints
        self._folder = folder
        self._published = 0

    async def given_away(self) -> GivenAway:
        """Return all that lies there.

        Raises:
            OSError: the folder cannot be read.
        """
        return await asyncio.to_thread(_given_away_in, self._folder)

    async def check(self) -> None:
        """See that the checkpoints of the log are those that were published. Nothing is written.

        Raises:
            IntegrityError: one is not what was published under its number, or is gone.
            OSError: the folder cannot be read.
        """
        await self._checked()

    async def publish(self) -> None:
        """Lay down whatever has been issued and does not lie there yet, after the check of all that do.

        Raises:
            IntegrityError: as `check`. Nothing is laid down or replaced then.
            OSError: the folder cannot be written to.
        """
        given, issued = await self._checked()
        for one in issued:
            if one.number not in given:
                path = self._folder / FOLDER / str(one.number)
                await asyncio.to_thread(lay_down, path, str(one.checkpoint).encode())
            self._published = one.number
        last = await self._checkpoints.last()
        if last is not None:
            await asyncio.to_thread(_replace, self._folder / NEWEST, str(last.checkpoint).encode())

    async def _checked(self) -> tuple[Container[int], Sequence[Issued]]:
        """Return what lies there and what was issued, from the newest on that was found alike before."""
        after = max(self._published - 1, 0)
        given = await asyncio.to_thread(_notes_in, self._folder / FOLDER, after)
        issued = await self._checkpoints.all(after)
        require_given_away(GivenAway(given), {one.number: str(one.checkpoint) for one in issued})
        return given, issued


class CheckpointPost:
    """Mails checkpoints to some addresses, each at least once and under the same name."""

    def __init__(
        self,
        checkpoints: Checkpoints,
        letters: Letters,
        sender: Sender,
        addresses: Sequence[str],
    ) -> None:
        self._checkpoints = checkpoints
        self._letters = letters
        self._sender = sender
        self._addresses = addresses

    async def deliver(self) -> None:
        """Mail what waits. What one address does not take keeps no other waiting.

        Raises:
            SenderAwayError: nothing can be sent at present. Everything waits.
            UnavailableError: PostgreSQL cannot be reached, or a letter was not taken; says why.
        """
        problems = [await self._deliver_to(address) for address in self._addresses]
        if told := "; ".join(sorted({problem for problem in problems if problem})):
            raise UnavailableError(f"checkpoints cannot be mailed to all: {told}")

    async def _deliver_to(self, address: str) -> str | None:
        """Mail to one address until nothing waits or it takes nothing now; return what was wrong."""
        told = None
        while (taken := await self._letters.take(address)) is not None:
            number, attempt = taken
            (issued, *_) = await self._checkpoints.all(number - 1)
            problem = None
            try:
                await self._sender.send(letter_of(issued, address), again=attempt > 1)
            except UndeliverableError as error:
                problem = told = str(error)
            except (TryLaterError, UnavailableError) as error:
                await self._letters.put_back(address, number, str(error))
                if isinstance(error, UnavailableError):
                    raise
                return str(error)
            await self._letters.settle(address, number, problem)
        return told


def letter_of(issued: Issued, address: str) -> Letter:
    """Write the letter that brings a checkpoint to an address, always the same for the same checkpoint."""
    head = issued.checkpoint.head
    recipient = sha256(address.encode()).hexdigest()[:16]
    return Letter(
        id=f"checkpoint-{issued.number}-{head.root[:8].hex()}.{recipient}",
        name="",
        email=address,
        words=Words(
            f"Checkpoint {issued.number} of {head.origin}, size {head.size}",
            (_TOLD,),
            str(issued.checkpoint),
        ),
        recorded_at=issued.issued_at,
    )


def _given_away_in(folder: Path) -> GivenAway:
    newest = folder / NEWEST
    return GivenAway(
        _notes_in(folder / FOLDER, 0),
        newest.read_bytes().decode(errors="replace") if newest.exists() else None,
    )


def _notes_in(folder: Path, after: int) -> dict[int, str]:
    try:
        numbered = [(int(file.name), file) for file in folder.iterdir() if file.name.isdecimal()]
    except FileNotFoundError:
        return {}
    return {number: file.read_bytes().decode(errors="replace") for number, file in numbered if number > after}


def _replace(path: Path, content: bytes) -> None:
    if not path.exists() or path.read_bytes() != content:
        lay_down(path, content)
