"""What is due in an inspection, since when and by which rule. Derived each time, never stored."""

from collections.abc import Iterator

from domain import deadline
from domain.calendar import WorkingCalendar
from domain.deadline import Run, reckon
from domain.handbook import DeadlineKind, DeadlineRule, Handbook, OnExpiry
from domain.inspection.progress import stage
from domain.inspection.record import State
from domain.inspection.vocabulary import Stage
from domain.london import london_date
from domain.rulebook import Rulebook

Deadline = deadline.Deadline[DeadlineKind]
"""A deadline of an inspection."""

FOLLOW_UP_KINDS = frozenset(
    {
        DeadlineKind.STRATEGIC_PLAN,
        DeadlineKind.PRIORITY_ACTION_PLAN_SUBMISSION,
        DeadlineKind.PRIORITY_ACTION_PLAN_PUBLICATION,
    }
)
"""What the partnership owes after the report."""


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


def _runs(rule: DeadlineRule, state: State) -> Iterator[Run]:
    match rule.kind:
        case DeadlineKind.INFORMATION_ITEM:
            for item in state.information.values():
                received = london_date(item.received_at) if item.received_at else None
                yield Run(item.item, item.version, london_date(item.requested_at), item.due, received)
        case DeadlineKind.RESUMPTION:
            for number, pause in enumerate(state.pauses, start=1):
                resumed = london_date(pause.resumed_at) if pause.resumed_at else None
                began = london_date(pause.paused_at)
                yield Run(f"pause_{number}", pause.version, began, pause.resume_by, resumed)
        case _:
            origin = state.facts.get(rule.origin)
            if origin is not None and rule.interval.value is not None:
                met = [state.facts[one].at for one in rule.met_by if state.has_since(one, rule.origin)]
                began = london_date(origin.at if rule.recalculated else origin.first_at)
                yield Run(None, origin.version, began, None, london_date(min(met)) if met else None)


def _deadline(
    rule: DeadlineRule,
    run: Run,
    state: State,
    handbook: Handbook,
    calendar: WorkingCalendar,
    *,
    ended: bool,
) -> Deadline:
    given = state.extensions.get((rule.kind, run.subject))
    void = (ended and (rule.kind, run.subject) not in state.missed) or (
        rule.on_expiry is OnExpiry.LAPSE and state.has_since("comment_window_lapsed", rule.origin)
    )
    return reckon(
        rule.kind,
        rule,
        run,
        calendar,
        handbook=handbook.version,
        void=void,
        extended=given.to if given and given.version > run.since else None,
    )
