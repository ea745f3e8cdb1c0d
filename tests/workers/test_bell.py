"""Whom the bell wakes: the cycles that something concerns, and no others."""

from collections.abc import Sequence
from typing import Any, cast
from uuid import uuid4

import pytest

from domain.area.news import PAUSES_TOLD_BY, pauses_of
from domain.events import DomainEvent, event_type
from domain.national import evolve, initial
from domain.streams import require_kind
from eventstore.codecs import CODECS
from eventstore.ledger import Append
from eventstore.memory import MemoryLedger
from tests.domain.area.story import Story as Area
from tests.domain.inspection.story import Story as Inspection
from tests.domain.national.golden import one_of_each
from tests.domain.thematic.story import Story as Review
from tests.workers.test_statistics import PROVENANCE
from workers.bell import Bell
from workers.desk import Desk

AREAS = ["ESS", "SFK", "SRY"]


class _Woken:
    """A desk that remembers who was woken."""

    def __init__(self) -> None:
        self.areas: list[str] = []

    async def have_look(self, stream: str) -> None:
        self.areas.append(stream)


async def _keep(ledger: MemoryLedger, stream: str, events: Sequence[DomainEvent]) -> None:
    bodies = tuple(CODECS[require_kind(stream)].encode(event, PROVENANCE) for event in events)
    await ledger.append([Append(stream, uuid4(), bytes(32), 0, "{}", "{}", bodies)])


@pytest.fixture
async def ledger() -> MemoryLedger:
    """A ledger of three areas."""
    ledger = MemoryLedger()
    for area in AREAS:
        await _keep(ledger, area, Area(area).entered(authority=f"la-{area.lower()}").events)
    return ledger


async def _woken(ledger: MemoryLedger, stream: str, events: Sequence[DomainEvent]) -> list[str]:
    """Record a stream, and say whom its last event wakes."""
    await _keep(ledger, stream, events)
    desk = _Woken()
    await Bell(ledger, cast(Desk, desk)).prepare([(await ledger.read_stream(stream))[-1]])
    return sorted(desk.areas)


@pytest.mark.parametrize("name", sorted(one_of_each()))
async def test_of_the_programme_only_pauses_wake_anybody_and_they_wake_all(
    ledger: MemoryLedger, name: str
) -> None:
    """That the programme begins, or that a review was planned, concerns no area."""
    woken = await _woken(ledger, "PROGRAMME", [one_of_each()[name]])
    assert woken == (AREAS if name in PAUSES_TOLD_BY else [])


def test_whatever_changes_the_pauses_that_areas_read_wakes_them() -> None:
    """A type that were missing would be heard of a day late."""
    state, telling = initial(), set()
    for event in one_of_each().values():
        after = evolve(state, event)
        telling |= {event_type(event)} if pauses_of(after) != pauses_of(state) else set()
        state = after
    assert telling == PAUSES_TOLD_BY


async def test_a_concern_wakes_its_area_when_it_is_raised_and_when_it_is_struck(ledger: MemoryLedger) -> None:
    """Nothing else in a review concerns an area's cycle."""
    review = Review().until("begin_review_visit")
    assert await _woken(ledger, review.review, review.events) == []
    review.do("raise_concern", area="SFK")
    assert await _woken(MemoryLedger(), review.review, review.events) == ["SFK"]
    review.rectify("concern_raised", "1")
    assert await _woken(MemoryLedger(), review.review, review.events) == ["SFK"]


async def test_an_inspection_wakes_its_area_by_what_the_cycle_hears_of(ledger: MemoryLedger) -> None:
    """Not by every step in between."""
    planned: Any = Inspection().until("inspection_planned")
    assert await _woken(ledger, planned.inspection, planned.events) == ["SRY"]
    assert await _woken(MemoryLedger(), planned.inspection, planned.until("team_appointed").events) == []
