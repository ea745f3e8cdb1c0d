"""Many senders at one desk, all for the same inspection."""

import asyncio
from typing import Any

from temporalio.client import (
    Client,
    Interceptor,
    OutboundInterceptor,
    StartWorkflowUpdateInput,
    WorkflowUpdateHandle,
)

from tests.journeys.halting import concern, live
from tests.journeys.house import House
from workers.desk import UNDER_WAY, Desk


class _Crowd(Interceptor):
    """Counts how many updates a client has under way, and lets them through."""

    def __init__(self) -> None:
        self.now = self.most = 0

    def intercept_client(self, following: OutboundInterceptor) -> OutboundInterceptor:
        return _Counting(following, self)


class _Counting(OutboundInterceptor):
    def __init__(self, following: OutboundInterceptor, crowd: _Crowd) -> None:
        super().__init__(following)
        self._crowd = crowd

    async def start_workflow_update(self, asked: StartWorkflowUpdateInput) -> WorkflowUpdateHandle[Any]:
        self._crowd.now += 1
        self._crowd.most = max(self._crowd.most, self._crowd.now)
        try:
            return await super().start_workflow_update(asked)
        finally:
            self._crowd.now -= 1


async def test_a_crowd_at_one_desk_takes_turns(house: House) -> None:
    """Temporal refuses the eleventh update at once. All are recorded, and nothing is left of the queue."""
    life, crowd = await live(house), _Crowd()
    before = len(await life.names())
    client = Client(**house.client.config() | {"interceptors": [crowd]})
    desk = Desk(client, house.queue, life.start)
    answers = await asyncio.gather(*(desk.record(concern(life, number)) for number in range(40)))

    assert sorted(answer.recorded[0].version for answer in answers) == list(range(before + 1, before + 41))
    assert crowd.most == UNDER_WAY
    assert not desk._turns


async def test_a_crowd_at_several_desks_is_answered(house: House) -> None:
    """Desks know nothing of each other. What Temporal turns away is put again."""
    life = await live(house)
    before = len(await life.names())
    desks = [Desk(house.client, house.queue, life.start) for _ in range(4)]
    answers = await asyncio.gather(*(desks[number % 4].record(concern(life, number)) for number in range(60)))
    assert {answer.result for answer in answers} == {"recorded"}
    assert len(await life.names()) == before + 60
