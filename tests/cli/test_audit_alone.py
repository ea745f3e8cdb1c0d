"""What an auditor installs examines an export, and says what it lacks for everything else.

Nothing is downloaded: of the packages that are here, the command gets those that the base dependencies bring.
"""

import json
import os
import subprocess
import sys
import tomllib
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path
from typing import Final

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.audit.conftest import House, audited_template, house  # noqa: F401  fixtures

_ROOT: Final = Path(__file__).parents[2]
_OURS: Final = "inspection-lifecycle"


def _with_what_they_need(names: Iterable[str]) -> set[str]:
    """Return packages and all that they need."""
    found: set[str] = set()
    wanted = [Requirement(name) for name in names]
    for one in wanted:
        name = canonicalize_name(one.name)
        if name not in found and (one.marker is None or one.marker.evaluate({"extra": ""})):
            found.add(name)
            wanted += map(Requirement, metadata.requires(name) or ())
    return found


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the packages that an auditor installs, and no others."""
    site = tmp_path_factory.mktemp("site")
    project = tomllib.loads((_ROOT / "pyproject.toml").read_text())["project"]
    for package in _with_what_they_need(project["dependencies"]) | {_OURS}:
        distribution = metadata.distribution(package)
        for part in {file.parts[0] for file in distribution.files or ()} - {"..", "__pycache__"}:
            (site / part).symlink_to(Path(str(distribution.locate_file(part))))
    for part in ("domain", "proof", "eventstore", "audit", "workers", "cli"):
        (site / part).symlink_to(_ROOT / part)
    return site


def _run(installed: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-S", "-m", "cli.main", *arguments],
        cwd=installed,
        env={**os.environ, "PYTHONPATH": str(installed), "COLUMNS": "120"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_what_an_auditor_installs_is_small(installed: Path) -> None:
    """Neither database nor engine nor web."""
    there = {file.name for file in installed.iterdir()}
    assert "pydantic" in there
    assert not there & {"asyncpg", "temporalio", "structlog", "aiohttp", "jinja2", "platformdirs"}


async def test_an_auditor_examines_an_export(house: House, installed: Path, tmp_path: Path) -> None:  # noqa: F811
    """By the same command, without servers and without their packages."""
    folder = await house.export(tmp_path / "export")
    sound = _run(installed, "audit", "verify", str(folder))
    assert (sound.returncode, sound.stderr) == (0, "")
    assert "Nothing is wrong." in sound.stdout
    (folder / "checkpoint").unlink()
    damaged = _run(installed, "audit", "verify", str(folder), "--format", "json")
    assert (damaged.returncode, damaged.stderr) == (4, "")
    assert json.loads(damaged.stdout)["steps"][0]["findings"][0]["file"] == "checkpoint"


@pytest.mark.parametrize("arguments", [("list",), ("audit", "verify", "--live")])
def test_what_needs_the_engine_says_so(arguments: tuple[str, ...], installed: Path) -> None:
    """And how it is installed; no traceback."""
    ended = _run(installed, *arguments)
    assert (ended.returncode, "inspection-lifecycle[engine]" in ended.stderr) == (5, True), ended.stderr
    assert "Traceback" not in ended.stderr


def test_help_is_there_and_a_wrong_call_is_told(installed: Path) -> None:
    """As anywhere else."""
    assert _run(installed, "audit", "verify", "--help").returncode == 0
    for arguments in (("audit", "verify"), ("audit", "verify", ".", "--format", "xml")):
        ended = _run(installed, *arguments)
        assert (ended.returncode, "accepted is" in ended.stderr) == (2, True), ended.stderr
