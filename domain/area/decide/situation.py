"""What a decision about an area looks at."""

from domain import deciding
from domain.area.commands import Command
from domain.area.rules import RULES
from domain.area.state import State


class Situation(deciding.Situation[State, Command]):
    """One command before one area under one set of rules."""

    texts = RULES
    aggregate = "area"
