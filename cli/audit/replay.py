"""Auditors: the state folded from the ledger, as it is seen from a point in time."""

from datetime import date
from typing import Annotated, Any

from cyclopts import Parameter

from audit.difference import Step, steps
from audit.points import Look, Point
from cli.access import note, reading
from cli.audit.differences import (
    Told,
    deed_as_data,
    difference_as_data,
    owed_in_words,
    print_deed,
    print_difference,
)
from cli.audit.everything import replay_all
from cli.audit.points import left_out_as_data, print_left_out
from cli.exits import Exit
from cli.looking import look, look_as_data, print_look
from cli.output import Format, console, print_hanging, print_json
from domain.errors import MalformedError
from domain.rulebook import Rulebook
from domain.values import StreamName
from workers.stores import Stores

Flag = Annotated[bool, Parameter(negative=())]


async def replay(
    name: StreamName | None = None,
    /,
    *,
    all: Flag = False,
    as_at: date | None = None,
    known: date | None = None,
    at_version: int | None = None,
    step: Flag = False,
    format: Format = Format.TABLE,
    rehearsal: Flag = False,
) -> Exit:
    """Fold one stream from the ledger and show it as it is seen from a point in time, or fold all of them.

    Each deadline comes with its arithmetic, and how it stood then. All of them are compared with the stored
    worklist; whatever is stored otherwise is named, and the exit code is 4.

    Parameters
    ----------
    name
        Such as SFK-2023-F1, SFK, THEMATIC-2025 or PROGRAMME.
    all
        Every stream of the ledger, as it is now.
    as_at
        What had happened by the end of this day, as far as is known today, or was on the day of --known.
    known
        What was recorded by the end of this day.
    at_version
        The stream up to this version.
    step
        Walk through it entry by entry: who decided what, and what is different after it.
    format
        table for people, json for scripts.
    rehearsal
        That of the newest rehearsal.
    """
    point = Point(as_at, known, at_version)
    if all:
        if name or step or point != Point():
            raise MalformedError("--all folds every stream as it is now; accepted beside it is --format")
        return await replay_all(format, rehearsal=rehearsal)
    if name is None:
        raise MalformedError("nothing is named; accepted is a name such as SFK-2023-F1, or --all")
    async with reading(rehearsal=rehearsal) as stores:
        seen = await look(stores, name, point)
        if step:
            await _walk(seen, stores, point, format)
        elif format is Format.JSON:
            data = await look_as_data(seen, stores)
            print_json({**data, "seen": point.in_words, "left_out": left_out_as_data(seen.left_out)})
        else:
            console().print(f"{name} {point.in_words}", markup=False)
            print_left_out(seen.left_out)
            await print_look(seen, stores, skipped=True)
        await note(stores, "replay", {"of": name})
    return Exit.DONE


async def _walk(seen: Look, stores: Stores, point: Point, format: Format) -> None:
    walked = tuple(steps(Rulebook.released(), seen))
    told = await Told.of(stores, [step.deed for step in walked])
    if format is Format.JSON:
        print_json([_step_as_data(step, told) for step in walked])
        return
    console().print(f"{seen.name} {point.in_words}, step by step", markup=False)
    print_left_out(seen.left_out)
    for step in walked:
        print_deed(step.deed, told)
        print_difference(step.difference)
        if step.difference.owed_changed:
            print_hanging("    owed: ", owed_in_words(step.difference.owed) or "nothing")


def _step_as_data(step: Step, told: Told) -> dict[str, Any]:
    return {**deed_as_data(step.deed, told), **difference_as_data(step.difference)}
