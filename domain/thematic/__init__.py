"""A thematic review, one a year, as three pure functions: `initial`, `decide` and `evolve`."""

from domain.thematic.decide import decide
from domain.thematic.state import State, evolve, initial

__all__ = ["State", "decide", "evolve", "initial"]
