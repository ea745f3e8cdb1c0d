"""How long the processors were busy for each of the processes of a run."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

SENDERS: Final = "senders"
WORKERS: Final = "workers"
TEMPORAL: Final = "Temporal"
POSTGRESQL: Final = "PostgreSQL"
PARTIES: Final = (SENDERS, WORKERS, TEMPORAL, POSTGRESQL)

_TICKS: Final = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Processors:
    """Looks into `/proc`. `folder` is that of the run's servers."""

    folder: Path

    def seconds(self) -> dict[str, float]:
        """Return how long each party's processes have been busy since they began."""
        busy = dict.fromkeys(PARTIES, 0.0)
        for pid in _pids():
            try:
                party = self._party(pid)
                if party is not None:
                    busy[party] += _seconds(pid)
            except OSError:
                continue  # it has just ended
        return busy

    def _party(self, pid: int) -> str | None:
        if pid == os.getpid():
            return SENDERS
        words = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")
        if any(word.startswith("bench.") for word in words) and _parent(pid) == os.getpid():
            return WORKERS
        if not Path(f"/proc/{pid}/cwd").readlink().is_relative_to(self.folder):
            return None
        return TEMPORAL if "start-dev" in words else POSTGRESQL


def _pids() -> Iterator[int]:
    return (int(one.name) for one in Path("/proc").iterdir() if one.name.isdigit())


def _fields(pid: int) -> list[str]:
    """Return what the kernel tells of a process after its name, which may hold anything."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def _parent(pid: int) -> int:
    return int(_fields(pid)[1])


def _seconds(pid: int) -> float:
    user, system = _fields(pid)[11:13]
    return (int(user) + int(system)) / _TICKS
