"""The national programme, as the shared parts know it."""

from typing import Final

from domain.aggregate import Aggregate
from domain.national.commands import COMMAND_TYPES, COMMANDS, Command
from domain.national.decide import decide
from domain.national.events import EVENT_TYPES, Event
from domain.national.rules import RULES
from domain.national.standing import stands
from domain.national.state import State, corrects, evolve, initial

PROGRAMME: Final[Aggregate[State, Command, Event]] = Aggregate(
    named_in="programme",
    events=EVENT_TYPES,
    commands=COMMANDS,
    command_types=COMMAND_TYPES,
    rules=RULES,
    initial=initial,
    decide=decide,
    evolve=evolve,
    corrects=corrects,
    clock=lambda _rules, _state, _now: (),
    deadlines=lambda _rules, _state: (),
    stands=stands,
    bound_to=lambda _: (None, None),
)
