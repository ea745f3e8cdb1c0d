"""PostgreSQL and Temporal as one stack, and how other commands find the one that runs.

A running stack holds a lock and says in `stack.json` where it is reached. The kernel lets go of the lock
when the process ends, so a file that a killed stack left behind deceives nobody, even if its process number
has been given to another. A pointer at a place every command knows leads to a stack elsewhere.
"""

import asyncio
import contextlib
import json
import os
import tempfile
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any, Final

import platformdirs
from pydantic import ValidationError
from temporalio.common import SearchAttributeKey

from domain.errors import InspectionsError
from domain.values import Value
from workers.embedded import locks
from workers.embedded.postgres import Postgres
from workers.embedded.temporal import NAMESPACE, TemporalServer, free_port
from workers.settings import Settings

_ADDRESS_FILE: Final = "stack.json"
_LOCK_FILE: Final = "stack.lock"
_PORTS_FILE: Final = "ports.json"


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


@contextlib.asynccontextmanager
async def running_stack(
    settings: Settings, *, search_attributes: Sequence[SearchAttributeKey[Any]], rehearsal: bool
) -> AsyncIterator[StackAddress]:
    """Run the embedded stack for as long as the block lasts. Enter it in the main thread.

    The live stack is durable: whatever way it ends, it goes on from there when it is started again, on the
    same ports if they are free. A rehearsal has a cluster and each time an empty database of its own,
    a Temporal server with virtual clocks, and forgets its workflows; its databases stay to be looked at.

    Raises:
        AlreadyRunningError: there is one in this folder.
        UnavailableError: a part cannot be started; the message names its log.
    """
    folder = settings.data_dir / "rehearsal" if rehearsal else settings.data_dir
    folder.mkdir(parents=True, exist_ok=True)
    async with contextlib.AsyncExitStack() as parts:
        parts.callback(locks.release, await _lock(folder))
        port, ui_port = (None, None) if rehearsal else _usual_ports(folder)
        temporal = TemporalServer(
            folder / "temporal",
            search_attributes=search_attributes,
            virtual_clock=rehearsal,
            port=port,
            ui_port=ui_port,
        )
        parts.callback(temporal.stop)
        # While Temporal starts by itself.
        postgres = parts.enter_context(Postgres(folder / "postgres", durable=not rehearsal))
        database = _next_rehearsal(await postgres.databases()) if rehearsal else "inspections"
        await postgres.create_database(database)
        await temporal.wait_until_ready()
        address = StackAddress(
            pid=os.getpid(),
            database_url=postgres.url(database),
            temporal_address=temporal.address,
            ui_url=temporal.ui_url,
            namespace=NAMESPACE,
            data_dir=folder,
            rehearsal=rehearsal,
            task_queue=settings.task_queue,
        )
        parts.callback(_withdraw, address)
        _announce(address)
        yield address


def find_running(settings: Settings) -> StackAddress | None:
    """Find a running embedded stack, or return None.

    Looks into the data folder: for the live stack, then for a rehearsal. If nobody said which data folder is
    meant, a stack in any other folder will do, so say which one was found.
    """
    found = _running_in(settings.data_dir) or _running_in(settings.data_dir / "rehearsal")
    if found is None and "data_dir" not in settings.model_fields_set:
        found = _pointed_at()
    return found


async def _lock(folder: Path) -> int:
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


def _announce(address: StackAddress) -> None:
    _write(address.data_dir / _ADDRESS_FILE, address.model_dump_json(indent=2))
    pointed_at = _pointed_at()
    # The first stays the one that others find, but a rehearsal never hides a live stack.
    if pointed_at is None or (pointed_at.rehearsal and not address.rehearsal):
        _write(_pointer(), json.dumps({"data_dir": str(address.data_dir)}))


def _withdraw(address: StackAddress) -> None:
    pointed_at = _pointed_at()
    if pointed_at is not None and pointed_at.data_dir == address.data_dir:
        _pointer().unlink(missing_ok=True)
    (address.data_dir / _ADDRESS_FILE).unlink(missing_ok=True)


def _usual_ports(folder: Path) -> tuple[int, int]:
    """Choose the ports for Temporal and its web interface: those of last time, if they are free."""
    file = folder / _PORTS_FILE
    try:
        remembered = json.loads(file.read_text())
        port, ui_port = int(remembered["temporal"]), int(remembered["ui"])
    except (OSError, ValueError, KeyError, TypeError):
        port, ui_port = 7233, 8233
    port, ui_port = free_port(port), free_port(ui_port)
    _write(file, json.dumps({"temporal": port, "ui": ui_port}))
    return port, ui_port


def _next_rehearsal(databases: Sequence[str]) -> str:
    numbers = [int(name.removeprefix("rehearsal_")) for name in databases if name.startswith("rehearsal_")]
    return f"rehearsal_{max(numbers, default=0) + 1}"


def _write(file: Path, text: str) -> None:
    """Replace a file as a whole, readable by its owner only: who reads it can reach the database."""
    file.parent.mkdir(parents=True, exist_ok=True)
    descriptor, draft = tempfile.mkstemp(dir=file.parent, prefix=file.name)
    with os.fdopen(descriptor, "w") as out:
        out.write(text)
    Path(draft).replace(file)
