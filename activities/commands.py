"""The command handler: load, decide, append, answer.

This is the one place where a command meets the ledger. It may be run by any number of workers at once
and be killed at any line: what is not appended has not happened, and what is appended is found again
under the command's id.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from typing import Any, Final
from uuid import UUID

from pydantic import ValidationError

from domain.actors import ENGINE, ENGINE_RECORDER, Role, Verb
from domain.canonical import canonical_model
from domain.errors import UnavailableError
from domain.inspection import State, decide, evolve, initial
from domain.inspection.commands import COMMANDS, Command
from domain.inspection.deadlines import deadlines
from domain.inspection.decide.clock import what_the_clock_brings
from domain.inspection.events import Event, event_type
from domain.inspection.events.clock import DeadlineEvent
from domain.inspection.rules import RULES
from domain.inspection.standing import standing, what_is_due
from domain.messages import Answer, MilestoneRequest, Recorded, Refused, Verdict, tick_id, unreadable_id
from domain.refusal import Refusal
from domain.rulebook import Rulebook
from eventstore.codec import Codec
from eventstore.envelope import Provenance
from eventstore.ledger import AlreadyKnown, Append, Appended, CommandRecord, Ledger

ATTEMPTS: Final = 3
CACHED: Final = 4_000


@dataclass(frozen=True, slots=True)
class Context:
    """At what time a command is judged, in a rehearsal or not, and on whose behalf within Temporal."""

    now: datetime
    rehearsal: bool = False
    workflow_id: str | None = None
    run_id: str | None = None


Interruption = Callable[[str], None]
"""Called at named places, so that a test can kill the process exactly there."""


def go_on(_: str) -> None:
    """Do nothing: nobody interrupts."""


Decision = tuple[Event, ...] | Refusal
Judge = Callable[[State], Decision]


@dataclass(frozen=True, slots=True)
class _Held:
    """A state, and the leaf of the last entry that it was folded from."""

    state: State
    last: bytes | None


_NOTHING: Final = _Held(initial(), None)


class CommandHandler:
    """Turns requests into events in the ledger, and into answers."""

    def __init__(
        self, ledger: Ledger, rules: Rulebook, codec: Codec[Event], interruption: Interruption = go_on
    ) -> None:
        self._ledger = ledger
        self._rules = rules
        self._codec = codec
        self._at = interruption
        self._held: OrderedDict[str, _Held] = OrderedDict()

    async def handle(self, request: MilestoneRequest, context: Context) -> Answer:
        """Judge a sender's request and record what it brings, or the refusal that answers it.

        Raises:
            UnavailableError: the ledger cannot be reached, or others were faster each time.
            IntegrityError: the ledger holds what this installation cannot read.
        """

        def judge(state: State) -> Decision:
            try:
                command = _command(request, context)
            except ValidationError as error:
                return _malformed(error)
            if _poses_as_the_engine(command):
                return _posing_as_the_engine()
            return decide(self._rules, state, command)

        return await self._record(request, judge, context)

    async def handle_own(self, request: MilestoneRequest, context: Context) -> Answer:
        """Record a command of the engine itself."""
        command = _command(request, context)
        return await self._record(request, lambda state: decide(self._rules, state, command), context)

    async def tick(self, inspection: str, context: Context) -> Answer:
        """Record what time has brought, if anything, and say where the inspection stands."""
        state = await self.load(inspection)
        brought = what_the_clock_brings(self._rules, state, context.now) if state.version else ()
        instant = brought[0].occurred_at if brought else context.now
        request = own_request(inspection, tick_id(inspection, state.version, instant), {"type": "tick"})
        if not brought:
            return self._answer(request, request.digest(), Verdict(result="recorded"), state, context)
        return await self.handle_own(request, context)

    async def note_unreadable(
        self, inspection: str, sha256: str, size: int, problem: str, context: Context
    ) -> Answer:
        """Keep a refusal for a signal that could not be read: its digest and size, never its content."""
        content = {"type": "unreadable", "sha256": sha256, "size": size, "problem": problem}
        request = own_request(inspection, unreadable_id(inspection, sha256, problem), content)
        refusal = Refusal(
            code="unreadable",
            rule="A signal carries one request in JSON.",
            because=f"{size} bytes could not be read ({problem})",
            accepted="signal record with one MilestoneRequest",
            waivable=False,
        )
        return await self._record(request, lambda _: refusal, context)

    async def load(self, inspection: str) -> State:
        """Fold an inspection's stream. What is cached is always brought up to date by a read.

        The last entry of what is cached is read again: a ledger that was restored, or a copy that took over,
        may have fewer entries or others.
        """
        held = self._held.get(inspection, _NOTHING)
        entries = await self._ledger.read_stream(inspection, after=max(0, held.state.version - 1))
        if held.last is not None:
            if not entries or entries[0].leaf != held.last:
                if self._held.get(inspection) is held:
                    del self._held[inspection]
                return await self.load(inspection)
            entries = entries[1:]
        state = reduce(evolve, map(self._codec.decode, entries), held.state)
        last = entries[-1].leaf if entries else held.last
        if last is not None:
            self._remember(inspection, _Held(state, last))
        return state

    def _remember(self, inspection: str, held: _Held) -> None:
        """Keep a state, unless another coroutine has meanwhile kept a later one."""
        if self._held.get(inspection, _NOTHING).state.version < held.state.version:
            self._held[inspection] = held
        self._held.move_to_end(inspection)
        if len(self._held) > CACHED:
            self._held.popitem(last=False)

    async def _record(self, request: MilestoneRequest, judge: Judge, context: Context) -> Answer:
        """Judge, append, answer. That the ledger knows a command already it says when it is to append it.

        It looks before it compares versions, so what was judged in vain is thrown away.
        """
        digest = request.digest()
        for _ in range(ATTEMPTS):
            state = await self.load(request.inspection)
            decision = judge(state)
            self._at("after decide")
            events = () if isinstance(decision, Refusal) else decision
            after = reduce(evolve, events, state)
            verdict = _verdict(decision, since=state.version)
            (result,) = await self._ledger.append(
                [self._append_of(request, digest, state, after, events, verdict, context)]
            )
            self._at("after append")
            match result:
                case Appended():
                    return self._answer(request, digest, verdict, after, context)
                case AlreadyKnown(record):
                    return await self._answer_again(record, request, digest, context)
        raise UnavailableError(f"{request.inspection} is being written by others; nothing was recorded")

    def _append_of(
        self,
        request: MilestoneRequest,
        digest: str,
        state: State,
        after: State,
        events: tuple[Event, ...],
        verdict: Verdict,
        context: Context,
    ) -> Append:
        command_id = UUID(request.command_id)
        provenance = Provenance(
            command_id=command_id,
            correlation_id=command_id,
            causation_id=command_id,
            workflow_id=context.workflow_id,
            run_id=context.run_id,
            handbook=after.handbook,
            calendar=after.calendar,
        )
        return Append(
            stream=request.inspection,
            command_id=command_id,
            digest=bytes.fromhex(digest),
            expected_version=state.version,
            request=canonical_model(request),
            answer=canonical_model(verdict),
            bodies=tuple(self._codec.encode(event, provenance) for event in events),
            at=context.now if context.rehearsal else None,
        )

    async def _answer_again(
        self, known: CommandRecord, request: MilestoneRequest, digest: str, context: Context
    ) -> Answer:
        """Answer a command that is already recorded: what was said then, and where it stands now."""
        state = await self.load(request.inspection)
        recorded = known.digest.hex()
        if recorded != digest:
            return self._answer(request, recorded, _reused(request), state, context)
        return self._answer(request, digest, Verdict.model_validate_json(known.answer), state, context)

    def _answer(
        self,
        request: MilestoneRequest,
        digest: str,
        verdict: Verdict,
        state: State,
        context: Context,
    ) -> Answer:
        register = deadlines(self._rules, state)
        return Answer(
            result=verdict.result,
            recorded=verdict.recorded,
            refused=verdict.refused,
            command_id=request.command_id,
            request_digest=digest,
            due=what_is_due(register, context.now),
            standing=standing(state, register, context.now),
        )


def own_request(inspection: str, command_id: UUID, command: dict[str, Any]) -> MilestoneRequest:
    """Make a request in which the engine itself decides and records."""
    by = {
        "decided_by": ENGINE.model_dump(mode="json"),
        "recorded_by": ENGINE_RECORDER.model_dump(mode="json"),
    }
    return MilestoneRequest(inspection=inspection, command_id=str(command_id), command={**command, **by})


def _command(request: MilestoneRequest, context: Context) -> Command:
    """Read the command in a request. What is not dated happens now.

    Raises:
        ValidationError: a field is missing, unknown or out of its pattern.
    """
    occurred_at = request.command.get("occurred_at") or context.now
    return COMMANDS.validate_python(
        {
            **request.command,
            "occurred_at": occurred_at,
            "inspection": request.inspection,
            "command_id": request.command_id,
            "now": context.now,
        }
    )


def _verdict(decision: Decision, since: int) -> Verdict:
    if isinstance(decision, Refusal):
        return Verdict(result="refused", refused=Refused(**decision.model_dump()))
    return Verdict(
        result="recorded",
        recorded=tuple(
            Recorded(
                version=since + number,
                type=event_type(event),
                occurred_at=event.occurred_at,
                subject=_subject(event),
            )
            for number, event in enumerate(decision, start=1)
        ),
    )


def _subject(event: Event) -> str | None:
    match event:
        case DeadlineEvent(kind=kind, subject=None):
            return kind.value
        case DeadlineEvent(kind=kind, subject=subject):
            return f"{kind.value}:{subject}"
        case _:
            return None


def _malformed(error: ValidationError) -> Refusal:
    problems = error.errors(include_url=False, include_context=False, include_input=False)
    named = [".".join(str(part) for part in problem["loc"][1:]) or "type" for problem in problems]
    return Refusal(
        code="malformed",
        rule="A request has the fields of its milestone, each in its own form.",
        because="; ".join(f"{name}: {problem['msg']}" for name, problem in zip(named, problems, strict=True)),
        accepted="`inspections milestones` lists the fields of each milestone",
        waivable=False,
        fields=tuple(named),
    )


def _poses_as_the_engine(command: Command) -> bool:
    """Say whether a sender claims to be the engine, or asks for what only the engine does."""
    return (
        command.decided_by.role is Role.SYSTEM
        or command.recorded_by.authenticated == "engine"
        or command.verb is Verb.RUN
    )


def _posing_as_the_engine() -> Refusal:
    return Refusal(
        code="permission",
        rule=RULES["permission"].says,
        because="a sender cannot decide or record as the engine",
        accepted="decided_by and recorded_by a person",
        waivable=False,
    )


def _reused(request: MilestoneRequest) -> Verdict:
    refusal = Refused(
        code="command_reused",
        rule="A command's id stands for one request.",
        because=f"{request.command_id} was recorded for another request",
        accepted="the same request under this id, or another id",
    )
    return Verdict(result="refused", refused=refusal)
