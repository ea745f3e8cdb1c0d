"""What can be wrong with the process of an inspection, and what helps."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Trouble(StrEnum):
    """What can be wrong with a process."""

    MISSING = "missing"
    """Something is left to do, and nobody does it."""
    BEHIND = "behind"
    """The ledger has gone on, and the process does not know."""
    AHEAD = "ahead"
    """It knows of more than the ledger has: a backup was restored, or somebody has taken events away."""
    UNKNOWN = "unknown"
    """It knows of events of which the ledger has none: the inspection is younger than the backup, say."""
    FAILING = "failing"
    """Its code fails whenever it is run: a deployment does not fit its history."""
    SILENT = "silent"
    """It does not answer: no worker takes its tasks."""
    WAITING = "waiting"
    """What it asks for is tried again and again in vain."""
    UNREADABLE = "unreadable"
    """This release cannot read the inspection's events."""


REPAIRS: Final = {
    Trouble.MISSING: "start it; it goes on where the ledger stands",
    Trouble.BEHIND: "tell it to look at the ledger",
    Trouble.AHEAD: "tell it to look at the ledger; first find out where the events went",
    Trouble.UNKNOWN: "find out where the events went, and record them again (`inspections record NAME "
    "plan_inspection …` first); only if it is to end: `inspections stuck repair NAME`",
    Trouble.FAILING: "mend the code, then let it begin anew; it goes on where the ledger stands",
    Trouble.SILENT: "none: have a worker take its tasks; `inspections doctor` says how",
    Trouble.WAITING: "none: mend what the message names; it is tried again by itself",
    Trouble.UNREADABLE: "none: deploy the release that wrote the events, or a later one",
}
"""What helps, in words."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A process that is in trouble."""

    inspection: str
    trouble: Trouble
    detail: str
    known: int | None = None
    """The version that the process knows, where that is what is wrong."""

    def goes_on_from(self, earlier: "Finding") -> bool:
        """Whether it is the same trouble as before, though the ledger or the attempts may have moved on."""
        return (self.trouble, self.known) == (earlier.trouble, earlier.known)

    @property
    def mends_itself(self) -> bool:
        """Whether the engine puts it right unasked. Of the rest a person has to find out why it is so."""
        return self.trouble in {Trouble.MISSING, Trouble.BEHIND}

    @property
    def ends_when_repaired(self) -> bool:
        """Whether nobody is left who knows of the inspection: so it is done to what a person names, alone."""
        return self.trouble is Trouble.UNKNOWN
