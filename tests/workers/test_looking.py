"""Looking at a stream: as it stands now, and as it stood at the end of a day."""

from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest

from audit.points import Point
from domain.area.cycle import published
from domain.errors import MalformedError
from domain.events import DomainEvent
from domain.inspection.progress import stage
from domain.streams import require_kind
from eventstore.codecs import CODECS
from eventstore.envelope import Provenance
from eventstore.ledger import Append
from eventstore.memory import MemoryLedger
from tests.domain.area.story import Story as AreaStory
from tests.domain.inspection.story import Story
from tests.domain.thematic.story import Story as ReviewStory
from workers.looking import look_at

PROVENANCE = Provenance(command_id=UUID(int=1), correlation_id=UUID(int=2), causation_id=UUID(int=3))
ENTERED = date(2023, 1, 9)


async def _keep(ledger: MemoryLedger, stream: str, events: list[DomainEvent]) -> None:
    bodies = tuple(CODECS[require_kind(stream)].encode(event, PROVENANCE) for event in events)
    await ledger.append([Append(stream, uuid4(), bytes(32), 0, "{}", "{}", bodies)])


@pytest.fixture
async def ledger() -> MemoryLedger:
    """A ledger of an area, its inspection of 2023, and a review; all of it recorded today."""
    ledger = MemoryLedger()
    area = AreaStory().entered(at=ENTERED).do("record_intervention", at=date(2024, 6, 3))
    await _keep(ledger, "SRY", [*area.events])
    await _keep(ledger, "SRY-2023-F1", [*Story(inspection="SRY-2023-F1").until("report_published").events])
    review = ReviewStory().do("plan_review")
    await _keep(ledger, review.review, [*review.events])
    return ledger


async def test_an_inspection_is_seen_as_it_stood_on_a_day(ledger: MemoryLedger) -> None:
    """All was recorded at once; what had not happened by then is not there."""
    look = await look_at(ledger, "SRY-2023-F1", Point(as_at=Story().day(0)))
    now = await look_at(ledger, "SRY-2023-F1", Point())
    assert look is not None
    assert now is not None
    assert (stage(look.state), stage(now.state)) == ("notified", "follow_up")
    assert len(look.entries) < len(now.entries)


async def test_an_area_knows_as_at_a_day_what_its_inspections_had_come_to(ledger: MemoryLedger) -> None:
    """Whether its process has told it or not: the day counts, and not when somebody heard of it."""
    published_on = Story().day(54)
    before = await look_at(ledger, "SRY", Point(as_at=published_on - timedelta(days=1)))
    after = await look_at(ledger, "SRY", Point(as_at=published_on))
    assert before is not None
    assert after is not None
    assert (published(before.state), [one.inspection for one in published(after.state)]) == (
        (),
        ["SRY-2023-F1"],
    )
    assert len(after.entries) == 1, "what DfE did in 2024 is not seen in 2023"


async def test_what_had_not_begun_is_not_there(ledger: MemoryLedger) -> None:
    """Nor is a day that is still to come."""
    assert await look_at(ledger, "SRY", Point(as_at=ENTERED - timedelta(days=1))) is None
    assert await look_at(ledger, "ZZZ", Point()) is None
    with pytest.raises(MalformedError, match="still to come"):
        await look_at(ledger, "SRY", Point(as_at=date(2999, 1, 1)))
