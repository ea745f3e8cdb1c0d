"""Where a thematic review stands, in the words that a workflow and a sender understand."""

from collections.abc import Sequence

from domain.aggregate import Stands
from domain.deadline import next_due, next_wake, what_is_due
from domain.messages import Standing
from domain.rulebook import Rulebook
from domain.streams import StreamKind
from domain.thematic.deadlines import Deadline, deadlines
from domain.thematic.register import awaiting_publication, is_open, stage
from domain.thematic.state import State
from domain.values import Instant


def stands(rules: Rulebook, state: State, now: Instant) -> Stands:
    """Say where a review stands at a moment, and what is owed in it."""
    register = deadlines(rules, state)
    return Stands(_standing(state, register, now), what_is_due(register, now))


def _standing(state: State, register: Sequence[Deadline], now: Instant) -> Standing:
    """Say where a review with these deadlines stands.

    `publication_pending` is left as it is: the press office publishes, and no process has to.
    """
    if state.version == 0:
        return Standing()
    due_next = next_due(register, now)
    return Standing(
        version=state.version,
        stage=stage(state),
        open=is_open(state),
        kind=StreamKind.THEMATIC_REVIEW,
        held_by=("publication",) if awaiting_publication(state) else (),
        next_wake=next_wake(register, now),
        next_due=due_next.due.isoformat() if due_next else None,
    )
