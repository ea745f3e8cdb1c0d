"""What is decided for all areas at once, as three pure functions: `initial`, `decide` and `evolve`."""

from domain.national.decide import decide
from domain.national.state import State, evolve, initial

__all__ = ["State", "decide", "evolve", "initial"]
