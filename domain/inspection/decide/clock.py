"""What the clock brings to an inspection, and which of its deadlines a command moves."""

from collections.abc import Iterator

from domain import clock
from domain.clock import by_the_clock, warnings_and_misses
from domain.inspection import events as e
from domain.inspection.deadlines import deadlines
from domain.inspection.record import State
from domain.inspection.state import evolve
from domain.rulebook import Rulebook
from domain.values import Instant


def what_the_clock_brings(rules: Rulebook, state: State, now: Instant) -> tuple[e.Event, ...]:
    """Return the events that time alone has brought by now, in the order of their moments.

    Misses are the same whether the clock was looked at in time or late: a moment is the deadline's own, not
    the moment of looking.
    """
    brought = sorted(_due_events(rules, state, now), key=lambda event: event.occurred_at)
    return tuple(brought)


def _due_events(rules: Rulebook, state: State, now: Instant) -> Iterator[e.Event]:
    register = deadlines(rules, state)
    for one in clock.lapsed(register, now):
        yield by_the_clock(e.CommentWindowLapsed, one.due_at)
    yield from warnings_and_misses(register, state, now, near=e.DeadlineApproaching, missed=e.DeadlineMissed)


def misses_taken_back(rules: Rulebook, state: State, now: Instant) -> tuple[e.Event, ...]:
    """Return an event for each recorded miss that the state no longer bears out."""
    if not state.missed:
        return ()
    return clock.misses_not_borne_out(deadlines(rules, state), state, now, e.DeadlineMissTakenBack)


def with_moves(rules: Rulebook, state: State, event: e.Event) -> e.Event:
    """Complete an event that moves deadlines with what it moves."""
    if not isinstance(event, e.MovesDeadlines):
        return event
    before, after = deadlines(rules, state), deadlines(rules, evolve(state, event))
    return event.model_copy(update={"moved": clock.moves(before, after, e.DeadlineMove)})
