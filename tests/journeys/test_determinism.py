"""Before a deployment: what is under way is replayed, and what would come to a halt is named."""

import asyncio

from tests.journeys.halting import Unfit, live
from tests.journeys.house import House
from tests.workflows.changed_process import Careless, Guarded
from workers.audit.determinism import Replayed, count_running, replay, replayer_of, running
from workers.payloads.codec import converter_with


async def _replay_all(house: House, *changed: type) -> list[Replayed]:
    histories = running(house.client, house.queue)
    return [one async for one in replay(histories, replayer_of(converter_with(None), *changed))]


async def test_a_change_that_does_not_fit_what_is_under_way_is_named(house: House) -> None:
    """With workflow, run, the first task that does not replay, and why. What is over is not asked."""
    *lives, over = [await live(house, stage) for stage in ("planned", "fieldwork", "notified")]
    await over.handle.terminate()
    while await count_running(house.client, house.queue) != len(lives):
        await asyncio.sleep(0.05)
    runs = {(life.inspection, (await life.handle.describe()).run_id) for life in lives}

    for fitting in ((), (Guarded,)):
        replayed = await _replay_all(house, *fitting)
        assert {(one.workflow_id, one.run_id) for one in replayed} == runs
        assert {(one.event, one.reason) for one in replayed} == {(None, None)}

    replayed = await _replay_all(house, Careless)
    assert {(one.workflow_id, one.run_id) for one in replayed} == runs
    assert {one.event for one in replayed} == {4}, "the first task has asked the ledger; now it would sleep"
    assert all("Nondeterminism error: Timer machine" in str(one.reason) for one in replayed)

    replayed = await _replay_all(house, Unfit)
    assert {one.reason for one in replayed} == {
        f"this release cannot go on with {life.inspection}" for life in lives
    }
