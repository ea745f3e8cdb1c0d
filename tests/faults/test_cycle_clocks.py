"""The clocks of cycles on the real server: years that pass at once, and timers that fire late or twice."""

import asyncio
import signal
from datetime import date, time, timedelta
from pathlib import Path
from typing import Final

import pytest
from temporalio.testing import TimeSkipper

from domain.london import at_time, end_of_day
from tests.faults.houses import house_at
from tests.faults.processes import until_stopped, worker
from tests.faults.sound_cycles import cycles_are_sound
from tests.journeys.cycles import Cycle
from tests.journeys.house import House

pytestmark = [pytest.mark.faults, pytest.mark.timeout(25)]

TODAY: Final = date(2024, 6, 3)
TOLD: Final = ["cycle_deadline_approaching", "cycle_deadline_missed"]


async def _with_a_meeting_agreed(house: House) -> Cycle:
    cycle = Cycle(house, TODAY)
    await cycle.enter()
    await cycle.record("agree_engagement_meeting", due_by="2024-09-02")
    return cycle


async def _told(cycle: Cycle) -> list[tuple[str, str]]:
    """Look twice, and return which warnings and misses are in the ledger, each with its day in UTC."""
    await cycles_are_sound(cycle.house, cycle)
    await cycle.look()
    entries = await cycle.house.stores.ledger.read_stream(cycle.area)
    events = [entry.parsed()["body"]["event"] for entry in entries if entry.type in TOLD]
    return [(event["type"], event["occurred_at"][:10]) for event in events]


async def test_years_that_pass_at_once_bring_each_warning_and_miss_once_and_in_order(house: House) -> None:
    """Each has its own moment, and a further look finds nothing more."""
    cycle = await _with_a_meeting_agreed(house)
    await cycle.let_pass(at_time(date(2028, 1, 10), time(9)))
    assert await _told(cycle) == list(zip(TOLD, ("2024-08-04", "2024-09-02"), strict=True))


async def test_a_timer_that_fires_late_brings_all_that_fell_due_in_the_meantime(idle_house: House) -> None:
    """No worker is there at midnight, when one meeting is missed and the warning of another is due.

    By the real clock, because a virtual one stands still while a process waits for a worker.
    """
    cycle = Cycle(idle_house, date(2024, 8, 4))
    cycle.moment = end_of_day(date(2024, 8, 4)) - timedelta(seconds=5)
    async with idle_house.worker():
        await cycle.enter()
        for due_by in ("2024-08-04", "2024-09-02"):
            await cycle.record("agree_engagement_meeting", due_by=due_by, occurred_at="2024-08-03T09:00:00Z")
        await cycle.look()
    await _fired(cycle)
    async with idle_house.worker():
        await cycle.reaches(6)
        assert await _told(cycle) == [
            ("cycle_deadline_approaching", "2024-08-02"),
            ("cycle_deadline_missed", "2024-08-04"),
            ("cycle_deadline_approaching", "2024-08-04"),
        ]


async def _fired(cycle: Cycle) -> None:
    """Wait until a timer has fired."""
    while not any(
        [
            event.HasField("timer_fired_event_attributes")
            async for event in cycle.handle.fetch_history_events()
        ]
    ):
        await asyncio.sleep(0.1)


@pytest.mark.parametrize(
    ("day", "brought"),
    [(date(2024, 8, 5), TOLD[:1]), (date(2024, 9, 3), TOLD[1:])],
    ids=["at the same moment", "a month later"],
)
async def test_a_timer_on_which_two_processes_act_brings_nothing_twice(
    day: date,
    brought: list[str],
    postgres_url: str,
    temporal_address: str,
    skipper: TimeSkipper,
    tmp_path: Path,
) -> None:
    """One has decided to warn of a meeting when its cycle is lost. Another is faster; then it goes on.

    What is missed by then is not warned of any more.
    """
    async with house_at(postgres_url, skipper, tmp_path / "published") as (url, house):
        async with house.worker():
            cycle = await _with_a_meeting_agreed(house)
        stop = ("after decide", str(tmp_path / "stopped"), "SIGSTOP")
        async with worker(temporal_address, url, house, *stop) as slow:
            passing = asyncio.create_task(cycle.set_clock(at_time(date(2024, 8, 5), time(9))))
            await until_stopped(slow)
            passing.cancel()
            await cycle.handle.terminate()
            house.queue = f"{house.queue}-of-the-other"
            cycle = Cycle(house, day, cycle.area)
            async with house.worker():
                await cycle.record("note_monitoring_visit", visited_on="2024-08-02")
                recorded = [*brought, "monitoring_visit_noted"]
                assert (await cycle.names())[2:] == recorded
                known = len(await house.stores.ledger.commands(cycle.area))
                slow.send_signal(signal.SIGCONT)
                while len(await house.stores.ledger.commands(cycle.area)) == known:
                    await asyncio.sleep(0.05)
                await cycles_are_sound(house, cycle)
                assert (await cycle.names())[2:] == recorded
