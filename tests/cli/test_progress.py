"""Somebody who waits long at a terminal sees how far it has come, and afterwards no trace of it."""

import io
import threading
from contextlib import redirect_stderr
from typing import Final

import pytest

from cli import progress as shown
from cli.progress import progress, progress_of

AN_HOUR: Final = 3600
ERASED: Final = "\x1b[2K"


class Terminal(io.StringIO):
    """Standard error, where somebody is watching."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """A terminal that can erase what it shows."""
    monkeypatch.setenv("TERM", "xterm")
    return Terminal()


@pytest.fixture
def no_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything takes long."""
    monkeypatch.setattr(shown, "PATIENCE_SECONDS", 0)


def out_of_patience() -> None:
    """Wait until whoever waits has waited long enough."""
    for thread in threading.enumerate():
        if isinstance(thread, threading.Timer):
            thread.join()


@pytest.mark.usefixtures("no_patience")
def test_what_takes_long_is_counted_and_leaves_nothing_behind(terminal: Terminal) -> None:
    with redirect_stderr(terminal), progress_of("streams") as tell:
        tell(3, 7)
        out_of_patience()
    told = terminal.getvalue()
    assert "3/7" in told
    assert ERASED in told[told.rindex("streams") :]


@pytest.mark.usefixtures("no_patience")
def test_what_cannot_be_counted_yet_is_shown_without_numbers(terminal: Terminal) -> None:
    """As it is called, to the letter; brackets are no markup."""
    with redirect_stderr(terminal), progress("starting [all]"):
        out_of_patience()
        assert "starting [all]" in terminal.getvalue()
        assert "0/" not in terminal.getvalue()


def test_what_is_done_soon_shows_nothing(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shown, "PATIENCE_SECONDS", AN_HOUR)
    with redirect_stderr(terminal), progress_of("streams") as tell:
        tell(7, 7)
    assert terminal.getvalue() == ""


@pytest.mark.usefixtures("no_patience")
def test_a_file_is_told_nothing() -> None:
    with redirect_stderr(io.StringIO()) as file, progress_of("streams") as tell:
        tell(3, 7)
        out_of_patience()
    assert file.getvalue() == ""
