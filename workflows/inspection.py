"""One inspection as a durable process: the handbook, stage after stage."""

from collections.abc import Awaitable, Callable

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.messages import StartInspection
    from workflows.process import Process

PUBLISH = "publish_report"


@workflow.defn(name="Inspection")
class InspectionWorkflow(Process):
    """An inspection from its planning to its close."""

    @workflow.init
    def __init__(self, start: StartInspection) -> None:
        super().__init__(start)
        self.waits_for: str | None = None
        self._entered = self.standing
        self._stages: dict[str, Callable[[], Awaitable[None]]] = {
            "planned": self._planned,
            "notified": self._notified,
            "fieldwork": self._fieldwork,
            "moderation": self._moderation,
            "outcome": self._outcome,
            "publication": self._publication,
            "follow_up": self._follow_up,
            "closed": self._after_the_end,
            "withdrawn": self._after_the_end,
        }

    @workflow.run
    async def run(self, start: StartInspection) -> None:
        """Ask the ledger where the inspection stands, then go on from there, stage after stage."""
        await self._live(start, self._stage)

    async def _stage(self) -> None:
        """Do what belongs to the stage at which the inspection is, until it is at another."""
        self._entered = self.standing
        await self._stages[self._entered.stage]()

    # The handbook, stage after stage.

    async def _planned(self) -> None:
        """A team is named and the area is notified."""
        await self._reached("team_appointed")
        await self._reached("area_notified")

    async def _notified(self) -> None:
        """Information is asked for, surveys run, children are chosen; then fieldwork begins."""
        await self._reached("fieldwork_begun")

    async def _fieldwork(self) -> None:
        """The team comes into the area, looks, listens, gives feedback and leaves."""
        await self._reached("on_site_begun")
        await self._reached("feedback_given")
        await self._reached("fieldwork_ended")

    async def _moderation(self) -> None:
        """A draft is written, approved by both inspectorates and shown to the partnership."""
        await self._reached("draft_submitted")
        await self._reached("draft_approved")
        await self._reached("draft_sent_for_comment")
        await self._reached("comments_settled")

    async def _outcome(self) -> None:
        """The outcome is decided and signed off by both inspectorates."""
        await self._reached("outcome_decided")
        await self._reached("outcome_signed_off")

    async def _publication(self) -> None:
        """The partnership receives the final report; a person releases it; the system publishes it."""
        await self._reached("final_report_sent")
        await self._reached("final_report_received")
        await self._reached("report_released")
        await self._publish_what_is_released()

    async def _follow_up(self) -> None:
        """The partnership's plan is due; a correction may be published; in the end the case is closed."""
        await self._publish_what_is_released()
        await self._reached("inspection_closed")

    async def _after_the_end(self) -> None:
        """A correction of a closed inspection's report is all that can still be done."""
        await self._publish_what_is_released()

    # What the stages are made of.

    async def _reached(self, milestone: str) -> None:
        """Wait for a milestone, or for anything that takes the inspection elsewhere."""

        def over() -> bool:
            return (
                milestone in self.standing.reached
                or self.standing.stage != self._entered.stage
                or self.standing.publication_pending != self._entered.publication_pending
                or self._wants_new_run()
            )

        if not over():
            self.waits_for = milestone
            await workflow.wait_condition(over)
            self.waits_for = None

    async def _publish_what_is_released(self) -> None:
        """Publish, for as long as something is released that is not published."""
        await self._see_to(PUBLISH, self._questions.publish, lambda: self.standing.publication_pending)

    @workflow.query(name="waits_for")
    def get_waits_for(self) -> str | None:
        """Say which milestone the process waits for."""
        return self.waits_for
