"""The clocks of cycles on the real server: years that pass at once."""

from datetime import date, time

from domain.london import at_time
from tests.journeys.cycles import Cycle
from tests.journeys.house import House

TODAY = date(2024, 6, 3)
TOLD = ["cycle_deadline_approaching", "cycle_deadline_missed"]


async def test_years_that_pass_at_once_bring_each_warning_and_miss_once_and_in_order(house: House) -> None:
    """Each has its own moment, and a further look finds nothing more."""
    cycle = Cycle(house, TODAY)
    await cycle.enter()
    await cycle.record("agree_engagement_meeting", due_by="2024-09-02")
    await cycle.let_pass(at_time(date(2028, 1, 10), time(9)))
    await cycle.look()
    await cycle.look()
    entries = (await house.stores.ledger.read_stream(cycle.area))[2:]
    assert [entry.type for entry in entries] == TOLD
    moments = [entry.parsed()["body"]["event"]["occurred_at"] for entry in entries]
    assert [moment[:10] for moment in moments] == ["2024-08-04", "2024-09-02"]
