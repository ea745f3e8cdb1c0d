"""A follower in a process of its own: `python -m tests.faults.follower DATABASE FILE`.

For every event it writes a line into FILE, which is the world outside, and a row into `public.copied`, which
goes with its checkpoint.
"""

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

import asyncpg

from eventstore.envelope import Entry
from eventstore.news import News
from eventstore.pool import open_pool
from eventstore.postgres import PostgresLedger
from eventstore.subscription import Change, catch_up, follow
from tests.faults.writer import note

NAME = "copyist"
PAGE = 7


class Copyist:
    """Copies positions, outside and inside."""

    name = NAME

    def __init__(self, file: Path) -> None:
        self._file = file

    async def prepare(self, entries: Sequence[Entry]) -> Change:
        """Write outside, for good, before anything is written inside."""
        positions = [entry.position for entry in entries]
        note(self._file, *map(str, positions))

        async def change(connection: asyncpg.Connection) -> None:
            await connection.executemany(
                "INSERT INTO public.copied VALUES ($1)", [(position,) for position in positions]
            )

        return change


async def main(database: str, file: str) -> None:
    """Follow until killed."""
    copyist = Copyist(Path(file))
    async with await open_pool(database) as pool, News.listening(database) as news:
        ledger = await PostgresLedger.open(pool)
        print("following", flush=True)
        await follow(lambda: catch_up(pool, ledger, copyist, page=PAGE), news, lambda _: None)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
