"""Migrations are applied once, in order, and stay what they were."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from urllib.parse import urlsplit
from uuid import uuid4

import asyncpg
import pytest

from domain.errors import UnavailableError
from eventstore import migrate as module
from eventstore.errors import RehearsalError, SchemaError
from eventstore.migrate import check_schema, migrate, migrations, pending, schema_version
from eventstore.pool import APP_ROLE, OWNER_ROLE, open_pool
from eventstore.postgres import PostgresLedger
from tests.eventstore.conftest import database, run, url_of

ALL = [migration.number for migration in migrations()]


@pytest.fixture
async def empty_url(postgres_url: str) -> AsyncIterator[str]:
    """The superuser's URL of a database without anything."""
    async with database(postgres_url, "template1") as url:
        yield url


@pytest.fixture
async def login(postgres_url: str) -> AsyncIterator[str]:
    """A login without any right."""
    name = f"login_{uuid4().hex}"
    await run(postgres_url, f"CREATE ROLE {name} LOGIN NOINHERIT")
    yield name
    await run(postgres_url, f"DROP ROLE {name}")


def url_as(url: str, login: str) -> str:
    """Return the same URL for another login."""
    return url.replace("://postgres@", f"://{login}@")


def pretend(monkeypatch: pytest.MonkeyPatch, *pretended: module.Migration) -> None:
    """Have other migrations than those there are."""
    monkeypatch.setattr(module, "migrations", lambda: pretended)


def test_migrations_are_numbered_without_gaps() -> None:
    assert list(range(1, len(ALL) + 1)) == ALL
    assert all(migration.name.startswith(f"{migration.number:04}_") for migration in migrations())


async def test_what_is_applied_is_not_applied_again(empty_url: str) -> None:
    assert await migrate(empty_url) == ALL
    assert await migrate(empty_url) == []
    connection = await asyncpg.connect(empty_url)
    assert await migrate(connection) == []
    assert await schema_version(connection) == len(ALL)
    await check_schema(connection)
    await connection.close()


async def test_many_may_migrate_one_database_at_once(empty_url: str) -> None:
    applied = await asyncio.gather(*(migrate(empty_url) for _ in range(4)))
    assert sorted(applied) == [[], [], [], ALL]


async def test_several_databases_of_one_server_may_migrate_at_once(postgres_url: str) -> None:
    async with (
        database(postgres_url, "template1") as one,
        database(postgres_url, "template1") as two,
        database(postgres_url, "template1") as three,
    ):
        applied = await asyncio.gather(*(migrate(url) for url in (one, two, three)))
        assert applied == [ALL] * 3


