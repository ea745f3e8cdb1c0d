"""The ledger on PostgreSQL answers every batch exactly as the one in memory does."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID

import pytest

from eventstore.envelope import verify_entry
from eventstore.ledger import Append
from eventstore.memory import MemoryLedger
from tests.eventstore.conftest import database, postgres_ledger
from tests.eventstore.making import body, command

NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)
STREAMS = "ABCDEFGHIJ"


def batch(random: Random, versions: dict[str, int], streams: str) -> list[Append]:
    """Make commands of which some fit, some come twice, some conflict, and some have no events."""
    return [
        command(
            stream := random.choice(streams),
            max(0, versions.get(stream, 0) + random.choice((0, 0, 0, 0, 1, 2, -1))),
            *(body(random.randrange(1000)) for _ in range(random.choice((0, 1, 1, 1, 2, 5)))),
            command_id=UUID(int=random.randrange(60)),
            at=NOON + timedelta(seconds=random.randrange(1000)),
        )
        for _ in range(random.randint(1, 8))
    ]


@pytest.mark.parametrize("seed", range(4))
async def test_both_ledgers_agree(postgres_url: str, rehearsal_template: str, seed: int) -> None:
    random = Random(seed)
    memory = MemoryLedger(rehearsal=True)
    kinds: Counter[type] = Counter()
    async with database(postgres_url, rehearsal_template) as url, postgres_ledger(url) as postgres:
        for _ in range(60):
            # Few streams: they meet in a batch. One command a stream: nothing is shared.
            given = batch(random, await memory.stream_versions(), random.choice(("AB", STREAMS)))
            if random.random() < 0.3:
                given = list({append.stream: append for append in given}.values())
            results = await postgres.append(given)
            assert results == await memory.append(given)
            kinds.update(type(result) for result in results)
        entries = await postgres.read_all(limit=10_000)
        assert entries == await memory.read_all(limit=10_000)
        assert [await postgres.commands(stream) for stream in STREAMS] == [
            await memory.commands(stream) for stream in STREAMS
        ]
    for entry in entries:
        verify_entry(entry)
    assert len(kinds) == 3
    assert min(kinds.values()) > 20, "one of the three answers was hardly ever given"
