"""A worker in a process of its own, which can be told where to die.

`python -m tests.faults.worker ADDRESS DATABASE QUEUE FOLDER [PLACE FLAG]`: at PLACE it kills itself,
once: the file FLAG says that it has done so.
"""

import asyncio
import os
import signal
import sys
from pathlib import Path

from activities.commands import Interruption, go_on
from workers.stores import open_stores
from workers.worker import build_worker, connect


def die_once(place: str, flag: Path) -> Interruption:
    """Kill this process the first time that it comes to a place."""

    def interrupt(reached: str) -> None:
        if reached == place and not flag.exists():
            flag.touch()
            os.kill(os.getpid(), signal.SIGKILL)

    return interrupt


async def work(address: str, database: str, queue: str, folder: str, *death: str) -> None:
    """Work until killed."""
    interruption = die_once(death[0], Path(death[1])) if death else go_on
    client = await connect(address)
    async with (
        open_stores(database) as stores,
        build_worker(client, queue, stores, Path(folder), interruption=interruption),
    ):
        print("working", flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(work(*sys.argv[1:]))
