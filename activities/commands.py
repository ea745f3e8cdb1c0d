"""The command handler: load, decide, append, answer.

This is the one place where a command meets the ledger. It may be run by any number of workers at once
and be killed at any line: what is not appended has not happened, and what is appended is found again
under the command's id.
"""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from typing import Any, Final
from uuid import UUID

from pydantic import ValidationError

from activities.requests import (
    as_kept,
    malformed,
    own_request,
    poses_as_the_engine,
    posing_as_the_engine,
    reused,
)
from domain.aggregate import Aggregate, Folded
from domain.aggregates import aggregate_of
from domain.canonical import canonical_model
from domain.clock import DeadlineEvent
from domain.commands import DomainCommand
from domain.deadline import Deadline
from domain.errors import UnavailableError
from domain.events import DomainEvent, event_type
from domain.messages import Answer, MilestoneRequest, Recorded, Refused, Verdict, tick_id, unreadable_id
from domain.refusal import Refusal
from domain.rulebook import Rulebook
from domain.streams import StreamKind, require_kind
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


Decision = tuple[DomainEvent, ...] | Refusal
Judge = Callable[[Any], Decision]
"""Decides on a state of the stream's aggregate."""


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What a request would bring: events or a refusal, and all that is due before it and after it."""

    verdict: Verdict
    before: tuple[Deadline[Any], ...]
    after: tuple[Deadline[Any], ...]


@dataclass(frozen=True, slots=True)
class _Held:
    """A state, and the leaf of the last entry that it was folded from."""

    state: Folded
    last: bytes | None


class CommandHandler:
    """Turns requests into events in the ledger, and into answers, whatever the stream is about."""

    def __init__(
        self,
        ledger: Ledger,
        rules: Rulebook,
        codecs: Mapping[StreamKind, Codec[Any]],
        interruption: Interruption = go_on,
    ) -> None:
        self._ledger = ledger
        self._rules = rules
        self._codecs = codecs
        self._at = interruption
        self._held: OrderedDict[str, _Held] = OrderedDict()

    async def handle(self, request: MilestoneRequest, context: Context) -> Answer:
        """Judge a sender's request and record what it brings, or the refusal that answers it.

        Raises:
            UnavailableError: the ledger cannot be reached, or others were faster each time.
            IntegrityError: the ledger holds what this installation cannot read.
        """

        return await self._record(request, self._judge_of(request, context), context)

    async def foresee(self, request: MilestoneRequest, context: Context) -> Foreseen:
        """Say what a sender's request would bring if it were handed in now. Nothing is recorded.

        Raises:
            UnavailableError: the ledger cannot be reached.
            IntegrityError: the ledger holds what this installation cannot read.
        """
        aggregate = aggregate_of(request.inspection)
        state = await self.load(request.inspection)
        decision = self._judge_of(request, context)(state)
        events = () if isinstance(decision, Refusal) else decision
        after = reduce(aggregate.evolve, events, state)
        return Foreseen(
            verdict=_verdict(decision, since=state.version),
            before=aggregate.deadlines(self._rules, state),
            after=aggregate.deadlines(self._rules, after),
        )

    def _judge_of(self, request: MilestoneRequest, context: Context) -> Judge:
        """Return how a sender's request is judged, whether or not it can be read."""
        aggregate = aggregate_of(request.inspection)

        def judge(state: Folded) -> Decision:
            try:
                command = _command(aggregate, request, context)
            except ValidationError as error:
                return malformed(error)
            if poses_as_the_engine(command):
                return posing_as_the_engine()
            return aggregate.decide(self._rules, state, command)

        return judge

    async def handle_own(self, request: MilestoneRequest, context: Context) -> Answer:
        """Record a command of the engine itself."""
        aggregate = aggregate_of(request.inspection)
        command = _command(aggregate, request, context)
        return await self._record(
            request, lambda state: aggregate.decide(self._rules, state, command), context
        )

    async def tick(self, stream: str, context: Context) -> Answer:
        """Record what time has brought, if anything, and say where things stand."""
        state = await self.load(stream)
        clock = aggregate_of(stream).clock
        brought = clock(self._rules, state, context.now) if state.version else ()
        instant = brought[0].occurred_at if brought else context.now
        request = own_request(stream, tick_id(stream, state.version, instant), {"type": "tick"})
        if not brought:
            return self._answer(request, request.digest(), Verdict(result="recorded"), state, context)
        return await self.handle_own(request, context)

    async def note_unreadable(
        self, stream: str, sha256: str, size: int, problem: str, context: Context
    ) -> Answer:
        """Keep a refusal for a signal that could not be read: its digest and size, never its content."""
        content = {"type": "unreadable", "sha256": sha256, "size": size, "problem": problem}
        request = own_request(stream, unreadable_id(stream, sha256, problem), content)
        refusal = Refusal(
            code="unreadable",
            rule="A signal carries one request in JSON.",
            because=f"{size} bytes could not be read ({problem})",
            accepted="signal record with one MilestoneRequest",
            waivable=False,
        )
        return await self._record(request, lambda _: refusal, context)

    async def load(self, stream: str) -> Any:
        """Fold a stream into its state. What is cached is always brought up to date by a read.

        The last entry of what is cached is read again: a ledger that was restored, or a copy that took over,
        may have fewer entries or others.
        """
        aggregate = aggregate_of(stream)
        held = self._held.get(stream) or _Held(aggregate.initial(), None)
        entries = await self._ledger.read_stream(stream, after=max(0, held.state.version - 1))
        if held.last is not None:
            if not entries or entries[0].leaf != held.last:
                if self._held.get(stream) is held:
                    del self._held[stream]
                return await self.load(stream)
            entries = entries[1:]
        state = reduce(aggregate.evolve, map(self._codecs[require_kind(stream)].decode, entries), held.state)
        last = entries[-1].leaf if entries else held.last
        if last is not None:
            self._remember(stream, _Held(state, last))
        return state

    def _remember(self, stream: str, held: _Held) -> None:
        """Keep a state, unless another coroutine has meanwhile kept a later one."""
        kept = self._held.get(stream)
        if kept is None or kept.state.version < held.state.version:
            self._held[stream] = held
        self._held.move_to_end(stream)
        if len(self._held) > CACHED:
            self._held.popitem(last=False)

    async def _record(self, request: MilestoneRequest, judge: Judge, context: Context) -> Answer:
        """Judge, append, answer. That the ledger knows a command already it says when it is to append it.

        It looks before it compares versions, so what was judged in vain is thrown away.
        """
        digest = request.digest()
        evolve = aggregate_of(request.inspection).evolve
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
        state: Folded,
        after: Folded,
        events: tuple[DomainEvent, ...],
        verdict: Verdict,
        context: Context,
    ) -> Append:
        command_id = UUID(request.command_id)
        codec = self._codecs[require_kind(request.inspection)]
        handbook, calendar = aggregate_of(request.inspection).bound_to(after)
        provenance = Provenance(
            command_id=command_id,
            correlation_id=command_id,
            causation_id=command_id,
            workflow_id=context.workflow_id,
            run_id=context.run_id,
            handbook=handbook,
            calendar=calendar,
        )
        return Append(
            stream=request.inspection,
            command_id=command_id,
            digest=bytes.fromhex(digest),
            expected_version=state.version,
            request=canonical_model(as_kept(request, verdict)),
            answer=canonical_model(verdict),
            bodies=tuple(codec.encode(event, provenance) for event in events),
            at=context.now if context.rehearsal else None,
        )

    async def _answer_again(
        self, known: CommandRecord, request: MilestoneRequest, digest: str, context: Context
    ) -> Answer:
        """Answer a command that is already recorded: what was said then, and where it stands now."""
        state = await self.load(request.inspection)
        recorded = known.digest.hex()
        if recorded != digest:
            return self._answer(request, recorded, reused(request), state, context)
        return self._answer(request, digest, Verdict.model_validate_json(known.answer), state, context)

    def _answer(
        self,
        request: MilestoneRequest,
        digest: str,
        verdict: Verdict,
        state: Folded,
        context: Context,
    ) -> Answer:
        stands = aggregate_of(request.inspection).stands(self._rules, state, context.now)
        return Answer(
            result=verdict.result,
            recorded=verdict.recorded,
            refused=verdict.refused,
            command_id=request.command_id,
            request_digest=digest,
            due=stands.due,
            standing=stands.standing,
        )


def _command(
    aggregate: Aggregate[Any, Any, Any], request: MilestoneRequest, context: Context
) -> DomainCommand:
    """Read the command in a request. What is not dated happens now.

    Raises:
        ValidationError: a field is missing, unknown or out of its pattern.
    """
    occurred_at = request.command.get("occurred_at") or context.now
    command: DomainCommand = aggregate.commands.validate_python(
        {
            **request.command,
            "occurred_at": occurred_at,
            aggregate.named_in: request.inspection,
            "command_id": request.command_id,
            "now": context.now,
        }
    )
    return command


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


def _subject(event: DomainEvent) -> str | None:
    match event:
        case DeadlineEvent(kind=kind, subject=None):
            return str(kind)
        case DeadlineEvent(kind=kind, subject=subject):
            return f"{kind}:{subject}"
        case _:
            return None
