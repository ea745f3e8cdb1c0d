"""What an auditor installs examines an export and cosigns with it, and says what it lacks for all else.

Nothing is downloaded: of the packages that are here, the command gets those that the base dependencies bring.
"""

import json
import os
import shutil
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

from audit.keys import read_checkpoint
from domain.errors import UnavailableError
from proof.notes import PublicKey
from tests.audit.conftest import KEY, ORIGIN, House, audited_template, flip, house  # noqa: F401  fixtures

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


@pytest.fixture(scope="module")
def ana(installed: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, PublicKey]:
    """An auditor's key, made with what she has installed: the file with the secret, and the public key."""
    file = tmp_path_factory.mktemp("ana") / "ana.key"
    made = _run(installed, "audit", "keys", "new", "ana.example", "--cosigner", "--out", str(file))
    return file, PublicKey.read(made.stdout.strip())


async def test_an_auditor_cosigns_with_an_export(
    house: House,  # noqa: F811
    installed: Path,
    ana: tuple[Path, PublicKey],
    tmp_path: Path,
) -> None:
    """A first checkpoint, and one that has grown from it; nothing once the export is damaged."""
    folder = await house.export(tmp_path / "export")
    file, public = ana
    keys = ("--key", str(file), "--log-key", str(KEY.public))
    first = shutil.copy(folder / "checkpoints" / "1", tmp_path / "first")
    signed = _run(installed, "audit", "cosign", str(first), str(folder), *keys)
    assert (signed.returncode, "compared with no earlier one" in signed.stdout) == (0, True), signed.stderr
    second = shutil.copy(folder / "checkpoint", tmp_path / "second")
    last = ("--last", f"{first}.cosigned")
    signed = _run(installed, "audit", "cosign", str(second), str(folder), *keys, *last)
    assert (signed.returncode, signed.stderr) == (0, "")
    cosigned = read_checkpoint(tmp_path / "second.cosigned")
    assert cosigned.check(ORIGIN, [KEY.public, public]).keys() == {KEY.public, public}
    flip(folder / "tile" / "0" / "000.p" / "192")
    third = shutil.copy(folder / "checkpoint", tmp_path / "third")
    refused = _run(installed, "audit", "cosign", str(third), str(folder), *keys, *last)
    assert (refused.returncode, "the export is damaged: tile/0/" in refused.stderr) == (4, True)
    with pytest.raises(UnavailableError, match="No such file"):
        read_checkpoint(tmp_path / "third.cosigned")


async def test_nothing_is_written_into_an_export(
    house: House,  # noqa: F811
    installed: Path,
    ana: tuple[Path, PublicKey],
    tmp_path: Path,
) -> None:
    """It would not be the one that the manifest names any more."""
    folder = await house.export(tmp_path / "export")
    keys = ("--key", str(ana[0]), "--log-key", str(KEY.public))
    refused = _run(installed, "audit", "cosign", f"{folder}/checkpoint", str(folder), *keys)
    assert (refused.returncode, "accepted is a copy" in refused.stderr) == (2, True)


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
