"""The cycle of one area, a thematic review or the programme, played by hand on the real engine."""

import asyncio
import math
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from typing import Any
from uuid import uuid4

from temporalio.client import WorkflowHandle

from domain.actors import SPEAKS_FOR, Role
from domain.london import at_time
from domain.messages import Answer, MilestoneRequest, Standing, StartInspection
from eventstore.folding import state_of
from tests.journeys.house import House, unused_area
from workers.desk import Desk
from workers.embedded.clock import A_MOMENT, until_awake
from workflows.process import Process


class Cycle:
    """An area at some moment, or whatever else has a stream of the name, and its process."""

    def __init__(self, house: House, today: date, area: str | None = None) -> None:
        self.house = house
        self.area = area or unused_area()
        self.moment = at_time(today, time(9))
        self.desk = Desk(house.client, house.queue, self.start)

    @property
    def handle(self) -> WorkflowHandle[Any, Any]:
        """The area's process, whichever run is the present one."""
        return self.house.client.get_workflow_handle(self.area)

    def start(self, stream: str) -> StartInspection:
        """Begin the process at the moment at which the area is now."""
        return StartInspection(
            inspection=stream,
            clock_offset_seconds=math.ceil((self.moment - datetime.now(UTC)).total_seconds()),
            rehearsal=True,
            look_every_seconds=1_000 * 86_400,
        )

    async def record(self, command: str, by: Role = Role.COORDINATOR, **matter: Any) -> Answer:
        """Hand a command in at the desk, and see it recorded."""
        answer = await self.ask(command, by, **matter)
        assert answer.refused is None, answer.refused
        return answer

    async def ask(self, command: str, by: Role = Role.COORDINATOR, **matter: Any) -> Answer:
        """Hand a command in at the desk."""
        return await self.desk.record(self.request(command, by, **matter))

    def request(self, command: str, by: Role = Role.COORDINATOR, **matter: Any) -> MilestoneRequest:
        """Write a request of the person who has a role."""
        person = {"person": f"p-{by.replace('_', '')}"}
        who = {"role": by.value, "organisation": SPEAKS_FOR.get(by, "ofsted")}
        content = {"type": command, "decided_by": {**person, **who}, "recorded_by": person, **matter}
        return MilestoneRequest(inspection=self.area, command_id=str(uuid4()), command=content)

    async def on(self, day: date, command: str, by: Role = Role.COORDINATOR, **matter: Any) -> Answer:
        """Hand a command in at nine on a day, or now if that is later, and see it recorded."""
        moment = at_time(day, time(9))
        if moment > self.moment:
            await self.let_pass(moment)
        return await self.record(command, by, **matter)

    async def enter(self) -> Answer:
        """Enter the area in the register, with a health board beside its authority."""
        code = self.area.lower()
        board = {"body": f"icb-{code}", "name": f"Board of {self.area}", "kind": "integrated_care_board"}
        return await self.record(
            "enter_area", name=self.area, region="south_east", authority=f"la-{code}", partners=[board]
        )

    async def look(self) -> Standing:
        """Have the process look at the ledger."""
        answer: Answer = await self.handle.execute_update(Process.look)
        return answer.standing

    async def let_pass(self, moment: datetime) -> None:
        """Let time pass until a moment, for this area alone, and let the process do what it wakes for."""
        await self.set_clock(moment)
        await until_awake(self.handle, moment)

    async def set_clock(self, moment: datetime) -> None:
        """Let time pass until a moment, and nothing else."""
        assert self.house.skipper is not None
        await self.house.skipper.fast_forward(self.handle, moment - self.moment + A_MOMENT)
        self.moment = moment

    async def until(self, holds: Callable[[Standing], bool]) -> Standing:
        """Wait until the process stands so."""
        while True:
            standing = await self.handle.query(Process.get_standing)
            if holds(standing):
                return standing
            await asyncio.sleep(0.02)

    async def reaches(self, version: int) -> Standing:
        """Wait until the process knows of a version."""
        return await self.until(lambda standing: standing.version >= version)

    async def state(self) -> Any:
        """Fold its events."""
        return state_of(self.area, await self.house.stores.ledger.read_stream(self.area))

    async def names(self) -> list[str]:
        """Return the types of its events, in order."""
        return [entry.type for entry in await self.house.stores.ledger.read_stream(self.area)]
