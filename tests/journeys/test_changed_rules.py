"""Rules and code change under open inspections: each goes on, by the rules to which it is bound."""

from datetime import date, timedelta
from typing import Any, ClassVar, Literal

import pytest

from domain.actors import Role
from domain.errors import IntegrityError
from domain.inspection import events as e
from domain.inspection.deadlines import deadlines
from domain.inspection.events import EVENT_TYPES, Event
from domain.london import at_time, london_date
from domain.rulebook import Rulebook
from domain.values import Slug
from eventstore.codec import Codec
from eventstore.codecs import CODEC, UPCASTERS
from tests.domain.late_holiday import LATER, with_royal_holiday
from tests.domain.other_handbook import other_handbook, with_handbook
from tests.journeys.house import House
from workers.rehearsal.script import NOON

CONCERN: dict[str, Any] = {"referred_to": "police", "reference": "MASH/2023-114"}
NEW = "2023-10-05"
"""The day from which the changed handbook is in force: after Trafford was notified."""


def _rule(told: dict[str, Any], kind: str) -> dict[str, Any]:
    found: dict[str, Any] = next(rule for rule in told["deadlines"] if rule["kind"] == kind)
    return found


def _shorter(told: dict[str, Any]) -> None:
    """Give the strategic plan 10 working days, and warn of it 3 before."""
    rule = _rule(told, "strategic_plan")
    rule["interval"]["value"] = 10
    rule["warn_before"]["value"] = 3


def _due(rules: Rulebook, state: Any) -> date:
    (found,) = [one.due for one in deadlines(rules, state) if one.kind == "strategic_plan"]
    return found


async def test_an_open_inspection_stays_on_its_handbook_until_it_is_moved(idle_house: House) -> None:
    """Notified before the new version: the old days. Moved to it: the new days, warning and all, at once."""
    house = idle_house
    life = house.life("TRF")
    async with house.worker():
        await life.play()
    changed = with_handbook(house.rules, other_handbook(house.rules, NEW, _shorter))
    async with house.worker(changed):
        await life.let_pass(at_time(date(2024, 1, 12), NOON))
        await life.record("refer_safeguarding_concern", Role.OFSTED_LEAD, **CONCERN)
        assert _due(changed, await life.state()) == date(2024, 2, 14)
        before = await life.names()

        answer = await life.record(
            "move_to_handbook", Role.OFSTED_DIRECTOR, to=NEW, reason="transitional_provision"
        )
        # Published on 22 December: ten working days end on 10 January, which is over.
        assert [one.type for one in answer.recorded] == ["handbook_moved", "deadline_missed"]
        assert [(one.due, one.status) for one in answer.due] == [("2024-01-10", "missed")]
        moved = (await life.events())[len(before)]
        assert isinstance(moved, e.HandbookMoved)
        assert [(one.was, one.now) for one in moved.moved] == [(date(2024, 2, 14), date(2024, 1, 10))]


async def test_a_holiday_proclaimed_late_moves_what_is_told_to_move(idle_house: House) -> None:
    """A worker with the later calendar takes over: nothing moves until the command is recorded."""
    house = idle_house
    life = house.life("TRF")
    async with house.worker():
        await life.play()
    changed = with_royal_holiday(house.rules)
    async with house.worker(changed):
        await life.record("refer_safeguarding_concern", Role.OFSTED_LEAD, **CONCERN)
        assert _due(changed, await life.state()) == date(2024, 2, 14)
        answer = await life.record(
            "move_to_calendar", Role.OFSTED_DIRECTOR, to=LATER, reason="holiday_proclaimed"
        )
    assert [one.type for one in answer.recorded] == ["calendar_moved"]
    assert [(one.due, one.status) for one in answer.due] == [("2024-02-15", "open")]
    moved = (await life.events())[-1]
    assert isinstance(moved, e.CalendarMoved)
    assert [(one.was, one.now) for one in moved.moved] == [(date(2024, 2, 14), date(2024, 2, 15))]


async def test_an_inspection_notified_under_the_new_version_has_the_new_days(idle_house: House) -> None:
    """The workflow is the same, begun before the worker was replaced; the new warning comes by itself."""
    house = idle_house
    life = house.life("TRF")
    async with house.worker():
        await life.play(through=lambda step: step.milestone != "notify_area")
    in_force = other_handbook(house.rules, "2023-09-01", _shorter)
    changed = with_handbook(house.rules, in_force)
    async with house.worker(changed):
        await life.play()
        before = await life.names()
        assert _due(changed, await life.state()) == date(2024, 1, 10)
        warned = await life.let_pass_to_next_instant()
        missed = await life.let_pass_to_next_instant()
    assert (await life.names())[len(before) :] == ["deadline_approaching", "deadline_missed"]
    assert (london_date(warned), london_date(missed)) == (date(2024, 1, 5), date(2024, 1, 11))


async def test_a_new_warning_reaches_a_process_that_already_sleeps(idle_house: House) -> None:
    """The process sleeps towards the old instant; after the move it wakes at the new one."""
    house = idle_house
    life = house.life("TRF")
    async with house.worker():
        await life.play()

    def earlier(told: dict[str, Any]) -> None:
        _rule(told, "strategic_plan")["warn_before"]["value"] = 20

    changed = with_handbook(house.rules, other_handbook(house.rules, NEW, earlier))
    async with house.worker(changed):
        before = await life.names()
        await life.record("move_to_handbook", Role.OFSTED_DIRECTOR, to=NEW, reason="bound_in_error")
        wake = await life.let_pass_to_next_instant()
    assert london_date(wake) == date(2024, 1, 17)
    assert (await life.names())[len(before) :] == ["handbook_moved", "deadline_approaching"]


