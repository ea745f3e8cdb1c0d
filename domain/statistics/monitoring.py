"""The monitoring inspections that outcome 3 has brought: due, overdue, and made."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from domain.area.cycle import next_inspections
from domain.area.matters import NewsMatter
from domain.area.register import is_replaced
from domain.area.state import State, initial
from domain.rulebook import Rulebook
from domain.values import AreaCode, InspectionId, Kind


@dataclass(frozen=True, slots=True)
class Monitoring:
    """A monitoring inspection that has become due: after which inspection, by when, and when it began."""

    area: AreaCode
    after: InspectionId
    due: date
    begun_on: date | None
    overdue: bool


def monitoring(
    rules: Rulebook, news: Iterable[NewsMatter], areas: Mapping[AreaCode, State], on: date
) -> tuple[Monitoring, ...]:
    """List what was due at the end of a day in London, in the order of the due days.

    What an area's own record says counts too: when others have its place, it owes nothing any more.
    """
    of_area: dict[AreaCode, dict[InspectionId, NewsMatter]] = defaultdict(dict)
    for one in news:
        of_area[one.inspection[:3]][one.inspection] = one
    found = [
        Monitoring(area, one.after, one.target, one.met_on, overdue=one.met_on is None and one.target < on)
        for area, known in of_area.items()
        for one in next_inspections(rules, replace(areas.get(area, initial()), news=known))
        if one.kind is Kind.MONITORING and one.after and not one.void and one.superseded_on is None
        if one.met_on or not is_replaced(areas.get(area, initial()), on)
    ]
    return tuple(sorted(found, key=lambda one: (one.due, one.area)))
