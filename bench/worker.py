"""A worker of the engine in a process of its own: `python -m bench.worker DATABASE ADDRESS QUEUE FOLDER`."""

import asyncio
import sys
from pathlib import Path

from bench.servers import until_told_to_stop
from workers.memory import collect_less_often
from workers.stores import open_stores
from workers.worker import build_worker, connect


async def main(database: str, address: str, queue: str, folder: str) -> None:
    """Work until told to stop."""
    collect_less_often()
    client = await connect(address, None)
    async with open_stores(database) as stores, build_worker(client, queue, stores, Path(folder)):
        await until_told_to_stop()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
