"""A process that appends to a stream of its own and to a shared one: `writer URL NAME ROUNDS`."""

import asyncio
import json
import sys
from random import Random

from eventstore.ledger import Append, Appended, Conflict
from eventstore.pool import open_pool
from eventstore.postgres import PostgresLedger
from tests.eventstore.making import body, command


async def main(url: str, name: str, rounds: int) -> None:
    """Append each round to both streams, however often it takes, and print what came of it as JSON."""
    random = Random(name)
    given: dict[int, str] = {}
    conflicts = 0
    versions = {name: 0, "shared": 0}
    async with await open_pool(url, maximum=1) as pool:
        ledger = await PostgresLedger.open(pool)
        for number in range(rounds):
            left = {name: random.randint(1, 3), "shared": random.randint(0, 2)}
            while left:
                batch = [_append(name, number, stream, versions, size) for stream, size in left.items()]
                for append, result in zip(batch, await ledger.append(batch), strict=True):
                    match result:
                        case Appended(version, first):
                            versions[append.stream] = version
                            size = left.pop(append.stream)
                            given |= {(first or 0) + k: append.stream for k in range(size)}
                        case Conflict(current):
                            versions[append.stream] = current
                            conflicts += 1
    print(json.dumps({"given": given, "conflicts": conflicts}))


def _append(name: str, number: int, stream: str, versions: dict[str, int], size: int) -> Append:
    return command(stream, versions[stream], *(body(f"{name} {number} {k}") for k in range(size)))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
