"""Whoever writes and sends notices is killed; each notice is written once and sent at least once."""

import asyncio
import signal
import sys
from collections import Counter

import pytest

from eventstore.notices import SUBSCRIBER, PostgresOutbox
from eventstore.outbox import NoticeState
from eventstore.subscription import checkpoint, enrol
from tests.activities.notices.conftest import enter_people, record
from tests.activities.notices.mailing import Mailbox, mail_server
from tests.domain.inspection.story import Story
from tests.journeys.house import fresh_database
from workers.stores import Stores, open_stores

pytestmark = [pytest.mark.faults, pytest.mark.timeout(90)]


async def _work(database: str, mailbox: Mailbox, *place: str) -> int:
    """Have a process do the work, and return how it ended."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.faults.post", database, str(mailbox.port), *place
    )
    return await process.wait()


async def _written(stores: Stores) -> int:
    return sum((await PostgresOutbox(stores.pool).counts()).values())


async def test_every_notice_is_written_once_and_sent_at_least_once(postgres_url: str) -> None:
    async with (
        fresh_database(postgres_url, rehearsal=False) as url,
        open_stores(url) as stores,
        mail_server(Mailbox()) as mailbox,
    ):
        await enter_people(stores)
        await enrol(stores.pool, SUBSCRIBER)
        await record(stores.ledger, Story().until("area_notified").events)

        assert await _work(url, mailbox, "after writing") == -signal.SIGKILL
        assert (await _written(stores), await checkpoint(stores.pool, SUBSCRIBER)) == (0, 0)

        assert await _work(url, mailbox, "after sending") == -signal.SIGKILL
        (killed_after,) = mailbox.ids
        written = await _written(stores)

        assert await _work(url, mailbox) == 0
        assert await _work(url, mailbox) == 0
        assert Counter(mailbox.ids) == Counter({**dict.fromkeys(mailbox.ids, 1), killed_after: 2})
        assert len(set(mailbox.ids)) == 4
        assert await _written(stores) == written
        counts = await PostgresOutbox(stores.pool).counts()
        assert (counts[NoticeState.SENT], counts[NoticeState.WAITING]) == (4, 0)
