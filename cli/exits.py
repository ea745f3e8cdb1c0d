"""How a command ends: one number for each kind of ending, so that scripts can tell them apart."""

import contextlib
import os
import sys
from enum import IntEnum
from typing import Final, NoReturn

from domain.errors import InspectionsError


class Exit(IntEnum):
    """The exit codes of the command `inspections`."""

    DONE = 0
    REFUSED = 1
    MALFORMED = 2
    NOT_FOUND = 3
    INTEGRITY = 4
    UNAVAILABLE = 5
    FAULT = 70
    """A fault of this program. Python's own 1 would look like a refusal."""
    INTERRUPTED = 130


_BY_CODE: Final = {
    "MALFORMED": Exit.MALFORMED,
    "CALENDAR_HORIZON": Exit.MALFORMED,
    "ALREADY_RUNNING": Exit.MALFORMED,
    "REHEARSAL": Exit.MALFORMED,
    "NOT_FOUND": Exit.NOT_FOUND,
    "INTEGRITY": Exit.INTEGRITY,
    "SCHEMA": Exit.INTEGRITY,
    "UNAVAILABLE": Exit.UNAVAILABLE,
}


def exit_for(error: InspectionsError) -> Exit:
    """Say with which code an error ends the command."""
    return _BY_CODE.get(error.code, Exit.INTEGRITY)


def end_at_once(code: Exit) -> NoReturn:
    """End this process, without the interpreter being taken apart.

    Threads of Temporal's client may crash that (temporalio/sdk-python issue 300), and what went well would
    look like a fault.
    """
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            with contextlib.suppress(OSError):  # nobody reads along any more
                stream.flush()
    os._exit(code)
