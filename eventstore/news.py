"""News of the ledger: a hint that it may have grown, so that followers need not ask all the time.

Nothing rests on a hint. PostgreSQL drops it when nobody listens, and a proxy between may swallow all of
them; whoever waits for news looks by himself after a while.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final, Self

import asyncpg

from eventstore.pool import SESSION

CHANNEL: Final = "ledger"
_RECONNECT_SECONDS: Final = 2.0
_LOST: Final = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)


class News:
    """Tells any number of waiting followers of this process."""

    def __init__(self) -> None:
        self._changed = asyncio.Event()

    @classmethod
    @asynccontextmanager
    async def listening(cls, url: str) -> AsyncIterator[Self]:
        """Listen on a connection of its own, opened again whenever it is lost."""
        news = cls()
        listener = asyncio.create_task(news._listen(url))
        try:
            yield news
        finally:
            listener.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await listener

    async def turns(self, patience: float) -> AsyncIterator[None]:
        """Yield now, and then each time there is news, or after so many seconds without any.

        What is told while a turn is under way makes the next one begin at once.
        """
        while True:
            changed = self._changed
            yield
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(changed.wait(), patience)

    def tell(self, *_: Any) -> None:
        """Wake whoever waits."""
        self._changed.set()
        self._changed = asyncio.Event()

    async def _listen(self, url: str) -> None:
        while True:
            with contextlib.suppress(*_LOST):
                await self._listen_until_lost(url)
            await asyncio.sleep(_RECONNECT_SECONDS)

    async def _listen_until_lost(self, url: str) -> None:
        connection = await asyncpg.connect(url, server_settings=SESSION)
        lost = asyncio.Event()
        try:
            connection.add_termination_listener(lambda _: lost.set())
            await connection.add_listener(CHANNEL, self.tell)
            self.tell()  # what happened before is not told again
            await lost.wait()
        finally:
            connection.terminate()
