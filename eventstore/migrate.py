"""Bringing a database's schema up to date, from the numbered files in `migrations/`.

A migration that has been applied is history: its digest is kept, and a file that differs from what was
applied is refused. Roles belong to the whole cluster, so several databases may want to create them at
the same time; everything else is guarded by a lock in the database at hand.
"""

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

import asyncpg

from domain.errors import UnavailableError
from eventstore.errors import RehearsalError, SchemaError
from eventstore.pool import APP_ROLE, OWNER_ROLE, connection_errors

_LOCK: Final = 0x1E_D6_E7  # any number that nothing else in the database locks

_PATIENCE_SECONDS: Final = 10.0
"""How long a connection may take to open; a migration may take as long as it needs."""

_DOES_NOT_FIT: Final = (
    asyncpg.SyntaxOrAccessError,  # what is to be made exists, or what is to be changed does not
    asyncpg.DataError,
    asyncpg.IntegrityConstraintViolationError,
    asyncpg.PLPGSQLError,
)

_CREATE_ROLE: Final = """
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') THEN
        CREATE ROLE {role} NOLOGIN;
    END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN
    NULL; -- another database of this cluster was first
END
$$
"""

# `CREATE SCHEMA IF NOT EXISTS` would want the right to create schemas even where there is nothing to do.
_PREPARE: Final = f"""
DO $$
BEGIN
    IF to_regnamespace('ledger') IS NULL THEN
        CREATE SCHEMA ledger AUTHORIZATION {OWNER_ROLE};
    END IF;
END
$$;
SET LOCAL ROLE {OWNER_ROLE};
CREATE TABLE IF NOT EXISTS ledger.schema_migrations (
    number integer PRIMARY KEY,
    name text NOT NULL,
    digest text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
"""


@dataclass(frozen=True, slots=True)
class Migration:
    """One numbered file."""

    number: int
    name: str
    sql: str

    @property
    def digest(self) -> str:
        """SHA-256 of the file, in lower-case hexadecimal."""
        return hashlib.sha256(self.sql.encode()).hexdigest()


@cache
def migrations() -> tuple[Migration, ...]:
    """Return the migrations that belong to this code, in order. They are numbered 1, 2, 3 …"""
    found = sorted(
        (file for file in files("eventstore").joinpath("migrations").iterdir() if file.name.endswith(".sql")),
        key=lambda file: file.name,
    )
    return tuple(
        Migration(int(file.name.split("_", 1)[0]), file.name, file.read_text(encoding="utf-8"))
        for file in found
    )


async def migrate(target: str | asyncpg.Connection, *, rehearsal: bool = False) -> list[int]:
    """Apply the migrations that a database lacks, each in a transaction, and return their numbers.

    Args:
        target: a URL, or a connection that is in no transaction, of a superuser; or of a member of the
            owner's role, if both roles exist. Such a login may create schemas, unless `ledger` exists.
        rehearsal: what kind of ledger a new one becomes; an existing one must be of that kind.

    Raises:
        RehearsalError: the ledger there is of the other kind.
        SchemaError: the database is newer than this code, a file was edited after it was applied, or one does
            not fit what is in the database.
        UnavailableError: the database cannot be reached, or does not let this login do it.
    """
    async with _connected(target) as connection:
        return await _migrate(connection, rehearsal)


async def pending(target: str | asyncpg.Connection, *, rehearsal: bool = False) -> tuple[Migration, ...]:
    """Return the migrations that `migrate` would apply. Nothing is changed, and nobody is waited for.

    Args and errors are those of `migrate`.
    """
    async with _connected(target) as connection, connection.transaction(readonly=True):
        if not await connection.fetchval(
            "SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1)", OWNER_ROLE
        ):
            return migrations()
        await connection.execute(f"SET LOCAL ROLE {OWNER_ROLE}")
        return migrations()[await _own_version(connection, rehearsal) :]


async def schema_version(database: Any) -> int:
    """Return the number of the last migration applied; 0 in a database without any.

    Args:
        database: a connection or a pool.
    """
    if await database.fetchval("SELECT to_regclass('ledger.schema_migrations') IS NULL"):
        return 0
    version: int = await database.fetchval("SELECT coalesce(max(number), 0) FROM ledger.schema_migrations")
    return version


