"""A fleet: something of every kind that can be open, at every stage, for twins to live in the same way.

Each inspection, area and review is left at a moment of its own, and gone on with at a later one.
"""

import asyncio
import math
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from domain.actors import Role
from domain.london import at_time
from domain.messages import StartInspection
from tests.journeys.cycles import Cycle
from tests.journeys.house import STAGES, House, Life
from workers.processes import Processes
from workers.rehearsal.script import bodies_of
from workflows.process import Process

LATER: Final = timedelta(days=90)
"""After the last day of a script all has been missed that could fall due."""
AREAS: Final = len(STAGES) + 4
"""How many areas a fleet needs."""
_WEEK: Final = {"first": "2024-07-01", "last": "2024-07-05"}


class Fleet:
    """Inspections at each stage and in each trouble, a cycle that has opened one, a review, the programme."""

    def __init__(self, house: House, areas: Sequence[str]) -> None:
        codes = iter(areas)
        self.house = house
        self.late = [house.life("TRF", until=stage, area=next(codes)) for stage in STAGES]
        """Left on the day on which a stage began, and gone on with when all is long overdue."""
        self.unpublished, self.complained, self.closed = (
            house.life("TRF", area=next(codes)) for _ in range(3)
        )
        """Lived on the last day of their script, on which no time passes."""
        self._in_the_way = house.folder / self.unpublished.inspection
        self.cycle = Cycle(house, date(2024, 6, 3), next(codes))
        self.visit = Cycle(house, date(2024, 6, 3), f"{self.cycle.area}-2024-F1")
        self.review = Cycle(house, date(2022, 12, 5), "THEMATIC-2023")
        self.programme = Cycle(house, date(2023, 12, 1), "PROGRAMME")

    @property
    def lives(self) -> list[Life]:
        """All inspections that follow a script."""
        return [*self.late, self.unpublished, self.complained, self.closed]

    @property
    def _open(self) -> list[Life]:
        """Those that are not over in the middle."""
        return [life for life in self.lives if life is not self.closed]

    @property
    def others(self) -> list[Cycle]:
        """All that follows none."""
        return [self.cycle, self.visit, self.review, self.programme]

    def later(self, stream: str) -> datetime:
        """Say when a stream is gone on with."""
        days = {
            self.cycle.area: date(2024, 9, 2),
            self.visit.area: date(2024, 9, 2),
            self.review.area: date(2024, 2, 1),
            self.programme.area: date(2024, 1, 2),
        }
        if stream in days:
            return at_time(days[stream], time(9))
        (life,) = [one for one in self.lives if one.inspection == stream]
        return life.script.steps[-1].at + (LATER if life in self.late else timedelta())

    def start_later(self, stream: str) -> StartInspection:
        """Begin a process at the moment at which its stream is gone on with."""
        return StartInspection(
            inspection=stream,
            clock_offset_seconds=math.ceil((self.later(stream) - datetime.now(UTC)).total_seconds()),
            rehearsal=True,
            look_every_seconds=1_000 * 86_400,
        )

    async def live_to_the_middle(self) -> None:
        """Bring all to where they are left. One is released, and a file in the way keeps it unpublished."""
        await asyncio.gather(
            *(life.play() for life in self.late),
            self._release_without_publishing(self.unpublished),
            self._complain(self.complained),
            self._play_and_close(self.closed),
            self._cycle_to_the_middle(),
            self._others_to_the_middle(),
        )

    async def _release_without_publishing(self, life: Life) -> None:
        self._in_the_way.write_text("a file where the folder should be")
        await life.play(through=lambda step: step.milestone != "release_report")
        step = life.script.steps[life.done]
        await life.desk.record(life.request(step.milestone, step.by, step.at, **step.matter))
        life.done += 1

    async def _complain(self, life: Life) -> None:
        await life.play(through=lambda step: step.milestone != "release_report")
        await life.record("lodge_complaint", Role.LANO, reference="C/1")

    async def _play_and_close(self, life: Life) -> None:
        await life.play()
        await _close(life)

    async def _cycle_to_the_middle(self) -> None:
        await self.cycle.enter()
        await self.cycle.record(
            "schedule_inspection",
            inspection=self.visit.area,
            kind="full",
            notify_on="2024-06-17",
            on_site=_WEEK,
        )
        await self.cycle.until(lambda standing: not standing.errands)

    async def _others_to_the_middle(self) -> None:
        await self.review.record("plan_review")
        await self.programme.record("begin_programme")

    async def let_time_pass(self) -> None:
        """Let the time pass until all are gone on with, while their processes run."""
        for life in self._open:
            await life.let_pass(self.later(life.inspection))
        for other in self.others:
            await other.let_pass(self.later(other.area))

    async def play_to_the_end(self) -> None:
        """Do all that is left to do."""
        for life in self.lives:
            life.moment = self.later(life.inspection)
        self._in_the_way.unlink()
        await asyncio.gather(*(self._end(life) for life in self._open))
        await self.visit.record("withdraw_inspection", Role.OFSTED_DIRECTOR, reason="area_replaced")
        await self.cycle.look()
        await self.review.record("publish_review_guidance")
        await self._settle()

    async def _end(self, life: Life) -> None:
        life.standing = await life.handle.query(Process.get_standing)
        if life is self.complained:
            resolved = {"reference": "C/1", "resolution": "not_upheld"}
            await life.record("resolve_complaint", Role.OFSTED_DIRECTOR, **resolved)
        await life.until(lambda standing: not standing.publication_pending)
        while life.done < len(life.script.steps):
            await life.next_step()
        await _close(life)

    async def terminate(self) -> None:
        """End what never ends by itself: others use the server after this."""
        for stream in (self.cycle.area, self.review.area, self.programme.area, "THEMATIC-2024"):
            await self.house.client.get_workflow_handle(stream).terminate()

    async def _settle(self) -> None:
        """Wait until each process knows what the ledger knows, and has no errand left."""
        house = self.house
        processes = Processes(house.client, house.queue, house.stores.ledger, house.rules, self.start_later)
        for other in (self.cycle, self.programme):
            await other.until(lambda standing: not standing.errands)
        while [one async for one in processes.examine_known()]:
            await asyncio.sleep(0.2)


async def _close(life: Life) -> None:
    await life.record("publish_strategic_plan", Role.DCS, bodies=list(bodies_of(life.script.case)))
    await life.record("close_inspection", Role.COORDINATOR)
    await life.handle.result()
