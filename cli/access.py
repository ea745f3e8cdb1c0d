"""How a command finds the ledger it reads and the process it speaks to, without being told."""

import os
import pwd
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from domain.errors import NotFoundError, UnavailableError
from domain.rulebook import Rulebook
from domain.streams import StreamKind, kind_of
from eventstore.migrate import migrate
from workers.embedded.address import find_rehearsal, find_running
from workers.embedded.postgres import Postgres
from workers.settings import Settings
from workers.stores import Stores, open_stores

if TYPE_CHECKING:
    from temporalio.client import Client

    from workers.desk import Desk, Start
    from workers.processes import Processes


def settings() -> Settings:
    """Read the settings from the environment."""
    return Settings.from_environment(os.environ)


@asynccontextmanager
async def reading(*, rehearsal: bool) -> AsyncIterator[Stores]:
    """Open a ledger for reading: the one that is set, the one that runs, or the one that lies in the folder.

    What has to be started for it is stopped again.

    Raises:
        NotFoundError: there is no ledger yet.
        UnavailableError: it cannot be reached.
    """
    chosen = settings()
    running = find_rehearsal(chosen) if rehearsal else find_running(chosen)
    if chosen.database_url and not rehearsal:
        url: str | None = chosen.database_url
    elif running:
        url = running.database_url
    else:
        url = None
    if url:
        async with open_stores(url) as stores:
            yield stores
        return
    async with _at_rest(chosen, rehearsal=rehearsal) as url, open_stores(url) as stores:
        yield stores


@asynccontextmanager
async def owning() -> AsyncIterator[str]:
    """Find the live database for what only its owner may do, and yield its URL.

    Raises:
        NotFoundError: there is no ledger yet.
        UnavailableError: it cannot be reached.
    """
    chosen = settings()
    running = find_running(chosen)
    if url := chosen.migration_database_url or chosen.database_url:
        yield url
    elif running and not running.rehearsal:
        yield running.database_url
    else:
        async with _at_rest(chosen, rehearsal=False) as found:
            yield found


@asynccontextmanager
async def _at_rest(chosen: Settings, *, rehearsal: bool) -> AsyncIterator[str]:
    folder = chosen.data_dir / "rehearsal" / "postgres" if rehearsal else chosen.data_dir / "postgres"
    if not folder.exists():
        how = "inspections rehearse FILE" if rehearsal else "inspections up"
        raise NotFoundError(
            f"there is no {'rehearsal' if rehearsal else 'ledger'} yet in {folder}; start `{how}`"
        )
    with Postgres(folder, durable=not rehearsal) as postgres:
        names = await postgres.databases()
        name = _newest_rehearsal(names) if rehearsal else "inspections"
        if name not in names:
            raise NotFoundError(f"there is no ledger yet in {folder}")
        # Of an earlier release, perhaps: nobody else brings what lies in this folder up to date.
        await migrate(postgres.url(name), rehearsal=rehearsal)
        yield postgres.url(name)


def _newest_rehearsal(names: tuple[str, ...]) -> str:
    numbers = [int(name.removeprefix("rehearsal_")) for name in names if name.startswith("rehearsal_")]
    return f"rehearsal_{max(numbers, default=0)}"


@dataclass(frozen=True, slots=True)
class _Engine:
    """What a command speaks to: Temporal, and the ledger behind it."""

    client: "Client"
    task_queue: str
    start: "Start"
    database_url: str


async def _engine(*, rehearsal: bool) -> _Engine:
    # Reading needs none of this, and loading it takes longer than reading.
    from workers.desk import live_start
    from workers.embedded.clock import rehearsal_start, with_virtual_clock
    from workers.worker import connect, connect_as_configured
    from workers.workplace import servers_of_ones_own

    chosen = settings()
    if not rehearsal and (own := servers_of_ones_own(chosen, os.environ)):
        client = await connect_as_configured(own.temporal, own.keys)
        return _Engine(client, own.task_queue, live_start, own.database_url)
    running = find_rehearsal(chosen) if rehearsal else find_running(chosen)
    if running is None:
        raise UnavailableError("no stack is running; start one with `inspections up` and try again")
    client = await connect(running.temporal_address, chosen.payload_keys, running.namespace)
    if running.rehearsal:
        start = rehearsal_start(running)
        return _Engine(with_virtual_clock(client), running.task_queue, start, running.database_url)
    return _Engine(client, running.task_queue, live_start, running.database_url)


