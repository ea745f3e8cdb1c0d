"""An area SEND inspection, full or monitoring, as three pure functions: `initial`, `decide` and `evolve`."""

from domain.inspection.decide import decide
from domain.inspection.state import State, evolve, initial

__all__ = ["State", "decide", "evolve", "initial"]
