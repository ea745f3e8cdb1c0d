"""A database of its own for every test, cloned from one that was migrated once."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import asyncpg
import pytest

from eventstore.ledger import Ledger
from eventstore.memory import MemoryLedger
from eventstore.migrate import migrate
from eventstore.pool import open_pool
from eventstore.postgres import PostgresLedger

Databases = Callable[[str], Awaitable[str]]


def url_of(server: str, database: str) -> str:
    """Return the URL of another database on the same server."""
    return urlunsplit(urlsplit(server)._replace(path=f"/{database}"))


async def run(url: str, *statements: str) -> None:
    """Run statements on a connection of their own, each in its own transaction."""
    connection = await asyncpg.connect(url)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


@asynccontextmanager
async def database(server: str, template: str) -> AsyncIterator[str]:
    """Clone a database and drop it afterwards."""
    name = f"test_{uuid4().hex}"
    await run(server, f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
    try:
        yield url_of(server, name)
    finally:
        await run(server, f"DROP DATABASE {name} WITH (FORCE)")


@asynccontextmanager
async def read_only(superuser: asyncpg.Connection) -> AsyncIterator[None]:
    """Have sessions that begin meanwhile write nothing, as in a standby."""
    name = await superuser.fetchval("SELECT current_database()")
    await superuser.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    try:
        yield
    finally:
        await superuser.execute(f"ALTER DATABASE {name} RESET default_transaction_read_only")


@asynccontextmanager
async def postgres_ledger(url: str) -> AsyncIterator[PostgresLedger]:
    """Open a ledger with a pool of its own."""
    async with await open_pool(url, maximum=4) as pool:
        yield await PostgresLedger.open(pool)


@pytest.fixture(scope="session")
async def live_template(postgres_url: str) -> str:
    """The name of a migrated database without content."""
    await run(postgres_url, "CREATE DATABASE live_template")
    await migrate(url_of(postgres_url, "live_template"))
    return "live_template"


@pytest.fixture(scope="session")
async def rehearsal_template(postgres_url: str) -> str:
    """The name of a migrated database without content that is a rehearsal's."""
    await run(postgres_url, "CREATE DATABASE rehearsal_template")
    await migrate(url_of(postgres_url, "rehearsal_template"), rehearsal=True)
    return "rehearsal_template"


@pytest.fixture
async def database_url(postgres_url: str, live_template: str) -> AsyncIterator[str]:
    """The superuser's URL of a migrated database that is the test's own."""
    async with database(postgres_url, live_template) as url:
        yield url


@pytest.fixture
async def pool(database_url: str) -> AsyncIterator[asyncpg.Pool]:
    """Connections of the application's role to the test's own database."""
    async with await open_pool(database_url, maximum=4) as pool:
        yield pool


@pytest.fixture
async def superuser(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    """A superuser's connection to the test's own database."""
    connection = await asyncpg.connect(database_url)
    yield connection
    await connection.close()


@pytest.fixture(params=["memory", "postgres"])
async def ledger(
    request: pytest.FixtureRequest, postgres_url: str, live_template: str
) -> AsyncIterator[Ledger]:
    """A live ledger, of each kind."""
    if request.param == "memory":
        yield MemoryLedger()
        return
    async with database(postgres_url, live_template) as url, postgres_ledger(url) as opened:
        yield opened


@pytest.fixture(params=["memory", "postgres"])
async def rehearsal(
    request: pytest.FixtureRequest, postgres_url: str, rehearsal_template: str
) -> AsyncIterator[Ledger]:
    """A rehearsal's ledger, of each kind."""
    if request.param == "memory":
        yield MemoryLedger(rehearsal=True)
        return
    async with database(postgres_url, rehearsal_template) as url, postgres_ledger(url) as opened:
        yield opened
