"""Several processes write at once while others read along."""

import asyncio
import json
import sys
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import asyncpg

from eventstore.envelope import Entry, verify_entry
from eventstore.ledger import AlreadyKnown, Appended
from eventstore.postgres import PostgresLedger
from tests.eventstore.making import body, command

ROUNDS = 250
WRITERS = ("north", "east", "south", "west")
ROOT = Path(__file__).parents[2]


async def write(url: str, name: str) -> dict[str, Any]:
    """Run a writer in a process of its own and return what it tells."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.eventstore.writer", url, name, str(ROUNDS),
        cwd=ROOT, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    output, _ = await process.communicate()
    assert process.returncode == 0
    told: dict[str, Any] = json.loads(output)
    return told


async def read_along(ledger: PostgresLedger, done: asyncio.Event) -> list[Entry]:
    """Follow the ledger by position until the writers are done and nothing is left."""
    seen: list[Entry] = []
    while True:
        finished = done.is_set()
        page = await ledger.read_all(after=len(seen), limit=50)
        assert [entry.position for entry in page] == list(range(len(seen) + 1, len(seen) + 1 + len(page)))
        seen += page
        if finished and not page:
            return seen
        await asyncio.sleep(0 if page else 0.001)


async def test_positions_are_dense_whoever_writes(database_url: str, pool: asyncpg.Pool) -> None:
    ledger = await PostgresLedger.open(pool)
    done = asyncio.Event()
    readers = [asyncio.create_task(read_along(ledger, done)) for _ in range(2)]
    told = await asyncio.gather(*(write(database_url, name) for name in WRITERS))
    done.set()
    seen, seen_too = await asyncio.gather(*readers)

    assert seen == seen_too == await ledger.read_all(limit=1_000_000)
    given = [(int(position), stream) for one in told for position, stream in one["given"].items()]
    assert sorted(given) == [(entry.position, entry.stream) for entry in seen]
    assert sum(one["conflicts"] for one in told) > 0, "the writers never met; the test shows nothing"

    moments: list[datetime] = [entry.recorded_at for entry in seen]
    assert all(earlier <= later for earlier, later in pairwise(moments))
    for entry in seen:
        verify_entry(entry)
    for stream, version in (await ledger.stream_versions()).items():
        assert [e.version for e in seen if e.stream == stream] == list(range(1, version + 1))


async def test_a_command_that_many_send_at_once_happens_once(pool: asyncpg.Pool) -> None:
    ledger = await PostgresLedger.open(pool)
    wanted = command("A", 0, body(1))
    answers = await asyncio.gather(*(ledger.append([wanted]) for _ in range(20)))
    kinds = [type(answer) for (answer,) in answers]
    assert kinds.count(Appended) == 1
    assert kinds.count(AlreadyKnown) == 19


async def test_conflicting_batches_never_block_each_other_for_good(pool: asyncpg.Pool) -> None:
    ledger = await PostgresLedger.open(pool)
    streams = [f"S-{n}" for n in range(20)]
    forth = [command(stream, 0, body(1)) for stream in streams]
    back = [command(stream, 0, body(2)) for stream in reversed(streams)]
    await asyncio.gather(*(ledger.append(batch) for batch in (forth, back) * 5))
    assert set((await ledger.stream_versions()).values()) == {1}
