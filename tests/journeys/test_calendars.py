"""A bank holiday is proclaimed late: what a coordinator calls, on inspections that are under way."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from domain import rulebook
from domain.actors import Role
from domain.inspection.events import CalendarMoved
from tests.cli.conftest import Ended, Inspections
from tests.domain.late_holiday import LATER, with_royal_holiday
from tests.journeys.house import House, Life

CHANGED = with_royal_holiday()
OLD = "england-2026.1"
DIRECTOR = ("--decided-by", "p-dora", "--role", "ofsted_director", "--organisation", "ofsted")
MOVES = [{"kind": "strategic_plan", "subject": None, "was": "2024-02-14", "now": "2024-02-15"}]

Call = Callable[..., Awaitable[Ended]]


@pytest.fixture
def call(idle_house: House, temporal_address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Call:
    """Call the command on the house's servers, as an installation that has the later calendar too."""
    monkeypatch.setattr(rulebook, "_released", lambda: CHANGED)
    own = {
        "TEMPORAL_ADDRESS": temporal_address,
        "INSPECTIONS_DATABASE_URL": idle_house.database_url,
        "INSPECTIONS_TASK_QUEUE": idle_house.queue,
    }
    inspections = Inspections(tmp_path, own)

    async def calling(*arguments: str) -> Ended:
        return await asyncio.to_thread(inspections, *arguments)

    return calling


@pytest.fixture
async def lives(idle_house: House) -> tuple[Life, Life, Life]:
    """Three inspections: the plan of one is due, one is only planned, and one was withdrawn."""
    house = idle_house
    running, planned, withdrawn = (house.life("TRF", until=one) for one in (None, "planned", "notified"))
    async with house.worker():
        for life in (running, planned, withdrawn):
            await life.play()
        gone = await withdrawn.record("withdraw_inspection", Role.OFSTED_DIRECTOR, reason="programme_changed")
        assert gone.standing.stage == "withdrawn", gone.refused
    return running, planned, withdrawn


async def test_a_late_holiday_moves_every_open_inspection_once(
    idle_house: House, call: Call, lives: tuple[Life, Life, Life]
) -> None:
    """First shown, then recorded with what moved. Who was not notified, or is done, is left alone."""
    running, *others = lives
    before = [await life.names() for life in lives]
    listed = (await call("calendars", "list", "--format", "json")).data
    assert {one["version"]: (one["open_inspections"], one["current"]) for one in listed} == {
        OLD: (1, False),
        LATER: (0, True),
    }

    shown = (await call("calendars", "apply", LATER, *DIRECTOR, "--dry-run", "--format", "json")).data
    assert shown["would_move"] == [{"inspection": running.inspection, **one} for one in MOVES]
    assert [await life.names() for life in lives] == before, "shown is not recorded"

    async with idle_house.worker(CHANGED):
        done = await call("calendars", "apply", LATER, *DIRECTOR, "--format", "json")
        assert (done.code, done.data["moved"]) == (0, shown["would_move"]), done.err
        again = await call("calendars", "apply", LATER, *DIRECTOR, "--format", "json")
        assert (again.code, again.data["told"]) == (0, [])
    assert (await running.names())[len(before[0]) :] == ["calendar_moved"]
    assert [await life.names() for life in others] == before[1:]
    moved = (await running.events())[-1]
    assert isinstance(moved, CalendarMoved)
    assert [one.model_dump(mode="json") for one in moved.moved] == MOVES


async def test_who_may_not_move_is_told_before_and_after(
    idle_house: House, call: Call, lives: tuple[Life, Life, Life]
) -> None:
    """A coordinator has no authority to move deadlines, and nothing moves; exit 1 both times."""
    running, *_ = lives
    before = await running.names()
    ada = ("--decided-by", "p-ada", "--role", "coordinator", "--organisation", "ofsted")
    shown = await call("calendars", "apply", LATER, *ada, "--dry-run")
    async with idle_house.worker(CHANGED):
        done = await call("calendars", "apply", LATER, *ada)
    for ended in (shown, done):
        assert (ended.code, running.inspection in ended.out, "permission" in ended.out) == (1, True, True)
    assert await running.names() == before


async def test_a_calendar_that_is_not_released_is_not_found(call: Call) -> None:
    """The message names those that are."""
    ended = await call("calendars", "apply", "england-2031.1", *DIRECTOR)
    assert (ended.code, OLD in ended.err) == (3, True)
