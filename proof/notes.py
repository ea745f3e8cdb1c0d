"""Signed notes in the format of C2SP (c2sp.org/signed-note), with Ed25519 keys.

A note is a text that ends with a newline, an empty line, and signatures of one line each. A log signs its own
notes (type 1); others who have checked them sign with the time at which they did (type 4,
c2sp.org/tlog-cosignature). A key goes by its name and the first four bytes of a digest; both are in its text
form, `name+digest+key`. What is signed by keys that nobody knows is no better than what is not signed.
"""

import base64
import binascii
import hashlib
import re
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import IntEnum
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

MOST_SIGNATURES: Final = 64
_BEGINS: Final = "\N{EM DASH} "
_NAME: Final = re.compile(r"[^\s+]{1,200}")
_CONTROL: Final = re.compile(r"[\x00-\x09\x0b-\x1f]")
_SECRET: Final = "PRIVATE+KEY+"
_KEY_SIZE: Final = 32
_ID_SIZE: Final = 4


class NoteError(ValueError):
    """A note, a key or a signature is not what it should be."""


class KeyType(IntEnum):
    """What a key signs: a note as it stands, or a note and the time at which it was checked."""

    LOG = 1
    COSIGNER = 4


@dataclass(frozen=True, slots=True)
class PublicKey:
    """Checks the signatures of one key."""

    name: str
    type: KeyType
    key: bytes

    @property
    def id(self) -> bytes:
        """What tells it from other keys of its name."""
        return hashlib.sha256(f"{self.name}\n".encode() + bytes([self.type]) + self.key).digest()[:_ID_SIZE]

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{_base64(bytes([self.type]) + self.key)}"

    @classmethod
    def read(cls, text: str) -> "PublicKey":
        """Read a key from its text form.

        Raises:
            NoteError: it is none. A secret key is not repeated.
        """
        if text.lstrip().startswith(_SECRET):
            raise NoteError("this is a secret key, for its owner alone; accepted is its public key")
        name, kind, key, found = _read_key(text.strip())
        public = cls(name, kind, key)
        if public.id.hex() != found:
            raise NoteError(f"key {name}: its digest is {public.id.hex()}, not {found}")
        return public

    def check(self, text: str, signature: bytes) -> datetime | None:
        """Check a signature under a text; of a cosigner, return when it was given.

        Raises:
            NoteError: it is not of this key, or not under this text.
        """
        at = None
        message = text.encode()
        if self.type is KeyType.COSIGNER:
            at, message, signature = _cosigned(text, signature)
        try:
            Ed25519PublicKey.from_public_bytes(self.key).verify(signature, message)
        except InvalidSignature:
            raise NoteError(f"the signature of {self.name} is not under this text") from None
        return at


@dataclass(frozen=True, slots=True)
class SecretKey:
    """Signs notes. Whoever has it can sign, so its text form is kept in a file of its owner alone."""

    public: PublicKey
    seed: bytes

    def __repr__(self) -> str:
        return f"SecretKey({self.public.name})"

    @classmethod
    def generate(cls, name: str, kind: KeyType) -> "SecretKey":
        """Make a new key.

        Raises:
            NoteError: the name is empty, or has a space or a plus in it.
        """
        return cls._of(name, kind, Ed25519PrivateKey.generate().private_bytes_raw())

    @classmethod
    def read(cls, text: str) -> "SecretKey":
        """Read a key from its text form. What is wrong is said without repeating it.

        Raises:
            NoteError: it is none.
        """
        if not text.startswith(_SECRET):
            raise NoteError(f"this is no secret key; accepted is a text that begins with {_SECRET}")
        name, kind, seed, found = _read_key(text.strip().removeprefix(_SECRET))
        secret = cls._of(name, kind, seed)
        if secret.public.id.hex() != found:
            raise NoteError(f"secret key {name}: its digest does not fit")
        return secret

    @classmethod
    def _of(cls, name: str, kind: KeyType, seed: bytes) -> "SecretKey":
        if not _NAME.fullmatch(name):
            raise NoteError(
                f"key name {name!r}: accepted is a name without spaces and plus, such as a web address"
            )
        key = Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
        return cls(PublicKey(name, kind, key), seed)

    @property
    def text(self) -> str:
        """The text form, to be kept secret."""
        kept = _base64(bytes([self.public.type]) + self.seed)
        return f"{_SECRET}{self.public.name}+{self.public.id.hex()}+{kept}"

    def sign(self, text: str, at: datetime) -> "Signature":
        """Sign a text; a cosigner signs the moment as well, to the second."""
        key = Ed25519PrivateKey.from_private_bytes(self.seed)
        if self.public.type is KeyType.LOG:
            given = key.sign(text.encode())
        else:
            seconds = int(at.timestamp())
            given = struct.pack(">Q", seconds) + key.sign(_with_time(text, seconds))
        return Signature(self.public.name, self.public.id, given)


