"""`inspections worker` as a process: asked to end, killed, begun again, with servers gone and back."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from eventstore.migrate import migrate
from tests.journeys.house import fresh_database, unused_area
from tests.workers.asking import plan
from workers.desk import Desk
from workers.embedded.postgres import Postgres
from workers.embedded.temporal import TemporalServer, free_port
from workers.stores import open_stores
from workers.worker import connect
from workflows.search_attributes import ALL

pytestmark = [pytest.mark.faults, pytest.mark.timeout(120)]


@dataclass
class Worker:
    """A running `inspections worker`, or several under one parent."""

    process: subprocess.Popen[str]
    port: int
    log: Path

    def ready(self, number: int = 0) -> tuple[int, dict[str, Any]]:
        """Ask one of the processes whether it is ready; 0 if nobody answers."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port + number}/health/ready") as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.load(error)
        except OSError:
            return 0, {}

    async def until_ready(self, number: int = 0) -> None:
        """Wait until one of the processes is ready."""
        while (await asyncio.to_thread(self.ready, number))[0] != 200:
            assert self.process.poll() is None, self.log.read_text()
            await asyncio.sleep(0.1)

    async def until_failing(self, *parts: str) -> None:
        """Wait until it says that it is not ready, because exactly these of its vital parts fail."""
        while True:
            status, told = await asyncio.to_thread(self.ready)
            vital = {name: part for name, part in told.get("parts", {}).items() if part["vital"]}
            if {name for name, part in vital.items() if part["state"] == "failing"} == set(parts):
                assert status == 503
                return
            await asyncio.sleep(0.1)

    async def ended(self, *signals: signal.Signals) -> int:
        """Send signals, one after the other, and return the exit code."""
        for one in signals:
            said = self.log.read_text().count("draining")
            self.process.send_signal(one)
            while self.process.poll() is None and self.log.read_text().count("draining") == said:
                await asyncio.sleep(0.05)
        return await asyncio.to_thread(self.process.wait)


@contextmanager
def _worker(folder: Path, database: str, address: str, *options: str, **settings: int) -> Iterator[Worker]:
    """Run the command; whatever it does, nothing is left of it."""
    port, log = free_port(), folder / f"worker-{len(list(folder.glob('worker-*')))}.log"
    own = {
        "INSPECTIONS_DATABASE_URL": database,
        "INSPECTIONS_PUBLICATION_DIR": str(folder / "published"),
        "INSPECTIONS_HTTP_ADDRESS": f"127.0.0.1:{port}",
        "TEMPORAL_ADDRESS": address,
        **{f"INSPECTIONS_{name.upper()}": str(value) for name, value in settings.items()},
    }
    kept = {name: value for name, value in os.environ.items() if not name.startswith("INSPECTIONS_")}
    with log.open("w") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "cli.main", "worker", *options],
            env={**kept, **own},
            stdout=out,
            stderr=out,
            text=True,
        )
    try:
        yield Worker(process, port, log)
    finally:
        process.kill()
        process.wait()


@asynccontextmanager
async def _temporal(folder: Path, port: int | None = None) -> AsyncIterator[TemporalServer]:
    server = TemporalServer(folder / "temporal", search_attributes=ALL, virtual_clock=False, port=port)
    try:
        await server.wait_until_ready()
        yield server
    finally:
        server._process.send_signal(signal.SIGCONT)
        server.stop()


@dataclass
class Caller:
    """Somebody who hands in one request after the other to an inspection of his or her own."""

    desk: Desk
    inspection: str
    answered: int = 0

    async def keep_asking(self, stop: asyncio.Event) -> None:
        """Ask until told to stop, and wait for the last answer."""
        while not stop.is_set():
            answer = await self.desk.record(plan(self.inspection))
            assert answer.result == "recorded"
            self.answered += 1

    async def until_answered(self, more: int) -> None:
        """Wait until so many more answers have come."""
        enough = self.answered + more
        while self.answered < enough:
            await asyncio.sleep(0.02)


async def test_callers_are_answered_though_the_worker_is_ended_while_it_works(
    postgres_url: str, tmp_path: Path
) -> None:
    """It ends 0 and says that it has drained; another answers the rest, and each thing is recorded once."""
    async with (
        _temporal(tmp_path) as server,
        fresh_database(postgres_url, rehearsal=False) as url,
        open_stores(url) as stores,
    ):
        desk = Desk(await connect(server.address, None), "inspections")
        callers = [Caller(desk, f"{unused_area()}-2023-F1") for _ in range(6)]
        with _worker(tmp_path, url, server.address) as first, _worker(tmp_path, url, server.address) as other:
            await asyncio.gather(first.until_ready(), other.until_ready())
            stop = asyncio.Event()
            asking = asyncio.gather(*(caller.keep_asking(stop) for caller in callers))
            await asyncio.gather(*(caller.until_answered(2) for caller in callers))
            code = await first.ended(signal.SIGTERM)
            assert (code, "drained" in first.log.read_text()) == (0, True)
            await asyncio.gather(*(caller.until_answered(2) for caller in callers))
            stop.set()
            await asking
            assert await other.ended(signal.SIGINT) == 0
        for caller in callers:
            commands = await stores.ledger.commands(caller.inspection)
            assert len(commands) == len({one.command_id for one in commands}) == caller.answered


