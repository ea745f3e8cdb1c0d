"""The doctor finds what is wrong with a real PostgreSQL and a real Temporal, and never waits for long."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest
from temporalio.api.workflowservice.v1 import RegisterNamespaceRequest
from temporalio.client import Client
from temporalio.envconfig import ClientConnectConfig

from domain.rulebook import Rulebook
from eventstore.migrate import migrate
from eventstore.pool import APP_ROLE
from tests.eventstore.conftest import database, run
from workers.doctor import database as of_database
from workers.doctor import finding as of_finding
from workers.doctor import machine
from workers.doctor import temporal as of_temporal
from workers.doctor.database import examine_database
from workers.doctor.examine import examine
from workers.doctor.finding import Finding, Verdict
from workers.doctor.temporal import examine_temporal
from workers.settings import Settings


def by_check(findings: list[Finding]) -> dict[str, Verdict]:
    """Return the verdict of each check, the last one where there are several."""
    return {one.check: one.verdict for one in findings}


def only(findings: list[Finding], check: str) -> Finding:
    """Return what one check found."""
    (found,) = [one for one in findings if one.check == check]
    return found


@pytest.fixture
async def url(postgres_url: str) -> AsyncIterator[str]:
    """The superuser's URL of a migrated database of the test's own."""
    async with database(postgres_url, "template1") as own:
        await migrate(own)
        yield own


@pytest.fixture
async def login(postgres_url: str) -> AsyncIterator[str]:
    """A login without any right."""
    name = f"login_{uuid4().hex}"
    await run(postgres_url, f"CREATE ROLE {name} LOGIN")
    yield name
    await run(postgres_url, f"DROP ROLE {name}")


@pytest.fixture
def silent() -> Iterator[str]:
    """Host and port of something that takes connections and never says anything."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"127.0.0.1:{listening.getsockname()[1]}"


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait half a second only."""
    for module in (of_database, of_temporal, of_finding, machine):
        monkeypatch.setattr(module, "PATIENCE_SECONDS", 0.5)


@pytest.fixture
async def namespace(temporal_address: str) -> str:
    """A namespace of the test's own, without anything in it."""
    client = await Client.connect(temporal_address)
    name = f"doctor-{uuid4().hex}"
    request = RegisterNamespaceRequest(namespace=name)
    request.workflow_execution_retention_period.FromTimedelta(timedelta(days=30))
    await client.workflow_service.register_namespace(request)
    return name


async def test_a_database_that_workers_may_only_use_is_well(url: str, login: str) -> None:
    await run(url, f"GRANT {APP_ROLE} TO {login}")

    findings = await examine_database(
        url.replace("://postgres@", f"://{login}@"), rehearsal=False, embedded=False
    )

    assert by_check(findings) == dict.fromkeys(
        ("database", "clock", "roles", "schema", "ledger", "grants", "triggers", "functions"), Verdict.OK
    )


async def test_a_login_that_may_do_everything_is_a_warning_but_not_in_the_embedded_database(url: str) -> None:
    findings = await examine_database(url, rehearsal=False, embedded=False)
    assert only(findings, "roles").verdict is Verdict.WARNING
    findings = await examine_database(url, rehearsal=False, embedded=True)
    assert {one.verdict for one in findings} == {Verdict.OK}


async def test_a_login_that_may_do_nothing_is_wrong(url: str, login: str) -> None:
    findings = await examine_database(
        url.replace("://postgres@", f"://{login}@"), rehearsal=False, embedded=False
    )
    assert only(findings, "roles").advice == f"as the owner or a superuser: GRANT {APP_ROLE} TO {login};"
    assert by_check(findings)["schema"] is Verdict.WRONG


async def test_a_database_without_a_schema_or_with_an_older_one_is_to_be_migrated(
    postgres_url: str, url: str
) -> None:
    async with database(postgres_url, "template1") as empty:
        findings = await examine_database(empty, rehearsal=False, embedded=False)
    assert by_check(findings) == {"database": Verdict.OK, "schema": Verdict.WRONG}
    assert "run `inspections migrate`" in only(findings, "schema").told
    await run(url, "DELETE FROM ledger.schema_migrations WHERE number > 3")
    findings = await examine_database(url, rehearsal=False, embedded=True)
    assert "is older (schema 3)" in only(findings, "schema").told
    assert only(findings, "schema").integrity
    assert findings[-1].check == "schema", "what guards another schema would mislead"


async def test_a_ledger_of_the_other_kind_is_wrong(url: str) -> None:
    findings = await examine_database(url, rehearsal=True, embedded=True)
    assert only(findings, "ledger").verdict is Verdict.WRONG


