"""Inspections live with encryption on: what Temporal keeps of them nobody reads without a key."""

import asyncio
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from temporalio.envconfig import ClientConnectConfig
from temporalio.testing import TimeSkipper

from domain.actors import Role
from domain.errors import IntegrityError
from tests.domain.other_handbook import other_handbook, with_handbook
from tests.journeys.halting import CONCERN, processes_of
from tests.journeys.house import House, Life
from workers import processes as module
from workers.desk import Desk
from workers.doctor.finding import Verdict
from workers.doctor.temporal import examine_temporal
from workers.payloads.codec import MissingKeyError, key_of
from workers.payloads.keys import Keyring, PayloadKey, new_key
from workers.payloads.usage import keys_in_use, payloads_in
from workers.troubles import Trouble
from workers.worker import connect

OLD, NEW = new_key(), new_key()


async def with_keys(house: House, *keys: PayloadKey) -> House:
    """Return the same house as whoever has these keys sees it."""
    assert house.skipper is not None
    address = house.client.service_client.config.target_host
    client = await connect(address, Keyring(keys) if keys else None)
    skipper = TimeSkipper(client, config=house.skipper.config)
    return replace(house, client=skipper.client, skipper=skipper)


def move(life: Life, house: House) -> None:
    """Let an inspection be handled from now on by whoever sees the house so."""
    life.house, life.desk = house, Desk(house.client, house.queue, life.start)


async def keys_of(life: Life) -> Counter[str | None]:
    """Count the payloads in an inspection's history by the key that encrypted them."""
    history = await life.handle.fetch_history()
    return Counter(key_of(one) for event in history.events for one in payloads_in(event))


def forge(told: dict[str, Any]) -> None:
    """Change a handbook under its name, of which every process that is bound to it fails."""
    told["deadlines"][0]["warn_before"]["value"] = 2


async def told_by_the_doctor(house: House, *keys: PayloadKey) -> list[tuple[Verdict, str]]:
    """Return what the doctor says of encryption to whoever has these keys."""
    config = ClientConnectConfig(target_host=house.client.service_client.config.target_host)
    ring = Keyring(keys) if keys else None
    found = await examine_temporal(config, house.queue, ring, embedded=True, fix=False)
    return [(one.verdict, one.told) for one in found if one.check == "encryption"]


async def test_an_inspection_lives_on_while_encryption_begins_and_keys_change(idle_house: House) -> None:
    """Begun without keys, gone on with one, then with two: what is older is read all the way."""
    life = idle_house.life("TRF")
    async with idle_house.worker():
        await life.play(through=lambda step: step.milestone != "begin_fieldwork")
    plain = await keys_of(life)
    assert set(plain) == {None}

    house = await with_keys(idle_house, OLD)
    move(life, house)
    async with house.worker():  # it replays what was not encrypted
        await life.play(through=lambda step: step.milestone != "submit_draft")
    assert set(await keys_of(life)) == {None, OLD.id}

    forged = with_handbook(house.rules, other_handbook(house.rules, "2023-01-01", forge))
    async with house.worker(forged):
        with pytest.raises(IntegrityError, match="handbook 2023-01-01: expected"):
            await life.record("refer_safeguarding_concern", Role.OFSTED_LEAD, life.moment, **CONCERN)

    house = await with_keys(idle_house, NEW, OLD)
    move(life, house)
    before = await keys_of(life)
    async with house.worker():
        await life.play()
        refused = await life.record("begin_fieldwork", Role.OFSTED_LEAD, life.moment)
        assert [one async for one in processes_of(house, life).examine_all()] == []
    after = await keys_of(life)
    assert (life.standing.stage, refused.result) == ("follow_up", "refused")
    assert after[NEW.id] > 0
    assert after[OLD.id] == before[OLD.id]
    assert [use.keys async for use in keys_in_use(house.client, house.queue)] == [{OLD.id, NEW.id}]

    assert await told_by_the_doctor(house, NEW, OLD) == [
        (Verdict.OK, f"on, with key {NEW.id}, and {OLD.id} can be read")
    ]
    (state, missing) = await told_by_the_doctor(house, NEW)
    assert state == (Verdict.OK, f"on, with key {NEW.id}")
    assert missing[0] is Verdict.WRONG
    assert f"key {OLD.id} is missing" in missing[1]
    assert len(await told_by_the_doctor(house)) == 3, "off, and two keys are missing"


async def test_whoever_lacks_the_key_is_told_which_and_spoils_nothing(idle_house: House) -> None:
    """A command, and what looks after processes, name the key; with it, all goes on."""
    house = await with_keys(idle_house, OLD)
    life = house.life("TRF", until="fieldwork")
    async with house.worker():
        await life.play()
        keyless = await with_keys(idle_house)
        move(life, keyless)
        with pytest.raises(MissingKeyError, match=f"with key {OLD.id}, and no key is set"):
            await life.record("give_feedback", Role.OFSTED_LEAD)
        (silent,) = [one async for one in processes_of(keyless, life).examine_all()]
        assert (silent.trouble, OLD.id in silent.detail) == (Trouble.SILENT, True)
        move(life, house)
        await life.play()


async def test_why_a_process_waits_is_said_though_failures_are_encrypted(
    idle_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "ATTEMPTS_THAT_TELL", 2)
    house = await with_keys(idle_house, OLD)
    life = house.life("TRF")
    async with house.worker():
        await life.play(through=lambda step: step.milestone != "release_report")
        (house.folder / life.inspection).write_text("a file where the folder should be")
        step = life.script.steps[life.done]
        await life.desk.record(life.request(step.milestone, step.by, step.at, **step.matter))
        while not (found := [one async for one in processes_of(house, life).examine_all()]):
            await asyncio.sleep(0.1)
        assert "Not a directory" in found[0].detail
        described = await life.handle.describe()
        (asked,) = described.raw_description.pending_activities
        assert asked.last_failure.message == "Encoded failure"
        keyless = processes_of(await with_keys(idle_house), life)
        (unread,) = [one async for one in keyless.examine_all()]
        assert (unread.trouble, OLD.id in unread.detail) == (Trouble.WAITING, True)