async def test_a_drain_that_cannot_finish_ends_in_time_and_a_second_signal_ends_it_at_once(
    postgres_url: str, tmp_path: Path
) -> None:
    """With Temporal frozen: 5 when the time is over, which is said; 130 for whoever does not want to wait."""
    async with (
        _temporal(tmp_path) as server,
        fresh_database(postgres_url, rehearsal=False) as url,
    ):
        patient = _worker(tmp_path, url, server.address, shutdown_seconds=3600)
        short = _worker(tmp_path, url, server.address, shutdown_seconds=1)
        with patient as hurried, short as late:
            await asyncio.gather(hurried.until_ready(), late.until_ready())
            server._process.send_signal(signal.SIGSTOP)
            assert await late.ended(signal.SIGTERM) == 5
            assert "not finished within 1 seconds" in late.log.read_text()
            assert await hurried.ended(signal.SIGTERM, signal.SIGTERM) == 130


async def test_ready_tells_the_truth_while_servers_go_away_and_come_back(tmp_path: Path) -> None:
    """Which one is away; and the same worker works on when both are there again."""
    with tempfile.TemporaryDirectory(prefix="inspections-", dir="/tmp") as folder:
        postgres = Postgres(Path(folder))
        try:
            await postgres.create_database("inspections")
            url = postgres.url("inspections")
            await migrate(url)
            async with _temporal(tmp_path) as server:
                with _worker(tmp_path, url, server.address) as worker:
                    await worker.until_ready()
                    desk = Desk(await connect(server.address, None), "inspections")
                    await asyncio.to_thread(postgres.stop)
                    waiting = asyncio.create_task(desk.record(plan(f"{unused_area()}-2023-F1")))
                    await worker.until_failing("postgresql")
                    while "Completing activity as failed" not in worker.log.read_text():
                        await asyncio.sleep(0.05)
                    postgres = Postgres(Path(folder))
                    await worker.until_ready()
                    assert (await waiting).result == "recorded"
                    server.stop()
                    await worker.until_failing("temporal", "polling")
                    async with _temporal(tmp_path, int(server.address.rpartition(":")[2])):
                        await worker.until_ready()
                        desk = Desk(await connect(server.address, None), "inspections")
                        answer = await desk.record(plan(f"{unused_area()}-2023-F1"))
                        assert answer.result == "recorded"
                        assert await worker.ended(signal.SIGTERM) == 0
                    said = worker.log.read_text()
                    assert "Traceback" not in said
                    for part in ("postgresql", "temporal"):
                        assert [
                            one["event"]
                            for one in map(json.loads, said.splitlines())
                            if one.get("part") == part
                        ] == [
                            "a part is failing",
                            "a part is well again",
                        ]
        finally:
            postgres.stop()


async def test_a_process_that_dies_is_begun_again_and_all_end_with_their_parent(
    postgres_url: str, tmp_path: Path
) -> None:
    """Each has a port of its own. Killed itself, the parent leaves nobody behind."""
    async with (
        _temporal(tmp_path) as server,
        fresh_database(postgres_url, rehearsal=False) as url,
    ):
        with _worker(tmp_path, url, server.address, "--processes", "2") as parent:
            await asyncio.gather(parent.until_ready(0), parent.until_ready(1))
            begun = _children(parent)
            os.kill(begun[0], signal.SIGKILL)
            while len(_children(parent)) < 3:
                await asyncio.sleep(0.05)
            await asyncio.gather(parent.until_ready(0), parent.until_ready(1))
            assert await parent.ended(signal.SIGTERM) == 0
            assert not any(map(_lives, _children(parent)))
        with _worker(tmp_path, url, server.address, "--processes", "2") as parent:
            await asyncio.gather(parent.until_ready(0), parent.until_ready(1))
            parent.process.kill()
            while any(map(_lives, _children(parent))):
                await asyncio.sleep(0.05)
            assert parent.log.read_text().count("drained") == 2


def _children(parent: Worker) -> list[int]:
    """Return the processes that a parent says it has begun, in order."""
    said = [json.loads(line) for line in parent.log.read_text().splitlines()]
    return [one["pid"] for one in said if one["event"] == "a worker process has begun"]


def _lives(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


async def test_what_no_process_could_work_with_ends_the_parent(postgres_url: str, tmp_path: Path) -> None:
    """Begun again it would be the same: the exit code is that of one worker, and no process is begun."""
    async with _temporal(tmp_path) as server, fresh_database(postgres_url, rehearsal=True) as url:
        with _worker(tmp_path, url, server.address, "--processes", "2") as parent:
            assert await asyncio.to_thread(parent.process.wait) == 2
            assert "a rehearsal's" in parent.log.read_text()
            assert "has begun" not in parent.log.read_text()
