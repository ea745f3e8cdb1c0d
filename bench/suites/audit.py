"""How fast a whole ledger is exported and examined by the auditors' command, and in how much memory."""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from bench.filled import Filled
from bench.measure import Figures, Findings, Table, Target
from bench.options import Options
from bench.recorded import rulebook
from bench.servers import Servers
from proof.notes import KeyType, SecretKey
from workers.audit.exporting import export

INSPECTIONS = 43_800
"""A million events."""

_KEY = SecretKey.generate("bench.example/ledger", KeyType.LOG)
_LOOK_SECONDS = 0.5
_STEPS = ("tree", "entries", "sealed", "fold")


async def run(servers: Servers, options: Options) -> Findings:
    """Fill a ledger, issue a checkpoint, export it, and examine the export as often as there are rounds."""
    async with AsyncExitStack() as parts:
        filled = await Filled.on(servers, parts)
        await filled.grow_to(options.some(INSPECTIONS), options)
        folder = Path(parts.enter_context(tempfile.TemporaryDirectory(dir=servers.folder))) / "export"
        options.tell("audit: exporting")
        exported = await _export(filled, folder)
        rounds = []
        for number in range(options.rounds):
            options.tell(f"audit, round {number + 1} of {options.rounds}: examining the export")
            rounds.append(await asyncio.to_thread(_examine, str(folder)))
        options.tell("audit: examining the database")
        live = await asyncio.to_thread(_examine, "--live", INSPECTIONS_DATABASE_URL=filled.database)
    seconds = median(one["seconds"] for one in rounds)
    memory = median(one["mib"] for one in rounds)
    per_million = seconds * 1_000_000 / exported["entries"]
    findings = Findings(rounds={"export": exported, "verify": rounds, "live": live})
    findings.tables = [_table(exported, rounds, live)]
    findings.targets = [
        Target("seconds to examine a million events", per_million, 20, at_most=True, unit="s"),
        Target("memory of all processes together", memory, 512, at_most=True, unit="MiB"),
    ]
    return findings


async def _export(filled: Filled, folder: Path) -> Figures:
    await filled.stores.checkpoints.issue([_KEY], datetime.now(UTC))
    began = time.perf_counter()
    done = await export(filled.stores, folder, (), rulebook(), lambda *_: None)
    seconds = time.perf_counter() - began
    return {
        "entries": done.entries,
        "files": done.files,
        "seconds": seconds,
        "bytes": await asyncio.to_thread(_size_of, folder),
    }


def _size_of(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def _examine(what: str, **environment: str) -> Figures:
    """Run the command, and look again and again how much memory it and its children have."""
    command = [sys.executable, "-m", "cli.main", "audit", "verify", what, "--format", "json"]
    most, began = 0, time.perf_counter()
    around = {**os.environ, **environment}
    with subprocess.Popen(command, env=around, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as child:
        while child.poll() is None:
            most = max(most, sum(map(_memory_of, _family(child.pid))))
            time.sleep(_LOOK_SECONDS)
        took = time.perf_counter() - began
        assert child.stdout is not None
        report: dict[str, Any] = json.loads(child.stdout.read())
    assert report["ok"], report
    steps = {step["step"]: step["seconds"] for step in report["steps"]}
    return {"seconds": took, "mib": most / 2**20, **{step: steps[step] for step in _STEPS}}


def _family(process: int) -> list[int]:
    found = [process]
    for one in found:
        children = Path(f"/proc/{one}/task/{one}/children")
        found += map(int, children.read_text().split()) if children.exists() else []
    return found


def _memory_of(process: int) -> int:
    """Return the bytes of a process, of what it shares with others its part."""
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except OSError:  # it has just ended
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:")), 0)


def _table(exported: Figures, rounds: list[Figures], live: Figures) -> Table:
    def told(measure: str) -> str:
        values = [one[measure] for one in rounds]
        return f"{median(values):.1f} ({min(values):.1f} to {max(values):.1f})"

    steps: list[list[str | float | int]] = [[f"- of these: {step}", told(step)] for step in _STEPS]
    rows: list[list[str | float | int]] = [
        ["events", f"{exported['entries']:,.0f}"],
        ["files, MB", f"{exported['files']:,.0f}, {exported['bytes'] / 1e6:,.0f}"],
        ["seconds to export", f"{exported['seconds']:.1f}"],
        [f"seconds to examine, {os.cpu_count()} processes", told("seconds")],
        *steps,
        ["MiB, all processes together", told("mib")],
        ["seconds to examine the database itself (`--live`), once", f"{live['seconds']:.1f}"],
    ]
    return Table("A whole ledger, exported and examined", ["", "figure"], rows)
