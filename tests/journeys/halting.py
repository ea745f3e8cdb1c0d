"""Inspections whose process comes to a halt, and what finds them: for several files of tests."""

import asyncio
from datetime import datetime

from temporalio import workflow
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from activities.commands import CommandHandler, Context
from domain.actors import Role
from domain.messages import MilestoneRequest, Standing, StartInspection
from eventstore.codecs import CODECS
from tests.journeys.house import House, Life
from workers.processes import Processes
from workers.troubles import Trouble

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


@workflow.defn(name="Inspection")
class Stubborn:
    """What does not look at the ledger, however often it is told."""

    @workflow.run
    async def run(self, start: StartInspection) -> None:
        await asyncio.sleep(start.look_every_seconds)

    @workflow.signal
    def sync(self) -> None:
        pass

    @workflow.query(name="standing")
    def get_standing(self) -> Standing:
        return Standing()


def worker_of(house: House, process: type) -> Worker:
    """Put a worker together whose code of the process is another."""
    return Worker(
        house.client,
        task_queue=house.queue,
        workflows=[process],
        workflow_runner=UnsandboxedWorkflowRunner(),
        max_cached_workflows=0,
    )


async def live(house: House, stage: str = "fieldwork") -> Life:
    """Bring an inspection to a stage."""
    life = house.life("TRF", until=stage)
    await life.play()
    return life


def processes_of(house: House, life: Life) -> Processes:
    """Look after the processes of a house, and begin new ones at the moment of an inspection."""
    return Processes(house.client, house.queue, house.stores.ledger, house.rules, life.start)


def concern(life: Life, number: int) -> MilestoneRequest:
    """Write one of several requests that can be recorded at any stage, in any order."""
    matter = CONCERN | {"reference": f"MASH/{number}"}
    return life.request("refer_safeguarding_concern", Role.OFSTED_LEAD, life.moment, **matter)


async def until_its_task_has_failed(life: Life) -> None:
    """Wait until a process has failed once, for whatever it was sent last."""
    while (await life.handle.describe()).raw_description.pending_workflow_task.attempt < 2:
        await asyncio.sleep(0.05)


async def recorded(life: Life) -> set[str]:
    """Return the ids of the commands that led to events."""
    return {str(one.command_id) for one in await life.commands() if not one.refused}


async def plan_unseen(house: House) -> Life:
    """Plan an inspection in the ledger alone: it has no process."""
    life = house.life("TRF", until="planned")
    step = life.script.steps[0]
    await _append(house, life.request(step.milestone, step.by, step.at, **step.matter), life.moment)
    return life


async def overtake(house: House, life: Life) -> int:
    """Append as a worker does that dies before the workflow's task is completed; return the version."""
    request = life.request("refer_safeguarding_concern", Role.OFSTED_LEAD, life.moment, **CONCERN)
    return await _append(house, request, life.moment)


async def _append(house: House, request: MilestoneRequest, now: datetime) -> int:
    handler = CommandHandler(house.stores.ledger, house.rules, CODECS)
    answer = await handler.handle(request, Context(now=now, rehearsal=True))
    assert answer.result == "recorded", answer.refused
    return answer.standing.version


async def lose(house: House, which: str) -> None:
    """Take events out of the ledger, as if a backup from before them had been restored."""
    await tamper(house, f"DELETE FROM ledger.events WHERE {which}")


async def tamper(house: House, *statements: str) -> None:
    """Do to the ledger what only a superuser can."""
    async with house.stores.pool.acquire() as connection, connection.transaction():
        await connection.execute("SET LOCAL ROLE postgres")
        for table in ("events", "commands"):
            await connection.execute(f"ALTER TABLE ledger.{table} DISABLE TRIGGER append_only")
        for statement in statements:
            await connection.execute(statement)
        for table in ("events", "commands"):
            await connection.execute(f"ALTER TABLE ledger.{table} ENABLE ALWAYS TRIGGER append_only")


async def found_by(processes: Processes) -> list[tuple[str, Trouble]]:
    """Examine all processes, and say which are in what trouble."""
    return [(one.inspection, one.trouble) async for one in processes.examine_all()]
