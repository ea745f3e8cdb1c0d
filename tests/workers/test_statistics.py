"""The statistics from a ledger, as at any day."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from domain.errors import MalformedError
from domain.london import london_date
from domain.streams import StreamKind
from domain.values import Outcome
from eventstore.codecs import CODEC, CODECS
from eventstore.envelope import Provenance
from eventstore.ledger import Append, Ledger
from eventstore.memory import MemoryLedger
from tests.domain.area.story import Story as Area
from tests.domain.inspection.story import RULES, Story
from tests.eventstore.making import body
from workers.statistics import count

PROVENANCE = Provenance(command_id=UUID(int=1), correlation_id=UUID(int=2), causation_id=UUID(int=3))


async def record(ledger: Ledger, stream: str, *bodies: str, at: datetime | None = None) -> None:
    await ledger.append([Append(stream, uuid4(), bytes(32), 0, "{}", "{}", bodies, at)])


async def keep(ledger: Ledger, story: Story) -> None:
    """Record all of a story at once: now, or in a rehearsal at the moment that the story is at."""
    bodies = [CODEC.encode(event, PROVENANCE) for event in story.events]
    await record(ledger, story.inspection, *bodies, at=story.now if ledger.rehearsal else None)


@pytest.fixture
async def ledger() -> MemoryLedger:
    """A ledger of three inspections, with a review between them: one closed, one withdrawn, one under way."""
    ledger = MemoryLedger()
    await keep(ledger, Story(inspection="SRY-2023-F1").until("inspection_closed"))
    await record(ledger, "THEMATIC-2023", body(occurred_at="2023-09-11T12:00:00Z"))
    withdrawn = Story(inspection="SRY-2023-F2").until("area_notified")
    await keep(ledger, withdrawn.do("withdraw_inspection", reason="programme_changed"))
    again = Story(inspection="SRY-2025-F1", outcome="1", notified=date(2025, 9, 8))
    await keep(ledger, again.until("report_published"))
    return ledger


async def test_what_is_published_counts_and_other_streams_are_passed_by(ledger: MemoryLedger) -> None:
    """A review's stream is none of an inspection, and cannot be read as one."""
    found = (await count(ledger, RULES)).statistics
    assert {year: [*counts.values()] for year, counts in found.by_year.items()} == {
        2023: [0, 1, 0],
        2025: [1, 0, 0],
    }
    assert found.reinspections == ("SRY-2025-F1",)
    assert found.publication_working_days is not None
    assert found.publication_working_days.median == 40


async def test_a_day_looks_back_by_when_things_happened(ledger: MemoryLedger) -> None:
    """All was recorded today. As at the day of publication a report counts, not as at the day before."""
    published = Story().day(54)
    before = await count(ledger, RULES, as_at=published - timedelta(days=1))
    assert (before.statistics.by_year, before.on) == ({}, published - timedelta(days=1))
    on_the_day = await count(ledger, RULES, as_at=published)
    assert on_the_day.statistics.by_outcome[Outcome.INCONSISTENT] == 1


async def test_a_plan_is_late_until_it_has_come(ledger: MemoryLedger) -> None:
    """In between it is listed, whatever has become of it since."""
    story = Story(inspection="SRY-2023-F9").until("report_published")
    due, came = story.deadlines[-1].due, story.day(100)
    await keep(ledger, story.wait(came).do("publish_strategic_plan"))
    for on, days in ((due, None), (story.day(1, after=due), 1), (story.day(99), 10), (came, None)):
        late = (await count(ledger, RULES, as_at=on)).statistics.late
        assert [(one.inspection, one.due, one.working_days) for one in late] == (
            [] if days is None else [("SRY-2023-F9", due, days)]
        )


async def test_monitoring_is_due_no_more_when_it_is_known_that_others_take_the_areas_place() -> None:
    """Before that was decided it was due, as its cycle said too."""
    ledger = MemoryLedger()
    await keep(ledger, Story(outcome="3").until("report_published"))
    decided = date(2025, 1, 15)
    area = Area("SRY", decided).entered(at=date(2023, 1, 2)).do("replace_area", since=date(2025, 4, 1))
    bodies = [CODECS[StreamKind.AREA].encode(event, PROVENANCE) for event in area.events]
    await record(ledger, "SRY", *bodies)
    for on, due in ((decided - timedelta(days=1), 1), (decided, 0)):
        assert len((await count(ledger, RULES, as_at=on)).statistics.monitoring) == due


async def test_the_later_the_day_the_more_is_published(ledger: MemoryLedger) -> None:
    """Nothing that was published is ever taken back."""
    first = date(2023, 8, 1)
    before = dict.fromkeys(Outcome, 0)
    for weeks in range(150):
        found = (await count(ledger, RULES, as_at=first + timedelta(weeks=weeks))).statistics
        assert all(found.by_outcome[one] >= before[one] for one in Outcome)
        before = dict(found.by_outcome)
    assert sum(before.values()) == 2


async def test_a_day_to_come_is_refused(ledger: MemoryLedger) -> None:
    """Today can be asked for, and is as by now."""
    today = london_date(datetime.now(UTC))
    with pytest.raises(MalformedError, match="accepted is a day up to"):
        await count(ledger, RULES, as_at=today + timedelta(days=2))
    assert (await count(ledger, RULES, as_at=today)).statistics == (await count(ledger, RULES)).statistics


async def test_in_a_rehearsal_nothing_is_late_after_it_was_last_heard_of() -> None:
    """Nobody rehearsed what came then. Otherwise it is counted as at the rehearsal's end, or any day."""
    ledger = MemoryLedger(rehearsal=True)
    assert (await count(ledger, RULES)).statistics.by_year == {}
    story = Story().until("report_published")
    await keep(ledger, story)
    assert (await count(ledger, RULES)).on == london_date(story.now)
    long_after = await count(ledger, RULES, as_at=date(2030, 1, 1))
    assert (long_after.on, long_after.statistics.late) == (date(2030, 1, 1), ())

    missed = Story(inspection="SRY-2023-F2").until("report_published")
    due = missed.deadlines[-1].due
    await keep(ledger, missed.wait(missed.day(1, after=due)))
    (late,) = (await count(ledger, RULES, as_at=missed.day(9, after=due))).statistics.late
    assert (late.inspection, late.working_days) == ("SRY-2023-F2", 9)


async def test_progress_is_told_by_the_page() -> None:
    """How many inspections are done, out of how many."""
    ledger = MemoryLedger()
    story = Story().until("inspection_planned")
    bodies = [CODEC.encode(event, PROVENANCE) for event in story.events]
    for number in range(100, 350):
        await record(ledger, f"SRY-2{number}-F1", *bodies)
    told: list[tuple[int, int]] = []
    await count(ledger, RULES, progress=lambda done, of: told.append((done, of)))
    assert told == [(200, 250), (250, 250)]
