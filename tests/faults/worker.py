"""A worker in a process of its own, which can be told where to die, or to stop.

`python -m tests.faults.worker ADDRESS DATABASE QUEUE FOLDER [PLACE FLAG [SIGNAL]]`: at PLACE it sends itself
SIGNAL, SIGKILL unless another is named, once: the file FLAG says that it has done so.
"""

import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import Any, Final, NoReturn

from temporalio import workflow

from activities.commands import Interruption, go_on
from workers.stores import open_stores
from workers.worker import build_worker, connect

CONTINUING_AS_NEW: Final = "continuing as new"
"""The place at which a process has decided to begin a new run, and the server does not know yet."""


def hit_once(place: str, flag: Path, name: str = "SIGKILL") -> Interruption:
    """Send this process a signal the first time that it comes to a place."""

    def interrupt(reached: str) -> None:
        if reached == place and not flag.exists():
            flag.touch()
            os.kill(os.getpid(), signal.Signals[name])

    return interrupt


def interrupt_before_new_runs(interruption: Interruption) -> None:
    """Let workflows of this process come to a place, too: there are none in their own code."""
    begin = workflow.continue_as_new

    def interrupted(*args: Any, **named: Any) -> NoReturn:
        interruption(CONTINUING_AS_NEW)
        begin(*args, **named)

    workflow.continue_as_new = interrupted


async def work(address: str, database: str, queue: str, folder: str, *hit: str) -> None:
    """Work until killed."""
    interruption = hit_once(hit[0], Path(hit[1]), *hit[2:]) if hit else go_on
    interrupt_before_new_runs(interruption)
    client = await connect(address, None)
    async with (
        open_stores(database) as stores,
        build_worker(client, queue, stores, Path(folder), interruption=interruption),
    ):
        print("working", flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(work(*sys.argv[1:]))
