"""Where an area stands in its cycle, in the words that a workflow and a sender understand."""

from domain.aggregate import Stands
from domain.area.register import is_open
from domain.area.state import Entered, State
from domain.london import london_date
from domain.messages import Standing
from domain.rulebook import Rulebook
from domain.streams import StreamKind
from domain.values import Instant


def stands(_: Rulebook, state: State, now: Instant) -> Stands:
    """Say where an area stands at a moment, and what is owed in its cycle."""
    entered = state.one(Entered)
    if entered is None:
        return Stands(Standing(version=state.version), ())
    goes_on = is_open(state, london_date(now))
    return Stands(
        Standing(
            version=state.version,
            stage="in_cycle" if goes_on else "replaced",
            open=goes_on,
            area=entered.area,
            kind=StreamKind.AREA,
        ),
        (),
    )
