"""Inspections, as the shared parts know them."""

from typing import Final

from domain.aggregate import Aggregate
from domain.inspection.commands import COMMAND_TYPES, COMMANDS, Command
from domain.inspection.deadlines import deadlines
from domain.inspection.decide import decide
from domain.inspection.decide.clock import what_the_clock_brings
from domain.inspection.events import EVENT_TYPES, Event
from domain.inspection.rules import RULES
from domain.inspection.standing import stands
from domain.inspection.state import State, corrects, evolve, initial

INSPECTIONS: Final[Aggregate[State, Command, Event]] = Aggregate(
    named_in="inspection",
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
    bound_to=lambda state: (state.handbook, state.calendar),
)
