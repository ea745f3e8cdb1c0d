"""Decisions that move, mend and close."""

from collections.abc import Iterator
from datetime import date

from domain.errors import NotFoundError
from domain.handbook import DeadlineKind
from domain.inspection import commands as c
from domain.inspection import events as e
from domain.inspection.deadlines import FOLLOW_UP_KINDS, deadlines
from domain.inspection.decide.fieldwork import require_notice
from domain.inspection.decide.moderation import require_comment_window
from domain.inspection.decide.situation import Situation
from domain.inspection.events import COMES_AFTER, RESTS_ON
from domain.inspection.record import State
from domain.london import add_months, london_date
from domain.values import Instant

BY_THE_CLOCK = frozenset({"comment_window_lapsed"})
"""Milestones that the clock brings. Nobody rectifies them: they follow the dates that are put right."""

BY_ITEM = "information_received"
"""The milestone that there is once for each item of information."""

ENDINGS = ("inspection_withdrawn", "inspection_closed")
"""Milestones with which an inspection ends."""

STRIKABLE = frozenset(
    {
        "area_notified",
        BY_ITEM,
        "surveys_opened",
        "surveys_closed",
        "fieldwork_begun",
        "on_site_begun",
        "feedback_given",
        "fieldwork_ended",
        "draft_sent_for_comment",
        "comments_received",
        "comments_answered",
        "final_report_sent",
        "final_report_received",
        "report_released",
        "strategic_plan_published",
        "strategic_plan_verified",
        "strategic_plan_returned",
        "priority_action_plan_submitted",
        "priority_action_plan_returned",
        "priority_action_plan_accepted",
        "priority_action_plan_published",
        "inspection_withdrawn",
        "inspection_closed",
    }
)
"""Milestones that can be struck. The others have a way back of their own: plan anew, return, replace."""


def extend_deadline(situation: Situation, command: c.ExtendDeadline) -> e.Event:
    """A deadline that runs is moved to a later day by somebody with the authority to do so."""
    state = situation.state
    window_can_open_again = not state.has("outcome_decided")
    running = [
        d
        for d in deadlines(situation.rules, state)
        if d.met_on is None and (not d.void or (d.lapses and window_can_open_again))
    ]
    deadline = next((d for d in running if d.key == (command.kind, command.subject)), None)
    situation.require(
        deadline is not None,
        "deadline_exists",
        f"no deadline {command.kind}{f' for {command.subject}' if command.subject else ''} runs",
        "one of "
        + (", ".join(f"{d.kind} {d.subject or ''}".strip() for d in running) or "none: nothing is due"),
    )
    assert deadline is not None
    situation.require(
        command.to > deadline.due,
        "extends_later",
        f"{command.to} is not after {deadline.due}",
        f"a day after {deadline.due}",
    )
    return situation.record(e.DeadlineExtended)


def move_to_handbook(situation: Situation, command: c.MoveToHandbook) -> e.Event:
    """An inspection is bound to another released handbook."""
    rules = situation.rules
    bound = situation.state.handbook
    others = [version for version in rules.handbooks if bound is None or version != bound.version]
    situation.require(
        command.to in others,
        "handbook_known",
        f"{command.to} is not a released handbook other than the present one",
        "one of " + ", ".join(sorted(others)),
    )
    return situation.record(e.HandbookMoved, handbook=rules.pin(rules.handbook(command.to)))


def move_to_calendar(situation: Situation, command: c.MoveToCalendar) -> e.Event:
    """The working days of an inspection are counted anew by another released calendar.

    A holiday that is proclaimed late is a day on which nobody had to work. So days that run end later, and a
    miss of the old day is taken back: what was done by the new day was in time, and what was not is missed on
    the new day instead. What was met stays met unless a day that was no holiday after all makes it late. A
    day that a person gave stays. What was found of the notice when it was given stands: nobody could have
    known. Who is still to come is held to the new days, by a rule that yields. (Section 9 of the facts; that
    a miss goes is our reading, I.)
    """
    rules, bound = situation.rules, situation.state.calendar
    others = [version for version in rules.calendars if bound is None or version != bound.version]
    situation.require(
        command.to in others,
        "calendar_known",
        f"{command.to} is not a released calendar other than the present one",
        "one of " + (", ".join(sorted(others)) or "none: no other is released"),
    )
    return situation.record(e.CalendarMoved, calendar=rules.pin(rules.calendar(command.to)))


