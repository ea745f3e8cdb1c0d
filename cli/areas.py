"""Coordinators: the register of areas as a whole, loaded from a file, listed, and told what concerns many."""

import sys
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

from cyclopts import App, Parameter

from cli.access import acting
from cli.deed import Decided
from cli.exits import Exit
from cli.many import exit_of_all, say_refused, tell_many, told_as_data
from cli.output import Format, console, in_words, print_hanging, print_json, print_table
from cli.register import list_areas
from domain.errors import MalformedError, NotFoundError
from domain.london import london_date
from domain.programme.owed import Owed, What
from domain.rulebook import Rulebook
from domain.streams import StreamKind, kind_of
from domain.values import AreaCode
from workers.areas import read_areas
from workers.programme import list_owed
from workers.reading import moment_as_at
from workers.register import (
    Difference,
    Register,
    differences,
    read_register,
    to_enter,
    to_poll,
    to_replace,
    to_take_over,
)
from workers.reviews import read_reviews, to_have_election
from workers.telling import Told

app = App(name="areas", help="The register of areas.")
app.command(list_areas, name="list")

Several = Annotated[tuple[AreaCode, ...], Parameter(negative=(), consume_multiple=True)]


@app.command
async def load(file: Path, /, *, decided: Decided) -> Exit:
    """Enter the areas of a file that are not in the register yet, each with a process of its own.

    Nothing is entered if any row is wrong, and what is in the register is never changed. A load that was
    broken off is called again. Each area of the file also gets the general elections that other areas have.

    Parameters
    ----------
    file
        CSV with the columns area, name, gss, region, start_date and replaces.
    """
    rows = read_areas(file)
    async with acting(rehearsal=decided.rehearsal) as (desk, stores):
        register = await read_register(stores.ledger)
        today = london_date(await moment_as_at(stores.ledger, None))
        there = [one for row in rows if (one := register.get(row.area)) and one.entered]
        by_area = {row.area: row for row in rows}
        differing = [one for known in there for one in differences(known, by_area[known.area], today)]
        told = await tell_many(desk, stores, to_enter(register, rows), decided, of="areas")
    return _say_loaded(told, [one.area for one in there], differing, decided.format)


def _say_loaded(
    told: Sequence[Told], there: Sequence[AreaCode], differing: Sequence[Difference], format: Format
) -> Exit:
    entered = [one.stream for one in told if one.command["type"] == "enter_area" and not one.answer.refused]
    if format is Format.JSON:
        found = {
            "entered": entered,
            "there": list(there),
            "differences": [one._asdict() for one in differing],
        }
        print_json({**found, **told_as_data(told)})
        return exit_of_all(told)
    differ = len({one.area for one in differing})
    console().print(
        f"{len(entered)} entered, {len(there)} there already, {differ} of these differ from the file"
    )
    if differing:
        print_table(("area", "what", "in the register", "in the file"), differing)
        console().print("Nothing of it was changed: `inspections record AREA …` does, if the file is right.")
    _say_elections(told)
    return say_refused(told)


def _say_elections(told: Sequence[Told]) -> None:
    days = sorted({one.command["polls_on"] for one in told if _is_polls(one) and not one.answer.refused})
    if days:
        console().print(f"With the general election of {', '.join(days)}, as other areas have it")


def _is_polls(one: Told) -> bool:
    return bool(one.command["type"] == "set_polls")


@app.command
async def replace(*old: AreaCode, by: Several, since: date, decided: Decided) -> Exit:
    """Have areas take the place of others. Both sides are told: each stream has its own.

    A call that was broken off is called again.

    Parameters
    ----------
    old
        The areas that are replaced, such as SFK.
    by
        The areas that take their place; they are in the register.
    since
        The first day of those that take the place.
    """
    if not old or set(old) & set(by):
        raise MalformedError("areas replace: accepted are one or more areas, and others after --by")
    async with acting(rehearsal=decided.rehearsal) as (desk, stores):
        register = await read_register(stores.ledger)
        _require_entered(register, old, by, since)
        told = await tell_many(desk, stores, to_replace(register, old, by, since), decided, of="areas")
        if not any(one.answer.refused for one in told):
            told += await tell_many(desk, stores, to_take_over(register, old, by, since), decided, of="areas")
        found = await list_owed(stores.ledger, Rulebook.released())
        weeks = [one for one in found.owed if one.what is What.WEEKS and one.area in old]
    _warn_of(weeks)
    if decided.format is Format.JSON:
        print_json(told_as_data(told))
        return exit_of_all(told)
    for one in told:
        if not one.answer.refused:
            print_hanging(f"{one.stream}  ", _replacement_in_words(one.command))
    if not told:
        console().print("All of them know it already.")
    return say_refused(told)


def _warn_of(weeks: Sequence[Owed]) -> None:
    """Name the inspections that cannot be as they are planned. Nobody but a person moves them."""
    for one in weeks:
        sys.stderr.write(
            f"inspections: {one.inspection} is planned on site from {one.due} on ({in_words(one.kind)}): "
            "defer_inspection or withdraw_inspection, or strike_entry if it is not opened yet; "
            "`inspections due --what weeks` lists it until then\n"
        )


def _replacement_in_words(command: Mapping[str, Any]) -> str:
    if command["type"] == "replace_area":
        return f"is replaced by {', '.join(command['successors'])} from {command['since']} on"
    return f"takes the place of {', '.join(command['predecessors'])} from {command['since']} on"


def _require_entered(
    register: Register, old: Sequence[AreaCode], new: Sequence[AreaCode], since: date
) -> None:
    def unknown(areas: Sequence[AreaCode]) -> list[AreaCode]:
        return [area for area in areas if not (area in register and register[area].entered)]

    if missing := unknown(new):
        area = missing[0]
        raise NotFoundError(
            f"{', '.join(missing)} is not in the register, and nobody was told; accepted after entering it: "
            f"inspections record {area} enter_area --name … --region … --authority la-{area.lower()} "
            f"--since {since} {' '.join(f'--predecessors {one}' for one in old)} --decided-by …"
        )
    if missing := unknown(old):
        raise NotFoundError(
            f"{', '.join(missing)} is not in the register, and nobody was told; accepted are areas that "
            "`inspections areas list` lists"
        )


@app.command
async def poll(*, on: date, kind: Literal["general"], decided: Decided) -> Exit:
    """Set a general election for every area that is open on its day, and for every open thematic review.

    An area that is entered later gets it by `inspections areas load`, or by
    `inspections record AREA set_polls`. For a review that is planned later, call this again: nobody is told
    twice.

    Parameters
    ----------
    on
        The day of the election.
    kind
        Local polls concern one area: inspections record AREA set_polls.
    """
    async with acting(rehearsal=decided.rehearsal) as (desk, stores):
        register = await read_register(stores.ledger)
        reviews = await read_reviews(stores.ledger)
        told = await tell_many(desk, stores, to_poll(register, on), decided, of="areas")
        told += await tell_many(desk, stores, to_have_election(reviews, on), decided, of="thematic reviews")
    if decided.format is Format.JSON:
        print_json(told_as_data(told))
        return exit_of_all(told)
    done = [kind_of(one.stream) for one in told if not one.answer.refused]
    areas, reviews_told = done.count(StreamKind.AREA), done.count(StreamKind.THEMATIC_REVIEW)
    console().print(
        f"The {kind} election of {on} is set for {areas} more areas and {reviews_told} more thematic reviews."
    )
    console().print("`inspections areas load` sets it for areas that it enters; set it for others by hand.")
    console().print("Call this again when a thematic review is planned before that day.")
    return say_refused(told)
