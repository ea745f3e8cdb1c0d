"""What the clock brings: deadlines that come near, are missed, or turn out not to have been missed."""

from collections.abc import Iterator

from domain.actors import ENGINE, ENGINE_RECORDER
from domain.inspection import events as e
from domain.inspection.deadlines import Deadline, Status, deadlines
from domain.inspection.record import State
from domain.inspection.state import evolve
from domain.rulebook import Rulebook
from domain.values import Instant


def what_the_clock_brings(rules: Rulebook, state: State, now: Instant) -> tuple[e.Event, ...]:
    """Return the events that time alone has brought by now, in the order of their moments.

    The same whether the clock was looked at in time or late: a moment is the deadline's own, not the
    moment of looking.
    """
    brought = sorted(_due_events(rules, state, now), key=lambda event: event.occurred_at)
    return tuple(brought)


def _due_events(rules: Rulebook, state: State, now: Instant) -> Iterator[e.Event]:
    for one in deadlines(rules, state):
        if one.lapses:
            if one.met_on is None and not one.void and now > one.due_at:
                yield _by_the_clock(e.CommentWindowLapsed, one.due_at)
            continue
        status = one.status(now)
        if status is Status.MISSED and state.missed.get(one.key) != one.due:
            yield _about(e.DeadlineMissed, one, one.due_at)
        elif status is Status.OPEN and one.warn_at <= now and state.warned.get(one.key) != one.due:
            yield _about(e.DeadlineApproaching, one, one.warn_at)


def misses_taken_back(rules: Rulebook, state: State, now: Instant) -> tuple[e.Event, ...]:
    """Return an event for each recorded miss that the state no longer bears out."""
    if not state.missed:
        return ()
    standing = {one.key: one for one in deadlines(rules, state)}
    taken_back = []
    for (kind, subject), due in state.missed.items():
        one = standing.get((kind, subject))
        if one is None or one.status(now) is not Status.MISSED or one.due != due:
            taken_back.append(
                e.DeadlineMissTakenBack(
                    occurred_at=now,
                    decided_by=ENGINE,
                    recorded_by=ENGINE_RECORDER,
                    kind=kind,
                    subject=subject,
                    due=due,
                    met_on=one.met_on if one else None,
                )
            )
    return tuple(taken_back)


def deadline_moves(rules: Rulebook, before: State, after: State) -> tuple[e.DeadlineMove, ...]:
    """Say which deadlines have another due day in one state than in another, or only exist in one."""
    was = {one.key: one.due for one in deadlines(rules, before)}
    now = {one.key: one.due for one in deadlines(rules, after)}
    return tuple(
        e.DeadlineMove(kind=key[0], subject=key[1], was=was.get(key), now=now.get(key))
        for key in sorted(was.keys() | now.keys(), key=str)
        if was.get(key) != now.get(key)
    )


def with_moves(rules: Rulebook, state: State, event: e.Event) -> e.Event:
    """Complete an event that moves deadlines with what it moves."""
    if not isinstance(event, e.MovesDeadlines):
        return event
    return event.model_copy(update={"moved": deadline_moves(rules, state, evolve(state, event))})


def _by_the_clock(kind: type[e.CommentWindowLapsed], at: Instant) -> e.Event:
    return kind(occurred_at=at, decided_by=ENGINE, recorded_by=ENGINE_RECORDER)


def _about(kind: type[e.DeadlineMissed] | type[e.DeadlineApproaching], one: Deadline, at: Instant) -> e.Event:
    return kind(
        occurred_at=at,
        decided_by=ENGINE,
        recorded_by=ENGINE_RECORDER,
        kind=one.kind,
        subject=one.subject,
        due=one.due,
    )
