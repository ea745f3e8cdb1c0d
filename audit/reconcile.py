"""Temporal's histories of a process and the ledger's stream, side by side: what one of them has alone.

Both are held together by the ids of commands. Temporal tells what was sent, and what the ledger answered
then; the ledger tells what it recorded, and for which run. What only one of them has need not be wrong, so
each difference has a reason; those that nothing here can bring about cannot be explained.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID

from audit.reasons import Reason
from audit.told import Answered, Content, Place, Run, Sent
from domain.actors import ENGINE
from domain.messages import Answer, MilestoneRequest, Verdict
from eventstore.envelope import Entry, Provenance
from eventstore.ledger import CommandRecord

LATE: Final = timedelta(minutes=1)
"""How far the clocks of Temporal and the ledger may be apart, with the time that an activity has to end
after its run has."""

_ASKED_BY_SENDERS: Final = {"handle_command", "note_unreadable_signal"}
"""Activities that record what somebody has sent. The others record of their own accord."""
_ENGINE: Final = ENGINE.model_dump(mode="json")


@dataclass(frozen=True, slots=True)
class Line:
    """A command, as Temporal and the ledger have it."""

    command_id: str | None
    """None for a signal that cannot be read and is not noted yet."""
    what: str
    """The command's type."""
    at: datetime
    """When the ledger recorded it; otherwise when Temporal first told of it."""
    sent: tuple[Sent, ...]
    """Each time that it was sent, also again."""
    written_by: Answered | None
    """The task or activity that wrote it, or was told that it is there."""
    refused: str | None
    """The code of the rule that refused it."""
    events: tuple[Entry, ...]
    reason: Reason
    detail: str | None = None
    """What exactly differs or was told."""


@dataclass(frozen=True, slots=True)
class Reconciled:
    """Both sides of one stream."""

    stream: str
    runs: tuple[Run, ...]
    """Those of which Temporal has the history, newest first."""
    lines: tuple[Line, ...]
    """In the order of time."""
    looks: int
    """How often the process looked at the ledger and nothing was new."""

    @property
    def unexplained(self) -> tuple[Line, ...]:
        """What cannot be explained."""
        return tuple(line for line in self.lines if line.reason.unexplained)


@dataclass(frozen=True, slots=True)
class Ledgered:
    """What the ledger has of a stream."""

    stream: str
    entries: Sequence[Entry]
    commands: Sequence[CommandRecord]
    rehearsal_over: bool = False
    """Whether it is that of a rehearsal whose Temporal has ended with it."""


def reconcile(ledger: Ledgered, runs: Sequence[Run]) -> Reconciled:
    """Lay both sides of a stream beside each other.

    What the ledger has is to be read after the histories: it is then never behind them.

    Args:
        ledger: what it has of the stream.
        runs: those of its process, newest first.

    Raises:
        IntegrityError: an entry holds no body.
    """
    both = _Both(ledger, runs)
    lines = sorted(map(both.line, both.keys), key=lambda line: line.at)
    return Reconciled(ledger.stream, tuple(runs), tuple(lines), both.looks)


