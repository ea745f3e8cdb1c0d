"""Recovery: when Temporal has lost everything, whatever is open in the ledger is raised from there again.

A process is given no more than its name. It asks the ledger where its stream stands, as after any other
start: what was published or sent is known there, and what has fallen due meanwhile is recorded by its first
look, at the moments at which it fell due.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from domain.streams import StreamKind, require_kind
from eventstore.ledger import Ledger
from eventstore.projections import Progress
from workers.processes import STREAMS_AT_ONCE, Presence, Processes
from workers.troubles import Finding, Trouble


class Fate(StrEnum):
    """What recovery has found of a stream's process, or done for it."""

    RAISED = "raised"
    """It was missing and is started."""
    MISSING = "missing"
    """It is missing, and this was to start nothing."""
    RUNNING = "running"
    """It runs, and was left alone."""
    OVER = "over"
    """None is needed: nothing is left to do."""
    UNREADABLE = "unreadable"
    """Whether one is needed cannot be said: this release cannot read the events."""


_FATES: Final = {Presence.RUNNING: Fate.RUNNING, Presence.OVER: Fate.OVER}


@dataclass(slots=True)
class Recovered:
    """How many streams of each kind came to what, and those that could not be read."""

    fates: dict[StreamKind, Counter[Fate]] = field(
        default_factory=lambda: {kind: Counter() for kind in StreamKind}
    )
    unreadable: list[Finding] = field(default_factory=list)

    def count(self, stream: str, seen: Fate | Finding) -> None:
        """Count one stream in."""
        if isinstance(seen, Finding):
            self.unreadable.append(seen)
            seen = Fate.UNREADABLE
        self.fates[require_kind(stream)][seen] += 1


async def recover(
    processes: Processes, ledger: Ledger, *, dry_run: bool, tell: Progress = lambda *_: None
) -> Recovered:
    """Start the process of every stream that is open in the ledger and has none.

    It may be broken off and called again, and beside workers, sweepers and other calls: each process is
    started by one of them. So many streams are in memory at a time as one look takes.

    Args:
        processes: finds the processes and starts them.
        ledger: says which streams there are.
        dry_run: start nothing, only say what is missing.
        tell: told how many streams of how many are seen to.

    Raises:
        UnavailableError: PostgreSQL or Temporal cannot be reached. What was started before goes on.
    """
    names = sorted(await ledger.stream_versions())
    recovered = Recovered()
    for place in range(0, len(names), STREAMS_AT_ONCE):
        some = names[place : place + STREAMS_AT_ONCE]
        for name, seen in (await _see_to(processes, some, dry_run=dry_run)).items():
            recovered.count(name, seen)
        tell(place + len(some), len(names))
    return recovered


async def _see_to(processes: Processes, names: Sequence[str], *, dry_run: bool) -> dict[str, Fate | Finding]:
    """Start what is missing of some streams; of what cannot be read, say why."""
    seen = await processes.seek(names)
    missing = [one for one in seen.values() if isinstance(one, Finding) and one.trouble is Trouble.MISSING]
    fates = {name: one if isinstance(one, Finding) else _FATES[one] for name, one in seen.items()}
    if dry_run:
        return fates | {one.inspection: Fate.MISSING for one in missing}
    done = await processes.repair_all(missing)
    # Nothing was done where somebody else, a sweeper perhaps, had started it in between.
    started = zip(missing, done, strict=True)
    return fates | {one.inspection: Fate.RAISED if did else Fate.RUNNING for one, did in started}
