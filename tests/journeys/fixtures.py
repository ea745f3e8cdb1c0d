"""Fixtures that several folders of tests share."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from temporalio.testing import TimeSkipper

from tests.journeys.house import House, open_house


@pytest.fixture
async def idle_house(postgres_url: str, skipper: TimeSkipper, tmp_path: Path) -> AsyncIterator[House]:
    """A ledger of the test's own, without a worker."""
    async with open_house(postgres_url, skipper, tmp_path) as house:
        yield house


@pytest.fixture
async def house(idle_house: House) -> AsyncIterator[House]:
    """A ledger of the test's own, with a worker."""
    async with idle_house.worker():
        yield idle_house
