"""Group commit: who waits goes together, and what one brings is no affair of the others."""

import asyncio
import logging
from collections.abc import Sequence

import asyncpg
import pytest

from domain.errors import MalformedError, UnavailableError
from eventstore.group_commit import MOST, GroupCommit
from eventstore.ledger import Append, Appended, AppendResult, Conflict, Ledger
from eventstore.postgres import PostgresLedger
from tests.eventstore.making import body, command, number_in


class Door:
    """A way into a ledger that opens when it is told to, and may be broken."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.open = asyncio.Event()
        self.calls: list[list[str]] = []
        self.broken: Exception | None = None

    async def send(self, appends: Sequence[Append]) -> list[AppendResult]:
        self.calls.append([append.stream for append in appends])
        await self.open.wait()
        if self.broken:
            raise self.broken
        if any(append.stream == "bad" for append in appends):
            raise MalformedError("bad cannot be stored")
        return await self.ledger.append(appends)


@pytest.fixture
def door(ledger: Ledger) -> Door:
    return Door(ledger)


def _bring(together: GroupCommit, *streams: str) -> list[asyncio.Task[list[AppendResult]]]:
    return [
        asyncio.create_task(together.append([command(stream, 0, body(number))]))
        for number, stream in enumerate(streams)
    ]


async def _first_is_under_way(door: Door) -> None:
    while not door.calls:
        await asyncio.sleep(0)


async def test_who_comes_during_a_call_goes_together_in_the_next(door: Door) -> None:
    together = GroupCommit(door.send)
    first = _bring(together, "A")
    await _first_is_under_way(door)
    others = _bring(together, "B", "C", "D")
    await asyncio.sleep(0)
    door.open.set()
    await asyncio.gather(*first, *others)
    assert door.calls == [["A"], ["B", "C", "D"]]
    assert [entry.stream for entry in await door.ledger.read_all()] == ["A", "B", "C", "D"]


async def test_each_hears_of_its_own_commands_only(door: Door) -> None:
    """Two want the same version of one stream: one gets it, and a third is not touched by that."""
    door.open.set()
    together = GroupCommit(door.send)
    answers = await asyncio.gather(
        together.append([command("A", 0, body(1)), command("A", 1, body(2))]),
        together.append([command("A", 0, body(3))]),
        together.append([command("B", 0, body(4))]),
    )
    assert len(door.calls) == 1
    assert [type(result) for answer in answers for result in answer] == [
        Appended,
        Appended,
        Conflict,
        Appended,
    ]
    assert [number_in(entry.text) for entry in await door.ledger.read_all()] == [1, 2, 4]


async def test_what_one_cannot_store_the_others_can(door: Door) -> None:
    door.open.set()
    together = GroupCommit(door.send)
    good, bad, last = _bring(together, "A", "bad", "C")
    await asyncio.wait([good, bad, last])
    assert isinstance(good.result()[0], Appended)
    assert isinstance(bad.exception(), MalformedError)
    assert isinstance(last.result()[0], Appended)
    assert [entry.stream for entry in await door.ledger.read_all()] == ["A", "C"]


async def test_when_the_ledger_is_away_everybody_is_told_and_the_next_is_tried_anew(door: Door) -> None:
    door.open.set()
    door.broken = UnavailableError("PostgreSQL cannot be reached")
    together = GroupCommit(door.send)
    tasks = _bring(together, "A", "B")
    await asyncio.wait(tasks)
    assert [type(task.exception()) for task in tasks] == [UnavailableError, UnavailableError]
    assert len(door.calls) == 1
    door.broken = None
    (task,) = _bring(together, "A")
    assert isinstance((await task)[0], Appended)


async def test_who_gives_up_before_its_turn_has_recorded_nothing(door: Door) -> None:
    together = GroupCommit(door.send)
    first = _bring(together, "A")
    await _first_is_under_way(door)
    gone, stays = _bring(together, "B", "C")
    await asyncio.sleep(0)
    gone.cancel()
    door.open.set()
    await asyncio.gather(*first, stays)
    assert gone.cancelled()
    assert [entry.stream for entry in await door.ledger.read_all()] == ["A", "C"]


async def test_who_gives_up_during_the_call_keeps_nobody_from_an_answer(door: Door) -> None:
    together = GroupCommit(door.send)
    gone, stays = _bring(together, "A", "B")
    await _first_is_under_way(door)
    gone.cancel()
    await asyncio.sleep(0)
    door.open.set()
    assert isinstance((await stays)[0], Appended)


async def test_a_call_has_a_bound_and_one_caller_stays_whole(door: Door) -> None:
    together = GroupCommit(door.send)
    first = _bring(together, "A")
    await _first_is_under_way(door)
    others = _bring(together, *(f"S{number}" for number in range(MOST + 1)))
    many = asyncio.create_task(together.append([command("B", n, body(n)) for n in range(MOST + 2)]))
    await asyncio.sleep(0)
    door.open.set()
    await asyncio.gather(*first, *others, many)
    assert [len(call) for call in door.calls] == [1, MOST, 1, MOST + 2]


def _writer() -> asyncio.Task[None]:
    (writer,) = [task for task in asyncio.all_tasks() if "GroupCommit._write" in str(task.get_coro())]
    return writer


async def test_when_everything_ends_nobody_waits_for_ever(door: Door) -> None:
    """Neither who is under way nor who waits for the next call."""
    together = GroupCommit(door.send)
    (first,) = _bring(together, "A")
    await _first_is_under_way(door)
    (next_one,) = _bring(together, "B")
    await asyncio.sleep(0)
    _writer().cancel()
    await asyncio.wait([first, next_one])
    assert (first.cancelled(), next_one.cancelled()) == (True, True)


async def test_a_writer_that_ends_before_it_has_begun_keeps_nobody_waiting(door: Door) -> None:
    """And whoever comes afterwards has a writer of its own."""
    door.open.set()
    together = GroupCommit(door.send)
    (waiting,) = _bring(together, "A")
    await asyncio.sleep(0)
    _writer().cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    (later,) = _bring(together, "A")
    assert isinstance((await later)[0], Appended)


async def test_an_observer_that_fails_is_logged_and_no_affair_of_who_appends(
    pool: asyncpg.Pool, caplog: pytest.LogCaptureFixture
) -> None:
    """What it was to be told of is recorded."""

    def fail(_: Sequence[Append], __: Sequence[AppendResult]) -> None:
        raise ArithmeticError("cannot count")

    ledger = await PostgresLedger.open(pool, observe=fail)
    with caplog.at_level(logging.ERROR):
        (result,) = await ledger.append([command("A", 0, body(1))])
    assert isinstance(result, Appended)
    assert "cannot count" in caplog.text
    assert await ledger.head() == 1
