"""The command `inspections`: its parts by kind of user, and what becomes of errors.

Each part is imported when it is called, so that `--help` answers at once.
"""

import sys
import traceback
from collections.abc import Sequence
from importlib import metadata

from cyclopts import App, CycloptsError, Group

from cli.exits import Exit, exit_for
from domain.errors import InspectionsError

_OPERATORS = Group("Operators", sort_key=3)
_COORDINATORS = Group("Coordinators", sort_key=1)
_EVERYBODY = Group("Everybody", sort_key=2)
_AUDITORS = Group("Auditors", sort_key=4)


def build() -> App:
    """Put the command together."""
    app = App(
        name="inspections",
        help="Area SEND inspections as durable processes with an append-only ledger.",
        help_format="plaintext",
        version=_version,
    )
    parts = (
        ("cli.coordinator:open_inspection", "open", _COORDINATORS, "Plan a new inspection of an area."),
        ("cli.coordinator:record", "record", _COORDINATORS, "Record a milestone of an inspection."),
        ("cli.milestones:milestones", "milestones", _COORDINATORS, "What can be recorded, with its fields."),
        ("cli.people:app", "people", _COORDINATORS, "The directory of people and contacts."),
        ("cli.worklist:list_cases", "list", _EVERYBODY, "The worklist."),
        ("cli.case:show", "show", _EVERYBODY, "One inspection, its deadlines explained."),
        ("cli.worklist:deadlines", "deadlines", _EVERYBODY, "The register of what is due."),
        ("cli.operator:up", "up", _OPERATORS, "Run the embedded stack until interrupted."),
        ("cli.operator:clock", "clock", _OPERATORS, "Move the clock of a rehearsal."),
        ("cli.rehearsal:rehearse", "rehearse", _OPERATORS, "Live real inspections again on the engine."),
        ("cli.auditor:log", "log", _AUDITORS, "The ledger of one inspection, in order."),
    )
    for target, name, group, text in parts:
        app.command(target, name=name, group=group, help=text)
    return app


def _version() -> str:
    return metadata.version("inspection-lifecycle")


def run(arguments: Sequence[str]) -> Exit:
    """Run the command with its arguments and say how it ended."""
    try:
        ended = build()(arguments, exit_on_error=False, print_error=False, result_action="return_value")
    except CycloptsError as error:
        return _fail(f"{_in_short(str(error))}\nTry `inspections --help`.", Exit.MALFORMED)
    except InspectionsError as error:
        return _fail(str(error), exit_for(error))
    except KeyboardInterrupt:
        return _fail("interrupted", Exit.INTERRUPTED)
    except BrokenPipeError:
        # Whoever read along has had enough, as `head` does.
        sys.stdout = None
        return Exit.DONE
    except OSError as error:
        return _fail(str(error), Exit.UNAVAILABLE)
    except Exception:
        return _fail(f"a fault of this program\n{traceback.format_exc()}", Exit.FAULT)
    return ended if isinstance(ended, Exit) else Exit.DONE


def _in_short(message: str) -> str:
    """Leave out what pydantic tells programmers about a value that it does not take."""
    told, separator, details = message.partition(" 1 validation error for ")
    if not separator:
        return message
    lines = details.splitlines()
    return f"{told} {lines[1].partition(' [type=')[0].strip()}" if len(lines) > 1 else told


def _fail(message: str, code: Exit) -> Exit:
    sys.stderr.write(f"inspections: {message}\n")
    return code


def main() -> None:
    """Run the command for the process's arguments and end the process."""
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
