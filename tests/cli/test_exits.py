"""How the command ends when something goes wrong that nobody foresaw."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from cli import main
from cli.exits import Exit
from tests.cli.conftest import Inspections


def test_a_fault_of_the_program_does_not_look_like_a_refusal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit 70 with a traceback; Python's own 1 would say that a rule refused."""

    def broken(_: str | None) -> None:
        raise ZeroDivisionError("nobody foresaw this")

    monkeypatch.setattr(main, "build", broken)
    assert main.run(["list"]) is Exit.FAULT
    assert "nobody foresaw this" in capsys.readouterr().err


def test_a_folder_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    """A file where the data folder should be."""
    (tmp_path / "data").write_text("a file")
    ended = Inspections(tmp_path / "data")("up")
    assert (ended.code, str(tmp_path) in ended.err, "Traceback" in ended.err) == (5, True, False)


@pytest.mark.parametrize("arguments", [(), ("--help",), ("record", "--help")])
def test_help_is_no_error(arguments: tuple[str, ...], tmp_path: Path) -> None:
    """Whoever asks how it works has done nothing wrong."""
    ended = Inspections(tmp_path)(*arguments)
    assert (ended.code, ended.err) == (0, "")


def test_the_version_is_that_of_the_package(tmp_path: Path) -> None:
    """As pyproject.toml has it."""
    stated = tomllib.loads(Path("pyproject.toml").read_text())["project"]["version"]
    assert Inspections(tmp_path)("--version").out.strip() == stated


@pytest.mark.parametrize(
    "arguments", [("fly",), ("list", "--stage", "limbo"), ("record",), ("show", "nonsense")]
)
def test_a_wrong_call_ends_with_2(arguments: tuple[str, ...], tmp_path: Path) -> None:
    """Nothing is done, and where to look is said."""
    ended = Inspections(tmp_path)(*arguments)
    assert (ended.code, "--help" in ended.err, "pydantic" in ended.err) == (2, True, False)


def test_what_is_too_much_is_named(tmp_path: Path) -> None:
    """In words, and without what the library calls it."""
    ended = Inspections(tmp_path)("projections", "rebuild", "worklist")
    assert (ended.code, "worklist is more than is accepted here" in ended.err) == (2, True), ended.err


_TAKEN_APART = "import atexit, os; atexit.register(os.abort); from cli.main import main; main()"
"""The command in an interpreter that crashes when it is taken apart, as Temporal's threads make it do."""


@pytest.mark.parametrize(
    ("arguments", "code"), [(("milestones",), 0), (("show", "nonsense"), 2), (("stuck",), 5)]
)
def test_a_command_ends_with_its_own_code_whatever_its_libraries_leave_behind(
    arguments: tuple[str, ...], code: int, tmp_path: Path
) -> None:
    """What was told is told in full; what crashes afterwards would look like a fault."""
    ended = subprocess.run(
        [sys.executable, "-c", _TAKEN_APART, *arguments],
        env={**os.environ, "INSPECTIONS_DATA_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.returncode, bool(ended.stdout or ended.stderr)) == (code, True)


def test_an_answer_that_cannot_be_written_down_is_not_given_as_done() -> None:
    """The disk is full. Whoever has read enough and goes is no error."""
    command = [sys.executable, "-m", "cli.main", "milestones"]
    with Path("/dev/full").open("w") as full:
        ended = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert (ended.returncode, "No space left" in ended.stderr) == (5, True)
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert (process.wait(), process.stderr.read()) == (0, b"")