class _Both:
    """Both sides, each command under its id."""

    def __init__(self, ledger: Ledgered, runs: Sequence[Run]) -> None:
        self._stream = ledger.stream
        self._rehearsal_over = ledger.rehearsal_over
        self._runs = {run.run_id: run for run in runs}
        self._records = {str(one.command_id): one for one in ledger.commands}
        self._events: dict[str, list[Entry]] = defaultdict(list)
        self._by: dict[str, Provenance] = {}
        for entry in ledger.entries:
            provenance = entry.body.provenance
            self._events[str(provenance.command_id)].append(entry)
            self._by.setdefault(str(provenance.command_id), provenance)
        self._sent: dict[str, list[Sent]] = defaultdict(list)
        self._answers: dict[str, list[Answered]] = defaultdict(list)
        self._notes = self._unreadable_notes()
        self.looks = 0
        for run in reversed(runs):
            self._take_in(run)

    @property
    def keys(self) -> list[str]:
        """Every command that one of both has."""
        return list(dict.fromkeys((*self._records, *self._events, *self._sent, *self._answers)))

    def _take_in(self, run: Run) -> None:
        for sent in run.sent:
            if sent.request is not None:
                self._sent[_normal(sent.request.command_id)].append(sent)
            elif sent.content is not None:
                self._sent[self._notes.get(sent.content) or _key_of(sent.place)].append(sent)
        for answered in run.answered:
            key = _normal(answered.answer.command_id)
            if _is_a_look(answered.answer) and key not in self._records:
                self.looks += 1
            else:
                self._answers[key].append(answered)

    def _unreadable_notes(self) -> dict[Content, str]:
        """List the signals that could not be read and are noted, by what stands for their content."""
        commands = ((key, _command_of(record)) for key, record in self._records.items())
        return {
            Content(command["sha256"], command["size"], command["problem"] == "UNKNOWN_SIGNAL"): key
            for key, command in commands
            if command.get("type") == "unreadable"
        }

    def line(self, key: str) -> Line:
        """Say what a command is to both sides."""
        sent = self._sent.get(key, [])
        reason, detail = self._judge(key)
        return Line(
            command_id=None if key in {_key_of(one.place) for one in sent} else key,
            what=self._what(key),
            at=self._at(key),
            sent=tuple(sent),
            written_by=self._written_by(key),
            refused=_refused(self._records.get(key), self._answers.get(key, [])),
            events=tuple(self._events.get(key, [])),
            reason=reason,
            detail=detail,
        )

    def _what(self, key: str) -> str:
        if record := self._records.get(key):
            return str(_command_of(record).get("type", "unknown"))
        for sent in self._sent.get(key, []):
            return str(sent.request.command.get("type", "unknown")) if sent.request else "unreadable"
        return self._answers[key][0].activity if key in self._answers else "unknown"

    def _at(self, key: str) -> datetime:
        if record := self._records.get(key):
            return record.recorded_at
        if events := self._events.get(key):
            return events[0].recorded_at
        sent, answers = self._sent.get(key, []), self._answers.get(key, [])
        return min([*(one.at for one in sent), *(one.at for one in answers)])

    # Why both sides are as they are.

    def _judge(self, key: str) -> tuple[Reason, str | None]:
        record, events = self._records.get(key), self._events.get(key, [])
        if found := _unsound(record, events) or self._of_no_process(key):
            return found
        if answers := self._answers.get(key):
            return _held_against(answers, record, events)
        if events:
            return self._untold(self._by[key], events[0].recorded_at, own=_is_own(record)), None
        if record:
            return self._untold_note(record, sent=key in self._sent), None
        return self._unrecorded(self._sent[key][-1])

    def _of_no_process(self, key: str) -> tuple[Reason, str | None] | None:
        provenance = self._by.get(key)
        if provenance is None:
            return None
        if provenance.workflow_id is None or provenance.run_id is None:
            return Reason.NO_PROCESS, None
        if provenance.workflow_id != self._stream:
            return Reason.OTHER_PROCESS, f"it names {provenance.workflow_id}"
        return None

    def _untold(self, by: Provenance, at: datetime, *, own: bool) -> Reason:
        """Say why no answer in Temporal names what the ledger has."""
        run = self._runs.get(str(by.run_id))
        if run is None:
            return self._gone(at) or Reason.NO_SUCH_RUN
        if not _is_open(run, at):
            return Reason.NOT_OPEN
        if own and self._covering(str(by.command_id)):
            return Reason.IN_PASSING
        return Reason.UNTOLD

    def _untold_note(self, record: CommandRecord, *, sent: bool) -> Reason:
        """The same of what brought no event; the ledger does not keep in which run that was."""
        if _command_of(record).get("type") == "repair_process":
            return Reason.OPERATOR
        if sent:
            return Reason.UNTOLD
        if gone := self._gone(record.recorded_at):
            return gone
        return Reason.IN_PASSING if _is_own(record) else Reason.UNTOLD

    def _gone(self, at: datetime) -> Reason | None:
        """Say that the history which would tell of a moment is gone, if it can be."""
        if self._rehearsal_over:
            return Reason.REHEARSED
        oldest = min((run.began for run in self._runs.values()), default=None)
        return Reason.EXPIRED if oldest is None or at < oldest + LATE else None

    def _unrecorded(self, sent: Sent) -> tuple[Reason, str | None]:
        """Say why the ledger has nothing of what was sent last."""
        if sent.failure is not None:
            return Reason.FAILED, sent.failure
        over = self._runs[sent.place.run_id].ended is not None
        return (Reason.ENDED if over else Reason.UNDER_WAY), None

    # Which task wrote it.

    def _written_by(self, key: str) -> Answered | None:
        answers, by = self._answers.get(key), self._by.get(key)
        if not answers:
            return self._covering(key) if _is_own(self._records.get(key)) else None
        in_its_run = (one for one in answers if by is not None and one.place.run_id == by.run_id)
        return next(in_its_run, answers[0])

    def _covering(self, key: str) -> Answered | None:
        """Find the activity that recorded something beside what it was asked.

        It is the first of its run, among those that record of their own accord, whose answer knows of it.
        """
        run = self._runs.get(str(self._by[key].run_id)) if key in self._by else None
        if run is None:
            return None
        version = self._events[key][-1].version
        return next(
            (
                one
                for one in run.answered
                if one.activity not in _ASKED_BY_SENDERS and one.answer.standing.version >= version
            ),
            None,
        )


