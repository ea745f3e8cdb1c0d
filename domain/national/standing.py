"""Where the national programme stands, in the words that a workflow and a sender understand."""

from domain.aggregate import Stands
from domain.london import london_date
from domain.messages import Standing
from domain.national.reviews import next_review, planned_at, review_to_plan
from domain.national.state import Pause, State
from domain.rulebook import Rulebook
from domain.streams import StreamKind
from domain.values import Instant


def stands(_: Rulebook, state: State, now: Instant) -> Stands:
    """Say where the programme stands at a moment. It is open for as long as there is one."""
    if state.version == 0:
        return Stands(Standing(), ())
    today = london_date(now)
    paused = tuple(_named(one) for one in state.pauses if one.last is None or one.last >= today)
    coming, due = next_review(state), review_to_plan(state, now)
    return Stands(
        Standing(
            version=state.version,
            stage="in_progress",
            open=True,
            next_wake=planned_at(coming) if coming and not due else None,
            kind=StreamKind.PROGRAMME,
            held_by=paused,
            errands=(f"plan {due}",) if due else (),
        ),
        (),
    )


def _named(pause: Pause) -> str:
    return str(pause.ref) + (f" to {pause.last}" if pause.last else "")
