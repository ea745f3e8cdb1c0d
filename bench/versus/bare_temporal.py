"""A bare Temporal workflow: as many updates of the same size, each with a local activity that does nothing.

What is left when the ledger, the rules and the stages are taken away: the least that a lifecycle of
acknowledged updates can cost on this Temporal. Same converter, same sandbox, same lock around each update.

As a program it is its worker: `python -m bench.versus.bare_temporal ADDRESS QUEUE`.
"""

import asyncio
import sys
import time
from collections.abc import Sequence
from datetime import timedelta

from temporalio import activity, workflow
from temporalio.client import Client, WithStartWorkflowOperation
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.worker import Worker

with workflow.unsafe.imports_passed_through():
    from bench.lives import Exchange
    from bench.recorded import record
    from bench.servers import until_told_to_stop
    from domain.messages import Answer, HandleQuestion, MilestoneRequest
    from workers.memory import collect_less_often
    from workers.worker import CACHED, connect, workflow_runner


@workflow.defn(name="Bare")
class BareWorkflow:
    """Takes updates for ever."""

    @workflow.init
    def __init__(self, name: str) -> None:
        self._name = name
        self._turn = asyncio.Lock()

    @workflow.run
    async def run(self, name: str) -> None:
        """Stay open."""
        await workflow.wait_condition(lambda: self._name != name)

    @workflow.update
    async def record(self, request: MilestoneRequest) -> Answer:
        """Answer what the local activity says."""
        async with self._turn:
            answer: Answer = await workflow.execute_local_activity(
                "answer",
                HandleQuestion(inspection=self._name, now=workflow.now(), request=request),
                result_type=Answer,
                schedule_to_close_timeout=timedelta(seconds=8),
            )
            return answer


class Bare:
    """Plays the updates of one lifecycle, with the requests that were recorded from a real one."""

    def __init__(
        self, client: Client, queue: str, exchanges: Sequence[Exchange], *, starting: bool = False
    ) -> None:
        """With `starting`, each update brings the order to start the workflow, as a desk's do."""
        self._client = client
        self._queue = queue
        self._requests = [request for request, _ in exchanges]
        self._starting = starting

    async def live(self, number: int) -> list[float]:
        """Play one lifecycle; return how many seconds each update took, the start counting with the first."""
        name = f"bare-{'starting' if self._starting else 'started'}-{number}"
        taken = []
        began = time.perf_counter()
        handle = self._client.get_workflow_handle_for(BareWorkflow.run, name)
        if not self._starting:
            await self._client.start_workflow(BareWorkflow.run, name, id=name, task_queue=self._queue)
        for request in self._requests:
            if self._starting:
                operation = WithStartWorkflowOperation(
                    BareWorkflow.run,
                    name,
                    id=name,
                    task_queue=self._queue,
                    id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                )
                await self._client.execute_update_with_start_workflow(
                    BareWorkflow.record, request, start_workflow_operation=operation
                )
            else:
                await handle.execute_update(BareWorkflow.record, request)
            taken.append(time.perf_counter() - began)
            began = time.perf_counter()
        return taken


async def main(address: str, queue: str) -> None:
    """Work until told to stop."""
    collect_less_often()
    exchanges = (await record()).exchanges
    typical = sorted((answer for _, answer in exchanges), key=lambda one: len(one.model_dump_json()))
    said = typical[len(typical) // 2]

    @activity.defn(name="answer")
    async def answer(question: HandleQuestion) -> Answer:
        return said.model_copy(update={"command_id": question.request.command_id})

    worker = Worker(
        await connect(address, None),
        task_queue=queue,
        workflows=[BareWorkflow],
        activities=[answer],
        workflow_runner=workflow_runner(),
        max_cached_workflows=CACHED,
    )
    async with worker:
        await until_told_to_stop()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