async def check_schema(database: Any) -> None:
    """Refuse a database that this code was not written for.

    Args:
        database: a connection or a pool.

    Raises:
        SchemaError: it is older or newer; the message says which, and what to do.
    """
    wanted = len(migrations())
    version = await schema_version(database)
    if version < wanted:
        raise SchemaError(
            f"the database is older (schema {version}) than this program (schema {wanted}): "
            "run `inspections migrate`"
        )
    if version > wanted:
        raise SchemaError(
            f"the database is newer (schema {version}) than this program (schema {wanted}): "
            "install the release by which it was migrated, or a later one"
        )


@asynccontextmanager
async def _connected(target: str | asyncpg.Connection) -> AsyncIterator[asyncpg.Connection]:
    with connection_errors():
        try:
            if not isinstance(target, str):
                yield target
                return
            connection = await asyncpg.connect(target, timeout=_PATIENCE_SECONDS)
            try:
                yield connection
            finally:
                await connection.close()
        except asyncpg.InsufficientPrivilegeError as error:
            raise UnavailableError(
                f"PostgreSQL does not let this login migrate: {error.args[0]}. It has to be a superuser; or "
                f"a member of {OWNER_ROLE} who may create schemas in this database, and {OWNER_ROLE} and "
                f"{APP_ROLE} have to exist"
            ) from error


async def _migrate(connection: asyncpg.Connection, rehearsal: bool) -> list[int]:
    for role in (OWNER_ROLE, APP_ROLE):
        await connection.execute(_CREATE_ROLE.format(role=role))
    async with _alone(connection):
        async with connection.transaction():
            await connection.execute(_PREPARE)
            version = await _own_version(connection, rehearsal)
        lacking = migrations()[version:]
        for migration in lacking:
            await _apply(connection, migration, rehearsal)
    return [migration.number for migration in lacking]


async def _own_version(connection: asyncpg.Connection, rehearsal: bool) -> int:
    """Return the schema's version, if what was applied is what this code would have applied."""
    version = await schema_version(connection)
    if version:
        await _refuse_other_history(connection)
        await _refuse_other_kind(connection, rehearsal)
    return version


@asynccontextmanager
async def _alone(connection: asyncpg.Connection) -> AsyncIterator[None]:
    await connection.execute("SELECT pg_advisory_lock($1)", _LOCK)
    try:
        yield
    finally:
        await connection.execute("SELECT pg_advisory_unlock($1)", _LOCK)


async def _refuse_other_history(connection: asyncpg.Connection) -> None:
    ours = migrations()
    for number, name, digest in await connection.fetch(
        "SELECT number, name, digest FROM ledger.schema_migrations ORDER BY number"
    ):
        if number > len(ours):
            raise SchemaError(
                f"the database has migration {name}, which this program does not know: "
                "install the release by which it was migrated, or a later one"
            )
        if ours[number - 1].digest != digest:
            raise SchemaError(
                f"migration {name} was edited after it was applied: put it back and add another one"
            )


async def _refuse_other_kind(connection: asyncpg.Connection, rehearsal: bool) -> None:
    if await connection.fetchval("SELECT to_regclass('ledger.head') IS NULL"):
        return
    if await connection.fetchval("SELECT rehearsal FROM ledger.head") != rehearsal:
        kinds = ("a rehearsal's", "a live one") if rehearsal else ("a live one", "a rehearsal's")
        raise RehearsalError(f"asked for {kinds[0]}, but the ledger there is {kinds[1]}")


async def _apply(connection: asyncpg.Connection, migration: Migration, rehearsal: bool) -> None:
    async with connection.transaction():
        await connection.execute(f"SET LOCAL ROLE {OWNER_ROLE}")
        await connection.execute("SELECT set_config('inspections.rehearsal', $1, true)", str(rehearsal))
        try:
            await connection.execute(migration.sql)
        except asyncpg.InsufficientPrivilegeError:
            raise
        except _DOES_NOT_FIT as error:
            raise SchemaError(
                f"migration {migration.name} does not fit what is in the database, and nothing of it was "
                f"kept: {error.args[0]}. Somebody has changed the schema by hand: put it back"
            ) from error
        await connection.execute(
            "INSERT INTO ledger.schema_migrations (number, name, digest) VALUES ($1, $2, $3)",
            migration.number,
            migration.name,
            migration.digest,
        )
