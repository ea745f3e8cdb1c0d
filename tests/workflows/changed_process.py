"""The process as a later change might leave it: it sleeps a second before anything else."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.messages import StartInspection
    from workflows.inspection import InspectionWorkflow


@workflow.defn(name="Inspection")
class Careless(InspectionWorkflow):
    """Changed as if no process were running."""

    @workflow.init
    def __init__(self, start: StartInspection) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: StartInspection) -> None:
        await workflow.sleep(1)
        await super().run(start)


@workflow.defn(name="Inspection")
class Guarded(InspectionWorkflow):
    """Changed as CONTRIBUTING asks for it."""

    @workflow.init
    def __init__(self, start: StartInspection) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: StartInspection) -> None:
        if workflow.patched("sleeps-first"):
            await workflow.sleep(1)
        await super().run(start)
