"""The outbox: each notice is written once, taken up by one at a time, and never lost."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import asyncpg
import pytest

from domain.errors import IntegrityError, UnavailableError
from eventstore.envelope import Entry
from eventstore.notices import PATIENCE, SUBSCRIBER, NoticeWriter, PostgresOutbox, begin_after
from eventstore.outbox import Notice, NoticeState, Taken
from eventstore.pool import open_pool
from eventstore.postgres import PostgresLedger
from eventstore.subscription import Change, catch_up, checkpoint, enrol
from tests.eventstore.making import body, command

STREAM = "SFK-2023-F1"
AT_ONCE = timedelta(0)
LATER = timedelta(hours=1)


def hearings(_: Entry) -> list[tuple[str, str]]:
    return [("leads", "noted"), ("p-ada", "noted"), ("p-ada", "checked")]


class DyingWriter(NoticeWriter):
    """Dies in the transaction that would move the checkpoint, after it has written."""

    async def prepare(self, entries: Sequence[Entry]) -> Change:
        write = await super().prepare(entries)

        async def change(connection: asyncpg.Connection) -> None:
            await write(connection)
            raise KeyboardInterrupt

        return change


@pytest.fixture
async def ledger(pool: asyncpg.Pool) -> PostgresLedger:
    await enrol(pool, SUBSCRIBER)
    return await PostgresLedger.open(pool)


@pytest.fixture
def outbox(pool: asyncpg.Pool) -> PostgresOutbox:
    return PostgresOutbox(pool)


async def _written(pool: asyncpg.Pool, ledger: PostgresLedger, events: int = 1) -> None:
    version = len(await ledger.read_stream(STREAM))
    await ledger.append([command(STREAM, version + n, body(n)) for n in range(events)])
    await catch_up(pool, ledger, NoticeWriter(hearings))


async def _keys(outbox: PostgresOutbox) -> list[tuple[int, str, str]]:
    found = await outbox.list(NoticeState)
    return [(one.notice.position, one.notice.recipient, one.notice.reason) for one in found]


async def _take(outbox: PostgresOutbox) -> Taken:
    taken = await outbox.take()
    assert taken is not None
    return taken


async def _take_to(recipient: str, outbox: PostgresOutbox) -> Taken:
    while (taken := await _take(outbox)).notice.recipient != recipient:
        pass
    return taken


async def test_there_is_one_notice_for_each_event_recipient_and_reason(
    pool: asyncpg.Pool, ledger: PostgresLedger, outbox: PostgresOutbox
) -> None:
    await _written(pool, ledger, events=2)
    expected = [(1, "p-ada", "checked"), (1, "leads", "noted"), (1, "p-ada", "noted")]
    assert await _keys(outbox) == [*expected, *((2, *rest) for _, *rest in expected)]


async def test_a_writer_that_dies_before_the_commit_leaves_nothing_and_is_made_up_for(
    pool: asyncpg.Pool, ledger: PostgresLedger, outbox: PostgresOutbox
) -> None:
    await ledger.append([command(STREAM, 0, body(1))])
    with pytest.raises(KeyboardInterrupt):
        await catch_up(pool, ledger, DyingWriter(hearings))
    assert await _keys(outbox) == []
    assert await checkpoint(pool, SUBSCRIBER) == 0

    await catch_up(pool, ledger, NoticeWriter(hearings))
    assert len(await _keys(outbox)) == 3


async def test_several_writers_write_each_notice_once(
    pool: asyncpg.Pool, ledger: PostgresLedger, outbox: PostgresOutbox
) -> None:
    await ledger.append([command(STREAM, n, body(n)) for n in range(50)])
    await asyncio.gather(*(catch_up(pool, ledger, NoticeWriter(hearings), page=7) for _ in range(4)))
    assert len(await _keys(outbox)) == 150


async def test_following_the_ledger_from_the_beginning_again_writes_nothing_twice(
    pool: asyncpg.Pool, ledger: PostgresLedger, outbox: PostgresOutbox
) -> None:
    await _written(pool, ledger)
    taken = await _take(outbox)
    await outbox.sent(taken, bytes(32))
    await begin_after(pool, 0)
    assert await catch_up(pool, ledger, NoticeWriter(hearings)) == 1
    assert await outbox.counts() == {
        NoticeState.WAITING: 2, NoticeState.ADDRESSED: 0, NoticeState.SENT: 1, NoticeState.FAILED: 0,
    }  # fmt: skip


async def test_one_may_begin_behind_a_position(
    pool: asyncpg.Pool, ledger: PostgresLedger, outbox: PostgresOutbox
) -> None:
    await ledger.append([command(STREAM, n, body(n)) for n in range(5)])
    await begin_after(pool, 4)
    await catch_up(pool, ledger, NoticeWriter(hearings))
    assert {position for position, *_ in await _keys(outbox)} == {5}


async def test_what_cannot_be_read_stops_the_writer_and_is_not_passed_over(
    pool: asyncpg.Pool, ledger: PostgresLedger, outbox: PostgresOutbox
) -> None:
    def unreadable(entry: Entry) -> list[tuple[str, str]]:
        raise IntegrityError(f"position {entry.position}: of a later release")

    await ledger.append([command(STREAM, 0, body(1))])
    with pytest.raises(IntegrityError, match="position 1"):
        await catch_up(pool, ledger, NoticeWriter(unreadable))
    assert await checkpoint(pool, SUBSCRIBER) == 0
    assert await _keys(outbox) == []


async def test_what_somebody_has_taken_up_nobody_else_takes_up(
    pool: asyncpg.Pool, ledger: PostgresLedger, outbox: PostgresOutbox
) -> None:
    await _written(pool, ledger, events=10)
    found = await asyncio.gather(*(outbox.take() for _ in range(40)))
    notices = [one.notice for one in found if one is not None]
    assert len(notices) == len(set(notices)) == 30
    (first, *_) = await ledger.read_all(limit=1)
    assert await outbox.waiting_since() == first.recorded_at
    assert {one.attempt for one in found if one is not None} == {1}


async def test_what_was_taken_up_and_given_up_is_taken_up_anew(
    pool: asyncpg.Pool, ledger: PostgresLedger
) -> None:
    """A process that was killed says nothing; its notices wait for a while."""
    await _written(pool, ledger)
    impatient = PostgresOutbox(pool, patience=AT_ONCE)
    first = await _take(impatient)
    for _ in range(2):
        await _take(impatient)
    assert await _take(impatient) == Taken(first.notice, attempt=2)


async def test_while_postgresql_is_away_nobodys_time_runs_out(
    database_url: str,
    superuser: asyncpg.Connection,
    pool: asyncpg.Pool,
    ledger: PostgresLedger,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One has sent its notices and cannot note it; when PostgreSQL is back, it comes before the others."""
    passed = 0.0
    monkeypatch.setattr("eventstore.notices._clock", lambda: passed)
    await _written(pool, ledger)
    async with await open_pool(database_url, timeout=0.5) as impatient:
        other = PostgresOutbox(impatient)
        mine = PostgresOutbox(pool, patience=AT_ONCE)
        first, *_ = [await _take(mine) for _ in range(3)]
        passed += 2 * PATIENCE.total_seconds()
        await superuser.execute("BEGIN; LOCK TABLE ledger.notices")
        with pytest.raises(UnavailableError):
            await other.counts()
        await superuser.execute("ROLLBACK")
        assert await other.take() is None
        await mine.sent(first, bytes(32))

        passed += PATIENCE.total_seconds()
        assert {(await _take(other)).attempt for _ in range(2)} == {2}
        assert await other.take() is None


