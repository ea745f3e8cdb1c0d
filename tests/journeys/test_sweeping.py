"""The sweeper looks after processes that nobody asks about, and does not make more of it than there is."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import SimpleNamespace

import pytest
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from eventstore.news import News
from eventstore.subscription import follow
from tests.journeys.halting import Stubborn, live, overtake, plan_unseen, processes_of, worker_of
from tests.journeys.house import House, Life
from workers.sweeper import Sweeper
from workers.troubles import Trouble
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


async def test_what_is_lost_is_raised_also_while_temporals_list_is_away(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The list is an index that lags and may be down; the ledger says which inspections there are."""

    def away(*_: object, **__: object) -> None:
        raise RPCError("the list is away", RPCStatusCode.UNAVAILABLE, b"")

    life = await live(house)
    await life.handle.terminate()
    monkeypatch.setattr(Client, "list_workflows", away)
    await Sweeper(processes_of(house, life), house.stores.ledger).sweep()
    assert (await life.handle.describe()).status is WorkflowExecutionStatus.RUNNING


async def test_what_stays_in_trouble_is_told_after_pauses_that_grow_and_noted_once(
    idle_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However often the sweeper is woken by what happens to others. Another trouble is another note."""
    clock = SimpleNamespace(now=0.0)
    monkeypatch.setattr("workers.sweeper.time", SimpleNamespace(monotonic=lambda: clock.now))
    house = idle_house
    life = await plan_unseen(house)
    sweeper = Sweeper(processes_of(house, life), house.stores.ledger)

    async def sweep_at(*moments: float) -> tuple[int, int]:
        """Sweep at some moments, and count how often the process was told and how often that was noted."""
        for clock.now in moments:
            await sweeper.sweep()
        history = await life.handle.fetch_history()
        told = [one for one in history.events if one.HasField("workflow_execution_signaled_event_attributes")]
        return len(told), len(await _notes(life))

    async with worker_of(house, Stubborn):
        await house.client.start_workflow(
            Stubborn.run, life.start(life.inspection), id=life.inspection, task_queue=house.queue
        )
        assert await sweep_at(0, 1, 2, 29) == (1, 1)
        assert await sweep_at(30, 31, 89) == (2, 1)
        assert await sweep_at(90, 91) == (3, 1)
    assert sweeper.troubles[life.inspection].trouble is Trouble.BEHIND
    await life.handle.terminate()
    await sweep_at(210, 211)
    assert await _notes(life) == ["behind", "missing"]


async def _notes(life: Life) -> list[str]:
    """Return for which troubles note was kept that the process was put right."""
    said = [json.loads(one.request)["command"] for one in await life.commands()]
    return [one["trouble"] for one in said if one["type"] == "repair_process"]
