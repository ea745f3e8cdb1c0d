"""The national programme as a durable process."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.messages import StartInspection
    from workflows.process import Process


@workflow.defn(name="Programme")
class ProgrammeWorkflow(Process):
    """Takes down what is decided for all areas; their cycles hear of it when they look."""

    @workflow.init
    def __init__(self, start: StartInspection) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: StartInspection) -> None:
        """Ask the ledger where the programme stands, and go on for good."""
        await self._live(start, self._waiting)

    async def _waiting(self) -> None:
        await workflow.wait_condition(self._is_done)
