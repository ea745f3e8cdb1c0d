"""The command `inspections`: its parts by kind of user, and what becomes of errors.

Each part is imported when it is called, so that `--help` answers at once.
"""

import sys
import traceback
from collections.abc import Sequence
from importlib import metadata
from importlib.util import find_spec

from cyclopts import (
    App,
    CoercionError,
    CycloptsError,
    Group,
    MissingArgumentError,
    UnusedCliTokensError,
    ValidationError,
)

from cli import audit
from cli.exits import Exit, end_at_once, exit_for
from domain.errors import InspectionsError
from workers.memory import collect_less_often

_OPERATORS = Group("Operators", sort_key=3)
_COORDINATORS = Group("Coordinators", sort_key=1)
_EVERYBODY = Group("Everybody", sort_key=2)
_AUDITORS = Group("Auditors", sort_key=4)


def build(arguments: Sequence[str] = ()) -> App:
    """Put the command together.

    Args:
        arguments: of the call. The part that is called tells of itself; of the others one line is enough.
    """
    asked, part = (*arguments[:2], None, None)[:2]
    app = App(
        name="inspections",
        help="Area SEND inspections as durable processes with an append-only ledger.",
        help_format="markdown",
        version=_version,
    )
    parts = (
        ("cli.coordinator:open_inspection", "open", _COORDINATORS, "Plan a new inspection of an area."),
        (
            "cli.coordinator:record",
            "record",
            _COORDINATORS,
            "Record a milestone of an inspection, area or review.",
        ),
        ("cli.milestones:milestones", "milestones", _COORDINATORS, "What can be recorded, with its fields."),
        ("cli.plan:plan", "plan", _COORDINATORS, "What is proposed for a period, and why."),
        ("cli.areas:app", "areas", _COORDINATORS, "The register of areas."),
        (
            "cli.calendars:app",
            "calendars",
            _COORDINATORS,
            "The working calendars; a holiday proclaimed late.",
        ),
        ("cli.people:app", "people", _COORDINATORS, "The directory of people and contacts."),
        ("cli.worklist:list_cases", "list", _EVERYBODY, "The worklist."),
        ("cli.show:show", "show", _EVERYBODY, "One inspection, area or review; what is due and why."),
        ("cli.worklist:deadlines", "deadlines", _EVERYBODY, "The register of what is due."),
        ("cli.due:due", "due", _EVERYBODY, "What the cycles of the areas bring next."),
        ("cli.statistics:statistics", "statistics", _EVERYBODY, "What the official statistics count."),
        ("cli.service:worker", "worker", _OPERATORS, "Run a worker against servers of your own."),
        ("cli.operator:up", "up", _OPERATORS, "Run the embedded stack until interrupted."),
        ("cli.deployment:migrate", "migrate", _OPERATORS, "Bring the database up to date."),
        ("cli.deployment:doctor", "doctor", _OPERATORS, "Find out what is wrong, and what to do."),
        ("cli.deployment:config", "config", _OPERATORS, "What is set, and where."),
        ("cli.codec:codec", "codec", _OPERATORS, "What encrypts the payloads that go to Temporal."),
        ("cli.operator:clock", "clock", _OPERATORS, "Move the clock of a rehearsal."),
        ("cli.upkeep:stuck", "stuck", _OPERATORS, "Inspections whose process has come to a halt."),
        ("cli.recover:recover", "recover", _OPERATORS, "Raise from the ledger what Temporal has lost."),
        ("cli.upkeep:projections", "projections", _OPERATORS, "What is derived for quick reading."),
        ("cli.notices:notices", "notices", _OPERATORS, "Who is told of what, and what keeps it."),
        ("cli.privacy:app", "privacy", _OPERATORS, "What is held of somebody, how long, and erasing it."),
        ("cli.rehearsal:rehearse", "rehearse", _OPERATORS, "Live real inspections again on the engine."),
        (
            "cli.programme:rehearse_programme",
            "rehearse-programme",
            _OPERATORS,
            "Live a whole programme again, every area in its cycle.",
        ),
        ("cli.auditor:log", "log", _AUDITORS, "The ledger of one inspection, area or review."),
    )
    for target, name, group, text in parts:
        app.command(target, name=name, group=group, help=None if name == asked else text)
    app.command(audit.build(part, _AUDITORS))
    return app


def _version() -> str:
    return metadata.version("inspection-lifecycle")


def run(arguments: Sequence[str]) -> Exit:
    """Run the command with its arguments and say how it ended."""
    try:
        ended = build(arguments)(
            arguments, exit_on_error=False, print_error=False, result_action="return_value"
        )
        sys.stdout.flush()
    except CycloptsError as error:
        where = " ".join(["inspections", *(error.command_chain or ())])
        return _fail(f"{_told(error)}\nTry `{where} --help`.", Exit.MALFORMED)
    except InspectionsError as error:
        return _fail(str(error), exit_for(error))
    except KeyboardInterrupt:
        return _fail("interrupted", Exit.INTERRUPTED)
    except BrokenPipeError:
        # Whoever read along has had enough, as `head` does.
        sys.stdout = None
        return Exit.DONE
    except OSError as error:
        # Without its number, which helps nobody.
        told = f"{error.filename}: {error.strerror}" if error.filename and error.strerror else str(error)
        return _fail(told, Exit.UNAVAILABLE)
    except Exception as error:
        if missing := _not_installed(error):
            told = f"this part needs the whole engine, and {missing} is not installed; accepted is"
            return _fail(f"{told} `pip install 'inspection-lifecycle[engine]'`", Exit.UNAVAILABLE)
        return _fail(f"a fault of this program\n{traceback.format_exc()}", Exit.FAULT)
    return ended if isinstance(ended, Exit) else Exit.DONE


def _told(error: CycloptsError) -> str:
    """Say which option or argument is not as it should be, and what is accepted."""
    if isinstance(error, UnusedCliTokensError):
        return f"{' '.join(error.unused_tokens or ())} is more than is accepted here"
    argument = error.argument
    if argument is None:
        return str(error)
    given = ", ".join(repr(token.value) for token in argument.tokens)
    name = next((token.keyword for token in argument.tokens if token.keyword), argument.name)
    match error:
        case MissingArgumentError():
            problem = f"{name} is missing" if error.keyword is None else f"{name} has no value"
        case CoercionError():
            problem = f"{name} is {given}"
        case ValidationError() if " validation error" in error.exception_message:
            problem = f"{name} is {given}"
        case _:
            return str(error)
    # Only a wrong call needs it; loading it for every `--help` would take longer than helping.
    from cli.forms import accepted_by

    accepted = accepted_by(argument.field_info.annotation)
    return (
        f"{problem}; accepted is {accepted}"
        if accepted
        else f"{problem}. {argument.parameter.help or ''}".strip()
    )


def _not_installed(error: Exception) -> str | None:
    """Name the package for want of which something failed. An auditor has only what examines exports."""
    cause = error.__cause__ or error  # a part that cannot be imported is wrapped
    package = (cause.name or "").partition(".")[0] if isinstance(cause, ModuleNotFoundError) else ""
    return package if package and find_spec(package) is None else None


def _fail(message: str, code: Exit) -> Exit:
    sys.stderr.write(f"inspections: {message}\n")
    return code


def main() -> None:
    """Run the command for the process's arguments and end the process."""
    collect_less_often()
    end_at_once(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
