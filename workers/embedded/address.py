"""Where a running stack is reached, and how other commands find it without being told.

A running stack holds a lock and says in `stack.json` where it is reached. The kernel lets go of the lock
when the process ends, so a file that a killed stack left behind deceives nobody, even if its process number
has been given to another. A pointer at a place every command knows leads to a stack elsewhere.
"""

import asyncio
import json
import os
import tempfile
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import platformdirs
from pydantic import ValidationError

from domain.errors import InspectionsError
from domain.values import Value
from workers.embedded import locks
from workers.settings import Settings

_ADDRESS_FILE: Final = "stack.json"
_LOCK_FILE: Final = "stack.lock"


class AlreadyRunningError(InspectionsError):
    """The folder is in use by another stack."""

    code = "ALREADY_RUNNING"


class StackAddress(Value):
    """Where a running stack is reached.

    `pid` is the process that runs it: to end the stack, send it SIGTERM. `data_dir` is the stack's own
    folder; a rehearsal's lies in that of the live stack. `ui_url` is None without a web interface.
    """

    pid: int
    database_url: str
    temporal_address: str
    ui_url: str | None
    namespace: str
    data_dir: Path
    rehearsal: bool
    task_queue: str

    def publication_dir(self, settings: Settings) -> Path:
        """Where this stack publishes: each rehearsal in a folder of its own, apart from the public's."""
        if not self.rehearsal:
            return settings.publication_dir
        database = urlsplit(self.database_url).path.removeprefix("/")
        return settings.publication_dir / "rehearsals" / database


def find_rehearsal(settings: Settings) -> StackAddress | None:
    """Find a running rehearsal, also beside a live stack, or return None."""
    found = _running_in(settings.data_dir / "rehearsal") or find_running(settings)
    return found if found is not None and found.rehearsal else None


def find_running(settings: Settings) -> StackAddress | None:
    """Find a running embedded stack, or return None.

    Looks into the data folder: for the live stack, then for a rehearsal. If nobody said which data folder is
    meant, a stack in any other folder will do, so say which one was found.
    """
    found = _running_in(settings.data_dir) or _running_in(settings.data_dir / "rehearsal")
    if found is None and "data_dir" not in settings.model_fields_set:
        found = _pointed_at()
    return found


async def take_folder(folder: Path) -> int:
    """Take the lock of a folder, and return it for its release.

    Raises:
        AlreadyRunningError: a stack runs there.
    """
    # Somebody who looks whether a stack runs holds the lock for a moment.
    for _ in range(20):
        lock = locks.take(folder / _LOCK_FILE)
        if lock is not None:
            return lock
        await asyncio.sleep(0.05)
    running = _running_in(folder)
    by = f"process {running.pid}" if running else "a process that is just starting or ending"
    raise AlreadyRunningError(f"a stack runs in {folder} already, by {by}; stop it, or take another folder")


def _running_in(folder: Path) -> StackAddress | None:
    try:
        address = StackAddress.model_validate_json((folder / _ADDRESS_FILE).read_text())
        lock = locks.take(folder / _LOCK_FILE, shared=True)
    except (OSError, ValidationError):
        return None
    locks.release(lock)
    return address if lock is None else None


def _pointer() -> Path:
    return platformdirs.user_state_path("inspections") / "running.json"


def _pointed_at() -> StackAddress | None:
    try:
        return _running_in(Path(json.loads(_pointer().read_text())["data_dir"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def announce(address: StackAddress) -> None:
    """Let other commands find a stack."""
    write_privately(address.data_dir / _ADDRESS_FILE, address.model_dump_json(indent=2))
    pointed_at = _pointed_at()
    # The first stays the one that others find, but a rehearsal never hides a live stack.
    if pointed_at is None or (pointed_at.rehearsal and not address.rehearsal):
        write_privately(_pointer(), json.dumps({"data_dir": str(address.data_dir)}))


def withdraw(address: StackAddress) -> None:
    """Let other commands find a stack no more."""
    pointed_at = _pointed_at()
    if pointed_at is not None and pointed_at.data_dir == address.data_dir:
        _pointer().unlink(missing_ok=True)
    (address.data_dir / _ADDRESS_FILE).unlink(missing_ok=True)


def write_privately(file: Path, text: str) -> None:
    """Replace a file as a whole, readable by its owner only: who reads it can reach the database."""
    file.parent.mkdir(parents=True, exist_ok=True)
    descriptor, draft = tempfile.mkstemp(dir=file.parent, prefix=file.name)
    with os.fdopen(descriptor, "w") as out:
        out.write(text)
    Path(draft).replace(file)
