"""Processes that have come to a halt: each is found for what it is, and put right where that can be done."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from uuid import uuid4

import pytest
from temporalio.client import Client, WorkflowUpdateStage

from domain.actors import Role
from domain.canonical import canonical_json
from domain.errors import IntegrityError, UnavailableError
from domain.messages import Answer
from eventstore.envelope import Entry
from eventstore.ledger import Append
from tests.faults.proxy import Proxy
from tests.journeys.halting import (
    Deaf,
    Unfit,
    concern,
    found_by,
    live,
    lose,
    overtake,
    plan_unseen,
    processes_of,
    recorded,
    until_its_task_has_failed,
    worker_of,
)
from tests.journeys.house import House
from workers import processes as module
from workers.troubles import Finding, Trouble


async def test_nothing_is_wrong_with_what_goes_on_or_is_over(house: House) -> None:
    life = await live(house)
    assert await found_by(processes_of(house, life)) == []
    await life.record("withdraw_inspection", Role.OFSTED_DIRECTOR, life.moment, reason="area_replaced")
    await life.handle.result()
    assert await found_by(processes_of(house, life)) == []


async def test_a_lost_process_is_started_where_the_ledger_stands(house: House) -> None:
    life = await live(house)
    processes = processes_of(house, life)
    await life.handle.terminate()
    (finding,) = [one async for one in processes.examine_all()]
    assert (finding.trouble, finding.detail) == (Trouble.MISSING, "its last run is terminated")
    before = await life.names()
    assert await processes.repair(finding) == "started"
    assert await processes.repair(finding) is None, "it runs by now, whoever has started it"
    await life.until(lambda standing: standing.version == len(before))
    assert await found_by(processes) == []
    assert await life.names() == before
    assert [one.request.count('"repair_process"') for one in (await life.commands())[-2:]] == [0, 1]


async def test_a_process_that_was_overtaken_is_told(house: House) -> None:
    life = await live(house)
    processes = processes_of(house, life)
    version = await overtake(house, life)
    (finding,) = [one async for one in processes.examine_all()]
    assert finding.trouble is Trouble.BEHIND
    assert finding.detail == f"it knows version {version - 1}, the ledger has {version}"
    assert await processes.repair(finding) == "told to look at the ledger"
    await life.until(lambda standing: standing.version == version)
    assert await found_by(processes) == []


async def test_a_process_that_knows_more_than_the_ledger_is_left_to_a_person(house: House) -> None:
    """A backup was restored: what came after it is gone, and the process goes on from what is there."""
    life = await live(house)
    processes = processes_of(house, life)
    await lose(house, "position = (SELECT max(position) FROM ledger.events)")
    version = len(await life.names())
    (finding,) = [one async for one in processes.examine_all()]
    assert finding.trouble is Trouble.AHEAD
    assert finding.detail == (
        f"it knows version {version + 1}, at fieldwork; "
        f"the ledger has {version}, at notified (surveys_opened, surveys_closed)"
    )
    assert not finding.mends_itself
    assert await processes.repair(finding) == "told to look at the ledger"
    await life.until(lambda standing: standing.version == version)


async def test_a_process_of_which_the_ledger_knows_nothing_is_found_and_ends_when_it_is_told(
    house: House,
) -> None:
    """Its inspection was opened after the backup. Who is about to be opened only now is not meant."""
    life = await live(house)
    processes = processes_of(house, life)
    version = len(await life.names())
    await lose(house, f"stream = '{life.inspection}'")
    (finding,) = [one async for one in processes.examine_all()]
    assert finding.trouble is Trouble.UNKNOWN
    assert finding.detail == f"it knows version {version}, at fieldwork; the ledger has nothing of it"
    assert finding.ends_when_repaired
    assert (
        await processes.repair(finding) == "told to look at the ledger, which has nothing of it, so it ends"
    )
    await life.handle.result()
    assert await found_by(processes) == []


async def test_an_inspection_that_was_lost_is_recorded_again_in_its_own_process(house: House) -> None:
    """Under its own name, though that is taken as long as the process runs."""
    life = await live(house)
    await lose(house, f"stream = '{life.inspection}'")
    life.done = 0
    await life.play()
    assert await found_by(processes_of(house, life)) == []
    assert life.standing.stage == "fieldwork"


async def test_a_process_that_fails_begins_anew_and_nothing_that_it_was_sent_is_lost(
    idle_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A deployment did not fit; the right one is back. Who signalled is gone, who asked still waits."""
    monkeypatch.setattr(module, "ATTEMPTS_THAT_TELL", 2)
    house = idle_house
    async with house.worker():
        life = await live(house)
    processes = processes_of(house, life)
    before = await life.names()
    signalled = [concern(life, number) for number in range(3)]
    asked = concern(life, 3)
    async with worker_of(house, Unfit):
        for request in signalled:
            await life.handle.signal("record", request)
        asking = asyncio.create_task(life.desk.record(asked))
        await until_its_task_has_failed(life)
        (finding,) = [one async for one in processes.examine_all()]
        assert finding.trouble is Trouble.FAILING
        assert not finding.mends_itself
    async with house.worker():
        assert await processes.repair(finding) == "begun anew, with all that it was sent"
        assert (await asking).result == "recorded"
        await life.until(lambda standing: standing.version == len(before) + 4)
        assert await found_by(processes) == []
    assert await life.names() == [*before, *["safeguarding_concern_referred"] * 4]
    assert await recorded(life) >= {request.command_id for request in (*signalled, asked)}


