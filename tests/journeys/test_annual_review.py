"""The programme on the real engine: each year it wakes by itself and has the thematic review planned."""

from datetime import date
from typing import Any

from domain.london import start_of_day
from eventstore.envelope import Entry
from tests.journeys.cycles import Cycle
from tests.journeys.house import House


def _event(entry: Entry) -> dict[str, Any]:
    event: dict[str, Any] = entry.parsed()["body"]["event"]
    return event


async def test_the_programme_has_each_years_review_planned_by_its_own_timer(house: House) -> None:
    """One that is planned by hand before keeps its plan; one whose theme nobody has named is refused."""
    programme = Cycle(house, date(2023, 12, 1), "PROGRAMME")
    await programme.record("begin_programme")
    by_hand = Cycle(house, date(2024, 12, 2), "THEMATIC-2025")
    for year in (2024, 2025, 2026):
        if year == 2025:
            await by_hand.record("plan_review", publish_by="2025-12-11")
        await programme.let_pass(start_of_day(date(year, 1, 2)))
        await programme.reaches(year - 2022)
    noted = (await house.stores.ledger.read_stream("PROGRAMME"))[1:]
    assert [(event["review"], event["refused_by"]) for event in map(_event, noted)] == [
        ("THEMATIC-2024", None),
        ("THEMATIC-2025", None),
        ("THEMATIC-2026", "theme_named"),
    ]
    (planned,) = map(_event, await house.stores.ledger.read_stream("THEMATIC-2024"))
    assert (planned["decided_by"]["person"], planned["theme"]["theme"]) == (
        "p-coordinator",
        "preparation_for_adulthood",
    )
    (kept,) = map(_event, await house.stores.ledger.read_stream("THEMATIC-2025"))
    assert kept["publish_by"] == "2025-12-11"
    for name in ("PROGRAMME", "THEMATIC-2024", "THEMATIC-2025"):
        await house.client.get_workflow_handle(name).terminate()
