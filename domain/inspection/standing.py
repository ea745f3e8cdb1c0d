"""Where an inspection stands, in the words that a workflow and a sender understand."""

from collections.abc import Sequence

from domain.aggregate import Stands
from domain.deadline import next_due, next_wake, what_is_due
from domain.inspection.deadlines import Deadline, deadlines
from domain.inspection.progress import current_draft, held_by, is_open, publication_pending, reached, stage
from domain.inspection.record import State
from domain.messages import DraftName, Standing
from domain.rulebook import Rulebook
from domain.values import Instant


def stands(rules: Rulebook, state: State, now: Instant) -> Stands:
    """Say where an inspection stands at a moment, and what is owed in it."""
    register = deadlines(rules, state)
    return Stands(_standing(state, register, now), what_is_due(register, now))


def _standing(state: State, register: Sequence[Deadline], now: Instant) -> Standing:
    if state.version == 0:
        return Standing()
    due_next = next_due(register, now)
    draft = current_draft(state)
    goes_on = is_open(state)
    return Standing(
        version=state.version,
        stage=stage(state),
        open=goes_on,
        reached=reached(state),
        held_by=held_by(state),
        publication_pending=publication_pending(state),
        next_wake=next_wake(register, now) if goes_on else None,
        next_due=due_next.due.isoformat() if due_next else None,
        area=state.area,
        kind=state.kind,
        # Whoever may list processes reads it there: not before everybody may.
        outcome=(state.outcome or state.result) if state.published else None,
        draft=DraftName(version=draft.version, digest=draft.digest) if draft else None,
    )
