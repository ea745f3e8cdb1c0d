"""Checkpoints on their way by mail: each to each address, by one sender at a time."""

from datetime import UTC, datetime, timedelta
from typing import Final

import asyncpg
import pytest

from eventstore import checkpoint_letters as module
from eventstore.checkpoint_letters import CheckpointLetters
from eventstore.checkpoints import Checkpoints
from eventstore.postgres import PostgresLedger
from proof.notes import KeyType, SecretKey
from tests.eventstore.making import appended, body, command

KEY: Final = SecretKey.generate("send.example/ledger", KeyType.LOG)
ANA: Final = "ana@audit.example"
BEN: Final = "ben@audit.example"


@pytest.fixture
async def letters(pool: asyncpg.Pool) -> CheckpointLetters:
    """Letters of a log with three checkpoints."""
    ledger = await PostgresLedger.open(pool)
    for number in range(3):
        await _issue(pool, ledger, number)
    return CheckpointLetters(pool)


async def _issue(pool: asyncpg.Pool, ledger: PostgresLedger, version: int) -> None:
    await appended(ledger, command("A", version, body(version)))
    await Checkpoints(pool).issue([KEY], datetime(2026, 11, 27, tzinfo=UTC))


async def test_who_is_new_gets_the_newest_and_each_after_it(
    pool: asyncpg.Pool, letters: CheckpointLetters
) -> None:
    """The newest proves what came before it as well."""
    assert await letters.take(ANA) == (3, 1)
    await letters.settle(ANA, 3)
    assert await letters.take(ANA) is None
    ledger = await PostgresLedger.open(pool)
    await _issue(pool, ledger, 3)
    await _issue(pool, ledger, 4)
    assert await letters.take(BEN) == (5, 1)
    assert [await letters.take(ANA), await letters.take(ANA), await letters.take(ANA)] == [
        (4, 1),
        (5, 1),
        None,
    ]


async def test_what_was_not_sent_waits_and_the_next_attempt_knows_of_the_first(
    letters: CheckpointLetters, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever took it up may have sent it and died before the note."""
    assert await letters.take(ANA) == (3, 1)
    assert await letters.take(ANA) is None
    await letters.put_back(ANA, 3, "nobody answers")
    assert await letters.take(ANA) == (3, 2)
    monkeypatch.setattr(module, "PATIENCE", timedelta(0))
    assert await letters.take(ANA) == (3, 3)
    await letters.settle(ANA, 3, "no such mailbox")
    assert await letters.take(ANA) is None


async def test_the_database_does_not_know_addresses(pool: asyncpg.Pool, letters: CheckpointLetters) -> None:
    await letters.take(ANA)
    row = str(await pool.fetchrow("SELECT recipient::text, checkpoint_letters::text FROM checkpoint_letters"))
    assert "ana" not in row
