"""What the clock brings to a thematic review."""

from collections.abc import Iterator

from domain import clock
from domain.clock import by_the_clock, warnings_and_misses
from domain.rulebook import Rulebook
from domain.thematic import events as e
from domain.thematic.deadlines import deadlines
from domain.thematic.state import State, evolve
from domain.values import Instant


def what_the_clock_brings(rules: Rulebook, state: State, now: Instant) -> tuple[e.Event, ...]:
    """Return the events that time alone has brought by now, in the order of their moments.

    One may bring the next, as the end of the years for which data is kept begins the days of its deletion.
    """
    brought: list[e.Event] = []
    while due := sorted(_due_events(rules, state, now), key=lambda event: event.occurred_at):
        brought.append(due[0])
        state = evolve(state, due[0])
    return tuple(brought)


def _due_events(rules: Rulebook, state: State, now: Instant) -> Iterator[e.Event]:
    register = deadlines(rules, state)
    for one in clock.lapsed(register, now):
        yield by_the_clock(e.SurveyDataDeletionDue, one.due_at)
    yield from warnings_and_misses(
        register, state, now, near=e.ReviewDeadlineApproaching, missed=e.ReviewDeadlineMissed
    )


def misses_taken_back(rules: Rulebook, state: State, now: Instant) -> tuple[e.Event, ...]:
    """Return an event for each recorded miss that the state no longer bears out."""
    register = deadlines(rules, state)
    return clock.misses_not_borne_out(register, state, now, e.ReviewDeadlineMissTakenBack)


def with_moves(rules: Rulebook, state: State, event: e.Event) -> e.Event:
    """Complete a rectification with the deadlines that it moves."""
    if not isinstance(event, e.ReviewEntryRectified):
        return event
    before, after = deadlines(rules, state), deadlines(rules, evolve(state, event))
    return event.model_copy(update={"moved": clock.moves(before, after, e.DeadlineMove)})