async def test_what_guards_the_ledger_is_a_matter_of_integrity(url: str) -> None:
    await run(
        url,
        "ALTER TABLE ledger.events DISABLE TRIGGER append_only",
        f"GRANT DELETE ON ledger.people TO {APP_ROLE}",
        "ALTER FUNCTION ledger.append SECURITY INVOKER",
    )
    findings = await examine_database(url, rehearsal=False, embedded=True)
    wrong = [one for one in findings if one.verdict is Verdict.WRONG]
    assert [(one.check, one.integrity) for one in wrong] == [
        ("grants", True),
        ("triggers", True),
        ("functions", True),
    ]
    for one in wrong:
        assert one.advice is not None
        await run(url, one.advice.removeprefix("as the owner or a superuser: "))
    findings = await examine_database(url, rehearsal=False, embedded=True)
    assert {one.verdict for one in findings} == {Verdict.OK}


async def test_clocks_that_differ_are_warned_of(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two clocks on one machine never do, so here no difference is too much already."""
    monkeypatch.setattr(of_database, "CLOCKS_MAY_DIFFER_SECONDS", -1)
    findings = await examine_database(url, rehearsal=False, embedded=True)
    assert only(findings, "clock").verdict is Verdict.WARNING
    assert "are 0 seconds apart" in only(findings, "clock").told


async def test_a_database_that_is_not_there_is_named_without_its_password() -> None:
    (finding,) = await examine_database(
        "postgresql://app:hunter2@127.0.0.1:1/d", rehearsal=False, embedded=False
    )
    assert (finding.verdict, finding.integrity) == (Verdict.WRONG, False)
    assert "postgresql://app:********@127.0.0.1:1/d" in finding.told


@pytest.mark.usefixtures("impatient")
async def test_servers_that_never_answer_are_not_waited_for(silent: str) -> None:
    begun = time.monotonic()
    findings = [
        *await examine_database(f"postgresql://{silent}/d", rehearsal=False, embedded=False),
        *await examine_temporal(
            ClientConnectConfig(target_host=silent), "inspections", None, embedded=False, fix=False
        ),
    ]
    assert time.monotonic() - begun < 5
    assert [one.told for one in findings] == [
        f"no answer within 0.5 seconds (postgresql://{silent}/d)",
        f"no answer within 0.5 seconds ({silent})",
    ]


@pytest.mark.usefixtures("impatient")
async def test_a_table_that_somebody_holds_is_not_waited_for(url: str) -> None:
    holder = await asyncpg.connect(url)
    async with holder.transaction():
        await holder.execute("LOCK TABLE ledger.head IN ACCESS EXCLUSIVE MODE")
        findings = await examine_database(url, rehearsal=False, embedded=True)
    await holder.close()
    assert (findings[-1].check, findings[-1].verdict) == ("ledger", Verdict.WRONG)
    assert "no answer" in findings[-1].told


async def test_temporal_without_a_worker_and_with_a_short_memory_is_warned_of(temporal_address: str) -> None:
    config = ClientConnectConfig(target_host=temporal_address)
    findings = await examine_temporal(config, "nobody-is-here", None, embedded=False, fix=False)
    assert by_check(findings) == {
        "temporal": Verdict.OK,
        "namespace": Verdict.OK,
        "retention": Verdict.WARNING,
        "search attributes": Verdict.OK,
        "worker": Verdict.WARNING,
        "encryption": Verdict.OK,
    }
    findings = await examine_temporal(config, "nobody-is-here", None, embedded=True, fix=False)
    assert by_check(findings)["retention"] is Verdict.OK


async def test_a_namespace_that_is_not_there_is_named_with_how_it_is_made(temporal_address: str) -> None:
    config = ClientConnectConfig(target_host=temporal_address, namespace="elsewhere")
    findings = await examine_temporal(config, "q", None, embedded=False, fix=True)
    assert by_check(findings) == {"temporal": Verdict.OK, "namespace": Verdict.WRONG}
    assert "namespace create --namespace elsewhere" in (findings[-1].advice or "")


async def test_search_attributes_that_are_missing_are_registered_when_asked(
    temporal_address: str, namespace: str
) -> None:
    config = ClientConnectConfig(target_host=temporal_address, namespace=namespace)
    for _ in range(2):  # looking twice has registered nothing
        findings = await examine_temporal(config, "q", None, embedded=False, fix=False)
        assert only(findings, "retention").verdict is Verdict.OK
        assert only(findings, "search attributes").verdict is Verdict.WRONG
        assert "InspectionStage" in only(findings, "search attributes").told
    findings = await examine_temporal(config, "q", None, embedded=False, fix=True)
    assert only(findings, "search attributes").told.startswith("registered InspectionArea, ")
    findings = await examine_temporal(config, "q", None, embedded=False, fix=False)
    assert only(findings, "search attributes").told == "all registered"


async def test_a_search_attribute_of_another_type_is_named(temporal_address: str, namespace: str) -> None:
    client = await Client.connect(temporal_address)
    request = AddSearchAttributesRequest(namespace=namespace)
    request.search_attributes["InspectionArea"] = IndexedValueType.INDEXED_VALUE_TYPE_INT
    await client.operator_service.add_search_attributes(request)
    config = ClientConnectConfig(target_host=temporal_address, namespace=namespace)
    findings = await examine_temporal(config, "q", None, embedded=False, fix=True)
    (other, _) = [one for one in findings if one.check == "search attributes"]
    assert (other.verdict, other.told) == (
        Verdict.WRONG,
        "InspectionArea is of type int, and should be of type keyword",
    )


async def test_a_temporal_that_is_not_there_is_named() -> None:
    config = ClientConnectConfig(target_host="127.0.0.1:1")
    (finding,) = await examine_temporal(config, "q", None, embedded=False, fix=False)
    assert finding.told == "cannot be reached at 127.0.0.1:1: Connection refused"


def test_the_released_rules_are_well() -> None:
    assert by_check(machine.rules()) == {"rules": Verdict.OK, "calendar": Verdict.OK}


def test_a_calendar_that_ends_soon_is_warned_of_and_one_that_has_ended_is_wrong() -> None:
    rulebook = Rulebook.released()
    last = rulebook.current_calendar.last
    two_years_before = last.replace(year=last.year - 2)
    assert machine.calendar(rulebook, two_years_before).verdict is Verdict.OK
    assert machine.calendar(rulebook, two_years_before + timedelta(days=1)).verdict is Verdict.WARNING
    assert machine.calendar(rulebook, last).verdict is Verdict.WARNING
    assert machine.calendar(rulebook, last + timedelta(days=1)).verdict is Verdict.WRONG


def test_a_folder_for_reports_has_to_be_one_that_can_be_written_to(tmp_path: Path) -> None:
    (there,) = machine.publication(tmp_path)
    assert there.verdict is Verdict.OK
    assert not list(tmp_path.iterdir())
    (missing,) = machine.publication(tmp_path / "a" / "b")
    assert (missing.verdict, (tmp_path / "a").exists()) == (Verdict.OK, False)
    assert not list(tmp_path.iterdir())
    (tmp_path / "file").write_text("")
    for folder, why in (
        (tmp_path / "file", "cannot be written to: Not a directory"),
        (tmp_path / "file" / "below", f"cannot be made in {tmp_path / 'file'}: Not a directory"),
    ):
        (blocked,) = machine.publication(folder)
        assert (blocked.verdict, blocked.told) == (Verdict.WRONG, f"{folder} {why}")


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="only Linux has such a folder")
def test_a_folder_in_which_nobody_can_write_is_wrong_whatever_rights_say() -> None:
    """The system says of root that it may write anywhere."""
    (itself,) = machine.publication(Path("/proc"))
    (below,) = machine.publication(Path("/proc/reports"))
    assert [(one.verdict, one.told) for one in (itself, below)] == [
        (Verdict.WRONG, "/proc cannot be written to: No such file or directory"),
        (Verdict.WRONG, "/proc/reports cannot be made in /proc: No such file or directory"),
    ]


@pytest.mark.usefixtures("impatient")
async def test_a_folder_that_never_answers_is_not_waited_for() -> None:
    asked_to_end = asyncio.Event()

    def hang() -> list[Finding]:
        while not asked_to_end.is_set():
            time.sleep(0.05)
        return []

    (finding,) = await machine.within_time("publication", hang)
    asked_to_end.set()
    assert finding.told == "no answer within 0.5 seconds"


async def test_a_check_that_fails_itself_does_not_look_like_a_slow_one() -> None:
    def fail() -> list[Finding]:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await machine.within_time("rules", fail)


async def test_where_nothing_is_set_and_nothing_runs_it_is_said_what_to_do(tmp_path: Path) -> None:
    findings = await examine(Settings(data_dir=tmp_path), {}, fix=False)
    assert [one.check for one in findings] == ["database", "temporal", "publication", "rules", "calendar"]
    assert "INSPECTIONS_DATABASE_URL" in findings[0].told
    assert "TEMPORAL_ADDRESS" in findings[1].told


async def test_one_half_that_is_set_is_looked_at(tmp_path: Path, url: str, temporal_address: str) -> None:
    findings = await examine(Settings(data_dir=tmp_path, database_url=url), {}, fix=False)
    assert (by_check(findings)["triggers"], by_check(findings)["temporal"]) == (Verdict.OK, Verdict.WRONG)
    environ = {"TEMPORAL_ADDRESS": temporal_address}
    findings = await examine(Settings(data_dir=tmp_path), environ, fix=False)
    assert (by_check(findings)["namespace"], by_check(findings)["database"]) == (Verdict.OK, Verdict.WRONG)
