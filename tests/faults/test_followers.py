"""Writers and followers are killed at random; nothing is ever skipped."""

import asyncio
import random
import subprocess
from contextlib import AsyncExitStack
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest

from eventstore.pool import open_pool
from eventstore.postgres import PostgresLedger
from eventstore.subscription import checkpoint, enrol
from tests.faults.follower import NAME
from tests.faults.processes import PATIENCE, kill, running
from tests.faults.sound import check_entries, whole
from tests.journeys.house import fresh_database

pytestmark = [pytest.mark.faults, pytest.mark.timeout(180)]

KILLS = 12


async def test_writers_and_followers_are_killed_at_random(postgres_url: str, tmp_path: Path) -> None:
    """What goes with the checkpoint happens once for each event, and what is done outside at least once."""
    chance = random.Random(5)
    outside = tmp_path / "outside"
    async with fresh_database(postgres_url, rehearsal=False) as url, await open_pool(url) as pool:
        superuser = await asyncpg.connect(url)
        await superuser.execute("CREATE TABLE public.copied (position bigint NOT NULL)")
        await superuser.execute("GRANT ALL ON public.copied TO inspections_app")
        await enrol(pool, NAME)
        ledger = await PostgresLedger.open(pool)
        async with AsyncExitStack() as stack:
            writers = [_Kept(stack, "writer", url, f"W{n}", str(tmp_path / f"W{n}")) for n in range(2)]
            followers = [_Kept(stack, "follower", url, str(outside)) for _ in range(2)]
            for one in (*writers, *followers):
                await one.start()
            for _ in range(KILLS):
                await asyncio.sleep(chance.uniform(0.05, 0.5))
                await chance.choice([*writers, *followers]).die_and_come_back()
            for one in writers:
                kill(one.process)
            # A killed writer's session may still be at work, and its last command may yet be recorded.
            while await superuser.fetchval(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
                "AND query LIKE '%ledger.append%' AND pid <> pg_backend_pid()"
            ):
                await asyncio.sleep(0.02)
            head = await ledger.head()
            async with asyncio.timeout(PATIENCE):
                while await checkpoint(pool, NAME) < head:
                    await asyncio.sleep(0.02)
        entries = await whole(ledger)
        check_entries(entries)
        every = list(range(1, head + 1))
        copied = await superuser.fetch("SELECT position FROM public.copied ORDER BY position")
        await superuser.close()
        assert [row["position"] for row in copied] == every
        assert sorted({int(line) for line in outside.read_text().splitlines()}) == every
        for name in ("W0", "W1"):
            await _was_told_the_truth(ledger, name, (tmp_path / name).read_text().splitlines())


class _Kept:
    """A process that is started again whenever it is killed."""

    def __init__(self, stack: AsyncExitStack, module: str, *arguments: str) -> None:
        self._stack = stack
        self._command = (f"tests.faults.{module}", *arguments)
        self._says = {"writer": "writing", "follower": "following"}[module]
        self.process: subprocess.Popen[str]

    async def start(self) -> None:
        self.process = await self._stack.enter_async_context(running(*self._command, says=self._says))

    async def die_and_come_back(self) -> None:
        kill(self.process)
        await self.start()


async def _was_told_the_truth(ledger: PostgresLedger, stream: str, told: list[str]) -> None:
    """Whatever a writer noted as recorded is recorded so; of the last before each kill it noted nothing."""
    kept = {record.command_id: record for record in await ledger.commands(stream)}
    assert told
    for line in told:
        command_id, position, events = line.split(" ")
        record = kept[UUID(command_id)]
        assert (record.first_position, record.events) == (int(position), int(events))
    assert len(kept) - len(told) <= KILLS + 1
