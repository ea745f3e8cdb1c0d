"""The sweeper looks after processes that nobody asks about, and does not make more of it than there is."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from temporalio.client import WorkflowExecutionStatus

from eventstore.news import News
from eventstore.subscription import follow
from tests.journeys.halting import live, overtake, processes_of
from tests.journeys.house import House, Life
from workers.sweeper import Sweeper
from workflows.inspection import InspectionWorkflow


@asynccontextmanager
async def _sweeping(house: House, life: Life, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Sweeper]:
    monkeypatch.setattr("eventstore.subscription.PATIENCE_SECONDS", 0.1)
    monkeypatch.setattr("workers.sweeper.GRACE_SECONDS", 0.2)
    sweeper = Sweeper(processes_of(house, life), house.stores.ledger)
    running = asyncio.create_task(follow(sweeper.sweep, News(), print))
    try:
        yield sweeper
    finally:
        running.cancel()


async def test_the_sweeper_raises_what_was_lost_before_it_began(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    life = await live(house)
    await life.handle.terminate()
    async with _sweeping(house, life, monkeypatch) as sweeper:
        while (await life.handle.describe()).status is not WorkflowExecutionStatus.RUNNING:
            await asyncio.sleep(0.05)
        while sweeper.troubles:
            await asyncio.sleep(0.05)
    await life.until(lambda standing: standing.stage == "fieldwork")


async def test_the_sweeper_tells_what_was_overtaken(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """The worker died after the append, the sender is gone, and the next look would be years away."""
    life = await live(house)
    async with _sweeping(house, life, monkeypatch):
        version = await overtake(house, life)
        await life.until(lambda standing: standing.version == version)
    assert await life.handle.query(InspectionWorkflow.get_waits_for) == "on_site_begun"
