"""Senders repeat themselves, say something else under the same id, and flood; each is heard once."""

import asyncio
from pathlib import Path

import pytest
from temporalio.client import Client
from temporalio.service import RPCError
from temporalio.testing import TimeSkipper

from domain.messages import Answer, MilestoneRequest
from tests.faults.callers import Insistent, concern, insistent_life, until_named
from tests.faults.houses import house_at
from tests.faults.processes import PATIENCE, kill, worker
from tests.faults.sound import is_sound
from tests.journeys.house import Life
from workers.worker import connect
from workflows.inspection import InspectionWorkflow

pytestmark = [pytest.mark.faults, pytest.mark.timeout(300)]

MOST_SIGNALS = 10_000
"""That Temporal takes for one run of a process."""


async def test_the_same_again_and_something_else_under_the_same_id(
    postgres_url: str, temporal_address: str, skipper: TimeSkipper, tmp_path: Path
) -> None:
    """Two clients at once, twice each, while workers die: one record, one answer, and no lie about the other.

    Temporal knows an update by its id whatever its body is, and answers the second with the answer to the
    first. The digest in it says which request it is about.
    """
    async with house_at(postgres_url, skipper, tmp_path) as (url, house):
        life = insistent_life(house, until="notified")
        async with worker(temporal_address, url, house):
            await life.play()
        before = len(await life.names())
        request = concern(life)
        other = concern(life).model_copy(update={"command_id": request.command_id})
        at_other_client = Insistent(life.desk)
        at_other_client._client = await connect(temporal_address, None)
        async with worker(temporal_address, url, house, "after append", str(tmp_path / "died")):
            asking = [asyncio.create_task(desk.record(request)) for desk in (life.desk, at_other_client) * 2]
            async with worker(temporal_address, url, house):
                answers = await asyncio.wait_for(asyncio.gather(*asking), 2 * PATIENCE)
                assert {answer.recorded for answer in answers} == {answers[0].recorded}
                changed = await life.desk.record(other)
                assert changed.refused is not None
                assert changed.refused.code == "command_reused"

                first, again, lie = [
                    await _update(house.client, life, one, "update-1")
                    for one in (concern(life), concern(life), other)
                ]
                assert first == again == lie
                assert lie.request_digest != other.digest()
                assert len(await life.names()) == before + 2
                await is_sound(house, life)


async def _update(client: Client, life: Life, request: MilestoneRequest, update_id: str) -> Answer:
    handle = client.get_workflow_handle_for(InspectionWorkflow.run, life.inspection)
    return await handle.execute_update(InspectionWorkflow.record, request, id=update_id)


async def test_nonsense_comes_while_nobody_works(
    postgres_url: str, temporal_address: str, skipper: TimeSkipper, tmp_path: Path
) -> None:
    """Signals that say nothing, among those that do: all are kept, as refusals, and stall nothing."""
    async with house_at(postgres_url, skipper, tmp_path) as (url, house):
        life = insistent_life(house, until="notified")
        async with worker(temporal_address, url, house) as doomed:
            await life.play()
            kill(doomed)
        before = len(await life.names())
        for number in range(100):
            await life.handle.signal("record", args=[number, "nonsense"][: number % 3])
            await life.handle.signal(f"nonsense_{number}", number)
            await life.handle.signal("record", concern(life))
        async with worker(temporal_address, url, house):
            await asyncio.wait_for(until_named(life, before + 100), PATIENCE)
            await is_sound(house, life)
        refused = [record for record in await life.commands() if record.refused]
        # One is empty for three, and whatever is the same is noted once.
        assert len(refused) == 1 + 66 + 100


async def test_more_updates_than_a_run_takes(
    postgres_url: str, temporal_address: str, skipper: TimeSkipper, tmp_path: Path
) -> None:
    """Two thousand and more to one inspection: runs follow on one another, and each is recorded once."""
    async with house_at(postgres_url, skipper, tmp_path) as (url, house):
        life = insistent_life(house, until="notified")
        async with worker(temporal_address, url, house):
            await life.play()
            before = len(await life.names())
            run = (await life.handle.describe()).run_id
            few = asyncio.Semaphore(9)

            async def ask() -> None:
                async with few:
                    assert (await life.hand_in(concern(life))).result == "recorded"

            await asyncio.gather(*(ask() for _ in range(2_080)))
            # More at the same time than Temporal lets wait at one process: at the desk they take turns.
            await asyncio.gather(*(life.hand_in(concern(life)) for _ in range(20)))
            assert len(await life.names()) == before + 2_100
            assert (await life.handle.describe()).run_id != run
            await is_sound(house, life)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("count", [2_000, MOST_SIGNALS + 1])
async def test_more_valid_signals_than_anybody_expects(
    postgres_url: str, skipper: TimeSkipper, tmp_path: Path, count: int
) -> None:
    """They are sent to an inspection while nobody works.

    What Temporal refuses its sender is told. What it took is in the ledger, once, and the inspection goes on.
    The workers use the sandbox, in which a signal takes longest: what is too much for one task shows here.
    """
    async with house_at(postgres_url, skipper, tmp_path) as (_, house):
        life = insistent_life(house, until="notified")
        async with house.worker():
            await life.play()
        before = len(await life.names())
        taken = await _flood(life, count)
        assert taken == min(count, MOST_SIGNALS)
        async with house.worker():
            await asyncio.wait_for(until_named(life, before + taken), 4 * PATIENCE)
            assert len(await life.names()) == before + taken
            await is_sound(house, life)


async def _flood(life: Life, count: int) -> int:
    """Send so many valid signals, and return how many were taken. Whoever was refused was told why."""
    few = asyncio.Semaphore(50)

    async def send() -> str | None:
        async with few:
            try:
                await life.handle.signal("record", concern(life))
            except RPCError as error:
                return str(error)
        return None

    told = await asyncio.gather(*(send() for _ in range(count)))
    assert {why for why in told if why} <= {"exceeded workflow execution limit for signal events"}
    return told.count(None)
