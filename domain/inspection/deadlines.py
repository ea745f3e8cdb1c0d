"""What is due, since when and by which rule. Derived from the state each time, never stored.

A deadline's status comes from the day on which it was met against the day on which it is due. A recorded
miss says only that nobody knew better when the day ended.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple

from domain.calendar import WorkingCalendar
from domain.due import Due, due
from domain.handbook import DeadlineKind, DeadlineRule, Handbook, OnExpiry
from domain.inspection.progress import stage
from domain.inspection.record import DeadlineKey, State
from domain.inspection.vocabulary import Stage
from domain.london import london_date
from domain.rulebook import Rulebook
from domain.values import Instant

FOLLOW_UP_KINDS = frozenset(
    {
        DeadlineKind.STRATEGIC_PLAN,
        DeadlineKind.PRIORITY_ACTION_PLAN_SUBMISSION,
        DeadlineKind.PRIORITY_ACTION_PLAN_PUBLICATION,
    }
)
"""What the partnership owes after the report."""

JUST_AFTER = timedelta(seconds=1)
"""A deadline is kept until its last second is over, so the clock looks one second later."""


class Status(StrEnum):
    """How a deadline stands."""

    MET = "met"
    MISSED = "missed"
    OPEN = "open"
    VOID = "void"


@dataclass(frozen=True, slots=True)
class Deadline:
    """One deadline with all that explains it. Dates are London dates."""

    kind: DeadlineKind
    subject: str | None
    rule: str
    origin: str
    origin_on: date
    due: date
    due_at: Instant
    warn_at: Instant
    extended_from: date | None
    met_on: date | None
    void: bool
    lapses: bool
    handbook: str
    calendar: str

    @property
    def key(self) -> DeadlineKey:
        """What tells this deadline from the inspection's others."""
        return self.kind, self.subject

    def status(self, now: Instant) -> Status:
        """Say how the deadline stands at a moment."""
        if self.met_on is not None and self.met_on <= self.due:
            return Status.MET
        if self.met_on is not None:
            return Status.VOID if self.lapses else Status.MISSED
        if self.void:
            return Status.VOID
        return Status.MISSED if now > self.due_at and not self.lapses else Status.OPEN


class _Run(NamedTuple):
    """One run of a rule: what it is about, with which version of the inspection it began, from which day
    it counts, whether its due day was stated, and when it was met."""

    subject: str | None
    since: int
    origin_on: date
    stated: date | None
    met_on: date | None


def bound_rules(rules: Rulebook, state: State) -> tuple[Handbook, WorkingCalendar] | None:
    """Return the handbook and calendar that an inspection is bound to, or none before notification.

    Raises:
        IntegrityError: this installation's file is not the one to which the inspection was bound.
    """
    if state.handbook is None or state.calendar is None:
        return None
    return rules.pinned_handbook(state.handbook), rules.pinned_calendar(state.calendar)


def deadlines(rules: Rulebook, state: State) -> tuple[Deadline, ...]:
    """List every deadline that runs or has run, in the order of the day on which it is due."""
    bound = bound_rules(rules, state)
    if bound is None:
        return ()
    handbook, calendar = bound
    ended = stage(state) in {Stage.CLOSED, Stage.WITHDRAWN}
    found = [
        _deadline(rule, run, state, handbook, calendar, ended=ended)
        for rule in handbook.deadlines
        if _applies(rule, state)
        for run in _runs(rule, state)
    ]
    return tuple(sorted(found, key=lambda one: (one.due, one.kind, one.subject or "")))


def _applies(rule: DeadlineRule, state: State) -> bool:
    if not rule.outcomes:
        return True
    return state.draft is not None and state.draft.findings.outcome in rule.outcomes


def _runs(rule: DeadlineRule, state: State) -> Iterator[_Run]:
    match rule.kind:
        case DeadlineKind.INFORMATION_ITEM:
            for item in state.information.values():
                received = london_date(item.received_at) if item.received_at else None
                yield _Run(item.item, item.version, london_date(item.requested_at), item.due, received)
        case DeadlineKind.RESUMPTION:
            for number, pause in enumerate(state.pauses, start=1):
                resumed = london_date(pause.resumed_at) if pause.resumed_at else None
                began = london_date(pause.paused_at)
                yield _Run(f"pause_{number}", pause.version, began, pause.resume_by, resumed)
        case _:
            origin = state.facts.get(rule.origin)
            if origin is not None and rule.interval.value is not None:
                met = [state.facts[one].at for one in rule.met_by if state.has_since(one, rule.origin)]
                began = london_date(origin.at if rule.recalculated else origin.first_at)
                yield _Run(None, origin.version, began, None, london_date(min(met)) if met else None)


def _deadline(
    rule: DeadlineRule,
    run: _Run,
    state: State,
    handbook: Handbook,
    calendar: WorkingCalendar,
    *,
    ended: bool,
) -> Deadline:
    reckoned: Due = due(rule, run.origin_on, calendar, stated=run.stated)
    given = state.extensions.get((rule.kind, run.subject))
    extended = given.to if given and given.version > run.since else None
    final = due(rule, run.origin_on, calendar, stated=extended) if extended else reckoned
    lapses = rule.on_expiry is OnExpiry.LAPSE
    return Deadline(
        kind=rule.kind,
        subject=run.subject,
        rule=rule.kind.value,
        origin=rule.origin,
        origin_on=run.origin_on,
        due=final.on,
        due_at=final.at,
        warn_at=final.warn_at,
        extended_from=reckoned.on if extended else None,
        met_on=run.met_on,
        void=(ended and (rule.kind, run.subject) not in state.missed)
        or (lapses and state.has_since("comment_window_lapsed", rule.origin)),
        lapses=lapses,
        handbook=handbook.version,
        calendar=calendar.version,
    )


def next_due(register: Sequence[Deadline], now: Instant) -> Deadline | None:
    """Return, of an inspection's deadlines, the open one that falls due first."""
    return next((one for one in register if one.status(now) is Status.OPEN), None)


def next_wake(register: Sequence[Deadline], now: Instant) -> Instant | None:
    """Return the first instant at which the clock alone brings something to an inspection's deadlines.

    That is a warning or the end of a due day; of a right that lapses nobody is warned.
    """
    instants = [
        instant
        for one in register
        if one.status(now) is Status.OPEN
        for instant in ((one.due_at + JUST_AFTER,) if one.lapses else (one.warn_at, one.due_at + JUST_AFTER))
        if instant > now
    ]
    return min(instants, default=None)
