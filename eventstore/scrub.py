"""Having PostgreSQL's own files forget what was erased.

A deleted row stays in its file until something overwrites it; a plain VACUUM frees the space and leaves the
bytes. So the tables are written anew. The write-ahead log holds what was once written, and its files are used
again without being emptied: they are gone through and let go.
"""

import asyncio
from datetime import timedelta
from typing import Final

import asyncpg

from domain.errors import UnavailableError
from eventstore.pool import OWNER_ROLE, connection_errors

TABLES: Final = ("ledger.sealed", "ledger.people")
PATIENCE: Final = timedelta(seconds=10)

_LOOKS: Final = 20

_OLDER: Final = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND age(backend_xmin) > age($1::text::xid)
"""
_LATER_FILES: Final = """
SELECT count(*) FROM pg_ls_waldir()
WHERE name ~ '^[0-9A-F]{24}$' AND name > pg_walfile_name(pg_current_wal_insert_lsn())
"""
_EARLIER_FILES: Final = """
SELECT count(*) FROM pg_ls_waldir()
WHERE name ~ '^[0-9A-F]{24}$' AND name < pg_walfile_name(pg_current_wal_insert_lsn())
"""


async def scrub(url: str, *, patience: timedelta = PATIENCE) -> list[str]:
    """Write the tables anew from which can be erased, and let go of the write-ahead log up to here.

    While a table is written anew nobody else can use it; they are small. Returns what still keeps something.

    Args:
        url: of a superuser; or of a member of the owner's role, who cannot reach the write-ahead log.
        patience: how long to wait for others who use a table.

    Raises:
        UnavailableError: the database cannot be reached, others use a table, or this login is neither.
    """
    with connection_errors():
        connection = await asyncpg.connect(
            url,
            timeout=PATIENCE.total_seconds(),
            server_settings={"lock_timeout": f"{patience.total_seconds()}s"},
        )
        try:
            return [*await _write_anew(connection), *await _let_go_of_the_log(connection)]
        finally:
            await connection.close()


async def _write_anew(connection: asyncpg.Connection) -> list[str]:
    begun = await connection.fetchval("SELECT pg_current_xact_id()::xid::text")
    for _ in range(_LOOKS):  # most end by themselves in a moment
        older = await connection.fetchval(_OLDER, begun)
        if not older:
            break
        await asyncio.sleep(0.1)
    try:
        await connection.execute(f"SET ROLE {OWNER_ROLE}")
        for table in TABLES:
            await connection.execute(f"VACUUM (FULL) {table}")
        await connection.execute("RESET ROLE")
    except asyncpg.InsufficientPrivilegeError as error:
        raise UnavailableError(
            f"PostgreSQL does not let this login write the tables anew: {error.args[0]}. It has to be a "
            f"superuser or a member of {OWNER_ROLE}: set INSPECTIONS_MIGRATION_DATABASE_URL"
        ) from error
    if older:
        return [
            f"{older} transactions that began before it may keep old rows alive: end them, and scrub again"
        ]
    return []


async def _let_go_of_the_log(connection: asyncpg.Connection) -> list[str]:
    try:
        reused = await connection.fetchval("SHOW wal_recycle") == "on"
        if reused:
            await _reuse_log_files(connection, "SET wal_recycle = off")
        try:
            await connection.execute("CHECKPOINT")
            for _ in range(1 + await connection.fetchval(_LATER_FILES)):
                await connection.execute("SELECT pg_logical_emit_message(false, 'scrub', '')")
                await connection.execute("SELECT pg_switch_wal()")
            await connection.execute("CHECKPOINT")
        finally:
            if reused:
                await _reuse_log_files(connection, "RESET wal_recycle")
        kept = await connection.fetchval(_EARLIER_FILES)
    except asyncpg.InsufficientPrivilegeError:
        return ["the write-ahead log is as it was: a superuser has to let go of it, as the runbook says"]
    if kept:
        return [
            f"{kept} earlier files of the write-ahead log are kept, for archiving, a replica or a setting"
        ]
    return []


async def _reuse_log_files(connection: asyncpg.Connection, setting: str) -> None:
    await connection.execute(f"ALTER SYSTEM {setting}")
    await connection.execute("SELECT pg_reload_conf()")
    await asyncio.sleep(0.2)  # until the process that makes checkpoints has read it
