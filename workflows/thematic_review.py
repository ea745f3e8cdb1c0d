"""One thematic review as a durable process, from its plan until its survey data is deleted years later."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.messages import StartInspection
    from workflows.process import Process


@workflow.defn(name="ThematicReview")
class ThematicReviewWorkflow(Process):
    """People plan, visit, report and publish; the process sees to it that no day is forgotten."""

    @workflow.init
    def __init__(self, start: StartInspection) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: StartInspection) -> None:
        """Ask the ledger where the review stands, then wake for whatever falls due, if it takes years."""
        await self._live(start, self._waiting)

    async def _waiting(self) -> None:
        await workflow.wait_condition(self._is_done)
