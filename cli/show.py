"""Everybody: one inspection, one area, one thematic review, or the programme."""

from datetime import date
from typing import Annotated

from cyclopts import Parameter

from cli.access import not_here, reading
from cli.area import show_area
from cli.case import show_inspection
from cli.output import Format
from cli.programme_view import show_programme
from cli.review import show_review
from domain.errors import NotFoundError
from domain.streams import StreamKind, require_kind
from domain.values import StreamName
from workers.looking import look_at


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
        look = await look_at(stores.ledger, name, as_at)
        if look is None:
            if as_at and await stores.ledger.read_stream(name, up_to=1):
                raise NotFoundError(f"nothing of {name} had happened by {as_at}")
            raise not_here(name)
        match require_kind(name):
            case StreamKind.INSPECTION:
                await show_inspection(look, stores, skipped=skipped, format=format)
            case StreamKind.AREA:
                await show_area(look, stores, format=format)
            case StreamKind.THEMATIC_REVIEW:
                await show_review(look, stores, format=format)
            case StreamKind.PROGRAMME:
                await show_programme(look, format=format)
