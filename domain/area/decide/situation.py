"""What a decision about an area looks at."""

from datetime import date

from domain import deciding
from domain.area.commands import Command
from domain.area.rules import RULES
from domain.area.state import State
from domain.errors import NotFoundError
from domain.handbook import Handbook


class Situation(deciding.Situation[State, Command]):
    """One command before one area under one set of rules."""

    texts = RULES
    aggregate = "area"

    def handbook_on(self, day: date) -> Handbook:
        """Return the handbook in force on a day.

        Raises:
            RefusedError: none was.
        """
        try:
            return self.rules.in_force(day)
        except NotFoundError as error:
            self.require(False, "handbook_in_force", str(error), "a day under a known handbook")
            raise
