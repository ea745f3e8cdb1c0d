"""Letters into a folder, one file each: to look at, or for another system to take on."""

import asyncio
from pathlib import Path

from activities.notices.letters import Letter, SenderAwayError, as_message
from activities.publication import lay_down, try_out


class FolderSender:
    """Writes each letter whole or not at all, into a file that is named by the letter."""

    reaches_people = False

    def __init__(self, folder: Path, from_address: str) -> None:
        self.folder = folder
        self._from = from_address

    async def send(self, letter: Letter, *, again: bool) -> bytes:  # noqa: ARG002  the same file either way
        """Write a letter. Written again it is the same file."""
        message = as_message(letter, self._from)
        try:
            await asyncio.to_thread(lay_down, self.folder / f"{letter.id}.eml", message)
        except OSError as error:
            raise SenderAwayError(f"{self.folder} cannot be written to: {error.strerror}") from error
        return message

    async def check(self) -> None:
        """Find out whether the folder is there, or can be made, and can be written to."""
        try:
            await asyncio.to_thread(try_out, self.folder)
        except OSError as error:
            raise SenderAwayError(
                f"{self.folder} cannot be written to: {error.strerror}; give it to this program's user"
            ) from error
