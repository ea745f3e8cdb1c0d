"""Cycles and their inspections are lost in every way: nothing is planned twice, and nothing is forgotten."""

import asyncio
import gc
import signal
from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import date
from pathlib import Path
from subprocess import Popen
from typing import Any, Final

import pytest
from temporalio.testing import TimeSkipper

from domain.messages import Answer, MilestoneRequest
from eventstore.subscription import catch_up, enrol
from tests.faults.callers import Insistent
from tests.faults.houses import house_at
from tests.faults.processes import PATIENCE, end_of, kill, worker
from tests.faults.sound_cycles import cycles_are_sound
from tests.faults.worker import CONTINUING_AS_NEW
from tests.journeys.cycles import Cycle
from tests.journeys.house import House
from tests.workflows.record_histories import own_server
from workers.bell import SUBSCRIBER, Bell
from workers.desk import Desk, NameTakenError
from workers.processes import Processes
from workers.resetting import begin_anew
from workers.troubles import Trouble

pytestmark = [pytest.mark.faults, pytest.mark.timeout(180)]

TODAY: Final = date(2024, 6, 3)
WEEK: Final = {"first": "2024-07-01", "last": "2024-07-05"}


def _named(cycle: Cycle) -> str:
    return f"{cycle.area}-2024-F1"


def _visit(cycle: Cycle) -> dict[str, Any]:
    return {"inspection": _named(cycle), "kind": "full", "notify_on": "2024-06-17", "on_site": WEEK}


def _insistent(house: House) -> Cycle:
    cycle = Cycle(house, TODAY)
    cycle.desk = Insistent(cycle.desk)
    return cycle


async def test_a_worker_is_killed_between_the_streams_of_cycle_and_inspection(
    postgres_url: str, temporal_address: str, skipper: TimeSkipper, tmp_path: Path
) -> None:
    """After the schedule is in the ledger, and after the inspection is opened but not yet heard of.

    Both at once, because the server takes half a minute until it gives a lost activity to another worker.
    """
    async with asyncio.TaskGroup() as moments:
        for place in ("after append", "after opening"):
            folder = tmp_path / place.replace(" ", "-")
            folder.mkdir()
            here = _between_the_streams(place, postgres_url, temporal_address, skipper, folder)
            moments.create_task(here, name=place)


async def _between_the_streams(
    place: str, postgres_url: str, temporal_address: str, skipper: TimeSkipper, folder: Path
) -> None:
    async with house_at(postgres_url, skipper, folder / "published") as (url, house):
        cycle = _insistent(house)
        async with worker(temporal_address, url, house):
            await cycle.enter()
        async with worker(temporal_address, url, house, place, str(folder / "died")) as doomed:
            waiting = asyncio.create_task(cycle.record("schedule_inspection", **_visit(cycle)))
            assert await end_of(doomed) == -signal.SIGKILL
            assert await cycle.names() == ["area_entered", "inspection_scheduled"]
            opened = 1 if place == "after opening" else 0
            assert len(await house.stores.ledger.read_stream(_named(cycle))) == opened
            async with worker(temporal_address, url, house):
                await asyncio.wait_for(waiting, PATIENCE)
                await cycles_are_sound(house, cycle)
                assert await cycle.names() == ["area_entered", "inspection_scheduled", "inspection_heard_of"]


