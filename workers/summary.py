"""What an inspection's stream comes to: its fold, what went against a rule, what was missed, and its rows
in the worklist."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import NamedTuple

from domain.deadline import next_due
from domain.inspection.deadlines import Deadline, deadlines
from domain.inspection.events import DeadlineMissed, DeadlineMissTakenBack, Irregularity
from domain.inspection.progress import held_by, stage
from domain.inspection.state import State, evolve, initial
from domain.london import london_date
from domain.rulebook import Rulebook
from domain.streams import StreamKind, kind_of
from eventstore.codecs import CODEC
from eventstore.envelope import Entry
from eventstore.worklist import CaseRow, CaseSummary, DeadlineRow, Summarise


def fold(entries: Sequence[Entry]) -> State:
    """Fold a whole stream into the state of its inspection."""
    state = initial()
    for entry in entries:
        state = evolve(state, CODEC.decode(entry))
    return state


class Irregular(NamedTuple):
    """An entry that was recorded although a rule spoke against it."""

    version: int
    type: str
    irregularity: Irregularity


def irregular(entries: Sequence[Entry]) -> tuple[Irregular, ...]:
    """List what was recorded against a rule, in the order of the stream."""
    return tuple(
        Irregular(entry.version, entry.type, event.irregular)
        for entry in entries
        if (event := CODEC.decode(entry)).irregular is not None
    )


class Miss(NamedTuple):
    """A deadline that the clock recorded as missed, and when that was taken back, if it was."""

    kind: str
    subject: str | None
    due: date
    recorded_at: datetime
    taken_back_at: datetime | None = None
    met_on: date | None = None


def misses(entries: Sequence[Entry]) -> tuple[Miss, ...]:
    """List the recorded misses in the order of the stream. A deadline may be missed and taken back anew."""
    found: list[Miss] = []
    for entry in entries:
        match CODEC.decode(entry):
            case DeadlineMissed(kind=kind, subject=subject, due=due):
                found.append(Miss(kind, subject, due, entry.recorded_at))
            case DeadlineMissTakenBack() as event:
                found = [_taken_back(one, event, entry.recorded_at) for one in found]
    return tuple(found)


def _taken_back(miss: Miss, event: DeadlineMissTakenBack, at: datetime) -> Miss:
    same = (miss.kind, miss.subject, miss.due) == (event.kind, event.subject, event.due)
    if not same or miss.taken_back_at is not None:
        return miss
    return miss._replace(taken_back_at=at, met_on=event.met_on)


def moment_of_reading(entries: Sequence[Entry], *, rehearsal: bool) -> datetime:
    """Say at which moment an inspection is looked at: now, or in a rehearsal when it was last heard of."""
    return entries[-1].recorded_at if rehearsal and entries else datetime.now(UTC)


def summariser(rules: Rulebook) -> Summarise:
    """Return the function by which the worklist learns what a stream comes to."""

    def summarise(entries: Sequence[Entry]) -> CaseSummary | None:
        if not entries or kind_of(entries[0].stream) is not StreamKind.INSPECTION:
            return None
        return _summary(rules, entries[0].stream, fold(entries), entries[-1].recorded_at)

    return summarise


def _summary(rules: Rulebook, inspection: str, state: State, recorded_at: datetime) -> CaseSummary:
    register = deadlines(rules, state)
    due = next_due(register, recorded_at)
    notified_at = state.at("area_notified")
    case = CaseRow(
        inspection=inspection,
        area=state.area or "",
        kind=state.kind.value,
        stage=stage(state).value,
        outcome=state.outcome or state.result,
        version=state.version,
        notified_on=london_date(notified_at) if notified_at else None,
        next_due=due.due_at if due else None,
        next_due_kind=due.kind.value if due else None,
        held=", ".join(held_by(state)) or None,
    )
    rows = tuple(_row(inspection, one, state) for one in register)
    return CaseSummary(case, rows)


def _row(inspection: str, one: Deadline, state: State) -> DeadlineRow:
    return DeadlineRow(
        inspection=inspection,
        kind=one.kind.value,
        subject=one.subject,
        rule=one.rule,
        origin_on=one.origin_on,
        due=one.due,
        due_at=one.due_at,
        met_on=one.met_on,
        void=one.void,
        lapses=one.lapses,
        missed=one.key in state.missed,
        handbook=one.handbook,
        calendar=one.calendar or "",  # the column takes no null; an inspection's deadlines all have one
    )
