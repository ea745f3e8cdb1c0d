"""Everybody: whatever has a stream of its own, looked at from a point in time, for people and for scripts."""

from typing import Any

from audit.points import Look, Point
from cli.access import not_here
from cli.area import area_as_data, print_area
from cli.case import inspection_as_data, print_inspection
from cli.programme_view import print_programme, programme_as_data
from cli.review import print_review, review_as_data
from domain.errors import NotFoundError
from domain.streams import StreamKind, require_kind
from workers.looking import look_at
from workers.stores import Stores


async def look(stores: Stores, name: str, point: Point) -> Look:
    """Look at a stream from a point.

    Raises:
        NotFoundError: it is not there, or nothing of it is seen from there.
        MalformedError: a day is still to come.
    """
    found = await look_at(stores.ledger, name, point)
    if found is not None:
        return found
    if not await stores.ledger.read_stream(name, up_to=1):
        raise not_here(name)
    if point.known is None:
        raise NotFoundError(f"nothing of {name} had happened by {point.as_at}")
    happened = f" to have happened by {point.as_at}" if point.as_at else ""
    raise NotFoundError(f"nothing of {name} was known on {point.known}{happened}")


async def print_look(seen: Look, stores: Stores, *, skipped: bool) -> None:
    """Print where something stands, what has happened in it, what is due and why.

    Args:
        seen: what is looked at.
        stores: where the names and the texts lie.
        skipped: of an inspection, name each day that was not counted.
    """
    match require_kind(seen.name):
        case StreamKind.INSPECTION:
            await print_inspection(seen, stores, skipped=skipped)
        case StreamKind.AREA:
            await print_area(seen, stores)
        case StreamKind.THEMATIC_REVIEW:
            await print_review(seen, stores)
        case StreamKind.PROGRAMME:
            print_programme(seen)


async def look_as_data(seen: Look, stores: Stores) -> dict[str, Any]:
    """Write the same for scripts."""
    match require_kind(seen.name):
        case StreamKind.INSPECTION:
            return await inspection_as_data(seen, stores)
        case StreamKind.AREA:
            return area_as_data(seen)
        case StreamKind.THEMATIC_REVIEW:
            return await review_as_data(seen, stores)
        case StreamKind.PROGRAMME:
            return programme_as_data(seen)
