"""Files that hold one secret key each."""

import os
from pathlib import Path

from domain.errors import MalformedError, UnavailableError
from proof.notes import KeyType, NoteError, SecretKey


def read_secret_key(file: Path, kind: KeyType) -> SecretKey:
    """Read a secret key of one type from its file. Nothing of it is repeated in an error.

    Raises:
        MalformedError: the file holds no key of that type.
        UnavailableError: it cannot be opened.
    """
    try:
        key = SecretKey.read(file.read_text(encoding="utf-8").strip())
    except (NoteError, UnicodeDecodeError):
        raise MalformedError(f"{file} holds no secret key; `inspections audit keys new` writes one") from None
    except OSError as error:
        raise UnavailableError(f"{file} cannot be read: {error.strerror}") from error
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
