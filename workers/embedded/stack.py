"""PostgreSQL and Temporal as one stack."""

import contextlib
import json
import os
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any, Final

from temporalio.common import SearchAttributeKey

from workers.embedded import locks
from workers.embedded.address import StackAddress, announce, take_folder, withdraw, write_privately
from workers.embedded.postgres import Postgres
from workers.embedded.temporal import NAMESPACE, TemporalServer, free_port
from workers.settings import Settings

_PORTS_FILE: Final = "ports.json"


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
        parts.callback(locks.release, await take_folder(folder))
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
        parts.callback(withdraw, address)
        announce(address)
        yield address


def _usual_ports(folder: Path) -> tuple[int, int]:
    """Choose the ports for Temporal and its web interface: those of last time, if they are free."""
    file = folder / _PORTS_FILE
    try:
        remembered = json.loads(file.read_text())
        port, ui_port = int(remembered["temporal"]), int(remembered["ui"])
    except (OSError, ValueError, KeyError, TypeError):
        port, ui_port = 7233, 8233
    port, ui_port = free_port(port), free_port(ui_port)
    write_privately(file, json.dumps({"temporal": port, "ui": ui_port}))
    return port, ui_port


def _next_rehearsal(databases: Sequence[str]) -> str:
    numbers = [int(name.removeprefix("rehearsal_")) for name in databases if name.startswith("rehearsal_")]
    return f"rehearsal_{max(numbers, default=0) + 1}"
