"""Processes that have come to a halt: each is found for what it is, and put right where that can be done."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from uuid import uuid4

import pytest
from temporalio import workflow
from temporalio.client import WorkflowExecutionStatus, WorkflowUpdateStage
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from activities.commands import CommandHandler, Context
from domain.actors import Role
from domain.canonical import canonical_json
from domain.messages import Answer, MilestoneRequest, Standing, StartInspection
from eventstore.ledger import Append
from eventstore.news import News
from eventstore.subscription import follow
from tests.journeys.house import House, Life
from workers import processes as module
from workers.processes import Finding, Processes, Trouble
from workers.stores import CODEC
from workers.sweeper import Sweeper
from workflows.inspection import InspectionWorkflow

CONCERN = {"referred_to": "police", "reference": "MASH/2023-114"}


@workflow.defn(name="Inspection")
class Unfit:
    """What a deployment is that does not fit: whatever it is asked, it fails."""

    @workflow.run
    async def run(self, start: StartInspection) -> None:
        raise RuntimeError(f"this release cannot go on with {start.inspection}")

    @workflow.query(name="standing")
    def get_standing(self) -> Standing:
        raise RuntimeError("this release knows of no standing")


@workflow.defn(name="Inspection")
class Deaf:
    """What accepts updates and answers none, with a history that is not an inspection's."""

    @workflow.run
    async def run(self, start: StartInspection) -> None:
        await asyncio.sleep(start.look_every_seconds)

    @workflow.update
    async def record(self, _: MilestoneRequest) -> None:
        await workflow.wait_condition(lambda: False)


def _worker(house: House, process: type) -> Worker:
    """Put a worker together whose code of the process is another."""
    return Worker(
        house.client,
        task_queue=house.queue,
        workflows=[process],
        workflow_runner=UnsandboxedWorkflowRunner(),
        max_cached_workflows=0,
    )


async def _life(house: House, stage: str = "fieldwork") -> Life:
    life = house.life("TRF", until=stage)
    await life.play()
    return life


def _processes(house: House, life: Life) -> Processes:
    return Processes(house.client, house.queue, house.stores.ledger, house.rules, life.start)


def _concern(life: Life, number: int) -> MilestoneRequest:
    matter = CONCERN | {"reference": f"MASH/{number}"}
    return life.request("refer_safeguarding_concern", Role.OFSTED_LEAD, life.moment, **matter)


async def _until_its_task_has_failed(life: Life) -> None:
    while (await life.handle.describe()).raw_description.pending_workflow_task.attempt < 2:
        await asyncio.sleep(0.05)


async def _recorded(life: Life) -> set[str]:
    """Return the ids of the commands that led to events."""
    return {str(one.command_id) for one in await life.commands() if not one.refused}


async def _overtake(house: House, life: Life) -> int:
    """Append as a worker does that dies before the workflow's task is completed; return the version."""
    handler = CommandHandler(house.stores.ledger, house.rules, CODEC)
    request = life.request("refer_safeguarding_concern", Role.OFSTED_LEAD, life.moment, **CONCERN)
    answer = await handler.handle(request, Context(now=life.moment, rehearsal=True))
    assert answer.result == "recorded", answer.refused
    return answer.standing.version


async def _found(processes: Processes) -> list[tuple[str, Trouble]]:
    return [(one.inspection, one.trouble) async for one in processes.examine_all()]


async def test_nothing_is_wrong_with_what_goes_on_or_is_over(house: House) -> None:
    life = await _life(house)
    assert await _found(_processes(house, life)) == []
    await life.record("withdraw_inspection", Role.OFSTED_DIRECTOR, life.moment, reason="area_replaced")
    await life.handle.result()
    assert await _found(_processes(house, life)) == []


async def test_a_lost_process_is_started_where_the_ledger_stands(house: House) -> None:
    life = await _life(house)
    processes = _processes(house, life)
    await life.handle.terminate()
    (finding,) = [one async for one in processes.examine_all()]
    assert (finding.trouble, finding.detail) == (Trouble.MISSING, "its last run is terminated")
    before = await life.names()
    assert await processes.repair(finding) == "started"
    assert await processes.repair(finding) == "started", "twice does no harm"
    await life.until(lambda standing: standing.version == len(before))
    assert await _found(processes) == []
    assert await life.names() == before
    assert [one.request.count('"repair_process"') for one in (await life.commands())[-2:]] == [1, 1]


async def test_a_process_that_was_overtaken_is_told(house: House) -> None:
    life = await _life(house)
    processes = _processes(house, life)
    version = await _overtake(house, life)
    (finding,) = [one async for one in processes.examine_all()]
    assert finding.trouble is Trouble.BEHIND
    assert finding.detail == f"it knows version {version - 1}, the ledger has {version}"
    assert await processes.repair(finding) == "told to look at the ledger"
    await life.until(lambda standing: standing.version == version)
    assert await _found(processes) == []


async def test_a_process_that_knows_more_than_the_ledger_is_left_to_a_person(house: House) -> None:
    """A backup was restored: what came after it is gone, and the process goes on from what is there."""
    life = await _life(house)
    processes = _processes(house, life)
    async with house.stores.pool.acquire() as connection, connection.transaction():
        await connection.execute("SET LOCAL ROLE postgres")
        await connection.execute("ALTER TABLE ledger.events DISABLE TRIGGER append_only")
        await connection.execute(
            "DELETE FROM ledger.events WHERE position = (SELECT max(position) FROM ledger.events)"
        )
        await connection.execute("ALTER TABLE ledger.events ENABLE ALWAYS TRIGGER append_only")
    version = len(await life.names())
    (finding,) = [one async for one in processes.examine_all()]
    assert finding.trouble is Trouble.AHEAD
    assert finding.detail == f"it knows version {version + 1}, the ledger has {version}"
    assert not finding.mends_itself
    assert await processes.repair(finding) == "told to look at the ledger"
    await life.until(lambda standing: standing.version == version)


