"""Load: so many at once, each doing one thing after the other."""

import asyncio
import itertools
import time
from collections.abc import Awaitable, Callable
from typing import Protocol

from bench.measure import Figures, latencies

Live = Callable[[int], Awaitable[list[float]]]
"""Plays one whole lifecycle, given its number, and returns how many seconds each milestone took."""


class Player(Protocol):
    """Plays lifecycles, so many at once, numbered from `first`."""

    async def __call__(self, *, at_once: int, lifecycles: int, first: int) -> Figures: ...


async def play(live: Live, *, at_once: int, lifecycles: int, first: int) -> Figures:
    """Play lifecycles, numbered from `first`, and return their rate and the milestones' latency."""
    numbers = iter(range(first, first + lifecycles))
    taken: list[float] = []

    async def one_after_the_other() -> None:
        for number in numbers:
            taken.extend(await live(number))

    began = time.perf_counter()
    await asyncio.gather(*(one_after_the_other() for _ in range(at_once)))
    elapsed = time.perf_counter() - began
    return {
        "per_second": lifecycles / elapsed,
        "milestones_per_second": len(taken) / elapsed,
        "lifecycles": lifecycles,
        **latencies(taken),
    }


async def write_for(seconds: float, writers: int, write: Callable[[int, int], Awaitable[None]]) -> Figures:
    """Let writers write for so long, each told its number and how manyth time it is."""
    stop = time.perf_counter() + seconds
    taken: list[float] = []

    async def writer(number: int) -> None:
        for turn in itertools.count():
            began = time.perf_counter()
            if began > stop:
                return
            await write(number, turn)
            taken.append(time.perf_counter() - began)

    began = time.perf_counter()
    await asyncio.gather(*(writer(number) for number in range(writers)))
    return {"per_second": len(taken) / (time.perf_counter() - began), **latencies(taken)}
