"""The national programme as a durable process."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.messages import StartInspection
    from workflows.process import Process

PLAN_DUE_REVIEW = "plan_due_review"


@workflow.defn(name="Programme")
class ProgrammeWorkflow(Process):
    """Takes down what is decided for all areas; their cycles hear of it when they look.

    Each year it wakes by itself and has the thematic review of the year planned.
    """

    @workflow.init
    def __init__(self, start: StartInspection) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: StartInspection) -> None:
        """Ask the ledger where the programme stands, and go on for good."""
        await self._live(start, self._years)

    async def _years(self) -> None:
        await self._see_to(PLAN_DUE_REVIEW, self._questions.tick, lambda: bool(self.standing.errands))
        await workflow.wait_condition(lambda: bool(self.standing.errands) or self._is_done())
