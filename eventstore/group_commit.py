"""Group commit: what waits to be appended goes to the database in one call.

A commit costs the same for one command as for a hundred, and appends happen one after the other anyway
(the ledger's head is locked). So while one call is under way everybody else waits, and then goes together.
Nobody waits for company: a lone append is sent at once.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final

from domain.errors import UnavailableError
from eventstore.ledger import Append, AppendResult

MOST: Final = 200
"""Commands in one call, unless one caller alone brings more."""

Send = Callable[[Sequence[Append]], Awaitable[list[AppendResult]]]


@dataclass(frozen=True, slots=True)
class _Turn:
    """What one caller brings, and where its answer goes."""

    appends: Sequence[Append]
    answer: asyncio.Future[list[AppendResult]]


class GroupCommit:
    """Gathers appends and sends them together, in the order in which they came."""

    def __init__(self, send: Send) -> None:
        """Take the function that records commands in one transaction, durably when it returns."""
        self._send = send
        self._waiting: deque[_Turn] = deque()
        self._writer: asyncio.Task[None] | None = None

    async def append(self, appends: Sequence[Append]) -> list[AppendResult]:
        """Record commands, together with others that wait, and answer after the commit.

        One caller's commands stay together and in order. A caller that is cancelled before its turn has
        recorded nothing; during it, as with any call that is broken off, it cannot know.
        """
        turn = _Turn(appends, asyncio.get_running_loop().create_future())
        self._waiting.append(turn)
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write())
            self._writer.add_done_callback(self._let_go)
        return await turn.answer

    def _let_go(self, writer: asyncio.Task[None]) -> None:
        """Keep nobody waiting for a writer that was cancelled, also if it was before its first step."""
        if self._writer is writer:
            for turn in self._waiting:
                turn.answer.cancel()
            self._waiting.clear()

    async def _write(self) -> None:
        """Send until nobody waits."""
        while turns := self._next_turns():
            try:
                await self._send_together(turns)
            except BaseException:
                for turn in turns:
                    turn.answer.cancel()
                raise

    def _next_turns(self) -> list[_Turn]:
        turns: list[_Turn] = []
        commands = 0
        while self._waiting:
            if self._waiting[0].answer.cancelled():
                self._waiting.popleft()
                continue
            commands += len(self._waiting[0].appends)
            if turns and commands > MOST:
                break
            turns.append(self._waiting.popleft())
        return turns

    async def _send_together(self, turns: Sequence[_Turn]) -> None:
        try:
            results = await self._send([append for turn in turns for append in turn.appends])
        except UnavailableError as error:
            for turn in turns:
                _fail(turn, UnavailableError(str(error)), error)
        except Exception as error:
            if len(turns) == 1:
                _fail(turns[0], error)
                return
            # Something is wrong with one caller's commands, and nothing was written. That is its affair.
            for turn in turns:
                await self._send_together([turn])
        else:
            taken = 0
            for turn in turns:
                if not turn.answer.cancelled():
                    turn.answer.set_result(results[taken : taken + len(turn.appends)])
                taken += len(turn.appends)


def _fail(turn: _Turn, error: Exception, cause: Exception | None = None) -> None:
    if not turn.answer.cancelled():
        error.__cause__ = cause
        turn.answer.set_exception(error)
