"""Ledgers of both kinds for the activities."""

from collections.abc import AsyncIterator

import pytest

from eventstore.ledger import Ledger
from eventstore.memory import MemoryLedger
from tests.journeys.house import fresh_database
from workers.stores import Stores, open_stores


@pytest.fixture
async def database_url(postgres_url: str) -> AsyncIterator[str]:
    """The URL of a rehearsal's database that is the test's own."""
    async with fresh_database(postgres_url) as url:
        yield url


@pytest.fixture
async def stores(database_url: str) -> AsyncIterator[Stores]:
    """Ledger, texts and names on PostgreSQL."""
    async with open_stores(database_url) as opened:
        yield opened


@pytest.fixture(params=["memory", "postgres"])
async def ledger(request: pytest.FixtureRequest, postgres_url: str) -> AsyncIterator[Ledger]:
    """A rehearsal's ledger, of each kind."""
    if request.param == "memory":
        yield MemoryLedger(rehearsal=True)
        return
    async with fresh_database(postgres_url) as url, open_stores(url) as opened:
        yield opened.ledger
