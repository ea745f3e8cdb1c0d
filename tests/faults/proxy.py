"""The network between two programs, which can be slow, be cut, and swallow what is sent.

A real proxy on TCP. What it does to a connection is what a network does: the programs at its ends notice
only what the operating system tells them.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self
from urllib.parse import parse_qs, urlsplit

BLOCK = 65_536


@dataclass(eq=False)
class _Wire:
    """One connection, as two halves."""

    near: asyncio.StreamWriter
    far: asyncio.StreamWriter
    swallows: bool = False

    def cut(self) -> None:
        for end in (self.near, self.far):
            end.transport.abort()


class Proxy:
    """Passes bytes on between whoever connects and one server."""

    def __init__(self, server: Path | str) -> None:
        """Take a socket's path, or host and port."""
        self._server = server
        self._wires: set[_Wire] = set()
        self._refuses = False
        self._swallows = False
        self.address = ""
        """Host and port, where it listens."""
        self.delay = 0.0
        """Seconds that each block takes, in each direction."""

    @classmethod
    @asynccontextmanager
    async def before(cls, server: Path | str) -> AsyncIterator[Self]:
        """Stand between clients and a server."""
        proxy = cls(server)
        listening = await asyncio.start_server(proxy._serve, "127.0.0.1", 0)
        host, port = listening.sockets[0].getsockname()
        proxy.address = f"{host}:{port}"
        try:
            yield proxy
        finally:
            listening.close()
            proxy._drop_all()
            await listening.wait_closed()

    def cut(self) -> None:
        """Break all connections, and refuse new ones until `mend`."""
        self._refuses = True
        self._drop_all()

    def swallow(self) -> None:
        """Lose whatever is sent from now on; nobody is told. New connections are taken, and lose it too."""
        self._swallows = True
        for wire in self._wires:
            wire.swallows = True

    def mend(self) -> None:
        """Serve new connections again. What was swallowed stays lost, and its connections stay dead."""
        self._refuses = self._swallows = False

    def _drop_all(self) -> None:
        for wire in list(self._wires):
            wire.cut()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._refuses:
            writer.transport.abort()
            return
        try:
            far_reader, far_writer = await self._open()
        except OSError:
            writer.transport.abort()
            return
        wire = _Wire(writer, far_writer, self._swallows)
        self._wires.add(wire)
        try:
            await asyncio.gather(
                self._pass_on(wire, reader, far_writer), self._pass_on(wire, far_reader, writer)
            )
        finally:
            self._wires.discard(wire)
            wire.cut()

    async def _open(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if isinstance(self._server, Path):
            return await asyncio.open_unix_connection(self._server)
        host, port = self._server.rsplit(":", 1)
        return await asyncio.open_connection(host, int(port))

    async def _pass_on(self, wire: _Wire, source: asyncio.StreamReader, to: asyncio.StreamWriter) -> None:
        """Pass on until one side closes, and tell the other. What is swallowed closes nothing."""
        with contextlib.suppress(OSError):
            while block := await source.read(BLOCK):
                if self.delay:
                    await asyncio.sleep(self.delay)
                if not wire.swallows:
                    to.write(block)
                    await to.drain()
            if not wire.swallows:
                to.write_eof()


def socket_of(database: str) -> Path:
    """Return the socket behind the URL of an embedded database."""
    asked = parse_qs(urlsplit(database).query)
    return Path(asked["host"][0], f".s.PGSQL.{asked['port'][0]}")


def through(proxy: Proxy, database: str) -> str:
    """Return the URL of an embedded database as it is reached through a proxy."""
    name = urlsplit(database).path.removeprefix("/")
    return f"postgresql://postgres@{proxy.address}/{name}?sslmode=disable"
