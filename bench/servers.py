"""The servers that everybody is measured on: the embedded PostgreSQL, durable, and the embedded Temporal."""

import asyncio
import itertools
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Self
from uuid import uuid4

import asyncpg
from temporalio.client import Client

from eventstore.migrate import migrate
from workers.embedded.postgres import Postgres
from workers.embedded.temporal import TemporalServer
from workers.worker import connect
from workflows import search_attributes

_PATIENCE_SECONDS: Final = 60
_CONNECTIONS: Final = 400


@dataclass
class Servers:
    """Both servers while the block lasts; what they hold is thrown away afterwards."""

    folder: Path
    postgres: Postgres
    temporal: TemporalServer
    lifecycles: "itertools.count[int]" = field(default_factory=itertools.count)
    """Numbers for inspections that nobody has used yet."""
    kept: dict[str, Any] = field(default_factory=dict)
    """What one suite leaves for another, such as a ledger that took minutes to fill."""

    @classmethod
    @asynccontextmanager
    async def running(cls) -> AsyncIterator[Self]:
        """Start both."""
        folder = Path(tempfile.mkdtemp(prefix="inspections-bench-"))
        try:
            temporal = TemporalServer(
                folder / "temporal", search_attributes=search_attributes.ALL, virtual_clock=False
            )
            try:
                await _make_room(folder / "postgres")
                with Postgres(folder / "postgres") as postgres:
                    await temporal.wait_until_ready()
                    yield cls(folder, postgres, temporal)
            finally:
                temporal.stop()
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    async def database(self, *, rehearsal: bool) -> str:
        """Make a ledger of one's own and return its URL."""
        url = await self.empty_database()
        await migrate(url, rehearsal=rehearsal)
        return url

    async def empty_database(self) -> str:
        """Make an empty database and return its URL."""
        name = f"bench_{uuid4().hex}"
        await self.postgres.create_database(name)
        return self.postgres.url(name)

    async def client(self) -> Client:
        """Connect to Temporal."""
        return await connect(self.temporal.address, None)

    def take_numbers(self, count: int) -> int:
        """Take so many numbers of inspections in a row, and return the first."""
        first = next(self.lifecycles)
        for _ in range(count - 1):
            next(self.lifecycles)
        return first


async def _make_room(folder: Path) -> None:
    """Let PostgreSQL take more connections than by default: some need one for each writer."""
    with Postgres(folder) as postgres:
        connection = await asyncpg.connect(postgres.url())
        try:
            await connection.execute(f"ALTER SYSTEM SET max_connections = {_CONNECTIONS}")
        finally:
            await connection.close()


@asynccontextmanager
async def process(module: str, *arguments: str) -> AsyncIterator[None]:
    """Run a module of this package as a process of its own while the block lasts, once it says `ready`."""
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", module, *arguments, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL
    )
    assert child.stdout is not None
    try:
        said = await asyncio.wait_for(child.stdout.readline(), _PATIENCE_SECONDS)
        if said.strip() != b"ready":
            raise RuntimeError(f"{module} {' '.join(arguments)} did not start")
        yield
    finally:
        if child.returncode is None:
            child.send_signal(signal.SIGTERM)
        await child.wait()


async def until_told_to_stop() -> None:
    """Say that this process is ready, and return when it is told to end."""
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await stop.wait()


def cpu_seconds() -> float:
    """Return how long the processors of this machine have been busy since it started."""
    busy = Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]
    idle = int(busy[3]) + int(busy[4])
    return (sum(map(int, busy[:8])) - idle) / os.sysconf("SC_CLK_TCK")
