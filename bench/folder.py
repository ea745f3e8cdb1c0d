"""Folds a part of a ledger, once for each line: `python -m bench.folder DATABASE PART PARTS MOST`.

Part 0 of 2 is every other inspection. What is folded is read as for an examination of all processes: some
streams at a time, each whole.
"""

import asyncio
import sys
import time

from workers.memory import collect_less_often
from workers.processes import STREAMS_AT_ONCE
from workers.stores import Stores, open_stores
from workers.summary import fold


async def main(database: str, part: str, parts: str, most: str) -> None:
    """Say `ready`; then for each line that comes fold, and print how many events and in how many seconds."""
    collect_less_often()
    async with open_stores(database) as stores:
        names = sorted(await stores.ledger.stream_versions())[: int(most)][int(part) :: int(parts)]
        print("ready", flush=True)
        while await asyncio.to_thread(sys.stdin.readline):
            began = time.perf_counter()
            print(await _fold(stores, names), time.perf_counter() - began, flush=True)


async def _fold(stores: Stores, names: list[str]) -> int:
    events = 0
    for place in range(0, len(names), STREAMS_AT_ONCE):
        streams = await stores.ledger.read_streams(names[place : place + STREAMS_AT_ONCE])
        events += sum(fold(entries).version for entries in streams.values())
    return events


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
