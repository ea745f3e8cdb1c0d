"""Following the ledger: every event, in order, whatever happens to the follower."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Sequence

import asyncpg
import pytest

from domain.errors import NotFoundError, UnavailableError
from eventstore.envelope import Entry
from eventstore.news import News
from eventstore.pool import open_pool
from eventstore.postgres import PostgresLedger
from eventstore.subscription import Change, catch_up, checkpoint, enrol, follow
from tests.eventstore.making import appended, body, command

PATIENCE = 30


class Listener:
    """A subscriber that notes what it sees, and writes it down with its checkpoint."""

    name = "listener"

    def __init__(self) -> None:
        self.seen: list[int] = []
        self.fails_at: int | None = None

    async def prepare(self, entries: Sequence[Entry]) -> Change:
        self.seen += [entry.position for entry in entries]

        async def change(connection: asyncpg.Connection) -> None:
            if self.fails_at in self.seen:
                raise UnavailableError("the world is away")
            await connection.executemany(
                "INSERT INTO public.written VALUES ($1)", [(entry.position,) for entry in entries]
            )

        return change


@pytest.fixture
async def ledger(pool: asyncpg.Pool, superuser: asyncpg.Connection) -> PostgresLedger:
    await superuser.execute("CREATE TABLE public.written (position bigint PRIMARY KEY)")
    await superuser.execute("GRANT ALL ON public.written TO inspections_app")
    await enrol(pool, Listener.name)
    return await PostgresLedger.open(pool)


@pytest.fixture
async def news(database_url: str) -> AsyncIterator[News]:
    async with News.listening(database_url) as listening:
        yield listening


async def _written(superuser: asyncpg.Connection) -> list[int]:
    rows = await superuser.fetch("SELECT position FROM public.written ORDER BY position")
    return [row["position"] for row in rows]


async def _until(superuser: asyncpg.Connection, position: int) -> None:
    async with asyncio.timeout(PATIENCE):
        while (await _written(superuser))[-1:] != [position]:
            await asyncio.sleep(0.01)


async def _fill(ledger: PostgresLedger, events: int) -> None:
    version = len(await ledger.read_stream("A"))
    await ledger.append([command("A", version + n, body(n)) for n in range(events)])


async def test_a_subscriber_takes_everything_in_order_page_by_page(
    pool: asyncpg.Pool, ledger: PostgresLedger, superuser: asyncpg.Connection
) -> None:
    await _fill(ledger, 25)
    listener = Listener()
    assert await catch_up(pool, ledger, listener, page=10) == 25
    assert listener.seen == await _written(superuser) == list(range(1, 26))
    assert await checkpoint(pool, Listener.name) == 25
    assert await catch_up(pool, ledger, listener) == 0


async def test_what_could_not_be_taken_in_is_seen_again_and_written_once(
    pool: asyncpg.Pool, ledger: PostgresLedger, superuser: asyncpg.Connection
) -> None:
    await _fill(ledger, 25)
    listener = Listener()
    listener.fails_at = 15
    with pytest.raises(UnavailableError):
        await catch_up(pool, ledger, listener, page=10)
    assert await checkpoint(pool, Listener.name) == 10
    listener.fails_at = None
    await catch_up(pool, ledger, listener, page=10)
    assert listener.seen == [*range(1, 21), *range(11, 26)]
    assert await _written(superuser) == list(range(1, 26))


async def test_several_followers_may_share_a_subscription(
    pool: asyncpg.Pool, ledger: PostgresLedger, superuser: asyncpg.Connection
) -> None:
    await _fill(ledger, 200)
    taken = await asyncio.gather(*(catch_up(pool, ledger, Listener(), page=7) for _ in range(4)))
    assert sum(taken) == 200
    assert await _written(superuser) == list(range(1, 201))


async def test_a_subscription_may_begin_behind_a_position_and_begins_once(
    pool: asyncpg.Pool, ledger: PostgresLedger
) -> None:
    await _fill(ledger, 5)
    await enrol(pool, "late", after=3)
    await enrol(pool, "late", after=0)
    assert await checkpoint(pool, "late") == 3
    with pytest.raises(NotFoundError, match="nobody is no subscriber"):
        await checkpoint(pool, "nobody")


async def test_a_follower_hears_at_once(
    pool: asyncpg.Pool,
    ledger: PostgresLedger,
    superuser: asyncpg.Connection,
    news: News,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Looking by itself would take longer than this test waits."""
    monkeypatch.setattr("eventstore.subscription.PATIENCE_SECONDS", 10 * PATIENCE)
    listener = Listener()
    follower = asyncio.create_task(follow(lambda: catch_up(pool, ledger, listener), news, print))
    for number in range(3):
        await appended(ledger, command("A", number, body(number)))
        await _until(superuser, number + 1)
    follower.cancel()