async def test_an_edited_migration_is_refused(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    first, *others = migrations()
    pretend(monkeypatch, replace(first, sql=first.sql + " "), *others)
    with pytest.raises(SchemaError, match=r"0001_ledger\.sql was edited"):
        await migrate(database_url)


async def test_a_database_that_is_newer_is_refused(
    database_url: str, pool: asyncpg.Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend(monkeypatch, *migrations()[:-1])
    with pytest.raises(SchemaError, match="newer"):
        await check_schema(pool)
    with pytest.raises(SchemaError, match="does not know"):
        await migrate(database_url)


async def test_a_database_that_is_older_is_named_so(empty_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    every = migrations()
    pretend(monkeypatch, *every[:1])
    assert await migrate(empty_url) == [1]
    pretend(monkeypatch, *every)
    async with await open_pool(empty_url) as pool:
        with pytest.raises(SchemaError, match="older"):
            await PostgresLedger.open(pool)
    assert await migrate(empty_url) == ALL[1:]


async def test_a_migration_that_fails_leaves_nothing(empty_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = module.Migration(1, "0001_broken.sql", "CREATE TABLE ledger.half (); SELECT 1 / 0")
    pretend(monkeypatch, broken)
    connection = await asyncpg.connect(empty_url)
    with pytest.raises(SchemaError, match=r"0001_broken\.sql does not fit .*: division by zero\."):
        await migrate(connection)
    assert await schema_version(connection) == 0
    assert await connection.fetchval("SELECT to_regclass('ledger.half')") is None
    assert await connection.fetchval("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'") == 0
    await connection.close()


async def test_a_ledger_stays_of_its_kind(
    postgres_url: str, database_url: str, rehearsal_template: str
) -> None:
    with pytest.raises(RehearsalError, match="live"):
        await migrate(database_url, rehearsal=True)
    async with database(postgres_url, rehearsal_template) as url:
        with pytest.raises(RehearsalError, match="rehearsal"):
            await migrate(url)
        assert await migrate(url, rehearsal=True) == []


async def test_what_is_pending_is_said_and_nothing_is_changed(
    empty_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await pending(empty_url) == migrations()
    every = migrations()
    pretend(monkeypatch, *every[:2])
    await migrate(empty_url)
    pretend(monkeypatch, *every)
    assert await pending(empty_url) == every[2:]
    connection = await asyncpg.connect(empty_url)
    assert await schema_version(connection) == 2
    await connection.close()
    with pytest.raises(RehearsalError):
        await pending(empty_url, rehearsal=True)
    pretend(monkeypatch, every[0])
    with pytest.raises(SchemaError, match="does not know"):
        await pending(empty_url)


@pytest.mark.usefixtures("live_template")
async def test_an_owner_who_is_no_superuser_migrates_where_the_roles_exist(
    empty_url: str, login: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """He or she may create schemas only for the first time, and inherits nothing without asking."""
    url, name = url_as(empty_url, login), urlsplit(empty_url).path[1:]
    await run(empty_url, f"GRANT {OWNER_ROLE} TO {login}", f"GRANT CREATE ON DATABASE {name} TO {login}")
    every = migrations()
    pretend(monkeypatch, *every[:-1])
    assert await pending(url) == every[:-1]
    assert await migrate(url) == ALL[:-1]
    await run(empty_url, f"REVOKE CREATE ON DATABASE {name} FROM {login}")
    pretend(monkeypatch, *every)
    assert await pending(url) == every[-1:]
    assert await migrate(url) == ALL[-1:]
    assert await migrate(url) == []
    await run(empty_url, f"REVOKE {OWNER_ROLE} FROM {login}")


@pytest.mark.usefixtures("live_template")
async def test_a_login_that_may_not_migrate_is_told_what_it_lacks(empty_url: str, login: str) -> None:
    url = url_as(empty_url, login)
    with pytest.raises(UnavailableError, match=rf"permission denied.*member of {OWNER_ROLE}"):
        await migrate(url)
    with pytest.raises(UnavailableError, match=rf"permission denied.*member of {OWNER_ROLE}"):
        await pending(url)
    await run(empty_url, f"GRANT {OWNER_ROLE} TO {login}")
    with pytest.raises(UnavailableError, match="permission denied for database"):
        await migrate(url)
    await run(empty_url, f"REVOKE {OWNER_ROLE} FROM {login}")


@pytest.mark.usefixtures("live_template")
async def test_a_login_that_may_not_act_as_the_application_is_told_so(database_url: str, login: str) -> None:
    with pytest.raises(UnavailableError, match=f"GRANT {APP_ROLE} TO"):
        await open_pool(url_as(database_url, login))


async def test_everything_belongs_to_the_owner(superuser: asyncpg.Connection) -> None:
    owners = await superuser.fetch(
        "SELECT DISTINCT pg_get_userbyid(owner) FROM ("
        "SELECT relowner AS owner FROM pg_class WHERE relnamespace = 'ledger'::regnamespace "
        "UNION SELECT proowner FROM pg_proc WHERE pronamespace = 'ledger'::regnamespace "
        "UNION SELECT nspowner FROM pg_namespace WHERE nspname = 'ledger') AS owned"
    )
    assert [owner for (owner,) in owners] == [OWNER_ROLE]


async def test_a_server_that_is_not_there_is_unavailable(postgres_url: str) -> None:
    nowhere = f"postgresql://postgres@/postgres?host=/tmp/{uuid4().hex}"
    with pytest.raises(UnavailableError):
        await migrate(nowhere)
    with pytest.raises(UnavailableError):
        await open_pool(nowhere)
    with pytest.raises(UnavailableError, match="there_is_no_such_database"):
        await open_pool(url_of(postgres_url, "there_is_no_such_database"))
    with pytest.raises(UnavailableError, match='"nobody_knows" does not exist'):
        await open_pool(url_as(postgres_url, "nobody_knows"))
