"""Auditors: what changed in a stream between two points, who decided it and by which authority."""

from datetime import date
from typing import Annotated, Any

from cyclopts import Parameter

from audit.deeds import Deed
from audit.difference import Difference, deeds_between, difference
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
from cli.audit.points import left_out_as_data, print_left_out
from cli.looking import look
from cli.output import Format, console, print_hanging, print_json
from domain.errors import MalformedError
from domain.rulebook import Rulebook
from domain.values import StreamName

Flag = Annotated[bool, Parameter(negative=())]


async def diff(
    name: StreamName,
    a: int | date,
    b: int | date,
    /,
    *,
    known: Flag = False,
    format: Format = Format.TABLE,
    rehearsal: Flag = False,
) -> None:
    """Say what changed in one stream between two points, who decided it and by which authority.

    Parameters
    ----------
    name
        Such as SFK-2023-F1, SFK, THEMATIC-2025 or PROGRAMME.
    a
        The earlier point: a version such as 7, or a day such as 2024-01-19.
    b
        The later point: again a version, or again a day.
    known
        Days are those of the record: what was known by the end of each, and not what had happened.
    format
        table for people, json for scripts.
    rehearsal
        That of the newest rehearsal.
    """
    first, last = _points(a, b, known=known)
    async with reading(rehearsal=rehearsal) as stores:
        before, after = await look(stores, name, first), await look(stores, name, last)
        found = difference(Rulebook.released(), name, before.seen, after.seen)
        came, went = deeds_between(before, after)
        told = await Told.of(stores, (*came, *went))
        await note(stores, "diff", {"of": name})
    if format is Format.JSON:
        print_json(_as_data(before, after, found, came, went, told))
        return
    console().print(f"{name} {first.in_words}, and {last.in_words}", markup=False)
    print_left_out(after.left_out)
    print_difference(found)
    print_hanging("    owed: ", owed_in_words(found.owed) or "nothing")
    _print_deeds(came, went, told)


def _points(a: int | date, b: int | date, *, known: bool) -> tuple[Point, Point]:
    if isinstance(a, int) and isinstance(b, int):
        if known:
            raise MalformedError("--known goes with days; a version is one of the record already")
        points = Point(version=a), Point(version=b)
        backwards = a > b
    elif isinstance(a, date) and isinstance(b, date):
        points = (Point(known=a), Point(known=b)) if known else (Point(as_at=a), Point(as_at=b))
        backwards = a > b
    else:
        raise MalformedError(f"{a} and {b} are not of one sort; accepted are two versions or two days")
    if backwards:
        raise MalformedError(f"{b} comes before {a}; accepted is the earlier one first")
    return points


def _print_deeds(came: tuple[Deed, ...], went: tuple[Deed, ...], told: Told) -> None:
    for deed in came:
        print_deed(deed, told)
    if not came:
        console().print("No entry was added.")
    for deed in went:
        console().print("It is not seen any more:")
        print_deed(deed, told)


def _as_data(
    before: Look,
    after: Look,
    found: Difference,
    came: tuple[Deed, ...],
    went: tuple[Deed, ...],
    told: Told,
) -> dict[str, Any]:
    return {
        "stream": after.name,
        "from": {"version": before.state.version, "as_of": before.now.isoformat()},
        "to": {"version": after.state.version, "as_of": after.now.isoformat()},
        **difference_as_data(found),
        "entries": [deed_as_data(one, told) for one in came],
        "not_seen_any_more": [deed_as_data(one, told) for one in went],
        "left_out": left_out_as_data(after.left_out),
    }
