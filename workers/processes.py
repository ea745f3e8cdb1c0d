"""The processes of inspections, held against the ledger: what is wrong with one, and how to put it right.

The ledger is the truth, so a process can be lost, overtaken or stuck without anything being lost with it.
Putting it right never touches the ledger's streams; that it was done is kept among the commands.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final, TypeVar
from uuid import UUID, uuid4

from temporalio.api.failure.v1 import Failure
from temporalio.client import (
    Client,
    RPCError,
    WorkflowExecutionDescription,
    WorkflowExecutionStatus,
    WorkflowQueryFailedError,
)
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.converter import WorkflowSerializationContext
from temporalio.exceptions import FailureError, WorkflowAlreadyStartedError
from temporalio.service import RPCStatusCode

from activities.requests import own_request
from domain.aggregates import aggregate_of
from domain.canonical import canonical_model
from domain.errors import IntegrityError, UnavailableError
from domain.messages import Standing, Verdict
from domain.rulebook import Rulebook
from eventstore.envelope import Entry
from eventstore.folding import state_of
from eventstore.ledger import Append, Conflict, Ledger
from workers.desk import Start, live_start
from workers.kinds import run_of, running_on
from workers.payloads.codec import MissingKeyError
from workers.resetting import begin_anew
from workers.routing import read_routing
from workers.summary import moment_of_reading
from workers.troubles import Finding, Trouble
from workflows.process import Process

ANSWERS_WITHIN: Final = timedelta(seconds=10)
ATTEMPTS_THAT_TELL: Final = 5
"""How often something has to fail before it counts as stuck and not as bad luck."""
AT_ONCE: Final = 8
"""Processes that are asked at the same time, whoever asks for how many."""
STREAMS_AT_ONCE: Final = 200

A = TypeVar("A")
B = TypeVar("B")


class Presence(StrEnum):
    """Whether there is a process, where none is missing."""

    RUNNING = "running"
    OVER = "over"
    """Nothing is left to do, and nobody does it."""


@dataclass(frozen=True, slots=True)
class _Look:
    """An inspection whose process is examined."""

    inspection: str
    entries: Sequence[Entry]
    unheard: str | None
    """Why it would not answer, if that is known without asking."""


@dataclass(frozen=True, slots=True)
class _Sight:
    """What was seen of a process without asking it."""

    look: _Look
    wanted: Standing
    described: WorkflowExecutionDescription | None
    """None: nothing runs, and nothing is left to do."""


class Processes:
    """Looks at processes and mends them. Every method may raise `UnavailableError`."""

    def __init__(
        self, client: Client, task_queue: str, ledger: Ledger, rules: Rulebook, start: Start = live_start
    ) -> None:
        self._client = client
        self._task_queue = task_queue
        self._ledger = ledger
        self._rules = rules
        self._start = start
        self._few = asyncio.Semaphore(AT_ONCE)

    async def examine_all(self) -> AsyncIterator[Finding]:
        """Examine the process of every inspection in the ledger, then those that run without being there."""
        async for finding in self.examine_known():
            yield finding
        async for finding in self.examine_unknown():
            yield finding

    async def examine_known(self) -> AsyncIterator[Finding]:
        """Examine the process of every inspection in the ledger."""
        async for finding in self._examine_in_turn(sorted(await self._ledger.stream_versions())):
            yield finding

    async def examine_unknown(self) -> AsyncIterator[Finding]:
        """Examine the processes that Temporal lists as running and of which the ledger knows nothing."""
        running = await self._running()
        known = await self._ledger.stream_versions()
        async for finding in self._examine_in_turn(sorted(set(running) - known.keys())):
            yield finding

    async def _examine_in_turn(self, names: Sequence[str]) -> AsyncIterator[Finding]:
        for place in range(0, len(names), STREAMS_AT_ONCE):
            for finding in await self.examine(names[place : place + STREAMS_AT_ONCE]):
                yield finding

    async def examine(self, inspections: Sequence[str]) -> list[Finding]:
        """Examine the processes of some inspections, and return what is wrong with them."""
        looks = await self._looks(inspections, await self._unheard())
        return [finding for finding in await self._all(self._examine, looks) if finding]

    async def seek(self, inspections: Sequence[str]) -> dict[str, Presence | Finding]:
        """Look whether some inspections have the process that they need. No process is asked.

        Returns:
            For each one how it is, or that its process is missing or its events unreadable.
        """
        looks = await self._looks(inspections, None)
        seen = await self._all(self._seek, looks)
        return {look.inspection: one for look, one in zip(looks, seen, strict=True)}

    async def repair_all(self, findings: Sequence[Finding]) -> list[str | None]:
        """Put several processes right as `repair` does, and say of each what was done."""
        return await self._all(self.repair, findings)

    async def _looks(self, inspections: Sequence[str], unheard: str | None) -> list[_Look]:
        streams = await self._ledger.read_streams(inspections)
        return [_Look(name, streams.get(name, ()), unheard) for name in dict.fromkeys(inspections)]

    async def _all(self, act: Callable[[A], Awaitable[B]], on: Iterable[A]) -> list[B]:
        """Do the same with each, few at the same time.

        When Temporal is away, nobody waits for the rest: they would pile up from sweep to sweep.
        """
        try:
            async with asyncio.TaskGroup() as group:
                acts = [group.create_task(self._in_turn(act, one)) for one in on]
        except ExceptionGroup as errors:
            raise errors.exceptions[0] from None
        return [one.result() for one in acts]

    async def _in_turn(self, act: Callable[[A], Awaitable[B]], one: A) -> B:
        async with self._few:
            return await act(one)

    async def repair(self, finding: Finding) -> str | None:
        """Put a process right if that can be done, keep note of it, and say what was done."""
        done = await self.mend(finding)
        if done:
            await self._keep_note(finding, done)
        return done

    async def mend(self, finding: Finding) -> str | None:
        """Put a process right if that can be done, and say what was done.

        Repeating it does no harm: a process that is there by now is not started, and nothing was done.
        """
        match finding.trouble:
            case Trouble.MISSING:
                return "started" if await self._raise(finding.inspection) else None
            case Trouble.BEHIND | Trouble.AHEAD:
                await self._tell_to_look(finding.inspection)
                return "told to look at the ledger"
            case Trouble.UNKNOWN:
                await self._tell_to_look(finding.inspection)
                return "told to look at the ledger, which has nothing of it, so it ends"
            case Trouble.FAILING:
                await begin_anew(self._client, finding.inspection)
                return "begun anew, with all that it was sent"
            case _:
                return None

    async def _examine(self, look: _Look) -> Finding | None:
        sight = await self._see(look)
        if isinstance(sight, Finding):
            return sight
        if sight.described is None:
            return None
        inspection, described = look.inspection, sight.described
        if found := _failing(inspection, described) or await self._waiting(inspection, described):
            return found
        if look.unheard:
            return Finding(inspection, Trouble.SILENT, look.unheard)
        return await self._differing(sight.look, sight.wanted)

    async def _seek(self, look: _Look) -> Presence | Finding:
        stands = self._stands(look)
        if isinstance(stands, Standing) and not stands.open:
            return Presence.OVER  # without asking Temporal: most of an old ledger is
        sight = await self._see(look)
        if isinstance(sight, Finding):
            return sight
        return Presence.RUNNING if sight.described else Presence.OVER

    async def _see(self, look: _Look) -> _Sight | Finding:
        """See whether a process is there, or find that it is missing or its events unreadable."""
        inspection, wanted = look.inspection, self._stands(look)
        if isinstance(wanted, Finding):
            return wanted
        described = await self._describe(inspection)
        if described is not None and described.status is WorkflowExecutionStatus.RUNNING:
            return _Sight(look, wanted, described)
        if not wanted.open:
            return _Sight(look, wanted, None)
        # It may have moved, and perhaps ended, since its events were read.
        if moved := await self._moved(look):
            return await self._see(moved)
        ended = described.status.name.lower() if described and described.status else "not there"
        return Finding(inspection, Trouble.MISSING, f"its last run is {ended}")

    def _stands(self, look: _Look) -> Standing | Finding:
        inspection = look.inspection
        try:
            state = state_of(inspection, look.entries)
            return aggregate_of(inspection).stands(self._rules, state, datetime.now(UTC)).standing
        except IntegrityError as error:
            return Finding(inspection, Trouble.UNREADABLE, str(error))

    async def _moved(self, look: _Look) -> _Look | None:
        """Look at a stream anew if it has gone on since it was read."""
        entries = await self._ledger.read_stream(look.inspection)
        return replace(look, entries=entries) if len(entries) != len(look.entries) else None

    async def _unheard(self) -> str | None:
        """Say why no process would answer, as far as Temporal tells: to ask each costs seconds."""
        with _unavailable():
            routing = await read_routing(self._client, self._task_queue, ANSWERS_WITHIN)
        return f"{routing.problem}: {routing.advice}" if routing.problem else None

    async def _describe(self, inspection: str) -> WorkflowExecutionDescription | None:
        try:
            return await self._client.get_workflow_handle(inspection).describe(rpc_timeout=ANSWERS_WITHIN)
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return None
            raise UnavailableError(f"Temporal cannot be reached: {error}") from error

    async def _differing(self, look: _Look, wanted: Standing) -> Finding | None:
        inspection = look.inspection
        handle = self._client.get_workflow_handle(inspection)
        try:
            known = await handle.query(Process.get_standing, rpc_timeout=ANSWERS_WITHIN)
        except WorkflowQueryFailedError as error:
            return Finding(inspection, Trouble.FAILING, str(error))
        except RPCError as error:
            return Finding(inspection, Trouble.SILENT, f"it does not answer: {error}")
        except MissingKeyError as error:
            return Finding(inspection, Trouble.SILENT, f"what it answers cannot be read: {error}")
        if known.version > wanted.version:
            moved = await self._moved(look)
            return await self._examine(moved) if moved else _ahead(inspection, known, wanted)
        return _behind(inspection, known, wanted) if known.version < wanted.version else None

    async def _waiting(self, inspection: str, described: WorkflowExecutionDescription) -> Finding | None:
        for asked in described.raw_description.pending_activities:
            if asked.attempt >= ATTEMPTS_THAT_TELL:
                why = "no worker has answered"
                if asked.HasField("last_failure"):
                    why = await self._told_by(inspection, asked.last_failure)
                detail = f"{asked.activity_type.name} has been tried {asked.attempt} times: {why}"
                return Finding(inspection, Trouble.WAITING, detail)
        return None

    async def _told_by(self, inspection: str, failure: Failure) -> str:
        """Return what a failure says, which may be encrypted."""
        context = WorkflowSerializationContext(self._client.namespace, inspection)
        try:
            error = await self._client.data_converter.with_context(context).decode_failure(failure)
        except MissingKeyError as missing:
            return str(missing)
        return error.message if isinstance(error, FailureError) else str(error)

    async def _running(self) -> list[str]:
        """List the inspections that have a process, as far as Temporal's list is up to date."""
        with _unavailable():
            running = self._client.list_workflows(running_on(self._task_queue), rpc_timeout=ANSWERS_WITHIN)
            return [one.id async for one in running]

    async def _tell_to_look(self, inspection: str) -> None:
        with _unavailable():
            await self._client.get_workflow_handle(inspection).signal("sync")

    async def _raise(self, inspection: str) -> bool:
        """Start a process, and say so; nothing is done if somebody else has started it meanwhile."""
        with _unavailable():
            try:
                await self._client.start_workflow(
                    run_of(inspection),
                    self._start(inspection),
                    id=inspection,
                    task_queue=self._task_queue,
                    id_conflict_policy=WorkflowIDConflictPolicy.FAIL,
                    id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
                )
            except WorkflowAlreadyStartedError:
                return False
        return True

    async def _keep_note(self, finding: Finding, done: str) -> None:
        """Keep among the commands that a process was put right; nothing has happened to the inspection."""
        content = {"type": "repair_process", "trouble": finding.trouble.value, "done": done}
        request = own_request(finding.inspection, uuid4(), content)
        while True:
            entries = await self._ledger.read_stream(finding.inspection)
            note = Append(
                stream=finding.inspection,
                command_id=UUID(request.command_id),
                digest=bytes.fromhex(request.digest()),
                expected_version=len(entries),
                request=canonical_model(request),
                answer=canonical_model(Verdict(result="recorded")),
                bodies=(),
                at=moment_of_reading(entries, rehearsal=True) if self._ledger.rehearsal else None,
            )
            (result,) = await self._ledger.append([note])
            if not isinstance(result, Conflict):
                return


