"""The sweeper: looks after processes that nobody asks about.

A worker may die between the append and the end of the workflow's task. Then the ledger is ahead, the
process does not know, and the sender may be gone. So each inspection that has changed is looked at a
little later, and all of them when a worker starts and every hour.
"""

import logging
import math
import time
from typing import Final

from eventstore.ledger import Ledger
from workers.processes import Finding, Processes

GRACE_SECONDS: Final = 30.0
"""How long after its last event a process is given to hear of it by itself."""
ALL_EVERY_SECONDS: Final = 3600.0
PAGE: Final = 1000

_log = logging.getLogger(__name__)


class Sweeper:
    """Follows the ledger, examines processes and repairs them."""

    def __init__(self, processes: Processes, ledger: Ledger) -> None:
        self._processes = processes
        self._ledger = ledger
        self._position = 0
        self._all_again_at = -math.inf
        self._changed: dict[str, float] = {}
        self.troubles: dict[str, Finding] = {}
        """What was wrong when it was last looked at, by inspection."""

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
        await self._sweep_changed()

    async def sweep_all(self) -> None:
        """Examine all processes, and repair what can be repaired."""
        self.troubles.clear()
        async for finding in self._processes.examine_all():
            await self._repair(finding)

    async def _note_changes(self) -> None:
        while entries := await self._ledger.read_all(after=self._position, limit=PAGE):
            self._changed |= dict.fromkeys((entry.stream for entry in entries), time.monotonic())
            self._position = entries[-1].position

    async def _sweep_changed(self) -> None:
        """Examine what has changed and been quiet since, and again what was in trouble."""
        quiet_since = time.monotonic() - GRACE_SECONDS
        due = {name for name, at in self._changed.items() if at <= quiet_since} | self.troubles.keys()
        found = await self._processes.examine(sorted(due))
        for name in due:
            self._changed.pop(name, None)
            self.troubles.pop(name, None)
        for finding in found:
            await self._repair(finding)

    async def _repair(self, finding: Finding) -> None:
        self.troubles[finding.inspection] = finding
        # A failing process is left to a person: what makes it fail may be in the deployment.
        done = await self._processes.repair(finding) if finding.mends_itself else None
        _log.warning(
            "%s: its process is %s (%s); %s",
            finding.inspection,
            finding.trouble,
            finding.detail,
            done or "see `inspections stuck`",
        )