async def test_a_refusal_is_no_news(ledger: PostgresLedger, news: News) -> None:
    await _news_of(news, ledger.head())  # listening begins with news, too
    assert await _news_of(news, appended(ledger, command("A", 0, body(1)))) == 1
    assert await _news_of(news, appended(ledger, command("A", 1))) == 0
    assert await _news_of(news, appended(ledger, command("A", 1, body(1)))) == 1


async def _news_of(news: News, doing: Awaitable[object]) -> int:
    """Do something and return how often there is news of it before there is none for a while."""
    turns = news.turns(PATIENCE)
    await anext(turns)
    await doing
    heard = 0
    with contextlib.suppress(TimeoutError):
        while True:
            await asyncio.wait_for(anext(turns), 0.5)
            heard += 1
    return heard


async def test_a_follower_that_lost_its_connections_goes_on(
    database_url: str,
    pool: asyncpg.Pool,
    ledger: PostgresLedger,
    superuser: asyncpg.Connection,
    news: News,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("eventstore.subscription.PATIENCE_SECONDS", 10 * PATIENCE)
    listener = Listener()
    follower = asyncio.create_task(follow(lambda: catch_up(pool, ledger, listener), news, print))
    await _fill(ledger, 1)
    await _until(superuser, 1)
    await superuser.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    async with await open_pool(database_url) as another:
        await _fill(await PostgresLedger.open(another), 1)
    await _until(superuser, 2)
    follower.cancel()


async def test_a_server_that_talks_nonsense_does_not_end_the_listening(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As a proxy may while the server behind it is replaced; listening is tried again."""
    monkeypatch.setattr("eventstore.news._RECONNECT_SECONDS", 0.01)
    asked = 0

    async def talk_nonsense(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal asked
        asked += 1
        await reader.read(1)
        writer.write(b"R\x00\x00\x00\x04")  # an answer to the login, without its content
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(talk_nonsense, "127.0.0.1", 0) as server:
        host, port = server.sockets[0].getsockname()
        async with News.listening(f"postgresql://nobody@{host}:{port}/none?sslmode=disable"):
            async with asyncio.timeout(PATIENCE):
                while asked < 2:
                    await asyncio.sleep(0.01)


async def test_without_news_a_follower_looks_by_itself(
    pool: asyncpg.Pool,
    ledger: PostgresLedger,
    superuser: asyncpg.Connection,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A proxy may swallow every notification."""
    monkeypatch.setattr("eventstore.subscription.PATIENCE_SECONDS", 0.05)
    listener = Listener()
    follower = asyncio.create_task(follow(lambda: catch_up(pool, ledger, listener), News(), print))
    for number in range(2):
        await appended(ledger, command("A", number, body(number)))
        await _until(superuser, number + 1)
    follower.cancel()


async def test_a_follower_outlives_what_cannot_be_taken_in_now(
    pool: asyncpg.Pool,
    ledger: PostgresLedger,
    superuser: asyncpg.Connection,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("eventstore.subscription.PATIENCE_SECONDS", 0.05)
    listener = Listener()
    listener.fails_at = 1
    told: list[str | None] = []
    await _fill(ledger, 1)
    follower = asyncio.create_task(follow(lambda: catch_up(pool, ledger, listener), News(), told.append))
    while len(listener.seen) < 3:
        await asyncio.sleep(0.01)
    listener.fails_at = None
    await _until(superuser, 1)
    while told[-1:] != [None]:
        await asyncio.sleep(0.01)
    follower.cancel()
    assert set(told) == {"the world is away", None}