def rectify(situation: Situation, command: c.RectifyMilestone) -> e.Event:
    """A wrong date is put right within the order of things; what never happened is struck."""
    was = _recorded_moment(situation, command)
    _require_open_to_change(situation, command)
    if command.happened_at is None:
        _require_strikable(situation, command.milestone)
    else:
        _require_in_order(situation, command, command.happened_at)
        _require_conduct(situation, command.milestone, command.happened_at)
    return situation.record(e.MilestoneRectified, was=was)


def _recorded_moment(situation: Situation, command: c.RectifyMilestone) -> Instant:
    """When the milestone happened according to the record that is to be put right."""
    state, name = situation.state, command.milestone
    known: dict[str, Instant] = {
        one: fact.at for one, fact in state.facts.items() if one not in BY_THE_CLOCK | {BY_ITEM}
    }
    for item in state.information.values():
        if item.received_at is not None:
            known[f"{BY_ITEM} of {item.item}"] = item.received_at
    named = f"{name} of {command.subject}" if command.subject else name
    situation.require(
        named in known,
        "milestone_recorded",
        f"{named} is not on record",
        "one of " + ", ".join(sorted(known)),
    )
    return known[named]


def _require_open_to_change(situation: Situation, command: c.RectifyMilestone) -> None:
    """What has ended keeps its milestones until the ending is struck.

    Dates are put right all the same, except those from which the closing reckoned what comes next.
    """
    state, name = situation.state, command.milestone
    ending = next((one for one in ENDINGS if state.has(one)), None)
    if ending is None or name == ending:
        return
    reckoned_from = ending == "inspection_closed" and any(
        rule.origin == name for rule in situation.handbook.next_inspections
    )
    situation.require(
        command.happened_at is not None and not reckoned_from,
        "nothing_rests_on_it",
        f"{ending} rests on {name}",
        f"rectify_milestone with milestone {ending} first",
    )


def _resting_on(state: State, name: str) -> list[str]:
    """Milestones that make no sense without this one. What the clock brought is the clock's to say anew."""
    if name == "report_released" and state.released is not None:
        return []
    return sorted(later for later in state.facts if name in RESTS_ON[later] and later not in BY_THE_CLOCK)


def _require_strikable(situation: Situation, name: str) -> None:
    state = situation.state
    resting = _resting_on(state, name)
    situation.require(
        name in STRIKABLE and not resting,
        "nothing_rests_on_it",
        f"{', '.join(resting)} rests on {name}" if resting else f"{name} cannot be struck",
        "a milestone on which nothing rests, of " + ", ".join(sorted(STRIKABLE & state.facts.keys())),
    )


def _require_in_order(situation: Situation, command: c.RectifyMilestone, at: Instant) -> None:
    """A moment lies after what the milestone rested on when it was recorded, and before what rests on it."""
    state, name, day = situation.state, command.milestone, london_date(at)
    situation.require_within_calendar(day)
    situation.require(
        at <= command.now, "not_in_the_future", f"{day} is in the future", "a moment that has passed"
    )
    if name == BY_ITEM:
        earlier = {"information_requested": state.information[command.subject or ""].requested_at}
        later = {}
    else:
        version = state.facts[name].version
        earlier = {
            one: state.facts[one].at
            for one in (RESTS_ON[name] | COMES_AFTER[name]) & state.facts.keys()
            if state.facts[one].version < version
        }
        later = {
            one: fact.at
            for one, fact in state.facts.items()
            if name in RESTS_ON[one] | COMES_AFTER[one] and one not in BY_THE_CLOCK and fact.version > version
        }
    for other, moment in sorted(earlier.items()):
        on = london_date(moment)
        situation.require(on <= day, "order", f"{other} happened on {on}", f"{on} or later")
    latest = [(f"{other} happened", london_date(moment)) for other, moment in later.items()]
    for what, on in sorted([*latest, *_days_that_bound(state, name)]):
        situation.require(day <= on, "order", f"{what} on {on}", f"{on} or earlier")