async def test_whoever_has_just_begun_leaves_to_others_what_they_have_taken_up(
    pool: asyncpg.Pool, ledger: PostgresLedger, outbox: PostgresOutbox
) -> None:
    """It cannot know whether PostgreSQL was away before. What nobody has taken up it takes."""
    await _written(pool, ledger)
    taken = await _take(PostgresOutbox(pool, patience=AT_ONCE))
    assert taken.notice not in [(await _take(outbox)).notice for _ in range(2)]
    assert await outbox.take() is None


async def test_what_is_to_wait_waits(
    pool: asyncpg.Pool, ledger: PostgresLedger, outbox: PostgresOutbox
) -> None:
    await _written(pool, ledger)
    first = await _take(outbox)
    await outbox.later(first, "the mailbox is full", LATER)
    assert {(await _take(outbox)).notice for _ in range(2)} == {
        one.notice for one in await outbox.list(NoticeState) if one.notice != first.notice
    }
    assert await outbox.take() is None
    (waiting,) = [one for one in await outbox.list([NoticeState.WAITING]) if one.problem]
    assert (waiting.notice, waiting.problem) == (first.notice, "the mailbox is full")

    second = first.notice
    assert await outbox.retry() == 1
    assert await _take(outbox) == Taken(second, attempt=2)