async def test_a_process_that_fails_begins_anew_and_nothing_that_it_was_sent_is_lost(
    idle_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A deployment did not fit; the right one is back. Who signalled is gone, who asked still waits."""
    monkeypatch.setattr(module, "ATTEMPTS_THAT_TELL", 2)
    house = idle_house
    async with house.worker():
        life = await _life(house)
    processes = _processes(house, life)
    before = await life.names()
    signalled = [_concern(life, number) for number in range(3)]
    asked = _concern(life, 3)
    async with _worker(house, Unfit):
        for request in signalled:
            await life.handle.signal("record", request)
        asking = asyncio.create_task(life.desk.record(asked))
        await _until_its_task_has_failed(life)
        (finding,) = [one async for one in processes.examine_all()]
        assert finding.trouble is Trouble.FAILING
        assert not finding.mends_itself
    async with house.worker():
        assert await processes.repair(finding) == "begun anew, with all that it was sent"
        assert (await asking).result == "recorded"
        await life.until(lambda standing: standing.version == len(before) + 4)
        assert await _found(processes) == []
    assert await life.names() == [*before, *["safeguarding_concern_referred"] * 4]
    assert await _recorded(life) >= {request.command_id for request in (*signalled, asked)}


async def test_an_update_that_was_accepted_and_not_answered_is_recorded_anew(idle_house: House) -> None:
    """Also if it is the first that an inspection was ever sent: the ledger has not heard of it yet."""
    house = idle_house
    life = house.life("TRF", until="planned")
    step = life.script.steps[0]
    request = life.request(step.milestone, step.by, step.at, **step.matter)
    async with _worker(house, Deaf):
        handle = await house.client.start_workflow(
            Deaf.run, life.start(life.inspection), id=life.inspection, task_queue=house.queue
        )
        await handle.start_update(
            "record", request, wait_for_stage=WorkflowUpdateStage.ACCEPTED, result_type=Answer
        )
    async with house.worker():
        await _processes(house, life).repair(Finding(life.inspection, Trouble.FAILING, "it is deaf"))
        await life.until(lambda standing: standing.stage == "planned")
    assert request.command_id in await _recorded(life)


async def test_a_process_without_a_worker_is_silent(
    idle_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with idle_house.worker():
        life = await _life(idle_house)
    monkeypatch.setattr(module, "ANSWERS_WITHIN", timedelta(seconds=1))
    processes = _processes(idle_house, life)
    (finding,) = [one async for one in processes.examine_all()]
    assert finding.trouble is Trouble.SILENT
    assert await processes.repair(finding) is None


async def test_a_process_that_asks_in_vain_says_for_what(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "ATTEMPTS_THAT_TELL", 2)
    life = house.life("TRF")
    await life.play(through=lambda step: step.milestone != "release_report")
    (house.folder / life.inspection).write_text("a file where the folder should be")
    step = life.script.steps[life.done]
    await life.desk.record(life.request(step.milestone, step.by, step.at, **step.matter))
    processes = _processes(house, life)
    while not (found := [one async for one in processes.examine_all()]):
        await asyncio.sleep(0.1)
    assert found[0].trouble is Trouble.WAITING
    assert "publish_report has been tried" in found[0].detail
    assert "File exists" in found[0].detail
    assert await processes.repair(found[0]) is None


async def test_an_inspection_that_cannot_be_read_is_named(house: House) -> None:
    life = await _life(house)
    event = {"occurred_at": "2026-01-01T00:00:00Z", "type": "from_the_future"}
    body = canonical_json({"event": event, "schema_version": 1, "type": "from_the_future"})
    version = len(await life.names())
    await house.stores.ledger.append(
        [Append(life.inspection, uuid4(), bytes(32), version, "{}", "{}", (body,), at=life.moment)]
    )
    (finding,) = [one async for one in _processes(house, life).examine_all()]
    assert finding.trouble is Trouble.UNREADABLE
    assert "from_the_future" in finding.detail


@asynccontextmanager
async def _sweeping(house: House, life: Life, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Sweeper]:
    monkeypatch.setattr("eventstore.subscription.PATIENCE_SECONDS", 0.1)
    monkeypatch.setattr("workers.sweeper.GRACE_SECONDS", 0.2)
    sweeper = Sweeper(_processes(house, life), house.stores.ledger)
    running = asyncio.create_task(follow(sweeper.sweep, News(), print))
    try:
        yield sweeper
    finally:
        running.cancel()


async def test_the_sweeper_raises_what_was_lost_before_it_began(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    life = await _life(house)
    await life.handle.terminate()
    async with _sweeping(house, life, monkeypatch) as sweeper:
        while (await life.handle.describe()).status is not WorkflowExecutionStatus.RUNNING:
            await asyncio.sleep(0.05)
        while sweeper.troubles:
            await asyncio.sleep(0.05)
    await life.until(lambda standing: standing.stage == "fieldwork")


async def test_the_sweeper_tells_what_was_overtaken(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """The worker died after the append, the sender is gone, and the next look would be years away."""
    life = await _life(house)
    async with _sweeping(house, life, monkeypatch):
        version = await _overtake(house, life)
        await life.until(lambda standing: standing.version == version)
    assert await life.handle.query(InspectionWorkflow.get_waits_for) == "on_site_begun"
