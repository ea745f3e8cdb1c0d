"""Temporal's histories of one process and its stream in the ledger, side by side."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Annotated, Any

from cyclopts import Parameter

from audit.reasons import WHY, Reason
from audit.reconcile import Line, Reconciled
from audit.told import Place, Sent
from cli.access import beside, not_here, note
from cli.exits import Exit
from cli.output import Format, console, in_numbers, in_words, print_hanging, print_json, print_table
from cli.progress import progress_of
from domain.london import LONDON
from domain.values import StreamName


async def reconcile(
    name: StreamName,
    /,
    *,
    format: Format = Format.TABLE,
    rehearsal: Annotated[bool, Parameter(negative=())] = False,
) -> Exit:
    """Hold what Temporal tells of a process against the ledger, command by command.

    Says of each update and signal which events it brought or which rule refused it, which task wrote each
    event, and what only one of both has, with why that can be. Ends with 4 if something cannot be explained.

    Parameters
    ----------
    name
        Such as SFK-2023-F1, SFK or THEMATIC-2025.
    format
        table for people, json for scripts.
    rehearsal
        Look at the newest rehearsal instead of the live ledger.
    """
    # Imported when it is needed: Temporal's client takes longer than helping.
    from workers.audit.histories import reconciled

    async with beside(rehearsal=rehearsal) as (client, stores):
        with progress_of("reading histories"):
            found = await reconciled(client, stores.ledger, name)
        await note(stores, "reconcile", {"of": name})
    if not found.runs and not found.lines:
        raise not_here(name)
    if format is Format.JSON:
        print_json(_as_data(found))
    else:
        _print(found)
    return Exit.INTEGRITY if found.unexplained else Exit.DONE


def _print(found: Reconciled) -> None:
    # The first run is 1, however many have followed.
    numbers = {run.run_id: len(found.runs) - place for place, run in enumerate(found.runs)}
    if found.runs:
        print_table(
            ("no.", "run in Temporal", "began", "ended", "is"),
            [
                (numbers[one.run_id], one.run_id, _at(one.began), _at(one.ended), in_words(one.status))
                for one in found.runs
            ],
        )
    else:
        console().print(f"Temporal has no history of {found.stream} any more.")
    columns = ("recorded", "command", "sent as", "written by", "in the ledger", "is")
    print_table(columns, [_row(line, numbers) for line in found.lines])
    _print_reasons(found)


def _row(line: Line, numbers: Mapping[str, int]) -> tuple[object, ...]:
    by = line.written_by
    return (
        _at(line.at),
        in_words(line.what),
        _sent(line.sent, numbers),
        by and f"{in_words(by.activity)} {_place(by.place, numbers)}",
        _in_the_ledger(line),
        None if line.reason is Reason.AGREED else in_words(line.reason),
    )


def _sent(sent: Iterable[Sent], numbers: Mapping[str, int]) -> str:
    """Say how something was sent, and each place where: 2:14 is event 14 of run 2."""
    places: dict[str, list[str]] = {}
    for one in sent:
        how = one.way if one.name == "record" else f"{one.way} {one.name}"
        places.setdefault(how, []).append(_place(one.place, numbers))
    return "; ".join(f"{how} {', '.join(where)}" for how, where in places.items())


def _in_the_ledger(line: Line) -> str | None:
    if line.events:
        return ", ".join(f"{entry.version} {in_words(entry.type)}" for entry in line.events)
    return line.refused and f"refused: {in_words(line.refused)}"


def _place(place: Place, numbers: Mapping[str, int]) -> str:
    return f"{numbers[place.run_id]}:{place.event}"


def _at(moment: datetime | None) -> str | None:
    return f"{moment.astimezone(LONDON):%Y-%m-%d %H:%M}" if moment else None


def _print_reasons(found: Reconciled) -> None:
    """Say why things can be as they are, then how it stands on the whole."""
    for reason in dict.fromkeys(line.reason for line in found.lines):
        if reason is not Reason.AGREED:
            print_hanging(f"{in_words(reason)}  ", WHY[reason])
    for line in found.lines:
        if line.detail or line.reason.unexplained:
            end = f": {line.detail}" if line.detail else ""
            told = "cannot be explained" if line.reason.unexplained else "has an explanation"
            print_hanging(f"{_named(line)}  ", f"{told} ({in_words(line.reason)}){end}")
    agreed = sum(line.reason is Reason.AGREED for line in found.lines)
    unexplained = len(found.unexplained)
    explained = len(found.lines) - agreed - unexplained
    console().print(
        f"{in_numbers(len(found.lines), 'command')}: {agreed} told alike by both, {explained} explained, "
        f"{unexplained} not to be explained; {in_numbers(found.looks, 'look')} that brought nothing new."
    )


def _named(line: Line) -> str:
    versions = ", ".join(str(entry.version) for entry in line.events)
    return f"version {versions}" if versions else f"{in_words(line.what)} of {_at(line.at)}"


def _as_data(found: Reconciled) -> dict[str, Any]:
    return {
        "stream": found.stream,
        "runs": [
            {"run_id": run.run_id, "began": run.began, "ended": run.ended, "status": run.status}
            for run in found.runs
        ],
        "commands": [_line_as_data(line) for line in found.lines],
        "looks": found.looks,
        "unexplained": len(found.unexplained),
    }


def _line_as_data(line: Line) -> dict[str, Any]:
    by = line.written_by
    return {
        "command_id": line.command_id,
        "command": line.what,
        "at": line.at,
        "sent": [
            {"way": one.way, "name": one.name, "at": one.at, "failure": one.failure, **one.place._asdict()}
            for one in line.sent
        ],
        "written_by": by and {"activity": by.activity, "at": by.at, **by.place._asdict()},
        "events": [
            {"version": entry.version, "position": entry.position, "type": entry.type}
            for entry in line.events
        ],
        "refused": line.refused,
        "reason": line.reason,
        "explained": not line.reason.unexplained,
        "why": WHY[line.reason],
        "detail": line.detail,
    }
