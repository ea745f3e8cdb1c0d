"""What the last outcome brings next, and by when: derived each time, never stored.

The targets of the handbook are approximate and missed in practice: what is past its target is reported as
overdue, which is no failure. An inspection is planned within a window around its target. What an inspection
brings is reckoned by the handbook under which it was made, until somebody moves the cycle to another one.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from domain import deadline
from domain.area.matters import NewsMatter
from domain.area.register import successors
from domain.area.state import Agreed, BroughtForward, Met, MovedToHandbook, State
from domain.area.vocabulary import DueKind
from domain.handbook import EngagementMeetings, Handbook, NextInspectionRule
from domain.london import add_months, end_of_day, start_of_day
from domain.rulebook import Rulebook
from domain.values import InspectionId, Kind, MonitoringResult

Deadline = deadline.Deadline[DueKind]
"""Something that is due in the cycle of an area."""

MONTHS_BETWEEN_MEETINGS: Final = 12
"""What `annual` means. Whether meetings are annual, the handbook says (`engagement_meetings`)."""
MONTHS_AFTER_CONCERN: Final = 6
"""Within which an inspection is wanted after a serious concern. No page says; this is assumed (M)."""
_WARN_OF_MEETINGS: Final = timedelta(days=28)
"""Four weeks to find a day on which everybody can come. No page says; this is assumed (M)."""

DUE_KIND: Final = {
    Kind.FULL: DueKind.FULL_INSPECTION,
    Kind.MONITORING: DueKind.MONITORING_INSPECTION,
}


@dataclass(frozen=True, slots=True)
class Next:
    """An inspection that is to come: why, when, and whether it has come.

    `after` is the inspection that it follows; none if the area was not inspected and one was asked for.
    `superseded_on` is when a full inspection took its place, after it had been missed.
    """

    kind: Kind
    after: InspectionId | None
    origin: str
    origin_on: date
    opens: date
    target: date
    closes: date
    handbook: str
    met_on: date | None
    void: bool
    superseded_on: date | None = None


def published(state: State) -> tuple[NewsMatter, ...]:
    """List the full inspections of the area whose reports are out, in the order of their publication."""
    known = [one for one in state.news.values() if one.kind is Kind.FULL and one.published_on]
    return tuple(sorted(known, key=lambda one: (one.published_on or date.max, one.inspection)))


def next_inspections(rules: Rulebook, state: State) -> tuple[Next, ...]:
    """List what was asked for before the first inspection, and what each published one has brought."""
    brought = (coming for done in published(state) for coming in _after(rules, state, done))
    return (*_asked_for(rules, state), *brought, *_again(rules, state))


def inspections_to_come(rules: Rulebook, state: State) -> tuple[Next, ...]:
    """List the inspections that are still to come, the one that is due first at the top."""
    ahead = (
        one
        for one in next_inspections(rules, state)
        if one.met_on is None and not one.void and one.superseded_on is None
    )
    return tuple(sorted(ahead, key=lambda one: one.target))


def deadlines(rules: Rulebook, state: State) -> tuple[Deadline, ...]:
    """List all that is or was due in the cycle of an area, in the order of the day on which it is due."""
    coming = map(_of_inspection, next_inspections(rules, state))
    found = [*coming, *_of_meetings(rules, state)]
    return tuple(sorted(found, key=lambda one: (one.due, one.kind, one.subject or "")))


def _after(rules: Rulebook, state: State, done: NewsMatter) -> Iterator[Next]:
    handbook = _handbook(rules, state, done)
    for rule in handbook.next_after(done.outcome) if done.outcome else ():
        origin_on = {
            "report_published": done.published_on,
            "final_report_received": done.report_received_on,
        }[rule.origin]
        if origin_on is not None:
            yield _coming(state, done, handbook, rule, origin_on)


def _again(rules: Rulebook, state: State) -> Iterator[Next]:
    """Where effective action was not taken, monitoring is repeated, after the same time.

    No page says what follows; that it is repeated is this engine's assumption (section 5 of the facts, M).
    """
    for done in sorted(state.news.values(), key=lambda one: one.inspection):
        if done.result is not MonitoringResult.NOT_EFFECTIVE or done.report_received_on is None:
            continue
        handbook = _handbook(rules, state, done)
        for rule in handbook.next_inspections:
            if rule.kind is Kind.MONITORING:
                yield _coming(state, done, handbook, rule, done.report_received_on)


def _coming(
    state: State, done: NewsMatter, handbook: Handbook, rule: NextInspectionRule, origin_on: date
) -> Next:
    """What comes after an inspection began after it, even if the report of that one was still to come.

    A full inspection takes the place of what has not begun by then. Had that been due before, it was missed,
    and stays so: targets are missed in practice, which is reported (section 0 of the facts, S).
    """
    since = done.begun_on or origin_on
    full, met_on = _begun(state, Kind.FULL, since), _begun(state, rule.kind, since)
    if full and met_on and full < met_on:
        met_on = None
    target = add_months(origin_on, rule.months.value)
    opens, closes = (add_months(target, sign * rule.window_months.value) for sign in (-1, 1))
    wanted = _brought_forward(state, since, met_on) if rule.kind is Kind.FULL else None
    if wanted and wanted.due_by < target:
        opens, target, closes = wanted.on, wanted.due_by, wanted.due_by
    overtaken = full if met_on is None else None
    in_time = overtaken is not None and overtaken <= target
    return Next(
        kind=rule.kind,
        after=done.inspection,
        origin=rule.origin,
        origin_on=origin_on,
        opens=opens,
        target=target,
        closes=closes,
        handbook=handbook.version,
        met_on=met_on,
        void=met_on is None and (in_time or not _is_owed(state, target)),
        superseded_on=None if in_time else overtaken,
    )


def _asked_for(rules: Rulebook, state: State) -> Iterator[Next]:
    """An area that was never inspected has no day by which it is; intelligence may ask for one."""
    first = _begun(state, Kind.FULL, date.min)
    wanted = _brought_forward(state, date.min, first)
    if wanted:
        yield Next(
            kind=Kind.FULL,
            after=None,
            origin="inspection_brought_forward",
            origin_on=wanted.on,
            opens=wanted.on,
            target=wanted.due_by,
            closes=wanted.due_by,
            handbook=rules.in_force(wanted.on).version,
            met_on=first,
            void=first is None and not _is_owed(state, wanted.due_by),
        )


def _brought_forward(state: State, since: date, until: date | None) -> BroughtForward | None:
    """Return what intelligence has asked for since one inspection began and before the next did."""
    wanted = (one for one in state.all(BroughtForward) if since <= one.on < (until or date.max))
    return min(wanted, key=lambda one: one.due_by, default=None)


def _is_owed(state: State, due: date) -> bool:
    """Say whether the area is still there on a day: what falls due when it is no more is owed by nobody."""
    return all(kin.since is None or due < kin.since for kin in successors(state))


def _begun(state: State, kind: Kind, after: date) -> date | None:
    days = (
        one.begun_on for one in state.news.values() if one.kind is kind and one.begun_on and not one.withdrawn
    )
    return min((day for day in days if day > after), default=None)


def _handbook(rules: Rulebook, state: State, done: NewsMatter) -> Handbook:
    """Return by which handbook it is reckoned what an inspection brings.

    That is its own, unless the cycle was moved to another one since. What is published after the move is
    again reckoned by its own.
    """
    known_on = done.published_on or done.report_received_on or date.max
    moved = [one for one in state.all(MovedToHandbook) if known_on <= one.on]
    if moved:
        return rules.pinned_handbook(moved[-1].handbook)
    if done.handbook is not None:
        return rules.handbook(done.handbook)
    return rules.in_force(done.published_on or date.max)


def _of_inspection(coming: Next) -> Deadline:
    kind = DUE_KIND[coming.kind]
    return deadline.Deadline(
        kind=kind,
        subject=_slug(coming.after) if coming.after else None,
        rule=kind.value,
        origin=coming.origin,
        origin_on=coming.origin_on,
        due=coming.target,
        due_at=end_of_day(coming.target),
        warn_at=start_of_day(coming.opens),
        extended_from=None,
        met_on=coming.met_on,
        void=coming.void,
        lapses=False,
        handbook=coming.handbook,
        calendar=None,
        superseded_on=coming.superseded_on,
    )


def _of_meetings(rules: Rulebook, state: State) -> Iterator[Deadline]:
    """List the meetings of each year while they were annual, and those that were agreed.

    One that was missed is owed no more once meetings are adjusted to need: then the next is the one that is
    agreed. The handbook only says that they are adjusted; what becomes of those missed is inferred (I).
    """
    met = sorted(one.on for one in state.all(Met))
    done = published(state)
    origin, origin_on = "report_published", done[0].published_on if done else None
    while origin_on is not None:
        due = add_months(origin_on, MONTHS_BETWEEN_MEETINGS)
        handbook = rules.in_force(due)
        if handbook.engagement_meetings.value is not EngagementMeetings.ANNUAL:
            break
        held_on = next((day for day in met if day > origin_on), None)
        subject = f"after_{_slug(origin_on.isoformat())}"
        annual = _meeting(state, subject, origin, origin_on, due, held_on, handbook)
        yield replace(annual, superseded_on=None if held_on else _annual_until(rules, due))
        origin, origin_on = "engagement_meeting_held", held_on
    for agreed in state.all(Agreed):
        held_on = next((day for day in met if day > agreed.on), None)
        subject = f"by_{_slug(agreed.due_by.isoformat())}"
        handbook = rules.in_force(agreed.on)
        origin = "engagement_meeting_agreed"
        yield _meeting(state, subject, origin, agreed.on, agreed.due_by, held_on, handbook)


def _annual_until(rules: Rulebook, day: date) -> date | None:
    """Return the first day after another on which meetings are annual no longer, if one is known."""
    return min(
        (
            one.in_force_from
            for one in rules.handbooks.values()
            if one.in_force_from > day and one.engagement_meetings.value is not EngagementMeetings.ANNUAL
        ),
        default=None,
    )


def _meeting(
    state: State,
    subject: str,
    origin: str,
    origin_on: date,
    due: date,
    held_on: date | None,
    handbook: Handbook,
) -> Deadline:
    return deadline.Deadline(
        kind=DueKind.ENGAGEMENT_MEETING,
        subject=subject,
        rule=DueKind.ENGAGEMENT_MEETING.value,
        origin=origin,
        origin_on=origin_on,
        due=due,
        due_at=end_of_day(due),
        warn_at=start_of_day(max(origin_on, due - _WARN_OF_MEETINGS)),
        extended_from=None,
        met_on=held_on,
        void=held_on is None and not _is_owed(state, due),
        lapses=False,
        handbook=handbook.version,
        calendar=None,
    )


def _slug(name: str) -> str:
    return name.lower().replace("-", "_")
