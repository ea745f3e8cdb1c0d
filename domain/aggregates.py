"""Everything that has streams of its own in the ledger."""

from typing import Any, Final

from domain.aggregate import Aggregate
from domain.area.aggregate import AREAS
from domain.inspection.aggregate import INSPECTIONS
from domain.national.aggregate import PROGRAMME
from domain.streams import StreamKind, require_kind
from domain.thematic.aggregate import REVIEWS

AGGREGATES: Final[dict[StreamKind, Aggregate[Any, Any, Any]]] = {
    StreamKind.INSPECTION: INSPECTIONS,
    StreamKind.AREA: AREAS,
    StreamKind.THEMATIC_REVIEW: REVIEWS,
    StreamKind.PROGRAMME: PROGRAMME,
}


def aggregate_of(stream: str) -> Aggregate[Any, Any, Any]:
    """Return what a stream is a stream of.

    Raises:
        MalformedError: by its name it is none of ours.
    """
    return AGGREGATES[require_kind(stream)]