def _unsound(record: CommandRecord | None, events: Sequence[Entry]) -> tuple[Reason, str | None] | None:
    """Say what is wrong within the ledger itself."""
    if record is None:
        return (Reason.NO_COMMAND, None) if events else None
    if record.events != len(events):
        return Reason.NOT_ALL, f"it brought {record.events}, the ledger has {len(events)}"
    return None


def _held_against(
    answers: Sequence[Answered], record: CommandRecord | None, events: Sequence[Entry]
) -> tuple[Reason, str | None]:
    """Hold what the process was told against what the ledger has."""
    if record is None:
        return Reason.LOST, None
    for answered in answers:
        if difference := _difference(answered.answer, record, events):
            return Reason.DIFFERS, difference
    return Reason.AGREED, None


def _difference(answer: Answer, record: CommandRecord, events: Sequence[Entry]) -> str | None:
    if answer.request_digest != record.digest.hex():
        return f"the request had the digest {answer.request_digest}, the ledger has {record.digest.hex()}"
    if answer.refused and answer.refused.code == "command_reused":
        return None  # that its id stands for another request is said of this one alone
    told = [_Told(one.version, one.type, one.occurred_at) for one in answer.recorded]
    held = [_Told(one.version, one.type, _occurred_at(one)) for one in events]
    return None if told == held else f"it was told {_in_words(told)}, the ledger has {_in_words(held)}"


class _Told(NamedTuple):
    """What an answer tells of an event."""

    version: int
    type: str
    occurred_at: datetime


def _occurred_at(entry: Entry) -> datetime:
    return datetime.fromisoformat(entry.body.event["occurred_at"])


def _in_words(told: Iterable[_Told]) -> str:
    return (
        ", ".join(f"{one.version} {one.type} at {one.occurred_at.isoformat()}" for one in told) or "no event"
    )


def _refused(record: CommandRecord | None, answers: Sequence[Answered]) -> str | None:
    verdicts = [one.answer for one in answers] if record is None else [_verdict(record)]
    return next((one.refused.code for one in verdicts if one.refused), None)


def _is_open(run: Run, at: datetime) -> bool:
    return run.began - LATE <= at and (run.ended is None or at <= run.ended + LATE)


def _is_a_look(answer: Answer) -> bool:
    return answer.refused is None and not answer.recorded


def _is_own(record: CommandRecord | None) -> bool:
    """Whether the engine itself decided it."""
    return record is not None and _command_of(record).get("decided_by") == _ENGINE


def _command_of(record: CommandRecord) -> dict[str, Any]:
    return MilestoneRequest.model_validate_json(record.request).command


def _verdict(record: CommandRecord) -> Verdict:
    return Verdict.model_validate_json(record.answer)


def _normal(command_id: str) -> str:
    """Write an id as the ledger does: senders may write it in other ways."""
    return str(UUID(command_id))


def _key_of(place: Place) -> str:
    return f"{place.run_id}/{place.event}"
