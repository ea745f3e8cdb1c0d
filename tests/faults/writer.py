"""A writer in a process of its own: `python -m tests.faults.writer DATABASE STREAM FILE`.

Appends to its stream for ever, one to three events a command, and writes into FILE whatever was answered.
"""

import asyncio
import os
import sys
from pathlib import Path
from random import Random

from eventstore.ledger import Appended
from eventstore.pool import open_pool
from eventstore.postgres import PostgresLedger
from tests.eventstore.making import body, command


async def main(database: str, stream: str, file: str) -> None:
    """Append until killed."""
    random = Random()
    async with await open_pool(database, maximum=1) as pool:
        ledger = await PostgresLedger.open(pool)
        version = len(await ledger.read_stream(stream))
        print("writing", flush=True)
        while True:
            asked = command(stream, version, *(body(k) for k in range(random.randint(1, 3))))
            (result,) = await ledger.append([asked])
            assert isinstance(result, Appended)
            version = result.version
            note(Path(file), f"{asked.command_id} {result.first_position} {len(asked.bodies)}")
            await asyncio.sleep(random.uniform(0, 0.01))


def note(file: Path, *lines: str) -> None:
    """Add lines to a file, for good."""
    with file.open("a") as out:
        out.writelines(f"{line}\n" for line in lines)
        out.flush()
        os.fsync(out.fileno())


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
