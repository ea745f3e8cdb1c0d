"""Why a command is with Temporal and with the ledger as it is, and which of that cannot be explained."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class Reason(StrEnum):
    """What a command is to both sides."""

    AGREED = "agreed"
    EXPIRED = "expired"
    REHEARSED = "rehearsed"
    UNTOLD = "untold"
    IN_PASSING = "in_passing"
    OPERATOR = "operator"
    UNDER_WAY = "under_way"
    FAILED = "failed"
    ENDED = "ended"
    NO_COMMAND = "no_command"
    NOT_ALL = "not_all"
    NO_PROCESS = "no_process"
    OTHER_PROCESS = "other_process"
    NO_SUCH_RUN = "no_such_run"
    NOT_OPEN = "not_open"
    LOST = "lost"
    DIFFERS = "differs"

    @property
    def unexplained(self) -> bool:
        """Whether nothing that this engine does, and nothing that can befall it, brings this about."""
        return self in _UNEXPLAINED


_UNEXPLAINED: Final = frozenset(
    {
        Reason.NO_COMMAND,
        Reason.NOT_ALL,
        Reason.NO_PROCESS,
        Reason.OTHER_PROCESS,
        Reason.NO_SUCH_RUN,
        Reason.NOT_OPEN,
        Reason.LOST,
        Reason.DIFFERS,
    }
)

WHY: Final[Mapping[Reason, str]] = {
    Reason.AGREED: "both tell the same",
    Reason.EXPIRED: "Temporal no longer has the history of the run that wrote it; what is over is deleted "
    "after the namespace's retention",
    Reason.REHEARSED: "the rehearsal is over, and its Temporal with it",
    Reason.UNTOLD: "no task of its run tells of it: the worker died after the append and the sender did not "
    "ask again, Temporal has lost its last moments, or the task is still under way",
    Reason.IN_PASSING: "noted by the engine of its own accord, beside what it was asked",
    Reason.OPERATOR: "noted by who put the process right (`inspections stuck repair`), in no process",
    Reason.UNDER_WAY: "not handled yet, and its run goes on",
    Reason.FAILED: "its sender was told that it failed",
    Reason.ENDED: "its run ended before it was handled; who waited for an answer was told so, and a reset "
    "gives it to the next run",
    Reason.NO_COMMAND: "the ledger holds no command that brought it; the engine writes both or neither",
    Reason.NOT_ALL: "its command brought another number of events; the engine writes all or none",
    Reason.NO_PROCESS: "no process wrote it; every event that the engine writes names one",
    Reason.OTHER_PROCESS: "another process wrote it; the engine gives each stream to the process of its name",
    Reason.NO_SUCH_RUN: "Temporal has the histories of that time, and none of the run that it names",
    Reason.NOT_OPEN: "the run that it names had not begun then, or was over",
    Reason.LOST: "the ledger told the process that it is recorded, and has it no more: it was taken away, or "
    "a backup from before was restored",
    Reason.DIFFERS: "the ledger told the process something else than it holds now: it was changed, or a "
    "backup from before was restored",
}
"""Each reason in words."""
