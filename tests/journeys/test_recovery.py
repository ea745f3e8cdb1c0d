"""Whatever is open in the ledger and has no process is raised again: once, and nothing else is touched."""

import asyncio
import json
from collections.abc import Sequence
from datetime import date
from uuid import uuid4

import pytest
from temporalio.service import RPCError

from domain.actors import Role
from domain.canonical import canonical_json
from domain.streams import StreamKind
from eventstore.envelope import Entry
from eventstore.ledger import Append
from tests.journeys.cycles import Cycle
from tests.journeys.halting import live, plan_unseen, processes_of
from tests.journeys.house import House, Life
from workers.processes import Processes
from workers.recovery import Fate, Recovered, recover


async def _recover(house: House, life: Life, *, dry_run: bool = False) -> Recovered:
    return await recover(processes_of(house, life), house.stores.ledger, dry_run=dry_run)


def _inspections(recovered: Recovered) -> dict[Fate, int]:
    return dict(recovered.fates[StreamKind.INSPECTION])


async def test_what_is_missing_is_raised_and_what_runs_or_is_over_is_left_alone(house: House) -> None:
    """Called again there is nothing left to do, and it is on record of whom a process was started."""
    running, lost, over = [await live(house) for _ in range(3)]
    run = (await running.handle.describe()).run_id
    await lost.handle.terminate()
    await over.record("withdraw_inspection", Role.OFSTED_DIRECTOR, over.moment, reason="area_replaced")
    await over.handle.result()
    before = await house.stores.ledger.stream_versions()

    recovered = await _recover(house, lost)
    assert _inspections(recovered) == {Fate.RAISED: 1, Fate.RUNNING: 1, Fate.OVER: 1}
    await lost.until(lambda standing: standing.stage == "fieldwork")
    assert (await running.handle.describe()).run_id == run
    assert await house.stores.ledger.stream_versions() == before
    assert _inspections(await _recover(house, lost)) == {Fate.RUNNING: 2, Fate.OVER: 1}
    notes = [json.loads(one.request)["command"] for one in await lost.commands()]
    assert [one["done"] for one in notes if one["type"] == "repair_process"] == ["started"]


async def test_areas_and_the_programme_are_raised_as_inspections_are(house: House) -> None:
    """Of each kind it is said how many there were, also where there was none."""
    area, programme = Cycle(house, date(2024, 6, 3)), Cycle(house, date(2024, 6, 3), "PROGRAMME")
    await area.enter()
    await programme.record("begin_programme")
    for one in (area, programme):
        await one.handle.terminate()
    processes = Processes(house.client, house.queue, house.stores.ledger, house.rules, area.start)
    recovered = await recover(processes, house.stores.ledger, dry_run=False)
    assert {kind: dict(fates) for kind, fates in recovered.fates.items()} == {
        StreamKind.INSPECTION: {},
        StreamKind.AREA: {Fate.RAISED: 1},
        StreamKind.THEMATIC_REVIEW: {},
        StreamKind.PROGRAMME: {Fate.RAISED: 1},
    }
    for one in (area, programme):
        await one.until(lambda standing: standing.version == 1)
        await one.handle.terminate()


async def test_a_trial_starts_nothing(idle_house: House) -> None:
    """It needs no worker, and neither does recovery itself."""
    life = await plan_unseen(idle_house)
    before = await life.commands()
    for _ in range(2):
        assert _inspections(await _recover(idle_house, life, dry_run=True)) == {Fate.MISSING: 1}
    assert await life.commands() == before
    with pytest.raises(RPCError, match="not found"):
        await life.handle.describe()
    assert _inspections(await _recover(idle_house, life)) == {Fate.RAISED: 1}


async def test_two_that_recover_at_the_same_time_start_each_process_once(idle_house: House) -> None:
    lives = [await plan_unseen(idle_house) for _ in range(20)]
    both = await asyncio.gather(*(_recover(idle_house, lives[0]) for _ in range(2)))
    counted = [_inspections(one) for one in both]
    assert sum(one.get(Fate.RAISED, 0) for one in counted) == len(lives)
    assert all(sum(one.values()) == len(lives) for one in counted)


async def test_what_cannot_be_read_is_named_and_holds_nobody_up(house: House) -> None:
    event = {"occurred_at": "2026-01-01T00:00:00Z", "type": "from_the_future"}
    body = canonical_json({"event": event, "schema_version": 1, "type": "from_the_future"})
    life = await plan_unseen(house)
    unreadable = "AAA-2023-F1"
    await house.stores.ledger.append(
        [Append(unreadable, uuid4(), bytes(32), 0, "{}", "{}", (body,), at=life.moment)]
    )
    recovered = await _recover(house, life)
    assert _inspections(recovered) == {Fate.RAISED: 1, Fate.UNREADABLE: 1}
    (problem,) = recovered.unreadable
    assert (problem.inspection, "from_the_future" in problem.detail) == (unreadable, True)


async def test_a_ledger_is_gone_through_a_page_at_a_time(
    idle_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that one with a hundred thousand streams needs no more memory than another."""
    lives = [await plan_unseen(idle_house) for _ in range(5)]
    read_streams, read = idle_house.stores.ledger.read_streams, []

    async def note(names: Sequence[str]) -> dict[str, list[Entry]]:
        read.append(len(names))
        return await read_streams(names)

    monkeypatch.setattr(idle_house.stores.ledger, "read_streams", note)
    monkeypatch.setattr("workers.recovery.STREAMS_AT_ONCE", 2)
    assert _inspections(await _recover(idle_house, lives[0])) == {Fate.RAISED: 5}
    assert read == [2, 2, 1]
