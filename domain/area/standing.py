"""Where an area stands in its cycle, in the words that a workflow and a sender understand."""

from collections.abc import Sequence

from domain.aggregate import Stands
from domain.area.cycle import Deadline, deadlines, published
from domain.area.planning import has_unfinished, polls_to_tell, to_open
from domain.area.register import is_replaced
from domain.area.state import Entered, Replaced, State
from domain.deadline import next_due, next_wake, what_is_due
from domain.london import london_date, start_of_day
from domain.messages import Standing
from domain.rulebook import Rulebook
from domain.streams import StreamKind
from domain.values import Instant


def stands(rules: Rulebook, state: State, now: Instant) -> Stands:
    """Say where an area stands at a moment, and what is owed in its cycle."""
    entered = state.one(Entered)
    if entered is None:
        return Stands(Standing(version=state.version), ())
    # An area whose first day is still to come has its cycle already.
    goes_on = not is_replaced(state, london_date(now))
    register = deadlines(rules, state)
    due_next = next_due(register, now)
    done = published(state)
    errands = (
        *(f"open {one.inspection}" for one in to_open(state)),
        *(f"tell {one.inspection} of the polls on {one.polls.on}" for one in polls_to_tell(state)),
    )
    return Stands(
        Standing(
            version=state.version,
            stage="in_cycle" if goes_on else "replaced",
            open=goes_on or bool(errands) or has_unfinished(state),
            next_wake=_next_wake(state, register, now) if goes_on else None,
            next_due=due_next.due.isoformat() if due_next else None,
            area=entered.area,
            kind=StreamKind.AREA,
            outcome=done[-1].outcome if done else None,
            errands=errands,
        ),
        what_is_due(register, now),
    )


def _next_wake(state: State, register: Sequence[Deadline], now: Instant) -> Instant | None:
    """The cycle wakes for what is due, and on the day on which others take the area's place."""
    replaced = state.one(Replaced)
    instants = [one for one in (next_wake(register, now),) if one]
    if replaced:
        instants.append(start_of_day(replaced.since))
    return min(instants, default=None)