async def test_a_cycle_and_two_hands_open_an_inspection_at_the_same_moment(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Whoever is first has planned it, the others hear that the name is taken; in several areas at once.

    That is no fault, so no log tells of it.
    """
    _open_together(3, monkeypatch)
    cycles = [Cycle(house, TODAY) for _ in range(6)]
    await asyncio.gather(*(cycle.enter() for cycle in cycles))
    await enrol(house.stores.pool, SUBSCRIBER, after=await house.stores.ledger.head())
    by_hand = await asyncio.gather(*(_opened_by_many(cycle) for cycle in cycles))
    assert all(count <= 1 for count in by_hand)
    gc.collect()
    assert "WorkflowAlreadyStartedError" not in caplog.text
    await catch_up(house.stores.pool, house.stores.ledger, Bell(house.stores.ledger, cycles[0].desk))
    await cycles_are_sound(house, *cycles)


async def test_a_cycle_that_is_reset_while_it_opens_an_inspection_opens_it_once(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the run that was given up still does, and what the next one does, happens at the same moment."""
    come = _open_together(2, monkeypatch)
    cycle = Cycle(house, TODAY)
    await cycle.enter()
    await cycle.record("schedule_inspection", **_visit(cycle))
    while not come[_named(cycle)]:
        await asyncio.sleep(0.02)
    await begin_anew(house.client, cycle.area)
    while (await cycle.names())[-1] != "inspection_heard_of":
        await asyncio.sleep(0.02)
    await cycle.look()  # Who came second may have heard of nothing yet, and waits until it is woken.
    await cycles_are_sound(house, cycle)
    assert await cycle.names() == ["area_entered", "inspection_scheduled", "inspection_heard_of"]


def _open_together(number: int, monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Hold back whoever opens an inspection, until so many have come that open one of the same name.

    Returns how many have come for each name.
    """
    opened = Desk.open
    come: Counter[str] = Counter()
    all_there: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)

    async def at_the_same_moment(desk: Desk, request: MilestoneRequest) -> Answer:
        come[request.inspection] += 1
        if come[request.inspection] >= number:
            all_there[request.inspection].set()
        await all_there[request.inspection].wait()
        return await opened(desk, request)

    monkeypatch.setattr(Desk, "open", at_the_same_moment)
    return come


async def _opened_by_many(cycle: Cycle) -> int:
    """Schedule an inspection, open it by two hands as well, and return how many hands have opened it."""
    by_hand: dict[str, Any] = {
        "area": cycle.area,
        "notify_on": "2024-06-17",
        "on_site": WEEK,
        "bodies": [f"la-{cycle.area.lower()}"],
    }
    hands = [Cycle(cycle.house, TODAY, _named(cycle)) for _ in range(2)]
    _, *opened = await asyncio.gather(
        cycle.record("schedule_inspection", **_visit(cycle)),
        *(hand.desk.open(hand.request("plan_inspection", **by_hand)) for hand in hands),
        return_exceptions=True,
    )
    assert all(isinstance(one, Answer | NameTakenError) for one in opened)
    return sum(isinstance(one, Answer) for one in opened)


@asynccontextmanager
async def _bell_rings(cycle: Cycle) -> AsyncIterator[None]:
    """Let cycles hear of what comes into the ledger, as beside a real worker."""
    pool, ledger = cycle.house.stores.pool, cycle.house.stores.ledger
    await enrol(pool, SUBSCRIBER, after=await ledger.head())

    async def ring() -> None:
        while True:
            await catch_up(pool, ledger, Bell(ledger, cycle.desk))
            await asyncio.sleep(0.1)

    ringing = asyncio.create_task(ring())
    try:
        yield
    finally:
        ringing.cancel()
        with suppress(asyncio.CancelledError):
            await ringing


@pytest.mark.parametrize("raised_by", ["the sweeper", "the next request"])
async def test_a_cycle_that_was_terminated_is_raised_again(
    raised_by: str, postgres_url: str, skipper: TimeSkipper, tmp_path: Path
) -> None:
    """Before it could open what was scheduled: whoever raises it, the inspection is opened.

    It may still be opened for the one that was terminated. The other hears of that by the bell.
    """
    async with house_at(postgres_url, skipper, tmp_path) as (_, house):
        cycle = Cycle(house, TODAY)
        async with house.worker(), _bell_rings(cycle):
            await cycle.enter()
            await cycle.record("schedule_inspection", **_visit(cycle))
            await cycle.handle.terminate()
            if raised_by == "the sweeper":
                processes = Processes(
                    house.client, house.queue, house.stores.ledger, house.rules, cycle.start
                )
                (finding,) = [
                    one for one in await processes.examine([cycle.area]) if one.trouble is Trouble.MISSING
                ]
                assert await processes.repair(finding) == "started"
            else:
                await cycle.record("hold_engagement_meeting", held_on=TODAY.isoformat())
            await cycles_are_sound(house, cycle)


async def test_workers_are_killed_when_a_cycle_is_about_to_continue_as_new(
    postgres_url: str, tmp_path: Path
) -> None:
    """Shortly before, and in the middle: the process has decided to, and the server does not know yet.

    What was asked meanwhile is answered, and the next run goes on where the ledger stands. Both at once,
    because each takes the ten seconds after which the server gives up a worker that holds a task.
    """
    async with own_server(25) as skipper, asyncio.TaskGroup() as moments:
        moments.create_task(_about_to_continue(postgres_url, skipper, tmp_path / "before"))
        death = (CONTINUING_AS_NEW, str(tmp_path / "died"))
        moments.create_task(_about_to_continue(postgres_url, skipper, tmp_path / "middle", *death))


async def _about_to_continue(postgres_url: str, skipper: TimeSkipper, folder: Path, *death: str) -> None:
    async with house_at(postgres_url, skipper, folder) as (url, house):
        address = house.client.service_client.config.target_host
        cycle = _insistent(house)
        async with worker(address, url, house, *death) as doomed:
            await cycle.enter()
            first = (await cycle.handle.describe()).run_id
            while (await cycle.handle.describe()).history_length < 22:
                await cycle.handle.signal("sync")
                await asyncio.sleep(0.02)
            waiting = asyncio.create_task(cycle.record("schedule_inspection", **_visit(cycle)))
            if death:
                await _until_it_dies(doomed, cycle)
            kill(doomed)
            assert (await cycle.handle.describe()).run_id == first
        async with worker(address, url, house):
            await asyncio.wait_for(waiting, PATIENCE)
            while (await cycle.handle.describe()).run_id == first:
                await cycle.handle.signal("sync")
                await asyncio.sleep(0.02)
            await cycles_are_sound(house, cycle)


async def _until_it_dies(doomed: Popen[str], cycle: Cycle) -> None:
    """Give a process more history, until its worker dies by itself."""
    while doomed.poll() is None:
        await cycle.handle.signal("sync")
        await asyncio.sleep(0.02)
    assert doomed.returncode == -signal.SIGKILL