@dataclass(frozen=True, slots=True)
class Signature:
    """A line under a note: by whose key, and the signature itself."""

    name: str
    id: bytes
    given: bytes

    def __str__(self) -> str:
        return f"{_BEGINS}{self.name} {_base64(self.id + self.given)}"


@dataclass(frozen=True, slots=True)
class Note:
    """A text and the signatures under it."""

    text: str
    signatures: tuple[Signature, ...]

    def __str__(self) -> str:
        return f"{self.text}\n" + "".join(f"{one}\n" for one in self.signatures)

    @classmethod
    def read(cls, whole: str) -> "Note":
        """Read a note. Nothing is checked by that but its form.

        Raises:
            NoteError: it is none.
        """
        text, empty, signed = whole.rpartition("\n\n")
        if not empty or not text or not signed.endswith("\n") or _CONTROL.search(whole):
            raise NoteError("this is no signed note: accepted is a text, an empty line and signatures")
        lines = signed.splitlines()
        if not 0 < len(lines) <= MOST_SIGNATURES:
            raise NoteError(f"a note has 1 to {MOST_SIGNATURES} signatures, not {len(lines)}")
        return cls(f"{text}\n", tuple(map(_read_signature, lines)))

    def signed_by(self, keys: Iterable[PublicKey]) -> dict[PublicKey, datetime | None]:
        """Say which of these keys have signed the note, cosigners with the time at which they did.

        Raises:
            NoteError: a signature names one of these keys and is not under this text.
        """
        known = {(key.name, key.id): key for key in keys}
        return {
            key: key.check(self.text, one.given)
            for one in self.signatures
            if (key := known.get((one.name, one.id))) is not None
        }

    def with_signature(self, signature: Signature) -> "Note":
        """Return the note with one signature more, or unchanged if that key has signed it already."""
        if any((one.name, one.id) == (signature.name, signature.id) for one in self.signatures):
            return self
        return Note(self.text, (*self.signatures, signature))


def _read_key(text: str) -> tuple[str, KeyType, bytes, str]:
    """Return name, type, key and digest. Nothing of the text is repeated in an error but the name."""
    parts = text.split("+", 2)
    if len(parts) != 3 or not _NAME.fullmatch(parts[0]):
        raise NoteError("this is no key; accepted is name+digest+key")
    name, found, told = parts
    raw = _decoded(told, f"key {name}")
    if len(raw) != _KEY_SIZE + 1 or raw[0] not in set(KeyType):
        raise NoteError(f"key {name}: accepted is an Ed25519 key of type 1 or 4")
    return name, KeyType(raw[0]), raw[1:], found


def _read_signature(line: str) -> Signature:
    name, _, told = line.removeprefix(_BEGINS).partition(" ")
    if not line.startswith(_BEGINS) or not _NAME.fullmatch(name):
        raise NoteError("a signature is an em dash, a space, a name, a space and base64")
    raw = _decoded(told, f"the signature of {name}")
    if len(raw) <= _ID_SIZE:
        raise NoteError(f"the signature of {name} is too short")
    return Signature(name, raw[:_ID_SIZE], raw[_ID_SIZE:])


def _cosigned(text: str, signature: bytes) -> tuple[datetime, bytes, bytes]:
    if len(signature) <= 8:
        raise NoteError("a cosignature begins with its time")
    (seconds,) = struct.unpack(">Q", signature[:8])
    try:
        at = datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        raise NoteError("a cosignature has a time that is none") from None
    return at, _with_time(text, seconds), signature[8:]


def _with_time(text: str, seconds: int) -> bytes:
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _decoded(text: str, what: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise NoteError(f"{what} is not in base64") from None
