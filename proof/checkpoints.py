"""Checkpoints (c2sp.org/tlog-checkpoint): what a log was at some size, in a note that it signs.

The text has three lines: the origin of the log, how many leaves there are, and the root of their tree.
"""

import base64
import binascii
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from proof.merkle import HASH_SIZE
from proof.notes import KeyType, Note, NoteError, PublicKey, SecretKey

_SIZE: Final = re.compile(r"0|[1-9][0-9]{0,18}")


class CheckpointError(NoteError):
    """A checkpoint is not one, or not of this log."""


@dataclass(frozen=True, slots=True)
class TreeHead:
    """A log at some size."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """The text that is signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"

    @classmethod
    def read(cls, text: str) -> "TreeHead":
        """Read the text of a checkpoint. Lines after the third are nobody's business here.

        Raises:
            CheckpointError: it is none.
        """
        lines = text.split("\n")
        if len(lines) < 4 or not all(lines[:-1]) or not _SIZE.fullmatch(lines[1]):
            raise CheckpointError("this is no checkpoint: accepted are lines with origin, size and root")
        try:
            root = base64.b64decode(lines[2], validate=True)
        except (binascii.Error, ValueError):
            root = b""
        if len(root) != HASH_SIZE:
            raise CheckpointError("this is no checkpoint: its root is not the base64 of 32 bytes")
        return cls(lines[0], int(lines[1]), root)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A signed tree head."""

    note: Note
    head: TreeHead

    def __str__(self) -> str:
        return str(self.note)

    @classmethod
    def sign(cls, head: TreeHead, keys: Iterable[SecretKey], at: datetime) -> "Checkpoint":
        """Sign a tree head as the log; while keys change, with the old one and the new one."""
        return cls(Note(head.text, tuple(key.sign(head.text, at) for key in keys)), head)

    @classmethod
    def read(cls, whole: str) -> "Checkpoint":
        """Read a checkpoint. Nothing is checked by that but its form.

        Raises:
            NoteError: it is none.
        """
        note = Note.read(whole)
        return cls(note, TreeHead.read(note.text))

    def cosign(self, key: SecretKey, at: datetime) -> "Checkpoint":
        """Sign as somebody who has checked at this moment that the log has only grown."""
        return Checkpoint(self.note.with_signature(key.sign(self.note.text, at)), self.head)

    def check(self, origin: str, keys: Iterable[PublicKey]) -> dict[PublicKey, datetime | None]:
        """Say which of these keys have signed it, of which at least one is a key of the log itself.

        Raises:
            CheckpointError: it is of another log, or the log has not signed it with any of these keys.
            NoteError: a signature of one of these keys is not under this text.
        """
        if self.head.origin != origin:
            raise CheckpointError(f"this is a checkpoint of {self.head.origin}, not of {origin}")
        signed = self.note.signed_by(keys)
        if not any(key.type is KeyType.LOG for key in signed):
            raise CheckpointError(f"no key of {origin} that is known has signed this checkpoint")
        return signed
