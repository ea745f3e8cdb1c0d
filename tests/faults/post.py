"""Writes notices down and sends them, in a process of its own that can be told where to die.

`python -m tests.faults.post DATABASE PORT [PLACE]`: PLACE is "after writing", in the transaction that would
move the checkpoint, or "after sending", before that is noted.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

import asyncpg

from activities.notices.post import Post
from activities.notices.smtp import MailServer, SmtpSender
from domain.rulebook import Rulebook
from eventstore.codecs import CODEC
from eventstore.envelope import Entry
from eventstore.notices import NoticeWriter, PostgresOutbox
from eventstore.subscription import Change, catch_up
from workers.notices import hearings_of
from workers.stores import open_stores

NO_WAIT: Final = timedelta(0)
"""What is taken up counts as given up at once, so that nobody has to wait for who was killed."""


class Writer(NoticeWriter):
    """Dies after it has written, if it is to."""

    def __init__(self, place: str) -> None:
        super().__init__(hearings_of)
        self._place = place

    async def prepare(self, entries: Sequence[Entry]) -> Change:
        write = await super().prepare(entries)

        async def change(connection: asyncpg.Connection) -> None:
            await write(connection)
            if self._place == "after writing":
                os.kill(os.getpid(), signal.SIGKILL)

        return change


async def work(database: str, port: str, place: str = "") -> None:
    """Write down what is to be written, and send it."""

    def interrupt(reached: str) -> None:
        if reached == place:
            os.kill(os.getpid(), signal.SIGKILL)

    async with open_stores(database) as stores:
        await catch_up(stores.pool, stores.ledger, Writer(place))
        sender = SmtpSender(MailServer("127.0.0.1", int(port), "none", "inspections@example.gov.uk"))
        outbox = PostgresOutbox(stores.pool, NO_WAIT)
        rules = Rulebook.released()
        await Post(outbox, stores.ledger, CODEC, rules, stores.directory, sender, interrupt).deliver()


if __name__ == "__main__":
    asyncio.run(work(*sys.argv[1:]))
