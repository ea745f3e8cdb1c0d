"""What the clock brings to the cycle of an area."""

from domain import clock
from domain.area import events as e
from domain.area.cycle import deadlines
from domain.area.state import State
from domain.rulebook import Rulebook
from domain.values import Instant


def what_the_clock_brings(rules: Rulebook, state: State, now: Instant) -> tuple[e.Event, ...]:
    """Return the events that time alone has brought by now, in the order of their moments."""
    brought = clock.warnings_and_misses(
        deadlines(rules, state), state, now, near=e.CycleDeadlineApproaching, missed=e.CycleDeadlineMissed
    )
    return tuple(sorted(brought, key=lambda event: event.occurred_at))


def misses_taken_back(rules: Rulebook, state: State, now: Instant) -> tuple[e.Event, ...]:
    """Return an event for each recorded miss that the state no longer bears out."""
    if not state.missed:
        return ()
    return clock.misses_not_borne_out(deadlines(rules, state), state, now, e.CycleDeadlineMissTakenBack)
