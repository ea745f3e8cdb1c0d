"""The sweeper: looks after processes that nobody asks about.

A worker may die between the append and the end of the workflow's task. Then the ledger is ahead, the
process does not know, and the sender may be gone. So each inspection that has changed is looked at a
little later, and all of them when a worker starts and every hour. What is in trouble is looked at again
after pauses that grow, whatever happens to other inspections meanwhile.
"""

import logging
import math
import time
from dataclasses import dataclass
from typing import Final

from domain.errors import UnavailableError
from eventstore.ledger import Ledger
from workers.processes import Processes
from workers.troubles import Finding, Trouble

GRACE_SECONDS: Final = 30.0
"""How long a process is given to hear of its last event by itself, and to get well when it was told."""
ALL_EVERY_SECONDS: Final = 3600.0
LONGEST_PAUSE_SECONDS: Final = 600.0
"""Between two looks at what stays in trouble. So long the metric may tell of what a person has put right."""
PAGE: Final = 1000

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Case:
    """A process in trouble, and what was done about it."""

    finding: Finding
    pause: float
    next_look: float = -math.inf
    noted: bool = False


class Sweeper:
    """Follows the ledger, examines processes and repairs them."""

    def __init__(self, processes: Processes, ledger: Ledger) -> None:
        self._processes = processes
        self._ledger = ledger
        self._position = 0
        self._all_again_at = -math.inf
        self._changed: dict[str, float] = {}
        self._cases: dict[str, _Case] = {}

    @property
    def troubles(self) -> dict[str, Finding]:
        """What was wrong when it was last looked at, by inspection."""
        return {name: case.finding for name, case in self._cases.items()}

    async def sweep(self) -> None:
        """Examine what is due now: what has changed and been quiet since, and now and then all of them.

        Raises:
            UnavailableError: PostgreSQL or Temporal cannot be reached. Sweep again later.
        """
        if time.monotonic() >= self._all_again_at:
            self._position = await self._ledger.head()
            await self.sweep_all()
            self._all_again_at = time.monotonic() + ALL_EVERY_SECONDS
        await self._note_changes()
        await self._sweep_due()

    async def sweep_all(self) -> None:
        """Examine all processes, and repair what can be repaired.

        Temporal's list may be away when all else is there. What only the list names is left to a person
        anyway, so it waits for the next time.
        """
        well = set(self._cases)
        async for finding in self._processes.examine_known():
            well.discard(finding.inspection)
            await self._take_up(finding)
        try:
            async for finding in self._processes.examine_unknown():
                well.discard(finding.inspection)
                await self._take_up(finding)
        except UnavailableError as error:
            _log.warning("what runs without being in the ledger cannot be looked for now: %s", error)
            well -= {one for one, case in self._cases.items() if case.finding.trouble is Trouble.UNKNOWN}
        for name in well:
            del self._cases[name]

    async def _note_changes(self) -> None:
        while entries := await self._ledger.read_all(after=self._position, limit=PAGE):
            self._changed |= dict.fromkeys((entry.stream for entry in entries), time.monotonic())
            self._position = entries[-1].position

    async def _sweep_due(self) -> None:
        """Examine what has changed and been quiet since, and what is in trouble and has had its pause."""
        now = time.monotonic()
        due = {name for name, at in self._changed.items() if at <= now - GRACE_SECONDS}
        due |= {name for name, case in self._cases.items() if case.next_look <= now}
        found = {finding.inspection: finding for finding in await self._processes.examine(sorted(due))}
        for name in due:
            if name in found:
                await self._take_up(found[name])
            else:
                self._cases.pop(name, None)
            # Only now: what was not taken up, because Temporal went away, is due at the next turn.
            self._changed.pop(name, None)

    async def _take_up(self, finding: Finding) -> None:
        """Repair what can be repaired, unless the same trouble is still having its pause."""
        case = self._cases.get(finding.inspection)
        if case is None or not finding.goes_on_from(case.finding):
            case = self._cases[finding.inspection] = _Case(finding, GRACE_SECONDS)
        case.finding = finding
        if case.next_look > time.monotonic():
            return
        # A failing process is left to a person: what makes it fail may be in the deployment.
        done = await self._repair(case) if finding.mends_itself else None
        case.next_look = time.monotonic() + case.pause
        case.pause = min(2 * case.pause, LONGEST_PAUSE_SECONDS)
        _log.warning(
            "%s: its process is %s (%s); %s",
            finding.inspection,
            finding.trouble,
            finding.detail,
            done or "see `inspections stuck`",
        )

    async def _repair(self, case: _Case) -> str | None:
        """Repair a process, and keep note of it when a trouble is new, not at each attempt."""
        if case.noted:
            return await self._processes.mend(case.finding)
        done = await self._processes.repair(case.finding)
        case.noted = True
        return done
