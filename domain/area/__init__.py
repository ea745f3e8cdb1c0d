"""A local area in the register, as three pure functions: `initial`, `decide` and `evolve`."""

from domain.area.decide import decide
from domain.area.state import State, evolve, initial

__all__ = ["State", "decide", "evolve", "initial"]
