"""What PostgreSQL refuses, whoever asks."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from domain.errors import MalformedError
from eventstore.envelope import verify_entry
from eventstore.ledger import Appended
from eventstore.pool import APP_ROLE, OWNER_ROLE
from eventstore.postgres import PostgresLedger
from tests.eventstore.making import DIGEST, appended, body, command

ARGUMENTS = "INS01"
APPEND_ONLY = "INS03"
CHANGES = [
    "UPDATE ledger.events SET type = 'other'",
    "UPDATE ledger.events SET type = 'other' WHERE false",
    "DELETE FROM ledger.events",
    "TRUNCATE ledger.events",
    "UPDATE ledger.commands SET answer = '{}'",
    "DELETE FROM ledger.commands",
    "TRUNCATE ledger.commands",
    "UPDATE ledger.head SET rehearsal = true",
    "DELETE FROM ledger.head",
    "TRUNCATE ledger.head",
    "UPDATE ledger.checkpoints SET size = 0",
    "DELETE FROM ledger.log_keys",
    "TRUNCATE ledger.acts",
    "UPDATE ledger.erasures SET reason = 'other'",
    "DELETE FROM ledger.erasures",
    "TRUNCATE ledger.erasures",
    "TRUNCATE ledger.sealed",
    "TRUNCATE ledger.people",
    "TRUNCATE ledger.events, ledger.commands, ledger.head CASCADE",
    "MERGE INTO ledger.events USING (VALUES (1)) AS v (p) ON position = p WHEN MATCHED THEN DELETE",
]
FORBIDDEN = [
    *CHANGES,
    "INSERT INTO ledger.events SELECT * FROM ledger.events",
    "INSERT INTO ledger.commands SELECT * FROM ledger.commands",
    "UPDATE ledger.head SET position = 0",
    "SELECT FROM ledger.head FOR UPDATE",
    "SELECT FROM ledger.events FOR UPDATE",
    "DO 'BEGIN LOCK TABLE ledger.events IN EXCLUSIVE MODE; END'",
    "INSERT INTO ledger.schema_migrations VALUES (99, '', '')",
    "UPDATE ledger.sealed SET content = ''",
    "DELETE FROM ledger.sealed",
    "DELETE FROM ledger.people",
    "DELETE FROM ledger.notices",
    "INSERT INTO ledger.erasures (what) SELECT what FROM ledger.erasures",
    "ALTER TABLE ledger.events DISABLE TRIGGER ALL",
    "DROP TABLE ledger.events",
    "CREATE TABLE ledger.mine ()",
    "CREATE OR REPLACE FUNCTION ledger.refuse_change() RETURNS trigger LANGUAGE sql AS ''",
    "SET session_replication_role = replica",
]
CHEATS: list[dict[str, Any]] = [
    {"streams": ['A","version":7,"x":"']},
    {"streams": [None]},
    {"streams": ["A", "B"]},
    {"streams": []},
    {"ids": [None]},
    {"digests": [b"short"]},
    {"digests": [None]},
    {"requests": ["{"]},
    {"answers": [""]},
    {"sizes": [2]},
    {"sizes": [0]},
    {"sizes": [-1]},
    {"sizes": [None]},
    {"types": ["other"]},
    {"types": [None]},
    {"types": ['","type":"noted']},
    {"bodies": ["[]"]},
    {"bodies": [None]},
    {"bodies": [" " + body(1)]},
    {"bodies": [body(1) + " "]},
    {"bodies": ['{"a":1},"position":99,"x":{"b":1,"type":"noted"}']},
    {"bodies": ['{"a":NaN,"type":"noted"}']},
    {"bodies": [body(1), body(2)]},
    {"bodies": [[body(1)], [body(2)]], "types": [["noted"], ["noted"]], "sizes": [2]},
    {"bodies": [], "types": [], "sizes": []},
]

Call = Callable[..., Awaitable[list[asyncpg.Record]]]


@pytest.fixture
async def filled(pool: asyncpg.Pool) -> PostgresLedger:
    """A ledger with one event and one refusal."""
    ledger = await PostgresLedger.open(pool)
    await appended(ledger, command("A", 0, body(1)))
    await appended(ledger, command("A", 1))
    return ledger


async def test_nobody_changes_what_is_recorded(superuser: asyncpg.Connection, filled: PostgresLedger) -> None:
    before = await filled.read_all(), await filled.commands("A")
    # As the superuser, in a session that calls itself a replica, as the owner.
    for become in (
        "RESET ALL",
        "SET session_replication_role = replica",
        f"RESET ALL; SET ROLE {OWNER_ROLE}",
    ):
        await superuser.execute(become)
        for statement in CHANGES:
            with pytest.raises(asyncpg.PostgresError) as refused:
                await superuser.execute(statement)
            assert refused.value.sqlstate == APPEND_ONLY, statement
    assert (await filled.read_all(), await filled.commands("A")) == before


async def test_the_application_reads_and_appends_and_nothing_else(
    superuser: asyncpg.Connection, filled: PostgresLedger
) -> None:
    await superuser.execute(f"SET SESSION AUTHORIZATION {APP_ROLE}")
    for statement in FORBIDDEN:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await superuser.execute(statement)
    assert await filled.head() == 1


async def test_the_grants_are_those_that_are_listed(superuser: asyncpg.Connection) -> None:
    grants = await superuser.fetch(
        "SELECT table_name, string_agg(privilege_type, ' ' ORDER BY privilege_type) "
        "FROM information_schema.table_privileges WHERE grantee = $1 GROUP BY table_name",
        APP_ROLE,
    )
    assert dict(map(tuple, grants)) == {
        "acts": "INSERT SELECT",
        "bodies": "INSERT SELECT UPDATE",
        "cases": "DELETE INSERT SELECT",
        "checkpoint_letters": "INSERT SELECT UPDATE",
        "checkpoints": "INSERT SELECT",
        "commands": "SELECT",
        "cosigner_keys": "INSERT SELECT",
        "deadlines": "DELETE INSERT SELECT",
        "erasures": "SELECT",
        "events": "SELECT",
        "head": "SELECT",
        "log_keys": "INSERT SELECT",
        "notices": "INSERT SELECT UPDATE",
        "people": "INSERT SELECT UPDATE",
        "projections": "SELECT UPDATE",
        "schema_migrations": "SELECT",
        "sealed": "INSERT SELECT",
        "subscribers": "DELETE INSERT SELECT UPDATE",
        "unreadable": "DELETE INSERT SELECT",
    }


async def test_a_stranger_may_do_nothing(superuser: asyncpg.Connection, filled: PostgresLedger) -> None:
    await superuser.execute(f"CREATE ROLE {(stranger := 'stranger_' + uuid4().hex)}")
    await superuser.execute(f"SET SESSION AUTHORIZATION {stranger}")
    for statement in (
        "SELECT FROM ledger.events",
        "SELECT ledger.append('{}','{}','{}','{}','{}','{}','{}','{}','{}','{}')",
        "SELECT ledger.erase('{}','{}','p-a','legal_duty',NULL,'p-a')",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await superuser.execute(statement)
    await superuser.execute("RESET SESSION AUTHORIZATION")
    await superuser.execute(f"DROP ROLE {stranger}")
    assert await filled.head() == 1


async def test_the_pool_acts_as_the_application_every_time(pool: asyncpg.Pool) -> None:
    for _ in range(3):
        row = await pool.fetchrow("SELECT current_user AS role, current_setting('search_path') AS path")
        assert tuple(row) == (APP_ROLE, "ledger, pg_temp")


@pytest.fixture
def raw(pool: asyncpg.Pool) -> Call:
    """Call the append function past everything that checks its arguments in Python."""

    async def call(**given: Any) -> list[asyncpg.Record]:
        arguments = {
            "streams": ["A"],
            "ids": [uuid4()],
            "digests": [DIGEST],
            "expected": [0],
            "requests": ["{}"],
            "answers": ["{}"],
            "instants": [None],
            "sizes": [1],
            "types": ["noted"],
            "bodies": [body(1)],
            **given,
        }
        placeholders = ", ".join(f"${n}" for n, _ in enumerate(arguments, start=1))
        rows: list[asyncpg.Record] = await pool.fetch(
            f"SELECT * FROM ledger.append({placeholders})", *arguments.values()
        )
        return rows

    return call


async def test_an_application_that_cheats_appends_nothing(raw: Call, superuser: asyncpg.Connection) -> None:
    for cheat in CHEATS:
        with pytest.raises(asyncpg.PostgresError):
            await raw(**cheat)
    assert tuple(await superuser.fetchrow("SELECT position, commands FROM ledger.head")) == (0, 0)
    assert await superuser.fetchval("SELECT count(*) FROM ledger.commands") == 0
    assert await superuser.fetchval("SELECT count(*) FROM ledger.events") == 0


def _fitting(row: int) -> dict[str, str]:
    """Write the items of a command that can be appended, as they stand in the literal of an array."""
    return {
        "streams": f"A{row}",
        "ids": str(uuid4()),
        "digests": f'"\\\\x{DIGEST.hex()}"',
        "expected": "0",
        "requests": '"1"',
        "answers": '"1"',
        "instants": "NULL",
        "sizes": "1",
        "types": "noted",
        "bodies": '"{\\"type\\":0,\\"type\\":\\"noted\\"}"',
    }


@pytest.mark.parametrize("form", ["[2:3]={{{0},{1}}}", "[0:1]={{{0},{1}}}", "{{{{{0}}},{{{1}}}}}"])
async def test_arrays_that_begin_elsewhere_or_have_more_dimensions_append_nothing(
    superuser: asyncpg.Connection, form: str
) -> None:
    """Their items are not where the numbers of the commands say."""
    first, second = _fitting(1), _fitting(2)
    fitting = {name: f"{{{first[name]},{second[name]}}}" for name in first}
    for name in fitting:
        literals = {**fitting, name: form.format(first[name], second[name])}
        values = ", ".join(f"'{literal}'" for literal in literals.values())
        with pytest.raises(asyncpg.PostgresError) as refused:
            await superuser.fetch(f"SELECT * FROM ledger.append({values})")
        assert refused.value.sqlstate == ARGUMENTS, name
    assert tuple(await superuser.fetchrow("SELECT position, commands FROM ledger.head")) == (0, 0)
    values = ", ".join(f"'{literal}'" for literal in fitting.values())
    await superuser.fetch(f"SELECT * FROM ledger.append({values})")
    assert await superuser.fetchval("SELECT position FROM ledger.head") == 2


async def test_no_expectation_is_a_conflict_too(raw: Call) -> None:
    (row,) = await raw(expected=[None])
    assert row["outcome"] == "conflict"


async def test_the_append_function_looks_into_no_other_schema(
    superuser: asyncpg.Connection, filled: PostgresLedger
) -> None:
    await superuser.execute(f"SET SESSION AUTHORIZATION {APP_ROLE}")
    await superuser.execute(
        "CREATE FUNCTION pg_temp.sha256(bytea) RETURNS bytea LANGUAGE sql AS $$ SELECT 'forged'::bytea $$"
    )
    await superuser.execute("CREATE TEMPORARY TABLE head (position bigint)")
    await superuser.execute("SET search_path = pg_temp, pg_catalog")
    await superuser.fetch(
        "SELECT * FROM ledger.append($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        ["B"], [uuid4()], [DIGEST], [0], ["{}"], ["{}"], [None], [1], ["noted"], [body(1)],
    )  # fmt: skip
    for entry in await filled.read_all():
        verify_entry(entry)


async def test_a_snapshot_older_than_the_lock_is_an_error_and_not_a_gap(
    superuser: asyncpg.Connection, filled: PostgresLedger
) -> None:
    async with superuser.transaction(isolation="repeatable_read"):
        await superuser.fetchval("SELECT position FROM ledger.head")
        await appended(filled, command("B", 0, body(1)))
        with pytest.raises(asyncpg.SerializationError):
            async with superuser.transaction():
                await superuser.fetch(
                    "SELECT * FROM ledger.append($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
                    ["B"], [uuid4()], [DIGEST], [0], ["{}"], ["{}"], [None], [1], ["noted"], [body(1)],
                )  # fmt: skip


async def test_a_transaction_that_fails_leaves_no_gap(
    superuser: asyncpg.Connection, filled: PostgresLedger
) -> None:
    transaction = superuser.transaction()
    await transaction.start()
    await superuser.fetch(
        "SELECT * FROM ledger.append($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        ["B"], [uuid4()], [DIGEST], [0], ["{}"], ["{}"], [None], [1], ["noted"], [body(1)],
    )  # fmt: skip
    await transaction.rollback()
    (result,) = await filled.append([command("B", 0, body(1))])
    assert isinstance(result, Appended)
    assert result.first_position == 2


async def test_what_only_the_database_finds_wrong_is_malformed_as_well(filled: PostgresLedger) -> None:
    broken = command("B", 0, body(1))
    object.__setattr__(broken, "bodies", ('{"a":,"type":"noted"}',))
    with pytest.raises(MalformedError):
        await filled.append([broken])