async def test_what_has_failed_is_listed_and_tried_again_only_when_asked(
    pool: asyncpg.Pool, ledger: PostgresLedger, outbox: PostgresOutbox
) -> None:
    await _written(pool, ledger)
    first = await _take(outbox)
    await outbox.failed(first, "no such address")
    (failed,) = await outbox.list([NoticeState.FAILED])
    assert (failed.notice, failed.problem, failed.attempts) == (first.notice, "no such address", 1)
    assert await outbox.retry(inspection="TRF-2023-F1") == 0
    assert await outbox.retry(inspection=STREAM) == 1
    assert await outbox.list([NoticeState.FAILED]) == []


async def test_whoever_comes_too_late_changes_nothing_but_a_sent_notice_is_sent(
    pool: asyncpg.Pool, ledger: PostgresLedger
) -> None:
    outbox = PostgresOutbox(pool, patience=AT_ONCE)
    await _written(pool, ledger)
    slow = await _take(outbox)
    while (again := await _take(outbox)).notice != slow.notice:
        await outbox.later(again, "not yet", LATER)
    await outbox.failed(slow, "too late")
    await outbox.later(slow, "too late", LATER)
    assert await outbox.list([NoticeState.FAILED]) == []

    await outbox.sent(slow, bytes(range(32)))
    await outbox.failed(again, "too late")
    (sent,) = await outbox.list([NoticeState.SENT])
    assert (sent.notice, sent.digest) == (slow.notice, bytes(range(32)))
    assert sent.sent_at is not None


async def test_a_notice_to_a_seat_goes_on_to_people_and_names_the_places_that_nobody_holds(
    pool: asyncpg.Pool, ledger: PostgresLedger, outbox: PostgresOutbox
) -> None:
    await _written(pool, ledger)
    taken = await _take_to("leads", outbox)
    await outbox.addressed(taken, ["p-ada", "p-bob"], {"leads/cqc": "nobody"})
    await outbox.addressed(taken, ["p-late"], {})

    assert [one.notice.recipient for one in await outbox.list([NoticeState.ADDRESSED])] == ["leads"]
    assert [one.notice for one in await outbox.list([NoticeState.FAILED])] == [
        Notice(1, "leads/cqc", "noted", STREAM)
    ]
    # To Ada there was one already, for the same reason.
    assert [
        one.notice.recipient
        for one in await outbox.list([NoticeState.WAITING])
        if one.notice.reason == "noted"
    ] == ["p-ada", "p-bob"]


async def test_a_place_that_nobody_holds_stays_failed_until_somebody_does(
    pool: asyncpg.Pool, ledger: PostgresLedger, outbox: PostgresOutbox
) -> None:
    await _written(pool, ledger)
    taken = await _take_to("leads", outbox)
    await outbox.addressed(taken, [], {"leads": "nobody leads"})
    (failed,) = await outbox.list([NoticeState.FAILED])
    assert (failed.notice.recipient, failed.problem) == ("leads", "nobody leads")

    await outbox.retry()
    await outbox.addressed(await _take_to("leads", outbox), ["p-cleo"], {})
    assert await outbox.list([NoticeState.FAILED]) == []
    assert [one.notice.recipient for one in await outbox.list([NoticeState.ADDRESSED])] == ["leads"]


async def test_without_postgresql_nothing_is_taken(
    pool: asyncpg.Pool, ledger: PostgresLedger, outbox: PostgresOutbox
) -> None:
    assert await outbox.waiting_since() is None
    await _written(pool, ledger)
    await pool.close()
    with pytest.raises(UnavailableError):
        await outbox.take()
