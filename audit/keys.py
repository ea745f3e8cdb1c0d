"""Keys and checkpoints as they are handed in: what is wrong with them is said in our own terms."""

import os
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from domain.errors import IntegrityError, MalformedError, UnavailableError
from proof.checkpoints import Checkpoint
from proof.notes import KeyType, NoteError, PublicKey, SecretKey


def new_secret_key(name: str, kind: KeyType) -> SecretKey:
    """Make a key.

    Raises:
        MalformedError: the name is none for a key.
    """
    try:
        return SecretKey.generate(name, kind)
    except NoteError as error:
        raise MalformedError(str(error)) from None


def read_secret_key(file: Path, kind: KeyType) -> SecretKey:
    """Read a secret key of one type from its file. Nothing of it is repeated in an error.

    Raises:
        MalformedError: the file holds no key of that type.
        UnavailableError: it cannot be opened.
    """
    try:
        key = SecretKey.read(_text_of(file).strip())
    except NoteError:
        raise MalformedError(f"{file} holds no secret key; `inspections audit keys new` writes one") from None
    if key.public.type is not kind:
        is_a, accepted = (
            ("cosigner's", "a log's")
            if kind is KeyType.LOG
            else ("log's", "a cosigner's: `keys new --cosigner`")
        )
        raise MalformedError(f"{file} holds a {is_a} key; accepted is {accepted}")
    return key


def write_secret_key(file: Path, key: SecretKey) -> None:
    """Write a secret key into a new file that only its owner can read.

    Raises:
        MalformedError: there is a file of this name, which may hold a key that somebody needs.
        UnavailableError: it cannot be written.
    """
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as out:
            out.write(f"{key.text}\n")
            out.flush()
            os.fsync(descriptor)
    except FileExistsError:
        raise MalformedError(f"{file} is there already; accepted is the name of a new file") from None
    except OSError as error:
        raise UnavailableError(f"{file} cannot be written: {error.strerror}") from error


def read_public_key(given: str) -> PublicKey:
    """Read a public key from its text form, or from a file that holds it. Nothing of a file is repeated.

    Raises:
        MalformedError: it is none.
        UnavailableError: the file cannot be opened.
    """
    is_text = "+" in given
    try:
        return PublicKey.read(given if is_text else _text_of(Path(given)))
    except NoteError as error:
        raise MalformedError(str(error) if is_text else f"{given}: {error}") from None


def read_checkpoint(file: Path) -> Checkpoint:
    """Read a checkpoint from a file. Nothing is checked by that but its form.

    Raises:
        MalformedError: it is none.
        UnavailableError: the file cannot be opened.
    """
    try:
        return Checkpoint.read(_text_of(file))
    except NoteError as error:
        raise MalformedError(f"{file}: {error}") from error


def signers(checkpoint: Checkpoint, keys: Iterable[PublicKey]) -> dict[PublicKey, datetime | None]:
    """Say which of these keys have signed a checkpoint, cosigners with the time at which they did.

    Raises:
        IntegrityError: a signature names one of these keys and is not under this text.
    """
    try:
        return checkpoint.note.signed_by(keys)
    except NoteError as error:
        raise IntegrityError(f"a checkpoint of {checkpoint.head.size} entries: {error}") from error


def _text_of(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise MalformedError(f"{file} holds no text") from None
    except OSError as error:
        raise UnavailableError(f"{file} cannot be read: {error.strerror}") from error