def _behind(inspection: str, known: Standing, there: Standing) -> Finding:
    detail = f"it knows version {known.version}, the ledger has {there.version}"
    return Finding(inspection, Trouble.BEHIND, detail, known.version)


def _ahead(inspection: str, known: Standing, there: Standing) -> Finding:
    """Say where the process stands: it may be the last to know what has to be recorded again."""
    trouble, the_ledger = Trouble.AHEAD, f"has {there.version}, at {_place(there)}"
    if there.version == 0:
        trouble, the_ledger = Trouble.UNKNOWN, "has nothing of it"
    detail = f"it knows version {known.version}, at {_place(known)}; the ledger {the_ledger}"
    return Finding(inspection, trouble, detail, known.version)


def _place(stands: Standing) -> str:
    return f"{stands.stage} ({', '.join(stands.reached)})" if stands.reached else stands.stage


def _failing(inspection: str, described: WorkflowExecutionDescription) -> Finding | None:
    task = described.raw_description.pending_workflow_task
    if task.attempt < ATTEMPTS_THAT_TELL:
        return None
    return Finding(inspection, Trouble.FAILING, f"its task has been tried {task.attempt} times")


@contextlib.contextmanager
def _unavailable() -> Iterator[None]:
    try:
        yield
    except RPCError as error:
        raise UnavailableError(f"Temporal cannot be reached: {error}") from error
