"""Houses whose servers may be stopped, killed and started again while inspections live in them."""

import os
import signal
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from temporalio.client import Client
from temporalio.testing import TimeSkipper

from tests.journeys.house import House, fresh_database
from workers.embedded.postgres import Postgres
from workers.embedded.temporal import TemporalServer
from workers.stores import open_stores
from workflows.search_attributes import ALL


@asynccontextmanager
async def house_at(server: str, at: TimeSkipper | Client, folder: Path) -> AsyncIterator[tuple[str, House]]:
    """Open a house without a worker, and say at which URL its database is."""
    async with fresh_database(server) as url, open_stores(url) as stores:
        client, skipper = (at, None) if isinstance(at, Client) else (at.client, at)
        yield url, House(client, skipper, stores, folder, await stores.texts.seal("none", "tests/none"), url)


class OwnPostgres:
    """A durable PostgreSQL that can be killed and started again; it answers at the same URL each time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._server = Postgres(folder)
        self.url = self._server.url()

    @classmethod
    @contextmanager
    def running(cls, folder: Path | None = None) -> Iterator["OwnPostgres"]:
        """Run a server until the block ends, in a folder of its own unless one is given."""
        with tempfile.TemporaryDirectory(prefix="inspections-", dir="/tmp") as own:
            server = cls(folder or Path(own))
            try:
                yield server
            finally:
                server.stop()

    def kill(self) -> None:
        """Kill -9. Its sessions notice and end; whatever they had not committed is gone."""
        pid = self._server._recorded_pid()
        assert pid is not None
        os.kill(pid, signal.SIGKILL)

    def stop(self) -> None:
        """Stop it as an operator does. May be repeated."""
        self._server.stop()

    def start(self) -> None:
        """Start it again; it recovers what was committed."""
        self._server.stop()
        self._server = Postgres(self._folder)

    @property
    def log(self) -> str:
        """What it has said."""
        return self._server._log.read_text(errors="replace")


class OwnTemporal:
    """A Temporal server on a file, which can be killed and started again on the same port."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._server = TemporalServer(folder, search_attributes=ALL, virtual_clock=False)
        self._port: int | None = None

    @classmethod
    @asynccontextmanager
    async def running(cls, folder: Path) -> AsyncIterator["OwnTemporal"]:
        """Run a server until the block ends."""
        server = cls(folder)
        try:
            await server._server.wait_until_ready()
            server._port = int(server.address.rpartition(":")[2])
            yield server
        finally:
            server._server.stop()

    @property
    def address(self) -> str:
        """Host and port."""
        return self._server.address

    def kill(self) -> None:
        """Kill -9."""
        self._server._process.kill()
        self._server._process.wait()

    def lose(self) -> None:
        """Stop it and delete all that it has stored. Started again, it has never heard of anything."""
        self._server.stop()
        stored = list(self._folder.glob("temporal.db*"))
        assert stored
        for file in stored:
            file.unlink()

    async def start(self) -> None:
        """Start it again on its file."""
        self._server = TemporalServer(
            self._folder, search_attributes=ALL, virtual_clock=False, port=self._port
        )
        await self._server.wait_until_ready()
