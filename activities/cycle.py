"""What the cycle of an area asks for: that it hears of its inspections, and that scheduled ones are opened.

Neither side tells the other. The cycle reads the streams of its area's inspections whenever it looks, and
notes what is new to it; so it knows everything again after any loss, of either.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from temporalio import activity

from activities.commands import CommandHandler, Interruption, go_on
from activities.inspection import context_of, in_temporals_terms
from activities.requests import own_request
from domain.area.cycle import published
from domain.area.matters import ConcernNews, ConcernRef, NewsMatter
from domain.area.news import concerns_about, is_struck, news_of, pauses_of
from domain.area.planning import Untold, is_awaited, polls_to_tell, to_open
from domain.area.register import bodies_on
from domain.area.state import BroughtForward, Scheduled, State
from domain.canonical import canonical_json
from domain.messages import Answer, MilestoneRequest, Question, TickQuestion, hearing_id, opening_id, polls_id
from domain.streams import PROGRAMME, StreamKind, kind_of
from domain.values import Kind
from eventstore.ledger import Ledger

HandIn = Callable[[MilestoneRequest, Question], Awaitable[Answer]]
"""Hands in a request to an inspection; if it has no process, one is started on the clock of who asks."""

Open = Callable[[MilestoneRequest, Question], Awaitable[Answer | None]]
"""Hands in the first request of a stream, and nothing if somebody has begun one of its name already."""


class CycleActivities:
    """What an area's workflow asks of the ledger and of the world."""

    def __init__(
        self,
        handler: CommandHandler,
        ledger: Ledger,
        hand_in: HandIn,
        open_new: Open,
        interruption: Interruption = go_on,
    ) -> None:
        self._handler = handler
        self._ledger = ledger
        self._hand_in = hand_in
        self._open = open_new
        self._at = interruption

    @activity.defn(name="hear_and_tick")
    async def hear_and_tick(self, question: TickQuestion) -> Answer:
        """Note what is new of the area's inspections and what time has brought, and say where it stands."""
        return await in_temporals_terms(self._hear_and_tick(question))

    @activity.defn(name="see_to_errands")
    async def see_to_errands(self, question: TickQuestion) -> Answer:
        """Open what is scheduled, tell inspections of polls, and say where the cycle stands."""
        return await in_temporals_terms(self._see_to_errands(question))

    async def _hear_and_tick(self, question: Question) -> Answer:
        """Note what is new to the cycle, one thing after the other, and then what time has brought."""
        area, context = question.inspection, context_of(question)
        state: State = await self._handler.load(area)
        if state.version:
            for command in await self._news(area, state):
                command_id = hearing_id(area, state.version, canonical_json(command))
                await self._handler.handle_own(own_request(area, command_id, command), context)
        return await self._handler.tick(area, context)

    async def _news(self, area: str, state: State) -> list[dict[str, Any]]:
        """List what the ledger has and the cycle has not heard, as the commands by which it hears."""
        pauses = pauses_of(await self._handler.load(PROGRAMME))
        found = (
            ("hear_of_inspections", "news", await self._fresh(area, state) or None),
            ("hear_of_concerns", "concerns", await self._raised(area, state) or None),
            ("hear_of_struck_concerns", "concerns", await self._struck(state) or None),
            ("hear_of_pauses", "pauses", pauses if pauses != state.pauses else None),
        )
        return [
            {"type": command, field: [one.model_dump(mode="json") for one in news]}
            for command, field, news in found
            if news is not None
        ]

    async def _raised(self, area: str, state: State) -> list[ConcernNews]:
        """List the concerns of thematic reviews about the area of which it has not heard."""
        found: list[ConcernNews] = []
        for review in sorted(await self._ledger.stream_versions("THEMATIC-")):
            found += concerns_about(area, review, await self._handler.load(review))
        return [one for one in found if one.ref not in state.concerns]

    async def _struck(self, state: State) -> list[ConcernRef]:
        """List the concerns that their reviews have struck, and that an inspection is still wanted for."""
        return [
            wanted.concern
            for wanted in state.all(BroughtForward)
            if wanted.concern
            and is_awaited(state, wanted)
            and is_struck(wanted.concern, await self._handler.load(wanted.concern.review))
        ]

    async def _fresh(self, area: str, state: State) -> list[NewsMatter]:
        found = []
        for name in sorted(await self._ledger.stream_versions(f"{area}-")):
            if kind_of(name) is StreamKind.INSPECTION:
                news = news_of(name, await self._handler.load(name))
                if state.news.get(name) != news:
                    found.append(news)
        return found

    async def _see_to_errands(self, question: Question) -> Answer:
        # What an earlier attempt has done before it was broken off is heard of first, and not done again.
        await self._hear_and_tick(question)
        state: State = await self._handler.load(question.inspection)
        for scheduled in to_open(state):
            # What somebody else has planned is only to be heard of, whether its process is there or lost.
            if not (await self._handler.load(scheduled.inspection)).version:
                await self._open_one(question, state, scheduled)
        for untold in polls_to_tell(state):
            await self._tell_of_polls(question, state, untold)
        return await self._hear_and_tick(question)

    async def _tell_of_polls(self, question: Question, state: State, untold: Untold) -> None:
        """Let an inspection know when its area votes, in the name of whoever entered that in the register.

        One that refuses it is told again when the cycle knows more.
        """
        polls = untold.polls
        command = {
            "type": "record_polls",
            "polls_on": polls.on.isoformat(),
            "decided_by": polls.decided_by.model_dump(mode="json"),
            "recorded_by": polls.recorded_by.model_dump(mode="json"),
            "contrary_to": polls.irregular.model_dump(mode="json") if polls.irregular else None,
        }
        command_id = polls_id(untold.inspection, polls.on, state.version)
        request = MilestoneRequest(inspection=untold.inspection, command_id=str(command_id), command=command)
        await self._hand_in(request, question)

    async def _open_one(self, question: Question, state: State, scheduled: Scheduled) -> None:
        command = await self._plan(question.inspection, state, scheduled)
        command_id = opening_id(scheduled.inspection, scheduled.version)
        request = MilestoneRequest(
            inspection=scheduled.inspection, command_id=str(command_id), command=command
        )
        # Whoever was faster has planned it: to hand this in as well would plan it anew, over what is there.
        answer = await self._open(request, question)
        self._at("after opening")
        if answer is not None and answer.refused:
            await self._note_not_opened(question, scheduled, answer.refused.code)

    async def _note_not_opened(self, question: Question, scheduled: Scheduled, rule: str) -> None:
        """Take back what was scheduled: what a rule refuses now it would refuse for ever."""
        area = question.inspection
        command = {"type": "note_not_opened", "inspection": scheduled.inspection, "rule": rule}
        command_id = opening_id(f"{area}/{scheduled.inspection}", scheduled.version)
        await self._handler.handle_own(own_request(area, command_id, command), context_of(question))

    async def _plan(self, area: str, state: State, scheduled: Scheduled) -> dict[str, Any]:
        """Say what the inspection's own stream begins with, in the name of whoever scheduled it.

        What that was contrary to, this is as well, if the inspection has the same rule.
        """
        return {
            "type": "plan_inspection",
            "area": area,
            "kind": scheduled.kind.value,
            "notify_on": scheduled.notify_on.isoformat(),
            "on_site": scheduled.on_site.model_dump(mode="json"),
            "bodies": list(bodies_on(state, scheduled.on_site.first)),
            "occurred_at": scheduled.decided_at.isoformat(),
            "decided_by": scheduled.decided_by.model_dump(mode="json"),
            "recorded_by": scheduled.recorded_by.model_dump(mode="json"),
            "contrary_to": scheduled.irregular.model_dump(mode="json") if scheduled.irregular else None,
            **(await self._scope(state) if scheduled.kind is Kind.MONITORING else {}),
        }

    async def _scope(self, state: State) -> dict[str, Any]:
        """A monitoring inspection deals with what the last full one found, as it was found there."""
        done = published(state)
        if not done:
            return {}
        followed = await self._handler.load(done[-1].inspection)
        areas = followed.draft.findings.areas_for_priority_action if followed.draft else ()
        return {
            "follows": done[-1].inspection,
            "scope": [one.model_dump(mode="json") for one in areas],
        }
