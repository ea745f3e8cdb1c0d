"""The command as its users run it, on data folders of its own.

What goes on until it is asked to end, or runs beside something, is a process of its own, as is what ends the
interpreter (test_exits.py). All else is called in this one, because loading takes longer than answering.
"""

import contextlib
import io
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch

import pytest

from cli import main

RUNS_SERVERS: Final = {"up", "worker", "rehearse"}
"""Parts of the command that listen for signals."""

HEADER = (
    "area,name,dfe_code,fieldwork_start,fieldwork_end,published,outcome,"
    "final_report_received,strategic_plan_published,plan_submitted,polls"
)


@dataclass(frozen=True)
class Ended:
    """How a command ended and what it said."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        """What it printed, read as JSON."""
        return json.loads(self.out)


@dataclass(frozen=True)
class Inspections:
    """The command `inspections` on one data folder."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("INSPECTIONS_")}
        own = {
            "INSPECTIONS_DATA_DIR": str(self.folder),
            "XDG_STATE_HOME": str(self.folder / "state"),
            "COLUMNS": "120",
        }
        return {**kept, **own, **self.environment}

    def start(self, *arguments: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, "-m", "cli.main", *arguments],
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def __call__(self, *arguments: str) -> Ended:
        if RUNS_SERVERS.intersection(arguments[:1]):
            process = self.start(*arguments)
            out, err = process.communicate(timeout=120)
            return Ended(process.returncode, out, err)
        with (
            patch.dict(os.environ, self._environment, clear=True),
            contextlib.redirect_stdout(io.StringIO()) as told,
            contextlib.redirect_stderr(io.StringIO()) as complained,
            ThreadPoolExecutor(1) as thread,  # there may be an event loop in this one
        ):
            code = thread.submit(main.run, arguments).result()
        return Ended(code, told.getvalue(), complained.getvalue())

    def up(self, *options: str) -> "subprocess.Popen[str]":
        """Start the stack and return when it says that it is up."""
        process = self.start("up", *options)
        assert process.stdout is not None
        line = process.stdout.readline()
        assert "up" in line, process.communicate()
        return process


def stop(process: "subprocess.Popen[str]", how: signal.Signals = signal.SIGINT) -> Ended:
    """End a running command and return how it ended."""
    process.send_signal(how)
    out, err = process.communicate(timeout=30)
    return Ended(process.returncode, out, err)


def processes_of(folder: Path) -> list[str]:
    """List the processes that work in a folder or were told its name."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            place = str((entry / "cwd").readlink())
        except OSError:
            continue
        if str(folder) in command or place.startswith(str(folder)):
            found.append(command)
    return found


def wait_until_gone(folder: Path) -> None:
    """Wait until nothing runs in a folder any more; a server takes a moment to end."""
    end = time.monotonic() + 10
    while (left := processes_of(folder)) and time.monotonic() < end:
        time.sleep(0.05)
    assert left == []


def write_cases(path: Path, rows: Sequence[str], header: str = HEADER) -> Path:
    """Write a file of cases."""
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def folder() -> Iterator[Path]:
    """A folder that the database's own account can reach."""
    with tempfile.TemporaryDirectory(prefix="inspections-cli-", dir="/tmp") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture(scope="session")
def rehearsed(folder: Path) -> tuple[Inspections, dict[str, Any]]:
    """A rehearsal of seven inspections, one the second of its area, and what it printed, by identifier."""
    inspections = Inspections(folder / "rehearsed")
    cases = write_cases(
        folder / "cases.csv",
        [
            "SFK,Suffolk,935,2023-11-13,2023-11-17,2024-01-30,3,2024-01-18,,,",
            "TRF,Trafford,358,2023-10-16,2023-10-20,2023-12-22,2,,2024-02-14,,",
            "SRY,Surrey,936,2023-09-25,2023-09-29,2023-11-24,2,,2024-01-18,,",
            "GRE,Greenwich,203,2023-05-11,2023-05-19,2023-07-11,1,,,,",
            "NTT,Nottinghamshire,891,2023-01-30,2023-02-03,2023-05-16,3,,,2023-06-01,2023-05-25",
            "CON,Cornwall,908,2023-02-06,2023-02-10,2023-05-05,2,,2023-08-01,,",
            "CON,Cornwall,908,2026-03-23,2026-03-27,2026-05-27,2,,,,",
        ],
    )
    ended = inspections("rehearse", str(cases), "--format", "json")
    assert ended.code == 0, ended.err
    wait_until_gone(inspections.folder)
    return inspections, {result["inspection_id"]: result for result in ended.data}


@pytest.fixture(scope="session")
def live(folder: Path) -> Iterator[Inspections]:
    """A running stack with three people in its directory."""
    inspections = Inspections(folder / "live")
    process = inspections.up()
    try:
        for ref, name, role, body in (
            ("p-ada", "Ada Okafor", "coordinator", "ofsted"),
            ("p-lead", "Lena Adler", "ofsted_lead", "ofsted"),
            ("p-dir", "Dora Irving", "ofsted_director", "ofsted"),
        ):
            added = inspections(
                "people", "add", "--ref", ref, "--name", name, "--role", role, "--organisation", body
            )
            assert added.code == 0, added.err
        yield inspections
    finally:
        stop(process)
    wait_until_gone(inspections.folder)
