"""Thematic reviews, as the shared parts know them."""

from typing import Final

from domain.aggregate import Aggregate
from domain.thematic.clock import what_the_clock_brings
from domain.thematic.commands import COMMAND_TYPES, COMMANDS, Command
from domain.thematic.deadlines import deadlines
from domain.thematic.decide import decide
from domain.thematic.events import EVENT_TYPES, Event, ReviewPlanned
from domain.thematic.rules import RULES
from domain.thematic.standing import stands
from domain.thematic.state import State, corrects, evolve, initial
from domain.values import Pin


def _bound_to(state: State) -> tuple[Pin | None, Pin | None]:
    """The terms by which reviews of its year run take the handbook's place."""
    planned = state.one(ReviewPlanned)
    return (planned.terms if planned else None), None


REVIEWS: Final[Aggregate[State, Command, Event]] = Aggregate(
    named_in="review",
    events=EVENT_TYPES,
    commands=COMMANDS,
    command_types=COMMAND_TYPES,
    rules=RULES,
    initial=initial,
    decide=decide,
    evolve=evolve,
    corrects=corrects,
    clock=what_the_clock_brings,
    deadlines=deadlines,
    stands=stands,
    bound_to=_bound_to,
)
