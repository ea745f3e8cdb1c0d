"""How thoroughly to measure, and where to say how far it is."""

import sys
import time
from dataclasses import dataclass, field
from typing import TextIO


@dataclass(frozen=True)
class Options:
    """How thoroughly to measure."""

    rounds: int = 3
    seconds: float = 3
    """For each turn of what is measured by the second."""
    scale: float = 1
    """By which numbers of lifecycles and inspections are multiplied."""
    out: TextIO = field(default_factory=lambda: sys.stderr)
    began: float = field(default_factory=time.monotonic)

    def tell(self, what: str) -> None:
        """Say what is being done now."""
        passed = int(time.monotonic() - self.began)
        self.out.write(f"{passed // 60:3d}:{passed % 60:02d}  {what}\n")
        self.out.flush()

    def some(self, number: int) -> int:
        """Scale a number, but not below one."""
        return max(1, round(number * self.scale))
