"""The continuous cycle of one area as a durable process, for as long as there is the area."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.messages import StartInspection
    from workflows.process import Process

SEE_TO_ERRANDS = "see_to_errands"


@workflow.defn(name="AreaCycle")
class AreaCycleWorkflow(Process):
    """An area from its entry in the register until others take its place.

    What is due, and what an inspection has brought, it hears whenever it looks at the ledger: no inspection
    has to tell it, and neither waits for the other.
    """

    TICK = "hear_and_tick"

    @workflow.init
    def __init__(self, start: StartInspection) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: StartInspection) -> None:
        """Ask the ledger where the cycle stands, then go on from there, for years."""
        await self._live(start, self._cycle)

    async def _cycle(self) -> None:
        """See to what has to be done elsewhere, such as opening what is scheduled, and wait for more."""
        await self._see_to(SEE_TO_ERRANDS, self._questions.tick, lambda: bool(self.standing.errands))
        await workflow.wait_condition(lambda: bool(self.standing.errands) or self._is_done())
