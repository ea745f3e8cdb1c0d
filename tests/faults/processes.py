"""Programs in processes of their own, which can be killed like any other."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from tests.journeys.house import House

PATIENCE: Final = 120
"""Seconds after which something that was expected counts as never coming."""


@asynccontextmanager
async def running(module: str, *arguments: str, says: str) -> AsyncIterator[subprocess.Popen[str]]:
    """Run a module, from when it says that it is ready; at the end it is killed, whatever it does."""
    process = subprocess.Popen(  # noqa: ASYNC220  it starts at once; what takes its time is awaited
        [sys.executable, "-m", module, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stdout is not None
        assert await asyncio.to_thread(process.stdout.readline) == f"{says}\n"
        yield process
    finally:
        kill(process)


def kill(process: subprocess.Popen[str]) -> None:
    """Kill -9, and see it gone. May be repeated."""
    process.kill()
    process.wait()
    if process.stdout is not None:
        process.stdout.close()


@asynccontextmanager
async def worker(
    address: str, database: str, house: House, *hit: str
) -> AsyncIterator[subprocess.Popen[str]]:
    """Run a worker; `hit` is a place, a flag and perhaps a signal, as `tests.faults.worker` takes them."""
    arguments = (address, database, house.queue, str(house.folder), *hit)
    async with running("tests.faults.worker", *arguments, says="working") as process:
        yield process


async def end_of(process: subprocess.Popen[str]) -> int:
    """Wait until a process has ended, and return how."""
    return await asyncio.to_thread(process.wait, PATIENCE)


async def until_stopped(process: subprocess.Popen[str]) -> None:
    """Wait until a process has been stopped, but not ended."""
    _, status = await asyncio.to_thread(os.waitpid, process.pid, os.WUNTRACED)
    assert os.WIFSTOPPED(status)
