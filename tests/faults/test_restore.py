"""The runbook's section on backup and restore, followed to the letter: what it says to type is typed."""

import asyncio
import os
import re
import subprocess
import sysconfig
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final
from uuid import uuid4

import asyncpg
import pytest
from temporalio.client import Client

from eventstore.migrate import migrate
from proof.merkle import root_of
from tests.faults.houses import OwnPostgres, OwnTemporal
from tests.faults.sound import check_entries, whole
from tests.workers.asking import plan
from workers.desk import Desk
from workers.embedded.postgres import _programs
from workers.stores import Stores, open_stores
from workers.worker import build_worker, connect
from workflows.process import Process

pytestmark = [pytest.mark.faults, pytest.mark.timeout(180)]

RUNBOOK: Final = Path(__file__).parents[2] / "docs" / "runbook.md"
INSPECTIONS: Final = ("SFK-2023-F1", "TRF-2023-F1", "GRE-2023-F1")


async def test_what_the_runbook_says_brings_back_the_ledger_and_all_that_runs(tmp_path: Path) -> None:
    """Both servers are lost. The ledger is the same tree of hashes again, and every inspection goes on."""
    async with OwnTemporal.running(tmp_path / "temporal") as temporal:
        client = await connect(temporal.address, None)
        with OwnPostgres.running() as first:
            site = _Site(first, client, tmp_path)
            await site.prepare()
            await migrate(site.url("ledger_migrations"))
            async with site.at_work() as (desk, stores):
                for name in INSPECTIONS:
                    assert (await desk.record(plan(name))).standing.version == 1
                text = await stores.texts.seal("what they found", "tests/found")
                before = await _root(stores)
            await site.follow("pg_dump")
        temporal.lose()
        await temporal.start()
        with OwnPostgres.running() as second:
            site = _Site(second, client, tmp_path)
            await site.prepare()
            await site.follow("pg_restore", "inspections")
            async with site.at_work() as (desk, stores):
                assert await _root(stores) == before
                assert await stores.texts.open(text) == "what they found"
                for name in INSPECTIONS:
                    await _until_known(client, name)
                    assert (await desk.record(plan(name))).standing.version == 2


async def _root(stores: Stores) -> bytes:
    """Check a whole ledger, and return the root of the tree over all its leaves."""
    entries = await whole(stores.ledger)
    check_entries(entries)
    return root_of([entry.leaf for entry in entries])


async def _until_known(client: Client, inspection: str) -> None:
    """Wait until the process that was raised knows what the ledger knows. Nobody else has asked it."""
    while (await client.get_workflow_handle(inspection).query(Process.get_standing)).version != 1:
        await asyncio.sleep(0.05)


class _Site:
    """An installation as the runbook has it: logins of its own, and a shell in which its lines are typed."""

    def __init__(self, postgres: OwnPostgres, client: Client, folder: Path) -> None:
        self._postgres = postgres
        self._client = client
        self._folder = folder
        self._queue = f"queue-{uuid4().hex}"

    def url(self, login: str) -> str:
        """Return the URL of the ledger's database for a login."""
        return self._postgres.url.replace("//postgres@/postgres?", f"//{login}@/inspections?")

    async def prepare(self) -> None:
        """Create roles and an empty database, as the section on logins says."""
        (statements,) = re.findall(r"```sql\n(.*?)```", _section("### Logins"), re.DOTALL)
        connection = await asyncpg.connect(self._postgres.url)
        try:
            for statement in filter(str.strip, statements.split(";")):
                await connection.execute(statement)
        finally:
            await connection.close()

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[tuple[Desk, Stores]]:
        """Run a worker with the workers' login while the block lasts."""
        async with (
            open_stores(self.url("ledger_workers")) as stores,
            build_worker(self._client, self._queue, stores, self._folder / "published"),
        ):
            yield Desk(self._client, self._queue), stores

    async def follow(self, *programs: str) -> None:
        """Type, in their order, the lines of the section that begin with these programs."""
        lines = re.findall(r"^ *\$ (.*)$", _section("## Back up and restore"), re.MULTILINE)
        chosen = [line for line in lines if line.split()[0] in programs]
        assert chosen
        for line in chosen:
            typed = await asyncio.to_thread(self._type, line)
            assert typed.returncode == 0, f"{line}\n{typed.stdout}{typed.stderr}"

    def _type(self, line: str) -> "subprocess.CompletedProcess[str]":
        path = [sysconfig.get_path("scripts"), str(_programs()), os.environ["PATH"]]
        environment = {
            "PATH": os.pathsep.join(path),
            "OWNERS_URL": self.url("ledger_migrations"),
            "INSPECTIONS_MIGRATION_DATABASE_URL": self.url("ledger_migrations"),
            "INSPECTIONS_DATABASE_URL": self.url("ledger_workers"),
            "INSPECTIONS_DATA_DIR": str(self._folder / "data"),
            "INSPECTIONS_PUBLICATION_DIR": str(self._folder / "published"),
            "INSPECTIONS_TASK_QUEUE": self._queue,
            "TEMPORAL_ADDRESS": self._client.service_client.config.target_host,
        }
        return subprocess.run(
            ["bash", "-c", line],
            check=False,
            capture_output=True,
            text=True,
            cwd=self._folder,
            env=environment,
            timeout=60,
        )


def _section(heading: str) -> str:
    """Return the text of the runbook from a heading to the next one that is not below it."""
    level = heading.split(maxsplit=1)[0]
    _, _, rest = RUNBOOK.read_text(encoding="utf-8").partition(f"\n{heading}\n")
    assert rest, heading
    return re.split(rf"^#{{2,{len(level)}}} ", rest, maxsplit=1, flags=re.MULTILINE)[0]