def _days_that_bound(state: State, name: str) -> Iterator[tuple[str, date]]:
    """Days that came with a milestone, or met it, and that it cannot lie after."""
    if name == "information_requested":
        for item in state.information.values():
            if item.version == state.facts[name].version:
                yield f"{item.item} was due", item.due
                if item.received_at is not None:
                    yield f"{item.item} came", london_date(item.received_at)
    if name == "inspection_paused" and state.pauses:
        yield "the pause was to end", state.pauses[-1].resume_by


def _require_conduct(situation: Situation, name: str, at: Instant) -> None:
    """A true date may show a breach that the wrong one hid; it goes on record as it would have then."""
    notified = at if name == "area_notified" else situation.state.at("area_notified")
    for milestone in ("fieldwork_begun", "on_site_begun"):
        if name in {"area_notified", milestone}:
            to = at if name == milestone else situation.state.at(milestone)
            require_notice(situation, milestone, since=notified, to=to)
    if name == "area_notified":
        _require_same_handbook(situation, london_date(at))
    if name == "comments_received":
        require_comment_window(situation, london_date(at))


def _require_same_handbook(situation: Situation, day: date) -> None:
    """A notification whose day bound the inspection to a handbook is not moved into the days of another."""
    rules, state = situation.rules, situation.state
    was = state.at("area_notified")
    if state.handbook is None or was is None:
        return
    try:
        then = rules.in_force(day).version
    except NotFoundError as error:
        situation.require(False, "handbook_in_force", str(error), "a day under a known handbook")
        raise
    bound = state.handbook.version
    situation.require(
        then == bound or rules.in_force(london_date(was)).version != bound,
        "handbook_in_force",
        f"on {day} handbook {then} was in force, and the inspection is bound to {bound}",
        f"move_to_handbook with to {then} first",
    )


def close(situation: Situation, _: c.CloseInspection) -> e.Event:
    """An inspection is closed when what the outcome asks for is done; closing says what comes next."""
    owed = _duties_owed(situation)
    situation.require(
        not owed,
        "duties_done",
        ", ".join(kind.replace("_", " ") for kind in owed) + " is not done",
        "the partnership's plan on record",
    )
    open_ones = situation.state.open_complaints
    situation.require(
        not open_ones,
        "no_open_complaint",
        f"{', '.join(open_ones)} is open",
        "resolve_complaint before close_inspection",
    )
    return situation.record(e.InspectionClosed, next=_what_comes_next(situation))


def _duties_owed(situation: Situation) -> list[DeadlineKind]:
    """What the outcome asks of the partnership and is not done, whether or not its days have begun."""
    state = situation.state
    outcome = state.draft.findings.outcome if state.draft else None
    return [
        rule.kind
        for rule in situation.handbook.deadlines
        if rule.kind in FOLLOW_UP_KINDS
        and rule.applies_to(outcome)
        and not any(state.has(milestone) for milestone in rule.met_by)
    ]


def _what_comes_next(situation: Situation) -> tuple[e.NextInspection, ...]:
    state = situation.state
    if state.draft is None:
        raise NotFoundError("a published inspection has a draft; this one has none")
    coming = []
    for rule in situation.handbook.next_inspections:
        origin_at = state.at(rule.origin)
        if state.draft.findings.outcome in rule.outcomes and origin_at is not None:
            target = add_months(london_date(origin_at), rule.months.value)
            coming.append(
                e.NextInspection(
                    kind=rule.kind,
                    target=target,
                    window_from=add_months(target, -rule.window_months.value),
                    window_to=add_months(target, rule.window_months.value),
                )
            )
    return tuple(coming)
