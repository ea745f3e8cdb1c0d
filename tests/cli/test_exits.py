"""How the command ends when something goes wrong that nobody foresaw."""

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
