"""Areas, as the shared parts know them."""

from typing import Final

from domain.aggregate import Aggregate
from domain.area.clock import what_the_clock_brings
from domain.area.commands import COMMAND_TYPES, COMMANDS, Command
from domain.area.cycle import deadlines
from domain.area.decide import decide
from domain.area.events import EVENT_TYPES, Event
from domain.area.rules import RULES
from domain.area.standing import stands
from domain.area.state import State, corrects, evolve, initial

AREAS: Final[Aggregate[State, Command, Event]] = Aggregate(
    named_in="area",
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
    bound_to=lambda _: (None, None),
)
