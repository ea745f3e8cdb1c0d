"""Callers who do not give up, and remember what they were told."""

import asyncio
import itertools
from typing import Any

from domain.actors import Role
from domain.errors import UnavailableError
from domain.messages import Answer, MilestoneRequest
from tests.journeys.house import House, Life
from workers.desk import Desk


class Insistent(Desk):
    """A desk that asks again under the same id for as long as nobody knows what became of a request."""

    told: list[tuple[MilestoneRequest, Answer]]
    """What was answered, to be held against the ledger in the end."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk._client, desk._task_queue, desk._start)
        self.told = []
        self.unknown = 0
        """How often no answer came."""

    async def record(self, request: MilestoneRequest) -> Answer:
        """Hand a request in until it is answered."""
        while True:
            try:
                answer = await super().record(request)
            except UnavailableError:
                self.unknown += 1
                await asyncio.sleep(0.2)
            else:
                self.told.append((request, answer))
                return answer


def insistent_life(house: House, *, until: str = "fieldwork", case: str = "TRF") -> Life:
    """Prepare an inspection whose caller insists, on the day on which its script ends."""
    life = house.life(case, until=until)
    life.moment = life.script.steps[-1].at
    life.desk = Insistent(life.desk)
    return life


def told(life: Life) -> list[tuple[MilestoneRequest, Answer]]:
    """Return what an inspection's caller was told."""
    return life.desk.told if isinstance(life.desk, Insistent) else []


_numbers = itertools.count(1)


def concern(life: Life, reference: str | None = None) -> MilestoneRequest:
    """Write a request for what may happen at any stage, as often as it likes, each time under a new id."""
    matter: dict[str, Any] = {
        "referred_to": "police",
        "reference": reference or f"MASH/2023-{next(_numbers)}",
    }
    return life.request("refer_safeguarding_concern", Role.OFSTED_LEAD, **matter)


async def until_named(life: Life, count: int) -> None:
    """Wait until the ledger has so many events of an inspection."""
    while len(await life.names()) < count:
        await asyncio.sleep(0.1)
