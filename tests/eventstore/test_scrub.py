"""After erasing and scrubbing, no file of PostgreSQL's holds what was erased: table, statistics, log."""

import secrets
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import asyncpg
import pytest

from domain.actors import Role
from domain.errors import UnavailableError
from domain.privacy import ErasureReason
from eventstore.erasures import Decision, Erasures
from eventstore.migrate import migrate
from eventstore.people import Directory
from eventstore.pool import open_pool
from eventstore.scrub import scrub
from eventstore.sealed import SealedTexts
from tests.eventstore.conftest import run
from workers.embedded.postgres import Postgres

SHORT = "what-the-mother-said-" + secrets.token_hex(8)
LONG = secrets.token_hex(20_000)
"""Lies out of line, and does not become shorter by compression."""
NAME, EMAIL = "Lena-" + secrets.token_hex(8), "lena-" + secrets.token_hex(8) + "@example.org"
SOUGHT = {
    "short text": SHORT.encode(),
    "long text": LONG[:64].encode(),
    "end of the long text": LONG[-64:].encode(),
    "name": NAME.encode(),
    "address": EMAIL.encode(),
}


@pytest.fixture
def server() -> Iterator[tuple[Path, Postgres]]:
    """A server of its own, as the embedded stack runs it, with its files."""
    with (
        tempfile.TemporaryDirectory(prefix="inspections-scrub-", dir="/tmp") as name,
        Postgres(Path(name)) as postgres,
    ):
        yield Path(name), postgres


def _found(folder: Path) -> dict[str, set[str]]:
    """Say what of it stands in which part of the files."""
    found: dict[str, set[str]] = {}
    for file in folder.rglob("*"):
        if file.is_file():
            content = file.read_bytes()
            for name, words in SOUGHT.items():
                if words in content:
                    found.setdefault(name, set()).add(file.relative_to(folder / "cluster").parts[0])
    return found


async def test_what_is_erased_and_scrubbed_stands_in_no_file_any_more(
    server: tuple[Path, Postgres],
) -> None:
    """It stands in them before, and after an erasure and a plain VACUUM still does. What is left stays."""
    folder, postgres = server
    await postgres.create_database("inspections")
    url = postgres.url("inspections")
    await migrate(url)
    async with await open_pool(url, maximum=2) as pool:
        texts = SealedTexts(pool)
        stays = await texts.seal("what stays", "c3/reason")
        refs = [await texts.seal(SHORT, "c1/reason"), await texts.seal(LONG, "c2/reason")]
        await Directory(pool).add(
            name=NAME, role=Role.INSPECTOR, organisation="cqc", email=EMAIL, ref="p-lena"
        )
        await run(url, "CHECKPOINT", "ANALYZE")
        assert _found(folder) == {one: {"base", "pg_wal"} for one in SOUGHT}

        decision = Decision("p-lena", ErasureReason.PERSON_ASKED, "p-dpo")
        await Erasures(pool).erase(decision, texts=[one.sealed for one in refs], persons=["p-lena"])
        await run(url, "VACUUM", "CHECKPOINT")
        assert _found(folder)["short text"] == {"base", "pg_wal"}

        assert await scrub(url) == []
        assert _found(folder) == {}
        assert await texts.open_many([*refs, stays]) == {**dict.fromkeys(refs), stays: "what stays"}
        assert await pool.fetchval("SHOW wal_recycle") == "on"


async def test_what_a_scrub_cannot_reach_it_names(server: tuple[Path, Postgres]) -> None:
    """A transaction that began before keeps old rows alive, and a login of the owner's reaches no log.

    Whoever is in the way is not waited for without end.
    """
    _, postgres = server
    await postgres.create_database("inspections")
    url = postgres.url("inspections")
    await migrate(url)
    reader = await asyncpg.connect(url)
    async with reader.transaction(isolation="repeatable_read"):
        await reader.fetch("SELECT pg_current_snapshot()")
        await run(url, "SELECT pg_current_xact_id()")
        (kept,) = await scrub(url)
    assert kept.startswith("1 transactions that began before")
    async with reader.transaction():
        await reader.fetch("SELECT FROM ledger.people")
        with pytest.raises(UnavailableError, match="lock timeout"):
            await scrub(url, patience=timedelta(seconds=0.1))
    await reader.close()
    await run(url, "CREATE ROLE keeper LOGIN IN ROLE inspections_owner")
    (kept,) = await scrub(url.replace("postgres@", "keeper@"))
    assert "a superuser has to" in kept
