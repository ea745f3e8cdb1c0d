"""Checks of the database: does it answer, is its schema the right one, does what guards it stand."""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final

import asyncpg

from domain.errors import UnavailableError
from eventstore import guards
from eventstore.errors import SchemaError
from eventstore.migrate import check_schema, schema_version
from eventstore.pool import APP_ROLE, connection_errors
from workers.database_url import without_password
from workers.doctor.finding import PATIENCE_SECONDS, Finding, ok, overdue, warning, wrong

CLOCKS_MAY_DIFFER_SECONDS: Final = 2.0

Look = Callable[[asyncpg.Connection], Awaitable[list[Finding]]]
Compare = Callable[[asyncpg.Connection], Awaitable[list[guards.Departure]]]


async def examine_database(url: str, *, rehearsal: bool, embedded: bool) -> list[Finding]:
    """Look at the database at a URL, with the login under which workers work.

    Args:
        url: of the database.
        rehearsal: whether its ledger should be a rehearsal's.
        embedded: whether it is the embedded one, whose only login is the superuser.
    """
    shown = without_password(url)
    try:
        with connection_errors():
            connection = await asyncpg.connect(url, timeout=PATIENCE_SECONDS)
    except UnavailableError as error:
        return [_away("database", error, f" ({shown})")]
    version = connection.get_settings().server_version
    findings = [ok("database", f"PostgreSQL {version} at {shown}")]
    checks: tuple[tuple[str, Look], ...] = (
        ("schema", _begun),
        ("clock", _clock),
        ("roles", partial(_roles, embedded=embedded)),
        ("schema", _schema),
        ("ledger", partial(_kind, rehearsal=rehearsal)),
        ("grants", partial(_compare, "grants", "as the migrations grant", guards.grant_departures)),
        (
            "triggers",
            partial(_compare, "triggers", "refuse every change of the ledger", guards.trigger_departures),
        ),
        (
            "functions",
            partial(_compare, "functions", "as the migrations made them", guards.function_departures),
        ),
    )
    try:
        for check, look in checks:
            try:
                with connection_errors():
                    async with asyncio.timeout(PATIENCE_SECONDS):
                        findings += await look(connection)
            except asyncpg.InsufficientPrivilegeError as error:
                findings.append(wrong(check, error.args[0], integrity=True))
            except SchemaError as error:
                # What this program expects of another schema would mislead.
                findings.append(wrong(check, str(error), integrity=True))
                break
            except UnavailableError as error:
                findings.append(_away(check, error))
                break
    finally:
        with contextlib.suppress(OSError, asyncpg.PostgresError):
            await connection.close(timeout=PATIENCE_SECONDS)
    return findings


def _away(check: str, error: UnavailableError, where: str = "") -> Finding:
    if isinstance(error.__cause__, TimeoutError):
        return overdue(check, where)
    return wrong(check, f"{error}{where}", "start it, or correct INSPECTIONS_DATABASE_URL")


async def _clock(connection: asyncpg.Connection) -> list[Finding]:
    before = time.time()
    there = (await connection.fetchval("SELECT clock_timestamp()")).timestamp()
    after = time.time()
    # It was read at some moment in between.
    apart = max(before - there, there - after, 0)
    if apart <= CLOCKS_MAY_DIFFER_SECONDS:
        return [ok("clock", "this machine's and PostgreSQL's agree")]
    return [
        warning(
            "clock",
            f"this machine's and PostgreSQL's are {apart:.0f} seconds apart",
            "set both by the same time server; PostgreSQL's is the one that the ledger records",
        )
    ]


async def _roles(connection: asyncpg.Connection, *, embedded: bool) -> list[Finding]:
    departures = await guards.role_departures(connection)
    if embedded:
        departures = [one for one in departures if not one.tolerable]
    findings = [_as_finding("roles", one) for one in departures if not one.tolerable]
    findings += [
        warning(
            "roles",
            one.told,
            f"give workers a login that is a member of {APP_ROLE} only, and the owner's to "
            "INSPECTIONS_MIGRATION_DATABASE_URL",
        )
        for one in departures
        if one.tolerable
    ]
    return findings or [ok("roles", "the application may read and append, and nothing more")]


async def _begun(connection: asyncpg.Connection) -> list[Finding]:
    if not await connection.fetchval("SELECT to_regnamespace('ledger') IS NOT NULL"):
        raise SchemaError("the database has no schema yet: run `inspections migrate`")
    return []


async def _schema(connection: asyncpg.Connection) -> list[Finding]:
    await connection.execute(f"SET ROLE {APP_ROLE}")
    await check_schema(connection)
    return [ok("schema", f"{await schema_version(connection)}, as this program expects")]


async def _kind(connection: asyncpg.Connection, *, rehearsal: bool) -> list[Finding]:
    found = await connection.fetchval("SELECT rehearsal FROM ledger.head")
    kind = "a rehearsal's" if found else "a live one"
    if found == rehearsal:
        return [ok("ledger", kind)]
    return [
        wrong(
            "ledger", f"{kind}, and its workers are not", "set INSPECTIONS_DATABASE_URL to another database"
        )
    ]


async def _compare(check: str, well: str, compare: Compare, connection: asyncpg.Connection) -> list[Finding]:
    return [_as_finding(check, one) for one in await compare(connection)] or [ok(check, well)]


def _as_finding(check: str, departure: guards.Departure) -> Finding:
    advice = (
        f"as the owner or a superuser: {departure.mend}" if departure.mend else "restore it from a backup"
    )
    if departure.tolerable:
        return warning(check, departure.told, f"if nobody wants it, {advice}")
    return wrong(check, departure.told, advice, integrity=True)
