"""What is owed and proposed from the ledger: by what had happened, whenever somebody heard of it."""

from datetime import date
from uuid import uuid4

import pytest

from audit.points import Point
from domain.area.cycle import inspections_to_come
from domain.area.news import news_of
from domain.events import DomainEvent
from domain.london import at_time
from domain.programme.owed import What
from domain.streams import PROGRAMME, require_kind
from domain.values import Period
from eventstore.codecs import CODECS
from eventstore.ledger import Append
from eventstore.memory import MemoryLedger
from tests.domain.area.story import RULES, Story
from tests.domain.inspection.story import Story as Inspection
from tests.domain.national.story import Story as Country
from tests.domain.thematic.story import Story as Review
from tests.workers.test_statistics import PROVENANCE
from workers.looking import look_at
from workers.programme import list_owed, propose

MONDAY, TUESDAY, WEDNESDAY = date(2023, 11, 27), date(2023, 11, 28), date(2023, 11, 29)


async def _keep(ledger: MemoryLedger, stream: str, events: list[DomainEvent]) -> None:
    bodies = tuple(CODECS[require_kind(stream)].encode(event, PROVENANCE) for event in events)
    at = max(event.occurred_at for event in events) if ledger.rehearsal else None
    await ledger.append([Append(stream, uuid4(), bytes(32), 0, "{}", "{}", bodies, at)])


@pytest.fixture
def published() -> Inspection:
    """Surrey, of which the report is published on a Monday."""
    story = Inspection().until("final_report_received").wait(MONDAY)
    return story.do("release_report").do("confirm_publication")


async def _owed(ledger: MemoryLedger, day: date | None) -> list[date]:
    found = await list_owed(ledger, RULES, as_at=day)
    return [one.due for one in found.owed if one.what is What.FULL]


async def _shown(ledger: MemoryLedger, day: date | None) -> list[date]:
    look = await look_at(ledger, "SRY", Point(day))
    assert look is not None
    return [one.target for one in inspections_to_come(RULES, look.state)]


async def test_what_happened_on_monday_counts_from_monday_though_the_cycle_heard_on_wednesday(
    published: Inspection,
) -> None:
    """What is due as at Tuesday is what the area's page as at Tuesday says, and what was true."""
    area = Story(today=date(2023, 9, 1)).entered()
    area.now = at_time(WEDNESDAY, area.now.time())
    area.do("hear_of_inspections", news=[news_of(published.inspection, published.state)])
    ledger = MemoryLedger()
    await _keep(ledger, "SRY", [*area.events])
    await _keep(ledger, published.inspection, [*published.events])
    sunday = date(2023, 11, 26)
    for day, due in ((sunday, []), *((day, [date(2026, 11, 27)]) for day in (MONDAY, TUESDAY, WEDNESDAY))):
        assert await _owed(ledger, day) == await _shown(ledger, day) == due


async def test_a_pause_over_a_scheduled_week_is_listed_though_no_cycle_has_heard_of_it() -> None:
    """As at the day on which it was decided, and not as at the day before; struck, it never was."""
    area = Story().entered().do("schedule_inspection")
    pause = {"kind": "full", "first": date(2026, 3, 20)}
    country = Country().do("pause_scheduling", **pause, reason="national_emergency")
    paused, struck = [*country.events], [*country.do("strike_pause", pause=pause).events]
    for told, weeks in ((paused, ["SRY-2026-F1"]), (struck, [])):
        ledger = MemoryLedger(rehearsal=True)
        await _keep(ledger, "SRY", [*area.events])
        await _keep(ledger, PROGRAMME, [*told])
        for day, listed in ((date(2026, 3, 1), []), (date(2026, 3, 2), weeks)):
            found = (await list_owed(ledger, RULES, as_at=day)).owed
            assert [one.inspection for one in found if one.what is What.WEEKS] == listed


async def test_a_concern_about_an_area_in_no_register_is_listed_with_who_nobody_looks_after() -> None:
    """No cycle hears of it. As at a day before the area was chosen, nothing was wrong."""
    review = Review().until("begin_review_visit").do("raise_concern", area="SFK")
    ledger = MemoryLedger()
    await _keep(ledger, "SRY", [*Story(today=date(2023, 2, 1)).entered().events])
    await _keep(ledger, review.review, [*review.events])
    found = await list_owed(ledger, RULES)
    assert found.strangers == {"SFK": ("THEMATIC-2023",)}
    assert (await list_owed(ledger, RULES, as_at=date(2023, 2, 19))).strangers == {}


async def test_a_cycle_that_has_heard_of_nothing_yet_hides_nothing(published: Inspection) -> None:
    """Nobody has woken it. What is due, what the page says and what is proposed come from the inspection."""
    ledger = MemoryLedger(rehearsal=True)
    await _keep(ledger, "SRY", [*Story(today=date(2023, 9, 1)).entered().events])
    await _keep(ledger, published.inspection, [*published.events])
    assert await _owed(ledger, None) == await _shown(ledger, None) == [date(2026, 11, 27)]
    autumn = Period(first=date(2026, 9, 7), last=date(2026, 10, 16))
    (proposal,) = (await propose(ledger, RULES, autumn, weekly=2)).programme.proposals
    assert (proposal.inspection, proposal.due) == ("SRY-2026-F1", date(2026, 11, 27))
