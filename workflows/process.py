"""A durable process over one stream of the ledger: what all of them do, whatever they are about.

The ledger decides and remembers; a process waits, wakes and asks. It evaluates no rule: what it learns is a
small answer, and Temporal replays the answers. So it may be started again at any moment, by any later
version of the rules, and goes on where the ledger stands.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import ClassVar

from temporalio import workflow
from temporalio.common import RawValue, RetryPolicy, SearchAttributeUpdate
from temporalio.exceptions import ActivityError, ApplicationError, FailureError, is_cancelled_exception
from temporalio.exceptions import TimeoutError as ActivityTimeoutError

with workflow.unsafe.imports_passed_through():
    from domain.messages import (
        Answer,
        HandleQuestion,
        MilestoneRequest,
        Question,
        Standing,
        StartInspection,
    )
    from workflows import search_attributes
    from workflows.questions import Questions

HANDLE = "handle_command"
NOTE_UNREADABLE = "note_unreadable_signal"

_IN_PASSING = RetryPolicy(initial_interval=timedelta(milliseconds=200), maximum_attempts=3)
_UNTIL_IT_WORKS = RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(seconds=15))
_SOON = timedelta(seconds=1)
_LATER = timedelta(hours=1)


class Process:
    """Lives as long as its stream is open. What is done in between, a subclass says."""

    TICK: ClassVar[str] = "tick"
    """The activity that looks at the ledger and records what time has brought."""

    def __init__(self, start: StartInspection) -> None:
        self._start = start
        self._questions = Questions(start)
        self.standing = Standing()
        self._turn = asyncio.Lock()
        self._asked_at = self._now()
        self._look = False
        self._broken = False
        shown = workflow.info().typed_search_attributes
        self._shown = {key.name: value for key in search_attributes.ALL if (value := shown.get(key))}

    async def _live(self, start: StartInspection, turn: Callable[[], Awaitable[None]]) -> None:
        """Ask the ledger where things stand, then take one turn after the other for as long as they go on."""
        while not await self._tick_unless_broken():
            await self._a_while()
        watcher = asyncio.create_task(self._watch())
        while await self._goes_on():
            await turn()
        watcher.cancel()
        if self.standing.open:
            workflow.continue_as_new(start)

    async def _see_to(
        self, activity: str, question: Callable[[datetime], Question], pending: Callable[[], bool]
    ) -> None:
        """Have something done for as long as it is pending; what cannot be done now is tried again later.

        At once, if things moved meanwhile: then what was tried may not be what is pending now.
        """
        while pending() and not self._wants_new_run():
            seen = self.standing.version
            await self._ask_outside(activity, question(self._now()))
            if pending() and self.standing.version == seen:
                await self._a_while()

    async def _ask_outside(self, activity: str, question: Question) -> None:
        """Ask for something that may take its time: commands go on beside it.

        Where things stand by then may be known better from elsewhere.
        """
        try:
            answer = await workflow.execute_activity(
                activity,
                question,
                result_type=Answer,
                start_to_close_timeout=timedelta(seconds=30),
                retry_policy=_UNTIL_IT_WORKS,
            )
        except FailureError as error:
            _refuse_cancellation(error)
            workflow.logger.exception("%s cannot be done now; trying again later", activity)
        else:
            if answer.standing.version >= self.standing.version:
                self._adopt(answer)

    async def _goes_on(self) -> bool:
        """Say whether there is something left to do in this run. If not, nobody waits for an answer."""
        if not self._is_done():
            return True
        await workflow.wait_condition(lambda: workflow.all_handlers_finished() and not self._turn.locked())
        return not self._is_done()

    def _is_done(self) -> bool:
        return not self.standing.open or self._wants_new_run()

    def _wants_new_run(self) -> bool:
        return workflow.info().is_continue_as_new_suggested()

    async def _watch(self) -> None:
        """Sleep until the next instant that matters, or a day, or until somebody asks to look.

        When that instant moves away the timer runs on, and the process wakes once to no purpose: a timer
        cancelled and started with each milestone would be a quarter of the history. Whenever a timer fires
        the ledger is asked: an answer that came meanwhile may not tell of an instant, because it had passed,
        and yet have recorded nothing of it.
        """
        while True:
            wakes_at = self._wakes_at()

            def disturbed(planned: datetime = wakes_at) -> bool:
                return self._look or self._wakes_at() < planned

            try:
                await workflow.wait_condition(disturbed, timeout=max(_SOON, wakes_at - self._now()))
            except TimeoutError:
                self._look = True
            if self._look:
                await self._tick_unless_broken()

    def _wakes_at(self) -> datetime:
        longest = timedelta(seconds=self._start.look_every_seconds)
        if self._broken:
            return self._asked_at + min(longest, _LATER)
        latest = self._asked_at + longest
        return min(latest, self.standing.next_wake or latest)

    async def _tick_unless_broken(self) -> bool:
        """Ask the ledger, and say whether it answered.

        One that cannot be read must not stop the process, so it is asked again later.
        """
        self._look = False
        try:
            await self._tick()
        except FailureError as error:
            _refuse_cancellation(error)
            workflow.logger.exception("The ledger's answer cannot be used; asking again later")
            self._broken = True
            self._asked_at = self._now()
        return not self._broken

    async def _a_while(self) -> None:
        """Let some time pass, less if somebody asks to look or the inspection has moved."""
        version = self.standing.version
        with contextlib.suppress(TimeoutError):
            await workflow.wait_condition(
                lambda: self._look or self.standing.version != version, timeout=_LATER
            )

    async def _tick(self) -> None:
        await self._ask(self.TICK, self._questions.tick(self._now()))

    async def _ask(self, activity: str, question: Question) -> Answer:
        """Put a question to the command handler, one at a time, and adopt what it says.

        Awaiting inside the lock is safe: it holds back other commands of this one inspection only, and
        they have to wait for the ledger anyway. The local activity answers quickly; when the ledger is
        away it gives up soon, and an ordinary activity waits without holding the workflow task.
        """
        async with self._turn:
            return await self._put(activity, question)

    async def _put(self, activity: str, question: Question) -> Answer:
        """Put a question in one's turn."""
        try:
            answer: Answer = await workflow.execute_local_activity(
                activity,
                question,
                result_type=Answer,
                schedule_to_close_timeout=timedelta(seconds=8),
                retry_policy=_IN_PASSING,
            )
        except FailureError as error:
            if not _ledger_is_away(error):
                raise
            answer = await workflow.execute_activity(
                activity,
                question,
                result_type=Answer,
                start_to_close_timeout=timedelta(seconds=30),
                retry_policy=_UNTIL_IT_WORKS,
            )
        self._adopt(answer)
        return answer

    def _adopt(self, answer: Answer) -> None:
        self.standing = answer.standing
        self._asked_at = self._now()
        self._broken = False
        self._show()

    def _show(self) -> None:
        """Let Temporal's list of workflows say where the inspection stands."""
        standing = self.standing
        wanted = {
            search_attributes.AREA: standing.area,
            search_attributes.KIND: standing.kind,
            search_attributes.STAGE: standing.stage,
            search_attributes.OUTCOME: standing.outcome,
            search_attributes.NEXT_DUE: standing.next_due,
        }
        changes: list[SearchAttributeUpdate[str]] = []
        for key, value in wanted.items():
            if value == self._shown.get(key.name):
                continue
            changes.append(key.value_unset() if value is None else key.value_set(value))
            if value is None:
                del self._shown[key.name]
            else:
                self._shown[key.name] = value
        if changes:
            workflow.upsert_search_attributes(changes)

    def _now(self) -> datetime:
        return workflow.now() + timedelta(seconds=self._start.clock_offset_seconds)

    # How others speak to it.

    @workflow.update
    async def record(self, request: MilestoneRequest) -> Answer:
        """Record a milestone; the answer comes after the ledger has committed it."""
        return await self._ask(HANDLE, self._questions.handle(request, self._now()))

    @record.validator
    def _check_request(self, request: MilestoneRequest) -> None:
        """Refuse what is malformed before it enters the history."""
        self._questions.refuse_malformed(request)

    @workflow.update
    async def look(self) -> Answer:
        """Look at the ledger now, and say where things stand."""
        return await self._ask(self.TICK, self._questions.tick(self._now()))

    @workflow.signal(dynamic=True)
    async def record_without_waiting(self, name: str, args: Sequence[RawValue]) -> None:
        """Record a milestone for a sender that does not wait, or look at the ledger on `sync`.

        Takes every signal, so that one which cannot be read is noted instead of lost.
        """
        if name == "sync":
            self._look = True
            return
        now = self._now()
        async with self._turn:
            # Read when its turn comes: ten thousand that waited for a worker, read in one go, take longer
            # than a task may go on without a pause, and every further attempt would fail in the same way.
            question = self._questions.in_signal(name, args, now)
            activity = HANDLE if isinstance(question, HandleQuestion) else NOTE_UNREADABLE
            kept = await self._keep(activity, question)
        while not kept:
            await self._a_while()
            async with self._turn:
                kept = await self._keep(activity, question)

    async def _keep(self, activity: str, question: Question) -> bool:
        """Put a question whose answer nobody awaits, and say whether the ledger took it."""
        try:
            await self._put(activity, question)
        except FailureError as error:
            _refuse_cancellation(error)
            workflow.logger.exception("A signal cannot be recorded; trying again later")
            return False
        return True

    @workflow.query(name="standing")
    def get_standing(self) -> Standing:
        """Say where things stood when the ledger was last asked."""
        return self.standing

    @workflow.query
    def next_instant(self) -> datetime | None:
        """Say when the process wakes by itself."""
        return self.standing.next_wake


def _refuse_cancellation(error: FailureError) -> None:
    """Let an activity's failure pass, but not that this process is to end."""
    if is_cancelled_exception(error):
        raise error


def _ledger_is_away(error: FailureError) -> bool:
    """Say whether the same question may be answered later. A local activity's failure comes unwrapped."""
    cause = error.cause if isinstance(error, ActivityError) else error
    if isinstance(cause, ApplicationError):
        return not cause.non_retryable
    return isinstance(cause, ActivityTimeoutError)
