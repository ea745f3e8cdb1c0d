"""A ledger that has something to prove: real streams, sealed texts, three checkpoints; and who attacks it."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid4

import asyncpg
import pytest

from audit.findings import Finding, Report, Step
from audit.folder import Folder
from audit.verify import Brought, verify
from domain.canonical import canonical_model
from domain.messages import MilestoneRequest, Recorded, Verdict
from domain.rulebook import Rulebook
from eventstore.ledger import Append, Appended
from eventstore.migrate import migrate
from proof.notes import KeyType, SecretKey
from tests.eventstore.conftest import database, run, url_of
from workers.audit.exporting import export
from workers.audit.live import Live
from workers.stores import Stores, open_stores

ORIGIN: Final = "send.example/ledger"
KEY: Final = SecretKey.generate(ORIGIN, KeyType.LOG)
AT: Final = datetime(2026, 11, 27, 9, tzinfo=UTC)
RECORDED: Final = Path(__file__).parents[1] / "eventstore" / "ledgers" / "first.jsonl"
STREAM: Final = "AAA-2023-F1"
TEXT: Final = "The partnership asked for an early start."
SIGNED_AT: Final = (60, 120)
"""Entries at the first checkpoints; the last one is over all."""

UNSIGNED: Final = (
    "ALTER TABLE ledger.checkpoints DISABLE TRIGGER append_only; DELETE FROM ledger.checkpoints; "
    "ALTER TABLE ledger.checkpoints ENABLE ALWAYS TRIGGER append_only; "
    "ALTER TABLE ledger.log_keys DISABLE TRIGGER append_only; DELETE FROM ledger.log_keys; "
    "ALTER TABLE ledger.log_keys ENABLE ALWAYS TRIGGER append_only"
)
"""Takes all checkpoints away, and the keys that show that there were some."""

TRIGGERS: Final = "ALTER TABLE ledger.events {} TRIGGER append_only"


def unheard(_what: str, _done: int, _of: int) -> None:
    """Take no notice of progress."""


def flip(file: Path) -> None:
    """Flip a bit of a file."""
    raw = bytearray(file.read_bytes())
    raw[len(raw) // 2] ^= 1
    file.write_bytes(raw)


def examined(folder: Path, *keys: SecretKey, **checkpoints: str) -> Report:
    """Examine an export."""
    return verify(Folder(folder), Brought([key.public for key in keys], checkpoints), unheard)


def findings(report: Report, step: Step) -> Sequence[Finding]:
    """Return what was found in a step."""
    return next(one.findings for one in report.steps if one.step is step)


def failed(report: Report) -> set[Step]:
    """Return the steps in which something was found."""
    return {one.step for one in report.steps if one.found}


def first_bad(report: Report) -> tuple[int | None, int | None]:
    """Return the lowest position with which something is wrong, and up to where that may lie."""
    first = report.first_bad
    return (first.position, first.up_to) if first else (None, None)


@dataclass(frozen=True)
class House:
    """A ledger with everything around it, and its owner who can do anything."""

    stores: Stores
    owner: asyncpg.Connection

    async def attack(self, *statements: str) -> None:
        """Do to the entries what only a superuser can do."""
        await self.owner.execute("; ".join([TRIGGERS.format("DISABLE"), *statements]))
        await self.owner.execute(TRIGGERS.format("ENABLE ALWAYS"))

    async def export(self, folder: Path, *streams: str) -> Path:
        """Export into a folder."""
        await export(self.stores, folder, streams, Rulebook.released(), unheard)
        return folder

    async def examine(self, *keys: SecretKey, **checkpoints: str) -> Report:
        """Examine the database."""
        brought = Brought([key.public for key in keys], checkpoints)
        url = self.stores.database_url
        return await asyncio.to_thread(lambda: verify(Live(url), brought, unheard))

    async def append(self, stream: str, version: int, body: str) -> None:
        """Append an entry after a version of a stream."""
        (result,) = await self.stores.ledger.append([brought(stream, version, body)])
        assert isinstance(result, Appended)

    async def issue(self, *keys: SecretKey) -> str:
        """Issue a checkpoint and return the note."""
        return str((await self.stores.checkpoints.issue(keys or [KEY], AT + timedelta(hours=1))).checkpoint)


def recorded() -> list[tuple[str, int, str]]:
    """Return stream, version and body of entries that were recorded for good."""
    found = []
    for line in RECORDED.read_text(encoding="utf-8").splitlines():
        text = json.loads(line)["text"]
        whole: dict[str, Any] = json.loads(text)
        found.append((whole["stream"], whole["version"], text[len('{"body":') : text.rfind(',"position":')]))
    return found


@pytest.fixture(scope="session")
async def audited_template(postgres_url: str) -> str:
    """The name of a database with real streams and three checkpoints, for each module that uses it."""
    name = f"audited_{uuid4().hex}"
    await run(postgres_url, f"CREATE DATABASE {name}")
    await migrate(url_of(postgres_url, name))
    async with open_stores(url_of(postgres_url, name), pool_size=2) as stores:
        sealed = (await stores.texts.seal(TEXT, "a command/reason")).sealed
        appends = [_append(stream, version, body, sealed) for stream, version, body in recorded()]
        for first, last in zip((0, *SIGNED_AT), (*SIGNED_AT, len(appends)), strict=True):
            for result in await stores.ledger.append(appends[first:last]):
                assert isinstance(result, Appended)
            await stores.checkpoints.issue([KEY], AT)
    return name


def _append(stream: str, version: int, body: str, sealed: str) -> Append:
    return brought(stream, version - 1, re.sub(r'"sealed":"\w+"', f'"sealed":"{sealed}"', body))


def brought(stream: str, version: int, body: str) -> Append:
    """Make the command that brings an event, with a request and an answer like those of the engine."""
    request = MilestoneRequest(inspection=stream, command_id=str(uuid4()), command={"type": "deed"})
    told = json.loads(body)
    recorded = Recorded(
        version=version + 1, type=told["type"], occurred_at=told["event"]["occurred_at"], subject=None
    )
    return Append(
        stream=stream,
        command_id=UUID(request.command_id),
        digest=bytes.fromhex(request.digest()),
        expected_version=version,
        request=canonical_model(request),
        answer=canonical_model(Verdict(result="recorded", recorded=(recorded,))),
        bodies=(re.sub(r'"command_id":"[^"]+"', f'"command_id":"{request.command_id}"', body),),
        at=None,
    )


@pytest.fixture
async def house(postgres_url: str, audited_template: str) -> AsyncIterator[House]:
    """A ledger of the test's own."""
    async with database(postgres_url, audited_template) as url, open_stores(url, pool_size=2) as stores:
        owner = await asyncpg.connect(url)
        try:
            yield House(stores, owner)
        finally:
            await owner.close()
