"""Operators: what is set, the database's schema, and what the doctor says of the whole."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest

from eventstore.migrate import migrate, migrations
from eventstore.pool import APP_ROLE, OWNER_ROLE
from tests.cli.conftest import Inspections
from tests.eventstore.conftest import database, run

NAMES = [migration.name for migration in migrations()]
PASSWORD = "hunter2"


@pytest.fixture
async def empty_url(postgres_url: str) -> AsyncIterator[str]:
    """The superuser's URL of a database without anything."""
    async with database(postgres_url, "template1") as url:
        yield url


@pytest.fixture
async def deployed(
    tmp_path: Path, empty_url: str, temporal_address: str
) -> AsyncIterator[tuple[Inspections, str]]:
    """A deployment on servers of one's own, not yet migrated: its command, and the superuser's URL.

    Settings lie in a TOML file, the logins' URLs in files of their own.
    """
    name = uuid4().hex
    async with database(empty_url, "template1") as other:
        await migrate(other)  # so that both roles exist on this server
    owner, worker = f"owner_{name}", f"worker_{name}"
    await run(
        empty_url,
        f"CREATE ROLE {owner} LOGIN PASSWORD '{PASSWORD}' IN ROLE {OWNER_ROLE}",
        f"CREATE ROLE {worker} LOGIN PASSWORD '{PASSWORD}' IN ROLE {APP_ROLE}",
        f"DO $$ BEGIN EXECUTE format('GRANT CREATE ON DATABASE %I TO {owner}', current_database()); END $$",
    )
    for login in (owner, worker):
        own = empty_url.replace("://postgres@", f"://{login}:{PASSWORD}@")
        (tmp_path / login.partition("_")[0]).write_text(own + "\n")
    settings = tmp_path / "inspections.toml"
    settings.write_text(
        'database_url_file = "worker"\nmigration_database_url_file = "owner"\npublication_dir = "www"\n'
    )
    environment = {"INSPECTIONS_CONFIG": str(settings), "TEMPORAL_ADDRESS": temporal_address}
    yield Inspections(tmp_path / "data", environment), empty_url
    await run(empty_url, f"DROP OWNED BY {owner}, {worker}", f"DROP ROLE {owner}, {worker}")


async def test_a_deployment_is_migrated_examined_and_put_right(deployed: tuple[Inspections, str]) -> None:
    inspections, superuser = deployed
    before = inspections("doctor")
    assert (before.code, "no schema yet" in before.out, "wrong: 1" in before.out) == (4, True, True)
    assert (inspections("list").code, inspections("worker").code) == (4, 4)

    said = inspections("migrate", "--dry-run")
    assert (said.code, "Nothing was changed." in said.out, NAMES[0] in said.out) == (0, True, True)
    done = inspections("migrate", "--format", "json")
    assert (done.code, done.data["migrations"], done.data["dry_run"]) == (0, NAMES, False)
    again = inspections("migrate")
    assert (again.code, f"up to date (schema {len(NAMES)})" in again.out) == (0, True)

    well = inspections("doctor", "--format", "json")
    assert {one["check"]: one["verdict"] for one in well.data if one["verdict"] != "ok"} == {
        "checkpoints": "warning",  # no key is set
        "retention": "warning",  # the test's server keeps histories for a day
        "worker": "warning",
    }
    assert well.code == 0
    await run(superuser, "ALTER TABLE ledger.events DISABLE TRIGGER append_only")
    tampered = inspections("doctor")
    assert (tampered.code, "ENABLE ALWAYS TRIGGER append_only" in tampered.out) == (4, True)
    assert PASSWORD not in "".join((before.out, said.out, done.out, again.out, well.out, tampered.out))


