"""What an export looks like: which files it has, and what the small ones say. See docs/export-format.md."""

import base64
import hashlib
import re
from typing import Annotated, Final, Literal, NamedTuple, Self, TypeVar

from pydantic import Field, StringConstraints, ValidationError

from domain.canonical import canonical_json, sha256_hex
from domain.errors import MalformedError
from domain.values import Instant, PersonRef, Sha256, Value
from eventstore.checks import problems
from proof.merkle import HASH_SIZE
from proof.notes import NoteError, PublicKey

FORMAT: Final = "inspections-export/1"
MANIFEST: Final = "manifest.json"
POLICY: Final = "policy.json"
CHECKPOINT: Final = "checkpoint"
CHECKPOINTS: Final = "checkpoints"
ENTRIES: Final = "entries"
SEALED: Final = "sealed"
ERASED: Final = "erased"
PROOFS: Final = "proofs"

LINES: Final = 16_384
"""Entries, or sealed texts, in a file at most."""

_SEALED: Final = re.compile(rb'"sealed":"([0-9a-f]{64})"')

V = TypeVar("V", bound=Value)

Base64 = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9+/]{43}=$")]
"""A hash."""


class FileMark(Value):
    """By what a file is known."""

    size: Annotated[int, Field(ge=0)]
    sha256: Sha256


class Contents(Value):
    """What an export is of, and every file in it but the manifest."""

    format: Literal["inspections-export/1"] = FORMAT
    made_at: Instant
    made_by: str
    """The version of the tool."""
    origin: str
    """The name of the log."""
    rehearsal: bool
    size: Annotated[int, Field(ge=0)]
    """How many entries the ledger has at the latest checkpoint."""
    streams: tuple[str, ...] | None
    """The streams that it is of; none for the whole ledger."""
    entries: Annotated[int, Field(ge=0)]
    """How many entries are in it."""
    handbooks: dict[str, Sha256]
    calendars: dict[str, Sha256]
    terms: dict[str, Sha256]
    files: dict[str, FileMark]


class Manifest(Value):
    """The contents, and the SHA-256 of their canonical JSON."""

    contents: Contents
    digest: Sha256

    @classmethod
    def of(cls, contents: Contents) -> Self:
        """Seal the contents."""
        return cls(contents=contents, digest=sha256_hex(canonical_json(contents.model_dump(mode="json"))))

    @property
    def text(self) -> str:
        """The file."""
        return canonical_json(self.model_dump(mode="json")) + "\n"


class Policy(Value):
    """Whose signatures count: the log's name, and the public keys with which it has ever signed."""

    format: Literal["inspections-export/1"] = FORMAT
    origin: str
    keys: tuple[str, ...]

    @property
    def text(self) -> str:
        """The file."""
        return canonical_json(self.model_dump(mode="json")) + "\n"

    def public_keys(self) -> list[PublicKey]:
        """Read the keys.

        Raises:
            NoteError: one is none.
        """
        return [PublicKey.read(key) for key in self.keys]


class Proved(Value):
    """An entry of a stream, and that it is in the tree of the latest checkpoint."""

    version: Annotated[int, Field(ge=1)]
    position: Annotated[int, Field(ge=1)]
    leaf: Base64
    proof: tuple[Base64, ...]


class Proofs(Value):
    """All entries of one stream, with a proof of inclusion for each (RFC 6962, 2.1.1)."""

    stream: str
    size: Annotated[int, Field(ge=1)]
    root: Base64
    entries: tuple[Proved, ...]

    @property
    def text(self) -> str:
        """The file."""
        return canonical_json(self.model_dump(mode="json")) + "\n"


class SealedLine(Value):
    """A sealed text that still exists: the digest is the SHA-256 of salt and text."""

    digest: Sha256
    salt: Sha256
    text: str

    @property
    def fits(self) -> bool:
        """Whether this is the text that the digest was made of."""
        return hashlib.sha256(bytes.fromhex(self.salt) + self.text.encode()).hexdigest() == self.digest


class ErasedLine(Value):
    """The record that a sealed text was erased."""

    digest: Sha256
    decided_by: PersonRef
    reason: str
    rule: str | None
    """By which it was due, with its version, if it was."""
    erased_at: Instant


class Numbered(NamedTuple):
    """A checkpoint by its number, as the text that is given away."""

    number: int
    note: str


def read_manifest(raw: bytes) -> Contents:
    """Read a manifest, and check that it is whole.

    Raises:
        MalformedError: says what is wrong with it.
    """
    manifest = _read(Manifest, raw)
    if Manifest.of(manifest.contents).text.encode() != raw:
        raise MalformedError("its digest does not cover what it says")
    return manifest.contents


def read_policy(raw: bytes) -> tuple[Policy, list[PublicKey]]:
    """Read a policy and its keys.

    Raises:
        MalformedError: says what is wrong with it.
    """
    policy = _read(Policy, raw)
    try:
        return policy, policy.public_keys()
    except NoteError as error:
        raise MalformedError(str(error)) from error


def read_proofs(raw: bytes) -> Proofs:
    """Read the proofs of a stream.

    Raises:
        MalformedError: says what is wrong with them.
    """
    return _read(Proofs, raw)


def read_sealed(raw: bytes) -> SealedLine:
    """Read one line of sealed texts.

    Raises:
        MalformedError: says what is wrong with it.
    """
    return _read(SealedLine, raw)


def read_erased(raw: bytes) -> ErasedLine:
    """Read one line of the records of erased texts.

    Raises:
        MalformedError: says what is wrong with it.
    """
    return _read(ErasedLine, raw)


def sealed_in(text: bytes) -> list[bytes]:
    """Return the digests of the sealed texts to which an entry refers, in hexadecimal."""
    return _SEALED.findall(text)


def base64_of(digest: bytes) -> str:
    """Write a hash."""
    return base64.b64encode(digest).decode()


def hash_from(text: Base64) -> bytes:
    """Read a hash. What is no hash in base64 has no proof, so it may come out as anything else."""
    return base64.b64decode(text)[:HASH_SIZE]


def _read(model: type[V], raw: bytes) -> V:
    try:
        return model.model_validate_json(raw)
    except ValidationError as error:
        raise MalformedError(problems(error)) from error
