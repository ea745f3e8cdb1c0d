"""Which inspections are wanted, and in which order they choose their weeks."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from domain.area.cycle import Next, inspections_to_come
from domain.area.register import is_replaced
from domain.area.state import BroughtForward, Entered, State
from domain.rulebook import Rulebook
from domain.values import AreaCode, Kind


@dataclass(frozen=True, slots=True)
class Wish:
    """An inspection that an area is to have.

    `coming`: what is due; none if the area was never inspected and nothing asks for a day. `forward`: the
    intelligence that brings it forward, if any does.
    """

    area: AreaCode
    state: State
    kind: Kind
    coming: Next | None
    forward: BroughtForward | None

    @property
    def due(self) -> date | None:
        """The day by which it is due."""
        return self.coming.target if self.coming else None

    def opens_by(self, day: date) -> bool:
        """Say whether its window has opened by a day. Where there is none, it always has."""
        return self.coming is None or self.coming.opens <= day

    def closed_before(self, day: date) -> bool:
        """Say whether its window has closed before a day."""
        return self.coming is not None and self.coming.closes < day


def wishes(rules: Rulebook, areas: Mapping[AreaCode, State], since: date, until: date) -> tuple[Wish, ...]:
    """List the wishes of areas that nobody has replaced by a day and whose window opens by another.

    The most urgent comes first.

    Those that intelligence brings forward, then those that are due, each by their due day; at the end the
    areas that were never inspected, which no day asks for.
    """
    found = (
        wish
        for area, state in areas.items()
        if not is_replaced(state, since)
        for wish in _of(rules, area, state)
    )
    return tuple(sorted((one for one in found if one.opens_by(until)), key=_urgency))


def _of(rules: Rulebook, area: AreaCode, state: State) -> Iterator[Wish]:
    if state.one(Entered) is None:
        return
    coming = inspections_to_come(rules, state)
    for kind in Kind:
        first = next((one for one in coming if one.kind is kind), None)
        if first:
            yield Wish(area, state, kind, first, _brought_forward(state, first))
    if not coming and _is_never_inspected(state):
        yield Wish(area, state, Kind.FULL, None, None)


def _brought_forward(state: State, coming: Next) -> BroughtForward | None:
    if coming.kind is not Kind.FULL:
        return None
    known = state.all(BroughtForward)
    return next((one for one in known if (one.on, one.due_by) == (coming.opens, coming.target)), None)


def _is_never_inspected(state: State) -> bool:
    """One whose report is awaited has been inspected."""
    return not any(
        one.kind is Kind.FULL and one.begun_on and not one.withdrawn for one in state.news.values()
    )


def _urgency(wish: Wish) -> tuple[bool, date, AreaCode, Kind]:
    return wish.forward is None, wish.due or date.max, wish.area, wish.kind
