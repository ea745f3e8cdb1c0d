"""Everybody: one inspection, one area, one thematic review, or the programme."""

from datetime import date
from typing import Annotated

from cyclopts import Parameter

from audit.points import Point
from cli.access import reading
from cli.looking import look, look_as_data, print_look
from cli.output import Format, print_json
from domain.values import StreamName


async def show(
    name: StreamName,
    /,
    *,
    as_at: date | None = None,
    skipped: Annotated[bool, Parameter(negative=())] = False,
    format: Format = Format.TABLE,
    rehearsal: Annotated[bool, Parameter(negative=())] = False,
) -> None:
    """Show where one inspection, area or thematic review stands, what has happened, what is due and why.

    Parameters
    ----------
    name
        Such as SFK-2023-F1, SFK, THEMATIC-2025 or PROGRAMME.
    as_at
        What had happened by the end of this day, as far as is known today; otherwise by now.
    skipped
        Of an inspection, name each day that was not counted.
    format
        table for people, json for scripts.
    rehearsal
        That of the newest rehearsal.
    """
    async with reading(rehearsal=rehearsal) as stores:
        seen = await look(stores, name, Point(as_at=as_at))
        if format is Format.JSON:
            print_json(await look_as_data(seen, stores))
        else:
            await print_look(seen, stores, skipped=skipped)