async def temporal() -> tuple["Client", str]:
    """Connect to the Temporal that is set, or that runs, and say on which task queue our processes live.

    Raises:
        UnavailableError: no stack runs, or what is set cannot be reached.
    """
    engine = await _engine(rehearsal=False)
    return engine.client, engine.task_queue


@asynccontextmanager
async def acting(*, rehearsal: bool = False) -> AsyncIterator[tuple["Desk", Stores]]:
    """Open the desk at which milestones are handed in, and the ledger behind it.

    Raises:
        UnavailableError: no stack runs, or what is set cannot be reached.
    """
    from workers.desk import Desk

    engine = await _engine(rehearsal=rehearsal)
    async with open_stores(engine.database_url) as stores:
        yield Desk(engine.client, engine.task_queue, engine.start), stores


@asynccontextmanager
async def examining() -> AsyncIterator[tuple["Processes", Stores]]:
    """Open what looks after the processes of inspections, and the ledger behind it.

    Raises:
        UnavailableError: no stack runs, or what is set cannot be reached.
    """
    from workers.processes import Processes

    engine = await _engine(rehearsal=False)
    rules = Rulebook.released()
    async with open_stores(engine.database_url) as stores:
        yield Processes(engine.client, engine.task_queue, stores.ledger, rules, engine.start), stores


@asynccontextmanager
async def beside(*, rehearsal: bool) -> AsyncIterator[tuple["Client | None", Stores]]:
    """Open Temporal and the ledger beside each other; of a rehearsal that is over there is the ledger alone.

    Raises:
        NotFoundError: there has been no rehearsal.
        UnavailableError: no stack runs, or what is set cannot be reached.
    """
    if rehearsal and find_rehearsal(settings()) is None:
        async with reading(rehearsal=True) as stores:
            yield None, stores
        return
    engine = await _engine(rehearsal=rehearsal)
    async with open_stores(engine.database_url) as stores:
        yield engine.client, stores


def not_here(name: str) -> NotFoundError:
    """Say that a ledger has no such inspection, area or thematic review."""
    listed = {
        StreamKind.INSPECTION: "; `inspections list` lists those that are",
        StreamKind.AREA: "; `inspections areas list` lists those that are",
    }
    kind = kind_of(name)
    return NotFoundError(f"{name} is not in this ledger{listed.get(kind, '') if kind else ''}")


async def note(stores: Stores, act: str, detail: Mapping[str, Any], recorded_by: str | None = None) -> None:
    """Note what somebody does with the record. In a rehearsal nothing is noted.

    Args:
        stores: of the ledger with which it is done.
        act: a name such as `read_refusals`.
        detail: plain JSON data about it. It stays for ever, so no names and no secrets.
        recorded_by: whom the command names; otherwise whom the settings name, or the account.

    Where nothing can be written, as in a copy of the database that takes no writes, it says so and goes on:
    the copy is there to be read.
    """
    if stores.ledger.rehearsal:
        return
    try:
        await stores.acts.note(act, recorded_by or settings().recorded_by or _account(), detail)
    except UnavailableError as error:
        sys.stderr.write(f"inspections: that this was done is not on record: {error}\n")


def _account() -> str:
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return f"uid-{os.getuid()}"


def recorder(person: str | None, decided_by: str) -> dict[str, Any]:
    """Say who records: whom the command names, whom the settings name, or who decided."""
    return {"person": person or settings().recorded_by or decided_by}
