"""The embedded stack comes up, goes on after any kind of end, and is found only while it runs."""

import asyncio
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import asyncpg
import pytest
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.common import SearchAttributeKey, SearchAttributePair, TypedSearchAttributes
from temporalio.testing import TimeSkipper, TimeSkippingConfig

from domain.errors import MalformedError, UnavailableError
from workers.embedded import locks
from workers.embedded.address import AlreadyRunningError, StackAddress, find_running
from workers.embedded.postgres import Postgres
from workers.embedded.stack import running_stack
from workers.embedded.temporal import TemporalServer, free_port
from workers.settings import Settings

_AREA = SearchAttributeKey.for_keyword("TestArea")
_STAGE = SearchAttributeKey.for_keyword("TestStage")

_STACK_IN_ANOTHER_PROCESS = """
import asyncio, sys
from pathlib import Path
from workers.embedded.stack import running_stack
from workers.settings import Settings

async def main():
    settings = Settings(data_dir=Path(sys.argv[1]))
    async with running_stack(settings, search_attributes=[], rehearsal=False):
        print("up", flush=True)
        await asyncio.Event().wait()

asyncio.run(main())
"""


@pytest.fixture(autouse=True)
def folder(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A data folder with spaces and worse in its name, and a home in it for the pointer to the running stack.

    Not pytest's own: each run of pytest closes the folder above it to other users, PostgreSQL's too.
    """
    path = Path(tempfile.mkdtemp(prefix="inspections $t '?` ", dir="/tmp"))
    monkeypatch.setenv("XDG_STATE_HOME", str(path / "state"))
    monkeypatch.setenv("XDG_DATA_HOME", str(path / "home"))
    yield path
    shutil.rmtree(path)


async def _query(url: str, statement: str) -> Any:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(statement)
    finally:
        await connection.close()


def _is_up(pid: int) -> bool:
    """Say whether a process lives. One that has ended and is not yet waited for does not."""
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


def _exists(path: str) -> bool:
    return Path(path).exists()


def _server_pid(cluster: Path) -> int:
    return int((cluster / "postmaster.pid").read_text().split("\n", 1)[0])


@contextmanager
def _other_process(script: str, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run a script until it says that it is up, and kill it at the end if nobody has."""
    with subprocess.Popen([sys.executable, "-c", script, str(folder)], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        try:
            assert process.stdout.readline() == b"up\n"
            yield process
        finally:
            process.kill()


async def test_a_live_stack_goes_on_where_it_was_stopped(folder: Path) -> None:
    settings = Settings(data_dir=folder, task_queue="q")
    async with running_stack(settings, search_attributes=[_AREA], rehearsal=False) as first:
        await _query(first.database_url, "CREATE TABLE kept AS SELECT 42 AS answer")
        client = await Client.connect(first.temporal_address, namespace=first.namespace)
        area = TypedSearchAttributes([SearchAttributePair(_AREA, "SFK")])
        await client.start_workflow("Any", id="kept", task_queue="q", search_attributes=area)
    # As a newer release does that has one search attribute more.
    async with running_stack(settings, search_attributes=[_AREA, _STAGE], rehearsal=False) as second:
        assert await _query(second.database_url, "SELECT answer FROM kept") == 42
        client = await Client.connect(second.temporal_address, namespace=second.namespace)
        assert (await client.get_workflow_handle("kept").describe()).status == WorkflowExecutionStatus.RUNNING
        stage = TypedSearchAttributes([SearchAttributePair(_STAGE, "notified")])
        await client.start_workflow("Any", id="new", task_queue="q", search_attributes=stage)

    assert second == first, "even the ports are the same"
    assert first.ui_url is not None
    assert first.task_queue == "q"
    assert not first.rehearsal
    assert await _query_is_refused(first.database_url)


async def _query_is_refused(url: str) -> bool:
    try:
        await _query(url, "SELECT 1")
    except OSError:
        return True
    return False


async def test_a_running_stack_is_found_even_in_another_folder(folder: Path) -> None:
    anywhere, elsewhere = Settings(), Settings(data_dir=folder / "elsewhere")
    async with running_stack(Settings(data_dir=folder), search_attributes=[], rehearsal=True) as rehearsal:
        assert find_running(anywhere) == rehearsal
        async with running_stack(Settings(data_dir=folder), search_attributes=[], rehearsal=False) as live:
            assert find_running(Settings(data_dir=folder)) == live
            assert find_running(anywhere) == live, "a rehearsal never hides a live stack"
            assert find_running(elsewhere) is None, "who names a folder means that folder"
        assert find_running(Settings(data_dir=folder)) == rehearsal
    assert find_running(Settings(data_dir=folder)) is None
    assert find_running(anywhere) is None


async def test_a_second_stack_in_the_same_folder_is_refused(folder: Path) -> None:
    settings = Settings(data_dir=folder)
    async with running_stack(settings, search_attributes=[], rehearsal=True) as running:
        with pytest.raises(AlreadyRunningError, match=f"by process {running.pid}"):
            async with running_stack(settings, search_attributes=[], rehearsal=True):
                pass
        assert find_running(settings) == running


async def test_a_rehearsal_has_its_own_clock_and_each_time_an_empty_database(folder: Path) -> None:
    settings = Settings(data_dir=folder)
    async with running_stack(settings, search_attributes=[], rehearsal=True) as first:
        await _query(first.database_url, "CREATE TABLE kept AS SELECT 42 AS answer")
        client = await Client.connect(first.temporal_address)
        skipper = TimeSkipper(client, config=TimeSkippingConfig(enabled=False))
        handle = await skipper.client.start_workflow("Any", id="clock", task_queue="q")
        assert await skipper.get_time_skipping_info(handle) is not None
    async with running_stack(settings, search_attributes=[], rehearsal=True) as second:
        assert second.rehearsal
        assert second.database_url != first.database_url
        assert await _query(first.database_url, "SELECT answer FROM kept") == 42


@pytest.mark.parametrize("content", ["", "{}", "whole"])
async def test_a_file_that_a_dead_stack_left_is_ignored(folder: Path, content: str) -> None:
    left_behind = StackAddress(
        pid=os.getpid(),
        database_url="postgresql://h/d",
        temporal_address="127.0.0.1:7233",
        ui_url=None,
        namespace="default",
        data_dir=folder,
        rehearsal=False,
        task_queue="inspections",
    )
    written = left_behind.model_dump_json() if content == "whole" else content
    (folder / "stack.json").write_text(written)
    pointer = folder / "state" / "inspections" / "running.json"
    pointer.parent.mkdir(parents=True)
    pointer.write_text(json.dumps({"data_dir": str(folder)}))

    assert find_running(Settings(data_dir=folder)) is None
    assert find_running(Settings()) is None


async def test_the_last_to_leave_stops_postgresql(folder: Path) -> None:
    first, second = Postgres(folder), Postgres(folder)
    pid = _server_pid(folder / "cluster")
    first.stop()
    first.stop()
    await second.create_database("b_1")
    await second.create_database("a_1")
    await second.create_database("a_1")
    assert await second.databases() == ("a_1", "b_1")
    with pytest.raises(MalformedError, match="cannot name"):
        await second.create_database('a"; DROP')
    second.stop()

    assert not _is_up(pid)


async def test_a_path_too_long_or_too_odd_for_a_socket_does(folder: Path) -> None:
    with Postgres(folder / ("a,b" + 120 * "x"), durable=False) as postgres:
        await postgres.create_database("d")
        assert await _query(postgres.url("d"), "SELECT current_database()") == "d"
        socket_folder = parse_qs(urlsplit(postgres.url()).query)["host"][0]
    assert socket_folder.startswith("/tmp/inspections-")
    assert not _exists(socket_folder)


async def test_a_cluster_whose_making_was_interrupted_is_made_anew(folder: Path) -> None:
    (folder / "cluster.new").mkdir()
    (folder / "cluster.new" / "PG_VERSION").write_text("18\n")

    with Postgres(folder, durable=False) as postgres:
        assert await postgres.databases() == ()


def test_a_cluster_of_another_version_is_refused(folder: Path) -> None:
    (folder / "cluster").mkdir()
    (folder / "cluster" / "PG_VERSION").write_text("16\n")

    with pytest.raises(UnavailableError, match="PostgreSQL 16, not 18"):
        Postgres(folder)


async def test_a_process_with_the_number_of_a_dead_server_is_not_taken_for_it(folder: Path) -> None:
    Postgres(folder, durable=False).stop()
    (folder / "cluster" / "postmaster.pid").write_text(f"{os.getpid()}\n{folder}\n0\n5432\n.\n\n\nready\n")

    with Postgres(folder, durable=False) as postgres:
        assert await postgres.databases() == ()


async def test_a_temporal_server_that_cannot_start_names_its_log(folder: Path) -> None:
    (folder / "temporal.db").write_text("no database")
    server = TemporalServer(folder, search_attributes=[], virtual_clock=False)
    try:
        with pytest.raises(UnavailableError, match=r"temporal\.log"):
            await server.wait_until_ready()
    finally:
        server.stop()


async def test_a_port_in_use_is_neither_chosen_nor_taken(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

        assert free_port(port) != port
        with pytest.raises(UnavailableError, match=str(port)):
            TemporalServer(folder, search_attributes=[], virtual_clock=True, port=port)


@pytest.mark.faults
async def test_a_stack_whose_process_is_killed_goes_on_when_started_again(folder: Path) -> None:
    settings = Settings(data_dir=folder)
    with _other_process(_STACK_IN_ANOTHER_PROCESS, folder) as other:
        killed = find_running(settings)
        assert killed is not None
        await _query(killed.database_url, "CREATE TABLE kept AS SELECT 42 AS answer")
        client = await Client.connect(killed.temporal_address)
        await client.start_workflow("Any", id="kept", task_queue="q")
        other.kill()
    await _until_closed(killed.temporal_address)
    server = _server_pid(folder / "postgres" / "cluster")
    assert _is_up(server), "others may use it"
    assert find_running(settings) is None

    async with running_stack(settings, search_attributes=[], rehearsal=False) as again:
        assert again.temporal_address == killed.temporal_address
        assert _server_pid(folder / "postgres" / "cluster") == server
        assert await _query(again.database_url, "SELECT answer FROM kept") == 42
        client = await Client.connect(again.temporal_address)
        assert (await client.get_workflow_handle("kept").describe()).status == WorkflowExecutionStatus.RUNNING
    assert not _is_up(server)


async def _until_closed(address: str) -> None:
    host, port = address.split(":")
    async with asyncio.timeout(10):
        while True:
            try:
                _, writer = await asyncio.open_connection(host, int(port))
            except OSError:
                return
            writer.close()
            await asyncio.sleep(0.05)


@pytest.mark.faults
async def test_a_killed_postgresql_recovers_what_was_committed(folder: Path) -> None:
    with Postgres(folder) as postgres:
        await _query(postgres.url(), "CREATE TABLE kept AS SELECT 42 AS answer")
        os.kill(_server_pid(folder / "cluster"), signal.SIGKILL)
    with Postgres(folder) as postgres:
        assert await _query(postgres.url(), "SELECT answer FROM kept") == 42


@pytest.mark.faults
def test_a_throwaway_postgresql_dies_with_the_process_that_started_it(folder: Path) -> None:
    script = (
        "import sys, time; from pathlib import Path; from workers.embedded.postgres import Postgres\n"
        "kept = Postgres(Path(sys.argv[1]), durable=False); print('up', flush=True); time.sleep(60)"
    )
    with _other_process(script, folder) as other:
        server = _server_pid(folder / "cluster")
        other.kill()
    deadline = time.monotonic() + 10
    while _is_up(server) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _is_up(server)


def test_a_lock_is_free_again_when_it_is_let_go(folder: Path) -> None:
    first = locks.take(folder / "lock", shared=True)
    second = locks.take(folder / "lock", shared=True)
    assert locks.take(folder / "lock") is None
    locks.release(first)
    locks.release(second)
    third = locks.take(folder / "lock")
    assert third is not None
    locks.release(third)
