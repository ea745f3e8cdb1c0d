"""The log's own key: the one that is set, or the one that the embedded stack has made for itself."""

import secrets
from pathlib import Path
from typing import Final

from audit.keys import read_secret_key, write_secret_key
from proof.notes import KeyType, SecretKey
from workers.embedded.address import find_rehearsal, find_running
from workers.settings import Settings

_FILE: Final = "checkpoint.key"


def log_key(settings: Settings, *, embedded: bool) -> SecretKey | None:
    """Find the key with which checkpoints are signed, or return None.

    Args:
        settings: those of the environment. What is set goes before what the embedded stack made.
        embedded: whether the ledger is that of the embedded stack.

    Raises:
        MalformedError: what lies in the data folder is no key.
        UnavailableError: it cannot be opened.
    """
    if settings.checkpoint_key is not None:
        return SecretKey.read(settings.checkpoint_key)
    running = find_running(settings) if embedded else None
    file = (running.data_dir if running else settings.data_dir) / _FILE
    return read_secret_key(file, KeyType.LOG) if embedded and file.exists() else None


def rehearsal_key(settings: Settings) -> SecretKey:
    """Find or make the key of the rehearsals of a data folder: what it has signed is never taken for the log.

    Raises:
        MalformedError: what lies in the data folder is no key.
        UnavailableError: it cannot be opened or written.
    """
    running = find_rehearsal(settings)
    folder = running.data_dir if running else settings.data_dir / "rehearsal"
    make_log_key(folder, "rehearsals")
    return read_secret_key(folder / _FILE, KeyType.LOG)


def make_log_key(folder: Path, of: str = "inspections") -> None:
    """Make a key in the folder of an embedded stack, unless there is one. Its name is no other ledger's."""
    if not (folder / _FILE).exists():
        name = f"localhost/{of}-{secrets.token_hex(4)}"
        write_secret_key(folder / _FILE, SecretKey.generate(name, KeyType.LOG))
