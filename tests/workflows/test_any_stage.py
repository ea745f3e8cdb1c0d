"""A process may be ended, reset or begun anew at any stage; then nothing but time, and it goes on.

Each test does the same to an inspection at every stage, all of them side by side.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import date
from pathlib import Path
from typing import Any, Final

import pytest
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import ResetReapplyExcludeType, ResetReapplyType
from temporalio.api.workflowservice.v1 import ResetWorkflowExecutionRequest
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import TimeSkipper, TimeSkippingConfig, WorkflowEnvironment

from domain.actors import Role
from tests.journeys.house import STAGES, House, Life, open_house
from workers.embedded.temporal import _program
from workflows.search_attributes import ALL

FAR = date(2024, 6, 28)
"""When an item of information is due that was asked for at notification: long after everything else."""

Happening = Callable[[Life], Awaitable[None]]


async def _at(house: House, stage: str) -> Life:
    """Bring an inspection to a stage, with one deadline ahead that only time can bring."""
    life = house.life("TRF", until=stage)
    await life.play(through=lambda step: step.milestone != "open_surveys")
    if stage != "planned":
        items = [{"item": "annex_a", "due": FAR.isoformat()}]
        await life.record("request_information", Role.COORDINATOR, items=items)
    await life.play()
    assert life.standing.stage == stage
    return life


async def _goes_on_after(house: House, happening: Happening) -> None:
    """Let something happen to a process at each stage, and see all of them go on by nothing but time."""
    async with asyncio.TaskGroup() as group:
        for stage in STAGES:
            group.create_task(_one_goes_on(house, stage, happening), name=stage)


async def _one_goes_on(house: House, stage: str, happening: Happening) -> None:
    life = await _at(house, stage)
    before = await life.names()
    known = len(await life.commands())
    standing = life.standing
    await happening(life)
    await life.until(lambda now: now.version == standing.version)
    assert life.standing.model_copy(update={"next_wake": None}) == standing.model_copy(
        update={"next_wake": None}
    ), stage
    assert await life.names() == before, stage

    if stage != "planned":
        await life.let_pass_to_next_instant()
        await life.until(lambda now: now.version > standing.version)
        assert (await life.names())[len(before) :] == ["deadline_approaching"], stage
        assert len(await life.commands()) == known + 1, stage
    if life.done < len(life.script.steps):
        await life.next_step()
    else:
        await life.record("refer_safeguarding_concern", Role.OFSTED_LEAD, **CONCERN)
    counted = Counter(record.command_id for record in await life.commands())
    assert set(counted.values()) == {1}, stage
    await life.events()


CONCERN: Final[dict[str, Any]] = {"referred_to": "police", "reference": "MASH/2023-114"}
"""What can be recorded at every stage and changes none."""


async def test_ended_and_begun_anew(house: House) -> None:
    """A process that was terminated is raised by the last request, sent once more, and recalls it all."""

    async def terminate_and_start(life: Life) -> None:
        await life.handle.terminate()
        again = await life.hand_in(life.requests[-1])
        assert again.result == "recorded"
        assert again.recorded[0].version <= life.standing.version

    await _goes_on_after(house, terminate_and_start)


async def test_reset_with_its_updates_put_again(house: House) -> None:
    """A reset puts every update to the new run; each is found in the ledger under its id."""

    async def reset(life: Life) -> None:
        await _reset(life, reapply=True)

    await _goes_on_after(house, reset)


async def test_reset_without_its_updates(house: House) -> None:
    """A reset that forgets every update still finds all of them in the ledger."""

    async def reset(life: Life) -> None:
        await _reset(life, reapply=False)

    await _goes_on_after(house, reset)


async def _reset(life: Life, *, reapply: bool) -> None:
    """Reset a process to its first workflow task."""
    client = life.house.client
    run = (await life.handle.describe()).run_id
    first = None
    async for event in life.handle.fetch_history_events():
        if event.HasField("workflow_task_completed_event_attributes"):
            first = event.event_id
            break
    assert first is not None
    request = ResetWorkflowExecutionRequest(
        namespace=client.namespace,
        workflow_execution=WorkflowExecution(workflow_id=life.inspection, run_id=run),
        reason="a test",
        workflow_task_finish_event_id=first,
        request_id=f"{life.inspection}-{reapply}",
    )
    if not reapply:
        request.reset_reapply_exclude_types.extend(
            [
                ResetReapplyExcludeType.RESET_REAPPLY_EXCLUDE_TYPE_SIGNAL,
                ResetReapplyExcludeType.RESET_REAPPLY_EXCLUDE_TYPE_UPDATE,
            ]
        )
        request.reset_reapply_type = ResetReapplyType.RESET_REAPPLY_TYPE_NONE
    answer = await client.workflow_service.reset_workflow_execution(request)
    assert answer.run_id != run


@pytest.fixture(scope="module")
async def impatient_skipper() -> AsyncIterator[TimeSkipper]:
    """A server that suggests a new run after a few events, so that no inspection stays long in one."""
    async with await WorkflowEnvironment.start_local(
        data_converter=pydantic_data_converter,
        search_attributes=ALL,
        dev_server_existing_path=_program(),
        dev_server_extra_args=[
            "--dynamic-config-value",
            "limit.historyCount.suggestContinueAsNew=25",
            "--dynamic-config-value",
            "frontend.WorkflowTimeSkippingEnabled=true",
        ],
    ) as server:
        yield TimeSkipper(server.client, config=TimeSkippingConfig(enabled=False))


async def test_continued_as_new(postgres_url: str, impatient_skipper: TimeSkipper, tmp_path: Path) -> None:
    """A process whose history has grown goes on in a new run."""

    async def outgrow(life: Life) -> None:
        run = (await life.handle.describe()).run_id
        for _ in range(300):
            await life.handle.signal("sync")
            if (await life.handle.describe()).run_id != run:
                return
            await asyncio.sleep(0.02)
        raise AssertionError("no new run was begun")

    async with open_house(postgres_url, impatient_skipper, tmp_path) as house, house.worker():
        await _goes_on_after(house, outgrow)