async def test_what_is_set_is_shown_with_its_place_and_without_passwords(
    deployed: tuple[Inspections, str],
) -> None:
    inspections, _ = deployed
    keyed = {**inspections.environment, "TEMPORAL_API_KEY": PASSWORD, "INSPECTIONS_POOL_SIZE": "4"}
    shown = replace(inspections, environment=keyed)("config", "show", "--format", "json")
    assert shown.code == 0, shown.err
    told = shown.data["settings"]
    folder = Path(inspections.environment["INSPECTIONS_CONFIG"]).parent
    assert told["database_url"]["value"].startswith("postgresql://worker_")
    assert (told["database_url"]["place"], told["database_url"]["file"]) == (
        "secret file",
        str(folder / "worker"),
    )
    assert (told["publication_dir"]["value"], told["publication_dir"]["place"]) == (
        str(folder / "www"),
        "file",
    )
    assert (told["pool_size"]["value"], told["pool_size"]["name"]) == (4, "INSPECTIONS_POOL_SIZE")
    assert (told["task_queue"]["value"], told["task_queue"]["place"]) == ("inspections", "default")
    assert shown.data["temporal"] == {
        "address": keyed["TEMPORAL_ADDRESS"],
        "namespace": "default",
        "tls": True,
        "api_key": True,
        "profile": "default",
        "embedded": False,
    }
    for_people = inspections("config", "show")
    assert "[database_url_file]" not in for_people.out
    assert f"{folder / 'worker'}, named by database_url_file" in " ".join(for_people.out.split())
    assert PASSWORD not in shown.out + json.dumps(for_people.out)


def test_the_embedded_stack_is_well_while_it_runs(live: Inspections) -> None:
    """Without any setting."""
    examined = live("doctor", "--format", "json")
    assert (examined.code, {one["verdict"] for one in examined.data}) == (0, {"ok"})
    assert "1 worker has polled" in live("doctor").out
    assert live("migrate", "--dry-run", "--format", "json").data["migrations"] == []
    assert "up to date" in live("migrate").out
    temporal = live("config", "show", "--format", "json").data["temporal"]
    assert (temporal["embedded"], temporal["address"] is not None) == (True, True)


def test_where_nothing_runs_it_is_said_what_to_do(tmp_path: Path) -> None:
    nothing = Inspections(tmp_path)
    for command in ("doctor", "migrate"):
        ended = nothing(command)
        assert (ended.code, "inspections up" in ended.out + ended.err) == (5, True)
    assert "does not run" in nothing("config", "show").out


def test_a_server_that_is_not_there_ends_with_5(tmp_path: Path) -> None:
    environment = {
        "INSPECTIONS_DATABASE_URL": f"postgresql://app:{PASSWORD}@127.0.0.1:1/d",
        "TEMPORAL_ADDRESS": "127.0.0.1:1",
    }
    nowhere = Inspections(tmp_path, environment)
    examined, migrated = nowhere("doctor"), nowhere("migrate")
    assert (examined.code, migrated.code) == (5, 5)
    assert PASSWORD not in examined.out + migrated.err
    assert "Connection refused" in examined.out


@pytest.mark.parametrize(
    ("environment", "code", "told"),
    [
        ({"INSPECTIONS_DATABASE_URI": PASSWORD}, 2, "did you mean INSPECTIONS_DATABASE_URL?"),
        ({"INSPECTIONS_DATABASE_URL": f"mysql://{PASSWORD}"}, 2, "accepted is a URL such as"),
        ({"INSPECTIONS_CONFIG": "/nowhere.toml"}, 5, "INSPECTIONS_CONFIG: /nowhere.toml cannot be read"),
        ({"INSPECTIONS_DATABASE_URL_FILE": "/nowhere"}, 5, "/nowhere cannot be read: No such file"),
        ({"TEMPORAL_PROFILE": "live"}, 2, "Profile 'live' not found"),
    ],
)
def test_a_mistake_in_a_setting_is_named(
    environment: dict[str, str], code: int, told: str, tmp_path: Path
) -> None:
    for command in (("config", "show"), ("doctor",)):
        ended = Inspections(tmp_path, environment)(*command)
        assert (ended.code, told in ended.err, PASSWORD in ended.err) == (code, True, False)