async def test_an_update_that_was_accepted_and_not_answered_is_recorded_anew(idle_house: House) -> None:
    """Also if it is the first that an inspection was ever sent: the ledger has not heard of it yet."""
    house = idle_house
    life = house.life("TRF", until="planned")
    step = life.script.steps[0]
    request = life.request(step.milestone, step.by, step.at, **step.matter)
    async with worker_of(house, Deaf):
        handle = await house.client.start_workflow(
            Deaf.run, life.start(life.inspection), id=life.inspection, task_queue=house.queue
        )
        await handle.start_update(
            "record", request, wait_for_stage=WorkflowUpdateStage.ACCEPTED, result_type=Answer
        )
    async with house.worker():
        await processes_of(house, life).repair(Finding(life.inspection, Trouble.FAILING, "it is deaf"))
        await life.until(lambda standing: standing.stage == "planned")
    assert request.command_id in await recorded(life)


async def test_what_its_sender_was_told_has_failed_does_not_come_back(
    idle_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bad release could not read the ledger; once it was gone the same was recorded under a new id."""
    house = idle_house
    async with house.worker():
        life = await live(house)
        with monkeypatch.context() as bad_release:
            bad_release.setattr(house.stores.ledger, "read_stream", _unreadable)
            with pytest.raises(IntegrityError):
                await life.desk.record(concern(life, 1))
        assert (await life.desk.record(concern(life, 1))).result == "recorded"
        run = (await life.handle.describe()).run_id
        await processes_of(house, life).repair(Finding(life.inspection, Trouble.FAILING, "it was bad"))
        assert (await life.handle.describe()).run_id != run
        await life.until(lambda standing: standing.version > 0)
        assert (await life.desk.record(concern(life, 2))).result == "recorded"
    assert (await life.names()).count("safeguarding_concern_referred") == 2


async def _unreadable(*_: object, **__: object) -> list[Entry]:
    raise IntegrityError("this release cannot read it")


async def test_a_process_without_a_worker_is_silent(
    idle_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with idle_house.worker():
        life = await live(idle_house)
    monkeypatch.setattr(module, "ANSWERS_WITHIN", timedelta(seconds=1))
    processes = processes_of(idle_house, life)
    (finding,) = [one async for one in processes.examine_all()]
    assert finding.trouble is Trouble.SILENT
    assert await processes.repair(finding) is None


async def test_a_process_that_asks_in_vain_says_for_what(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "ATTEMPTS_THAT_TELL", 2)
    life = house.life("TRF")
    await life.play(through=lambda step: step.milestone != "release_report")
    (house.folder / life.inspection).write_text("a file where the folder should be")
    step = life.script.steps[life.done]
    await life.desk.record(life.request(step.milestone, step.by, step.at, **step.matter))
    processes = processes_of(house, life)
    while not (found := [one async for one in processes.examine_all()]):
        await asyncio.sleep(0.1)
    assert found[0].trouble is Trouble.WAITING
    assert "publish_report has been tried" in found[0].detail
    assert "Not a directory" in found[0].detail
    assert await processes.repair(found[0]) is None


async def test_an_inspection_that_cannot_be_read_is_named(house: House) -> None:
    life = await live(house)
    event = {"occurred_at": "2026-01-01T00:00:00Z", "type": "from_the_future"}
    body = canonical_json({"event": event, "schema_version": 1, "type": "from_the_future"})
    version = len(await life.names())
    await house.stores.ledger.append(
        [Append(life.inspection, uuid4(), bytes(32), version, "{}", "{}", (body,), at=life.moment)]
    )
    (finding,) = [one async for one in processes_of(house, life).examine_all()]
    assert finding.trouble is Trouble.UNREADABLE
    assert "from_the_future" in finding.detail


async def test_when_temporal_goes_away_nobody_goes_on_asking(
    idle_house: House, temporal_address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of many looks the first that fails ends the others: they would pile up from one sweep to the next."""
    house, many = idle_house, 3 * module.AT_ONCE
    monkeypatch.setattr(module, "ANSWERS_WITHIN", timedelta(seconds=0.5))
    for _ in range(many):
        await plan_unseen(house)
    async with Proxy.before(temporal_address) as proxy:
        house.client = await Client.connect(proxy.address, data_converter=house.client.data_converter)
        processes = processes_of(house, house.life())
        assert await found_by(processes) == [(name, Trouble.MISSING) for name in await _streams(house)]
        before = asyncio.all_tasks()
        monkeypatch.setattr(house.stores.ledger, "read_streams", _then(house, proxy.swallow))
        with pytest.raises(UnavailableError):
            await found_by(processes)
        assert asyncio.all_tasks() <= before


def _then(house: House, happen: Callable[[], None]) -> Callable[..., Awaitable[dict[str, list[Entry]]]]:
    """Read streams, and let something happen then."""
    read_streams = house.stores.ledger.read_streams

    async def read(names: Sequence[str]) -> dict[str, list[Entry]]:
        streams = await read_streams(names)
        happen()
        return streams

    return read


async def _streams(house: House) -> list[str]:
    return sorted(await house.stores.ledger.stream_versions())


async def test_what_has_ended_while_it_was_looked_at_is_not_missing(house: House) -> None:
    """Between reading its events and asking Temporal, an inspection may be withdrawn and its process end."""
    life = await live(house)
    processes = processes_of(house, life)
    read_streams = house.stores.ledger.read_streams

    async def read_too_early(names: Sequence[str]) -> dict[str, list[Entry]]:
        streams = await read_streams(names)
        await life.record("withdraw_inspection", Role.OFSTED_DIRECTOR, life.moment, reason="area_replaced")
        await life.handle.result()
        return streams

    with pytest.MonkeyPatch.context() as reading:
        reading.setattr(house.stores.ledger, "read_streams", read_too_early)
        assert await found_by(processes) == []
