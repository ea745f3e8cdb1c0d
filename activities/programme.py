"""What the national programme asks for: that each year's thematic review is planned when its day comes."""

from typing import Any

from temporalio import activity

from activities.commands import CommandHandler
from activities.cycle import Open
from activities.inspection import context_of, in_temporals_terms
from activities.requests import own_request
from domain.errors import UnavailableError
from domain.messages import Answer, MilestoneRequest, Question, TickQuestion, annual_review_id
from domain.national.events import ProgrammeBegun
from domain.national.reviews import planned_at, review_to_plan
from domain.national.state import State
from domain.values import ThematicReviewId


class ProgrammeActivities:
    """What the programme's workflow asks of the ledger and of the world."""

    def __init__(self, handler: CommandHandler, open_new: Open) -> None:
        self._handler = handler
        self._open = open_new

    @activity.defn(name="plan_due_review")
    async def plan_due_review(self, question: TickQuestion) -> Answer:
        """Plan the thematic review whose day has come, and say where the programme stands."""
        return await in_temporals_terms(self._plan_due_review(question))

    async def _plan_due_review(self, question: Question) -> Answer:
        programme, context = question.inspection, context_of(question)
        state: State = await self._handler.load(programme)
        review = review_to_plan(state, context.now)
        if review and state.begun:
            refused_by = await self._plan(question, review, state.begun)
            noted = {"type": "note_review_asked_for", "review": review, "refused_by": refused_by}
            command_id = annual_review_id(programme, review)
            await self._handler.handle_own(own_request(programme, command_id, noted), context)
        return await self._handler.tick(programme, context)

    async def _plan(self, question: Question, review: ThematicReviewId, begun: ProgrammeBegun) -> str | None:
        """Plan a review in the name of whoever began the programme, and return the rule that refused it.

        One that somebody has planned before keeps that plan.

        Raises:
            UnavailableError: somebody is just about to plan it, and may be refused.
        """
        if (await self._handler.load(review)).version:
            return None
        command: dict[str, Any] = {
            "type": "plan_review",
            "occurred_at": planned_at(review).isoformat(),
            "decided_by": begun.decided_by.model_dump(mode="json"),
            "recorded_by": begun.recorded_by.model_dump(mode="json"),
        }
        command_id = str(annual_review_id(review, review))
        request = MilestoneRequest(inspection=review, command_id=command_id, command=command)
        answer = await self._open(request, question)
        if answer is None and not (await self._handler.load(review)).version:
            raise UnavailableError(f"{review} has a process and no plan yet; it is asked for again")
        return answer.refused.code if answer is not None and answer.refused else None
