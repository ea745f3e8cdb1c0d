"""What is done to whom, and when: drawn by lot from a seed, so that it can be done again."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

WORKERS: Final = 3


class Fault(StrEnum):
    """What can be done."""

    KILL_WORKER = "kill a worker"
    KILL_ALL_WORKERS = "kill all workers"
    KILL_POSTGRES = "kill PostgreSQL"
    STOP_POSTGRES = "stop PostgreSQL"
    END_SESSIONS = "end all sessions"
    KILL_TEMPORAL = "kill Temporal"
    CUT_POSTGRES = "cut the network to PostgreSQL"
    CUT_TEMPORAL = "cut the network to Temporal"
    SLOW_DOWN = "slow the network down"
    SWALLOW_POSTGRES = "swallow what goes to PostgreSQL"
    NONSENSE = "send nonsense"
    SIGNALS = "send signals"
    TWICE = "send the same twice"


_WEIGHTS: Final = {Fault.KILL_WORKER: 4, Fault.END_SESSIONS: 3, Fault.SIGNALS: 3, Fault.SWALLOW_POSTGRES: 0.5}


@dataclass(frozen=True, slots=True)
class Step:
    """One fault."""

    after: float
    """Seconds of peace before it."""
    fault: Fault
    lasts: float
    """Seconds until it is mended, if it is one that is mended."""
    victim: int
    """Which worker, or which inspection; taken modulo how many there are."""


def plan(seed: int) -> Iterator[Step]:
    """Draw faults without end."""
    chance = random.Random(seed)
    faults = list(Fault)
    weights = [_WEIGHTS.get(fault, 1) for fault in faults]
    while True:
        (fault,) = chance.choices(faults, weights)
        yield Step(chance.uniform(0.2, 3), fault, chance.uniform(0.1, 3), chance.randrange(1_000))
