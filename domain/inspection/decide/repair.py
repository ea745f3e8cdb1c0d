"""Decisions that move, mend and close."""

from domain.errors import NotFoundError
from domain.inspection import commands as c
from domain.inspection import events as e
from domain.inspection.deadlines import FOLLOW_UP_KINDS, deadlines
from domain.inspection.decide.situation import Situation
from domain.inspection.events import RESTS_ON
from domain.inspection.state import State
from domain.london import add_months, london_date
from domain.values import Instant

STRIKABLE = frozenset(
    {
        "area_notified",
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
        "priority_action_plan_submitted",
        "priority_action_plan_accepted",
        "priority_action_plan_published",
        "inspection_withdrawn",
        "inspection_closed",
    }
)
"""Milestones that can be struck. The others have a way back of their own: plan anew, return, replace."""


def extend_deadline(situation: Situation, command: c.ExtendDeadline) -> tuple[e.Event, ...]:
    """A deadline that runs is moved to a later day by somebody with the authority to do so."""
    running = [d for d in deadlines(situation.rules, situation.state) if d.met_on is None and not d.void]
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
    return (situation.record(e.DeadlineExtended),)


def move_to_handbook(situation: Situation, command: c.MoveToHandbook) -> tuple[e.Event, ...]:
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
    return (situation.record(e.HandbookMoved, handbook=rules.pin(rules.handbook(command.to))),)


def rectify(situation: Situation, command: c.RectifyMilestone) -> tuple[e.Event, ...]:
    """A wrong date is put right within the order of things; what never happened is struck."""
    state, name = situation.state, command.milestone
    fact = state.facts.get(name)
    situation.require(
        fact is not None,
        "milestone_recorded",
        f"{name} is not on record",
        "one of " + ", ".join(sorted(state.facts)),
    )
    assert fact is not None
    if command.happened_at is None:
        _require_strikable(situation, name)
    else:
        _require_in_order(situation, name, command.happened_at)
    return (situation.record(e.MilestoneRectified, was=fact.at),)


def _resting_on(state: State, name: str) -> list[str]:
    return sorted(later for later in state.facts if name in RESTS_ON.get(later, frozenset()))


def _require_strikable(situation: Situation, name: str) -> None:
    state = situation.state
    resting = _resting_on(state, name)
    situation.require(
        name in STRIKABLE and not (name == "report_released" and state.published) and not resting,
        "nothing_rests_on_it",
        f"{', '.join(resting)} rests on {name}" if resting else f"{name} cannot be struck",
        "a milestone on which nothing rests, of " + ", ".join(sorted(STRIKABLE & state.facts.keys())),
    )


def _require_in_order(situation: Situation, name: str, at: Instant) -> None:
    state, day = situation.state, london_date(at)
    situation.require(
        at <= situation.command.now,
        "not_in_the_future",
        f"{day} is in the future",
        "a moment that has passed",
    )
    for earlier in sorted(RESTS_ON.get(name, frozenset()) & state.facts.keys()):
        on = london_date(state.facts[earlier].at)
        situation.require(on <= day, "order", f"{earlier} happened on {on}", f"{on} or later")
    for later in _resting_on(state, name):
        on = london_date(state.facts[later].at)
        situation.require(day <= on, "order", f"{later} happened on {on}", f"{on} or earlier")


def close(situation: Situation, _: c.CloseInspection) -> tuple[e.Event, ...]:
    """An inspection is closed when what the outcome asks for is done; closing says what comes next."""
    owed = [
        d
        for d in deadlines(situation.rules, situation.state)
        if d.kind in FOLLOW_UP_KINDS and d.met_on is None
    ]
    situation.require(
        not owed,
        "duties_done",
        ", ".join(f"{d.kind.replace('_', ' ')} due {d.due}" for d in owed) + " is not done",
        "the partnership's plan on record",
    )
    return (situation.record(e.InspectionClosed, next=_what_comes_next(situation)),)


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
