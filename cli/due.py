"""Everybody: what the cycles of the areas bring next, and who is late on what."""

import sys
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any, Final

from cyclopts import Parameter

from cli.access import reading
from cli.exits import Exit
from cli.matter import AS_IN_LEDGER
from cli.output import SheetFormat, console, in_words, print_csv, print_json, print_table
from domain.programme.owed import Owed, Stands, What
from domain.rulebook import Rulebook
from domain.streams import StreamKind, kind_of
from domain.values import AreaCode, StreamName
from workers.programme import list_owed

Flag = Annotated[bool, Parameter(negative=())]
Strangers = Mapping[AreaCode, Sequence[StreamName]]

_COLUMNS: Final = (
    "what",
    "area",
    "inspection",
    "kind",
    "due",
    "status",
    "working_days_overdue",
    "origin",
    "origin_on",
    "handbook",
)


async def due(
    *,
    as_at: date | None = None,
    what: Annotated[What | None, AS_IN_LEDGER] = None,
    overdue: Flag = False,
    format: SheetFormat = SheetFormat.TABLE,
    rehearsal: Flag = False,
) -> Exit:
    """List what is to come and has not come: inspections, engagement meetings, plans, longest due first.

    A week on site that lies in a pause, or after the day on which others take the area's place, is listed by
    its first day until somebody puts the inspection off or gives it up. One that lapsed is overdue.

    An area with inspections, or with a part in a thematic review, that is in no register is an error: nobody
    keeps its cycle. The rest is listed all the same, and the exit code is 4.

    Parameters
    ----------
    as_at
        What was to come by what had happened at the end of this day, as far as is known today. Otherwise now.
    what
        Only full or monitoring inspections, engagement meetings, plans, weeks to be moved, or areas without a
        cycle.
    overdue
        Only what is overdue.
    format
        table for people, json for scripts, csv for a spreadsheet.
    rehearsal
        Of the newest rehearsal; as at its end, unless a day is given.
    """
    async with reading(rehearsal=rehearsal) as stores:
        found = await list_owed(stores.ledger, Rulebook.released(), as_at=as_at)
    owed = [
        one
        for one in found.owed
        if what in (None, one.what) and (not overdue or one.stands is Stands.OVERDUE)
    ]
    strangers = found.strangers if what in (None, What.AREAS) else {}
    data = [*map(_stranger_data, strangers.items()), *map(_owed_data, owed)]
    if format is SheetFormat.JSON:
        print_json(data)
    elif format is SheetFormat.CSV:
        print_csv(_COLUMNS, ([row[column] for column in _COLUMNS] for row in data))
    else:
        console().print(f"[bold]What is to come, as at {found.on}[/bold]")
        _print(strangers, owed)
    return _tell_strangers(found.strangers)


def _print(strangers: Strangers, owed: Sequence[Owed]) -> None:
    without = [(None, "no cycle", area, None, names[0]) for area, names in strangers.items()]
    print_table(
        ("due", "status", "area", "what", "of", "from", "working days late", "handbook"),
        [*without, *map(_row, owed)],
    )


def _row(one: Owed) -> tuple[object, ...]:
    return (
        one.due,
        one.stands,
        one.area,
        in_words(one.kind),
        one.inspection,
        f"{in_words(one.origin)} on {one.origin_on}",
        one.working_days,
        one.handbook,
    )


def _owed_data(one: Owed) -> dict[str, Any]:
    return {
        "what": one.what.value,
        "area": one.area,
        "inspection": one.inspection,
        "kind": one.kind,
        "due": one.due.isoformat(),
        "status": one.stands.value,
        "working_days_overdue": one.working_days,
        "origin": one.origin,
        "origin_on": one.origin_on.isoformat(),
        "handbook": one.handbook,
    }


def _stranger_data(stranger: tuple[AreaCode, Sequence[StreamName]]) -> dict[str, Any]:
    """An area without a cycle, with the first of its inspections, if it has any."""
    area, names = stranger
    inspection = names[0] if kind_of(names[0]) is StreamKind.INSPECTION else None
    told = {"what": What.AREAS.value, "area": area, "inspection": inspection, "status": "no_cycle"}
    return {**dict.fromkeys(_COLUMNS), **told}


def _tell_strangers(strangers: Strangers) -> Exit:
    """Name the areas of which nobody keeps the cycle. The rest of the list is right."""
    for area, names in strangers.items():
        sys.stderr.write(
            f"inspections: {area} is in no register, so nobody keeps its cycle, and there is something of it "
            f"in {', '.join(names)}; enter_area enters it\n"
        )
    return Exit.INTEGRITY if strangers else Exit.DONE
