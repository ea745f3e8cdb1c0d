"""What departs from what the migrations promise is found and named, with the SQL that puts it right."""

from collections.abc import AsyncIterator, Awaitable, Callable
from uuid import uuid4

import asyncpg
import pytest

from eventstore.guards import (
    Departure,
    function_departures,
    grant_departures,
    promised,
    role_departures,
    trigger_departures,
)
from eventstore.pool import APP_ROLE, OWNER_ROLE

Check = Callable[[asyncpg.Connection], Awaitable[list[Departure]]]
ON_RECORD = ("stays_erased", "goes_on_record", "never_all_at_once")
CHECKS: list[Check] = [grant_departures, trigger_departures, function_departures]


@pytest.fixture
async def stranger(superuser: asyncpg.Connection) -> AsyncIterator[str]:
    """A role that has nothing to do with this project."""
    name = f"stranger_{uuid4().hex}"
    await superuser.execute(f"CREATE ROLE {name}")
    yield name
    await superuser.execute(f"RESET SESSION AUTHORIZATION; DROP OWNED BY {name}; DROP ROLE {name}")


async def test_nothing_departs_in_a_database_that_was_just_migrated(superuser: asyncpg.Connection) -> None:
    for check in CHECKS:
        assert await check(superuser) == []


def test_the_promises_are_read_from_the_migrations() -> None:
    found = promised()
    assert found.grants["TABLE ledger.events"] == {"SELECT"}
    assert found.grants["TABLE ledger.cases"] == {"SELECT", "INSERT", "DELETE"}, "as they are since 0005"
    assert found.grants["SCHEMA ledger"] == {"USAGE"}
    assert found.grants["FUNCTION ledger.append"] == {"EXECUTE"}
    assert found.triggers == {
        ("ledger.events", "append_only"),
        ("ledger.commands", "append_only"),
        ("ledger.head", "stays_what_it_is"),
        ("ledger.checkpoints", "append_only"),
        ("ledger.log_keys", "append_only"),
        ("ledger.acts", "append_only"),
        ("ledger.cosigner_keys", "append_only"),
        ("ledger.erasures", "append_only"),
        *((table, name) for table in ("ledger.sealed", "ledger.people") for name in ON_RECORD),
    }
    assert {"ledger.append", "ledger.refuse_change", "ledger.tell"} <= found.functions.keys()


@pytest.mark.parametrize(
    ("check", "harm", "told"),
    [
        (grant_departures, "GRANT DELETE ON ledger.events TO inspections_app", "may DELETE on ledger.events"),
        (grant_departures, "GRANT SELECT ON ledger.people TO PUBLIC", "PUBLIC may SELECT on ledger.people"),
        (
            grant_departures,
            "GRANT UPDATE (entry) ON ledger.events TO inspections_app",
            "inspections_app may UPDATE on ledger.events",
        ),
        (
            grant_departures,
            "GRANT SELECT ON ledger.head TO inspections_app WITH GRANT OPTION",
            "inspections_app may let others SELECT on ledger.head",
        ),
        (
            grant_departures,
            "REVOKE SELECT ON ledger.head FROM inspections_app",
            "inspections_app may not SELECT on ledger.head",
        ),
        (
            grant_departures,
            "GRANT EXECUTE ON FUNCTION ledger.append TO PUBLIC",
            "PUBLIC may EXECUTE on ledger.append",
        ),
        (
            trigger_departures,
            "ALTER TABLE ledger.events DISABLE TRIGGER append_only",
            "trigger append_only on ledger.events does not fire always",
        ),
        (
            trigger_departures,
            "ALTER TABLE ledger.head ENABLE TRIGGER stays_what_it_is",
            "trigger stays_what_it_is on ledger.head does not fire always",
        ),
        (
            function_departures,
            "ALTER FUNCTION ledger.append SECURITY INVOKER",
            "function ledger.append does not run with its owner's rights",
        ),
        (
            function_departures,
            "ALTER FUNCTION ledger.append SET search_path = public",
            "and a search path of its own",
        ),
        (
            function_departures,
            "ALTER FUNCTION ledger.erase SECURITY INVOKER",
            "function ledger.erase does not run with its owner's rights",
        ),
    ],
)
async def test_a_departure_is_named_and_can_be_mended(
    superuser: asyncpg.Connection, check: Check, harm: str, told: str
) -> None:
    await superuser.execute(harm)
    (departure,) = await check(superuser)
    assert (told in departure.told, departure.tolerable) == (True, False)
    assert departure.mend is not None
    await superuser.execute(departure.mend)
    assert await check(superuser) == []


