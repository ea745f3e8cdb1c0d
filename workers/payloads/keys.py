"""The keys with which payloads are encrypted: how they are written, made and told apart.

Every command reads them with its settings, so nothing here loads what takes long to load.
"""

import base64
import binascii
import hashlib
import re
import secrets
from dataclasses import dataclass, field
from typing import Final

LENGTH_BYTES: Final = 32
"""AES-256."""

ACCEPTED: Final = (
    "keys from `inspections codec new-key` such as k-1a2b3c4d:…, with white space between; the first "
    "encrypts, all decrypt"
)

_WRITTEN: Final = re.compile(r"(k-[0-9a-f]{8}):([A-Za-z0-9_-]{43})")


@dataclass(frozen=True, slots=True)
class PayloadKey:
    """A key of 32 bytes."""

    secret: bytes = field(repr=False)

    @property
    def id(self) -> str:
        """What the key is called in public. It follows from the key, so that no two keys share it."""
        return "k-" + hashlib.sha256(b"inspections payload key\n" + self.secret).hexdigest()[:8]

    @property
    def written(self) -> str:
        """The key as it stands in a setting."""
        return f"{self.id}:{base64.urlsafe_b64encode(self.secret).decode().rstrip('=')}"


@dataclass(frozen=True, slots=True)
class Keyring:
    """One key or several: the first encrypts, all decrypt."""

    keys: tuple[PayloadKey, ...]

    @classmethod
    def read(cls, text: str) -> "Keyring":
        """Read keys as they stand in a setting.

        Raises:
            ValueError: one cannot be read, is damaged or is there twice. The message repeats no key.
        """
        keys = tuple(_read(number, one) for number, one in enumerate(text.split(), start=1))
        if not keys:
            raise ValueError(f"accepted are {ACCEPTED}")
        if len(set(keys)) < len(keys):
            raise ValueError("a key is there twice; accepted is each key once")
        return cls(keys)

    @property
    def first(self) -> PayloadKey:
        """The key that encrypts."""
        return self.keys[0]

    @property
    def ids(self) -> tuple[str, ...]:
        """What the keys are called, in their order."""
        return tuple(key.id for key in self.keys)


def new_key() -> PayloadKey:
    """Make a key from the system's randomness."""
    return PayloadKey(secrets.token_bytes(LENGTH_BYTES))


def _read(number: int, text: str) -> PayloadKey:
    written = _WRITTEN.fullmatch(text)
    if written is None:
        raise ValueError(f"key {number} is no key; accepted are {ACCEPTED}")
    try:
        key = PayloadKey(base64.b64decode(f"{written[2]}=", altchars=b"-_", validate=True))
    except binascii.Error:
        raise ValueError(f"key {number} is damaged; accepted are {ACCEPTED}") from None
    if key.id != written[1]:
        # Else the mistake would show only when the first payload cannot be read.
        raise ValueError(f"key {number} is not the one that {written[1]} names: one of both is damaged")
    return key
