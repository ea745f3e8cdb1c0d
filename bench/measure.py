"""From single timings to figures: medians over rounds, and ratios within one round."""

import statistics
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

Figures = dict[str, float]
"""What one contender came to in one round, by measure, such as `per_second` or `p95_ms`."""

Contender = Callable[[], Awaitable[Figures]]


@dataclass
class Table:
    """Rows to be shown; the first column names them."""

    title: str
    columns: list[str]
    rows: list[list[str | float | int]]


@dataclass
class Target:
    """What was to be reached, and what was."""

    what: str
    reached: float
    wanted: float
    at_most: bool = False
    unit: str = "x"

    @property
    def met(self) -> bool:
        return self.reached <= self.wanted if self.at_most else self.reached >= self.wanted

    def data(self) -> dict[str, Any]:
        """Return what is kept of it."""
        return {
            "what": self.what,
            "reached": round(self.reached, 3),
            "wanted": self.wanted,
            "at_most": self.at_most,
            "unit": self.unit,
            "met": self.met,
        }


@dataclass
class Findings:
    """What a suite brings: tables for people, targets, and every single round for those who doubt."""

    tables: list[Table] = field(default_factory=list)
    targets: list[Target] = field(default_factory=list)
    rounds: dict[str, Any] = field(default_factory=dict)

    def data(self) -> dict[str, Any]:
        """Return what is kept of it."""
        return {
            "tables": [vars(table) for table in self.tables],
            "targets": [target.data() for target in self.targets],
            "rounds": self.rounds,
        }


@dataclass
class Match:
    """The rounds of some contenders who took turns."""

    rounds: list[dict[str, Figures]]

    def median(self, contender: str, measure: str) -> float:
        """Return the median over all rounds."""
        return statistics.median(figures[contender][measure] for figures in self.rounds)

    def ratio(self, contender: str, other: str, measure: str = "per_second") -> float:
        """Return the median of the ratios within each round: what slows a round down slows both."""
        return statistics.median(
            figures[contender][measure] / figures[other][measure] for figures in self.rounds
        )

    def told_ratio(self, contender: str, other: str, measure: str = "per_second") -> str:
        """Return the median of the ratios, and between which they lie: how much the machine was disturbed."""
        each = [figures[contender][measure] / figures[other][measure] for figures in self.rounds]
        return f"{statistics.median(each):.2f} ({min(each):.2f} to {max(each):.2f})"


async def take_turns(
    contenders: Mapping[str, Contender], rounds: int, tell: Callable[[str], None], what: str
) -> Match:
    """Let each contender run once a round, in an order that turns round with the rounds."""
    match = Match([])
    for number in range(rounds):
        names = list(contenders)
        if number % 2:
            names.reverse()
        figures: dict[str, Figures] = {}
        for name in names:
            tell(f"{what}, round {number + 1} of {rounds}: {name}")
            figures[name] = await contenders[name]()
        match.rounds.append(figures)
    return match


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value below which that share of the values lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def latencies(seconds: Sequence[float]) -> Figures:
    """Return the median and the 95th percentile, in milliseconds."""
    return {"p50_ms": percentile(seconds, 0.5) * 1000, "p95_ms": percentile(seconds, 0.95) * 1000}


@contextmanager
def timed(into: list[float]) -> Iterator[None]:
    """Note how many seconds the block took."""
    began = time.perf_counter()
    yield
    into.append(time.perf_counter() - began)
