"""Several worker processes under one parent, which begins them, begins them again, and ends with them."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Final

import structlog

FIRST_PAUSE_SECONDS: Final = 1.0
LONGEST_PAUSE_SECONDS: Final = 30.0
STEADY_SECONDS: Final = 60.0
"""Who has worked for so long is begun again after the first pause, not after a longer one."""

PARENT_DIED: Final = signal.SIGHUP
"""What the kernel sends to each process when this one dies: once for every thread that does, so not what
counts as a second request when it comes twice."""

_LAUNCHER: Final = Path(__file__).parents[1] / "embedded" / "launch.py"

_log = structlog.get_logger(__name__)


class Supervisor:
    """Runs one process for each environment, all with the same command."""

    def __init__(
        self, command: Sequence[str], environments: Sequence[Mapping[str, str]], *, final: Collection[int]
    ) -> None:
        """Take what to run, and the exit codes after which beginning again would change nothing."""
        self._command = command
        self._environments = environments
        self._final = final
        self._running: dict[int, asyncio.subprocess.Process] = {}
        self._ending = asyncio.Event()

    async def run(self) -> int:
        """Run the processes until all have ended, and return the first exit code that is not 0, or 0.

        One that dies is begun again. One that ends with a final code brings the others to their end.
        Call this in the main thread: should this process be killed, the kernel sends `PARENT_DIED` to them.
        """
        codes = await asyncio.gather(
            *(self._keep(number, environment) for number, environment in enumerate(self._environments))
        )
        return next((code for code in codes if code != 0), 0)

    def end(self) -> None:
        """Ask all processes to end; none is begun again."""
        self._ending.set()
        self._send(signal.SIGTERM)

    def end_at_once(self) -> None:
        """Kill all processes."""
        self._send(signal.SIGKILL)

    def _send(self, one: signal.Signals) -> None:
        for process in self._running.values():
            with contextlib.suppress(ProcessLookupError):  # it has just ended by itself
                process.send_signal(one)

    async def _keep(self, number: int, environment: Mapping[str, str]) -> int:
        """Run one process until it has ended for good, and return its exit code."""
        clock = asyncio.get_running_loop().time
        pause = FIRST_PAUSE_SECONDS
        while True:
            began = clock()
            code = await self._run_once(number, environment)
            if self._ending.is_set():
                # Ended by the signal itself: it was asked before it could listen, and had begun nothing.
                return 0 if code == -signal.SIGTERM else code
            if code == 0:
                return code
            if code in self._final:
                self.end()
                return code
            pause = FIRST_PAUSE_SECONDS if clock() - began > STEADY_SECONDS else pause
            _log.error("a worker process has died", number=number, code=code, again_in_seconds=pause)
            try:
                await asyncio.wait_for(self._ending.wait(), pause)
            except TimeoutError:
                pause = min(2 * pause, LONGEST_PAUSE_SECONDS)
            else:
                return 0

    async def _run_once(self, number: int, environment: Mapping[str, str]) -> int:
        bound = [str(int(PARENT_DIED)), str(os.getpid()), "-1", "-1"]
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", "-S", str(_LAUNCHER), *bound, *self._command),
            env=dict(environment),
            # Ctrl-C in a terminal goes to a whole group: each child would hear it twice.
            start_new_session=True,
        )
        self._running[number] = process
        _log.info("a worker process has begun", number=number, pid=process.pid)
        if self._ending.is_set():
            process.send_signal(signal.SIGTERM)
        code = await process.wait()
        del self._running[number]
        return code