async def test_what_belongs_to_somebody_else_is_named(superuser: asyncpg.Connection) -> None:
    await superuser.execute(f"ALTER TABLE ledger.sealed OWNER TO {APP_ROLE}")
    departure, *_ = await grant_departures(superuser)
    assert departure.told == f"ledger.sealed belongs to {APP_ROLE}"
    assert departure.mend == f"ALTER TABLE ledger.sealed OWNER TO {OWNER_ROLE};"


@pytest.mark.parametrize(
    ("check", "harm", "told"),
    [
        (
            trigger_departures,
            "DROP TRIGGER append_only ON ledger.commands",
            "trigger append_only on ledger.commands is missing",
        ),
        (grant_departures, "DROP TABLE ledger.bodies", "ledger.bodies is missing"),
        (function_departures, "DROP FUNCTION ledger.append", "function ledger.append is missing"),
        (
            function_departures,
            "CREATE OR REPLACE FUNCTION ledger.refuse_change() RETURNS trigger LANGUAGE plpgsql "
            "AS 'BEGIN RETURN NEW; END'",
            "function ledger.refuse_change is not what the migrations made",
        ),
    ],
)
async def test_what_no_statement_mends_is_named(
    superuser: asyncpg.Connection, check: Check, harm: str, told: str
) -> None:
    await superuser.execute(harm)
    assert await check(superuser) == [Departure(told)]


async def test_that_others_may_read_is_tolerable_and_that_they_may_write_is_not(
    superuser: asyncpg.Connection, stranger: str
) -> None:
    await superuser.execute(f"GRANT USAGE ON SCHEMA ledger TO {stranger}")
    await superuser.execute(f"GRANT SELECT ON ledger.events TO {stranger}")
    assert {one.tolerable for one in await grant_departures(superuser)} == {True}
    await superuser.execute(f"GRANT INSERT ON ledger.people TO {stranger}")
    assert [one.told for one in await grant_departures(superuser) if not one.tolerable] == [
        f"{stranger} may INSERT on ledger.people"
    ]


async def test_a_login_that_may_do_too_much_or_too_little_is_named(
    superuser: asyncpg.Connection, stranger: str
) -> None:
    (departure,) = await role_departures(superuser)
    assert (departure.tolerable, f"may act as {OWNER_ROLE} too" in departure.told) == (True, True)
    await superuser.execute(f"SET SESSION AUTHORIZATION {stranger}")
    (departure,) = await role_departures(superuser)
    assert (departure.tolerable, departure.mend) == (False, f"GRANT {APP_ROLE} TO {stranger};")
    await superuser.execute(f"RESET SESSION AUTHORIZATION; {departure.mend}")
    await superuser.execute(f"SET SESSION AUTHORIZATION {stranger}")
    assert await role_departures(superuser) == []


@pytest.mark.parametrize(
    ("harm", "told"),
    [
        (f"ALTER ROLE {APP_ROLE} BYPASSRLS", "may do more than a role without attributes"),
        (f"GRANT {OWNER_ROLE} TO {APP_ROLE}", "is a member of a role that may change the ledger"),
        (f"GRANT pg_write_all_data TO {APP_ROLE}", "is a member of a role that may change the ledger"),
    ],
)
async def test_an_application_that_may_change_the_ledger_is_named(
    superuser: asyncpg.Connection, harm: str, told: str
) -> None:
    async with superuser.transaction():  # roles belong to the whole server, where other tests use them
        await superuser.execute(harm)
        departure, *_ = await role_departures(superuser)
        assert (told in departure.told, departure.tolerable) == (True, False)
        assert departure.mend is not None
        await superuser.execute(departure.mend)
        assert all(one.tolerable for one in await role_departures(superuser))