async def test_a_handbook_that_says_something_else_under_its_name_is_an_integrity_failure(
    idle_house: House,
) -> None:
    """The sender is told, time passes, nothing stalls or ends; with the right file it goes on."""
    house = idle_house
    life = house.life("TRF")
    async with house.worker():
        await life.play()
    before = await life.names()
    length = (await life.handle.describe()).history_length
    forged = with_handbook(house.rules, other_handbook(house.rules, "2023-01-01", _shorter))
    request = life.request("refer_safeguarding_concern", Role.OFSTED_LEAD, **CONCERN)
    async with house.worker(forged):
        with pytest.raises(IntegrityError, match="handbook 2023-01-01: expected"):
            await life.desk.record(request)
        signalled = life.request(
            "refer_safeguarding_concern", Role.OFSTED_LEAD, **CONCERN | {"reference": "B"}
        )
        await life.handle.signal("record", signalled)
        await life.let_pass(life.moment + timedelta(hours=3))
        assert await life.names() == before
        tried = (await life.handle.describe()).history_length
        assert tried < length + 100, "it tries again now and then, not all the time"
    async with house.worker():
        await life.handle.signal("sync")
        await life.until(lambda standing: standing.version == len(before) + 1)
        assert (await life.hand_in(request)).result == "recorded"
        await life.let_pass_to_next_instant()
    assert (await life.names())[len(before) :] == [
        "safeguarding_concern_referred",
        "safeguarding_concern_referred",
        "deadline_approaching",
    ]


async def test_a_process_that_begins_before_a_broken_rulebook_waits_for_a_good_one(idle_house: House) -> None:
    """Terminated and raised by a worker with the wrong file: the sender is told, the process stays."""
    house = idle_house
    life = house.life("TRF")
    async with house.worker():
        await life.play()
    await life.handle.terminate()
    forged = with_handbook(house.rules, other_handbook(house.rules, "2023-01-01", _shorter))
    request = life.request("refer_safeguarding_concern", Role.OFSTED_LEAD, **CONCERN)
    async with house.worker(forged):
        with pytest.raises(IntegrityError):
            await life.desk.record(request)
    before = await life.names()
    async with house.worker():
        await life.let_pass(life.moment + timedelta(minutes=61))
        await life.until(lambda standing: standing.stage == "follow_up")
        await life.let_pass_to_next_instant()
    assert (await life.names())[len(before) :] == ["deadline_approaching"]


class AreaNotifiedSince(e.AreaNotified):
    """The event as a later version of the code might have it."""

    schema_version: ClassVar[int] = 3
    heard_by: Slug
    recalls: Literal["yes", "no"] = "no"


async def test_a_field_that_an_event_gained_is_filled_in_for_an_open_inspection(idle_house: House) -> None:
    """What was recorded long ago is lifted to the present form, and stays in the ledger as it was."""
    house = idle_house
    life = house.life("TRF", until="fieldwork")
    life.moment = life.script.steps[-1].at
    async with house.worker():
        await life.play()
    lifted: list[dict[str, Any]] = []

    def from_1(data: dict[str, Any]) -> dict[str, Any]:
        return {**data, "by_telephone": "dcs"}

    def from_2(data: dict[str, Any]) -> dict[str, Any]:
        lifted.append(data)
        return {name: value for name, value in data.items() if name != "by_telephone"} | {
            "heard_by": data["by_telephone"]
        }

    kinds: dict[str, type[Event]] = {**EVENT_TYPES, "area_notified": AreaNotifiedSince}
    later = Codec(kinds, {**UPCASTERS, ("area_notified", 1): from_1, ("area_notified", 2): from_2})
    stored = [entry.text for entry in await house.stores.ledger.read_stream(life.inspection)]
    async with house.worker(codec=later):
        answer = await life.next_step()
    assert answer.standing.stage == "fieldwork"
    assert lifted
    entries = await house.stores.ledger.read_stream(life.inspection)
    assert [entry.text for entry in entries[: len(stored)]] == stored
    assert isinstance(later.decode(entries[2]), AreaNotifiedSince)
    assert CODEC.decode(entries[2]) == e.AreaNotified.model_validate(
        later.decode(entries[2]).model_dump(exclude={"heard_by", "recalls"})
    )


async def test_an_event_that_this_code_does_not_know_is_an_integrity_failure(idle_house: House) -> None:
    """An older worker meets what a newer one recorded: the sender is told, nothing is overwritten."""
    house = idle_house
    life = house.life("TRF", until="notified")
    async with house.worker():
        await life.play()
    before = await life.names()
    older = Codec({name: kind for name, kind in EVENT_TYPES.items() if name != "area_notified"}, UPCASTERS)
    async with house.worker(codec=older):
        with pytest.raises(IntegrityError, match="area_notified"):
            await life.record("refer_safeguarding_concern", Role.OFSTED_LEAD, **CONCERN)
    async with house.worker():
        await life.record("refer_safeguarding_concern", Role.OFSTED_LEAD, **CONCERN)
    assert (await life.names())[len(before) :] == ["safeguarding_concern_referred"]
