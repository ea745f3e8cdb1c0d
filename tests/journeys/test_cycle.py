"""The continuous cycle of an area on the real engine: each inspection is a chapter of it."""

from datetime import date, time, timedelta
from typing import Any, Final

import pytest

from domain.actors import Role
from domain.area.planning import to_open
from domain.london import at_time
from eventstore.subscription import catch_up, enrol
from tests.journeys.cycles import Cycle
from tests.journeys.house import House
from workers.bell import SUBSCRIBER, Bell

TODAY: Final = date(2024, 6, 3)
WEEK: Final = {"first": "2024-07-01", "last": "2024-07-05"}


def _schedule(cycle: Cycle, **changed: Any) -> dict[str, Any]:
    usual = {
        "inspection": f"{cycle.area}-2024-F1",
        "kind": "full",
        "notify_on": "2024-06-17",
        "on_site": WEEK,
    }
    return usual | changed


async def test_what_a_coordinator_schedules_the_cycle_opens_and_hears_of(house: House) -> None:
    """The inspection begins in the name of who scheduled it, with the bodies that the register knows."""
    cycle = Cycle(house, TODAY)
    await cycle.enter()
    answer = await cycle.record("schedule_inspection", **_schedule(cycle))
    assert answer.standing.errands == (f"open {cycle.area}-2024-F1",)
    await cycle.until(lambda standing: not standing.errands)
    (planned,) = await house.stores.ledger.read_stream(f"{cycle.area}-2024-F1")
    event = planned.parsed()["body"]["event"]
    assert event["decided_by"]["person"] == "p-coordinator"
    assert event["bodies"] == [f"la-{cycle.area.lower()}", f"icb-{cycle.area.lower()}"]
    assert await cycle.names() == ["area_entered", "inspection_scheduled", "inspection_heard_of"]


@pytest.mark.parametrize("lost", [False, True], ids=["and goes on", "and is lost"])
async def test_what_somebody_has_opened_by_hand_meanwhile_is_not_planned_anew(
    house: House, lost: bool
) -> None:
    """The cycle hears of it and lets it be, also if its process is not there any more: the ledger has it."""
    cycle = Cycle(house, TODAY)
    await cycle.enter()
    name = f"{cycle.area}-2024-F1"
    week, bodies = {"notify_on": "2024-06-17", "on_site": WEEK}, [f"la-{cycle.area.lower()}"]
    by_hand: dict[str, Any] = {"area": cycle.area, "bodies": bodies, **week}
    inspection = Cycle(house, TODAY, name)
    await inspection.record("plan_inspection", **by_hand)
    if lost:
        await inspection.handle.terminate()
    await cycle.record("schedule_inspection", **_schedule(cycle))
    await cycle.until(lambda standing: not standing.errands)
    assert [entry.type for entry in await house.stores.ledger.read_stream(name)] == ["inspection_planned"]
    assert name in (await cycle.state()).news


async def test_what_the_inspection_itself_refuses_is_taken_back(house: House) -> None:
    """A Tuesday is no first day on site; the coordinator sees the rule, and schedules anew."""
    cycle = Cycle(house, TODAY)
    await cycle.enter()
    tuesday = {"first": "2024-07-02", "last": "2024-07-05"}
    await cycle.record("schedule_inspection", **_schedule(cycle, on_site=tuesday))
    await cycle.until(lambda standing: standing.version == 3)
    assert (await cycle.names())[-1] == "inspection_not_opened"
    assert to_open(await cycle.state()) == ()
    await cycle.record("schedule_inspection", **_schedule(cycle, inspection=f"{cycle.area}-2024-F2"))
    await cycle.until(lambda standing: not standing.errands)
    assert len(await house.stores.ledger.read_stream(f"{cycle.area}-2024-F2")) == 1


async def test_what_is_scheduled_against_a_rule_is_opened_as_irregular_as_it_is(house: House) -> None:
    """Decided by somebody who usually does not: the inspection asks nobody for the same authority again."""
    cycle = Cycle(house, TODAY)
    await cycle.enter()
    waived = {"rules": ["permission"], "reason": {"sealed": "0" * 64}, "authorised_by": "p-hmci"}
    await cycle.record("schedule_inspection", Role.DCS, **_schedule(cycle), contrary_to=waived)
    await cycle.until(lambda standing: not standing.errands)
    (planned,) = await house.stores.ledger.read_stream(f"{cycle.area}-2024-F1")
    event = planned.parsed()["body"]["event"]
    assert (event["irregular"], event["decided_by"]["role"]) == (waived, "dcs")


@pytest.mark.parametrize("lost", ["inspection", "cycle"])
async def test_neither_needs_the_other_to_be_there(house: House, lost: str) -> None:
    """What happened meanwhile is heard when the cycle looks again, whichever process had been lost."""
    cycle = Cycle(house, TODAY)
    await cycle.enter()
    await cycle.record("schedule_inspection", **_schedule(cycle))
    await cycle.until(lambda standing: not standing.errands)
    name = f"{cycle.area}-2024-F1" if lost == "inspection" else cycle.area
    await house.client.get_workflow_handle(name).terminate()
    of_inspection = Cycle(house, TODAY, f"{cycle.area}-2024-F1")
    await of_inspection.record("withdraw_inspection", Role.HMCI, reason="programme_changed")
    await cycle.record("hold_engagement_meeting", held_on="2024-06-03")
    await cycle.look()
    state = await cycle.state()
    assert state.news[f"{cycle.area}-2024-F1"].withdrawn


async def test_a_cycle_is_woken_when_its_inspection_moves(house: House) -> None:
    """It hears at once; an inspection of an area that has no cycle wakes nobody."""
    cycle = Cycle(house, TODAY)
    await cycle.enter()
    await cycle.record("schedule_inspection", **_schedule(cycle))
    await cycle.until(lambda standing: not standing.errands)
    ledger, pool = house.stores.ledger, house.stores.pool
    await enrol(pool, SUBSCRIBER, after=await ledger.head())
    name = f"{cycle.area}-2024-F1"
    await Cycle(house, TODAY, name).record("withdraw_inspection", Role.HMCI, reason="programme_changed")
    await house.life("TRF").play(through=lambda step: step.milestone == "plan_inspection")
    await catch_up(pool, ledger, Bell(house.stores.ledger, cycle.desk))
    await cycle.until(lambda standing: standing.version == 4)
    assert (await cycle.state()).news[name].withdrawn


async def test_polls_of_the_area_reach_its_inspections(house: House) -> None:
    """Set before the inspection was planned or after: its report waits for the end of the embargo."""
    cycle = Cycle(house, TODAY)
    await cycle.enter()
    await cycle.record("set_polls", polls_on="2024-10-10", kind="local")
    await cycle.record("schedule_inspection", **_schedule(cycle))
    await cycle.until(lambda standing: not standing.errands)
    await cycle.record("set_polls", polls_on="2024-07-04", kind="general")
    await cycle.until(lambda standing: not standing.errands)
    told = await house.stores.ledger.read_stream(f"{cycle.area}-2024-F1")
    assert [entry.type for entry in told] == ["inspection_planned", "polls_recorded", "polls_recorded"]
    assert [entry.parsed()["body"]["event"].get("polls_on") for entry in told[1:]] == [
        "2024-10-10",
        "2024-07-04",
    ]


async def test_polls_reach_an_inspection_whose_withdrawal_is_struck(house: House) -> None:
    """Set by somebody who usually may not, they are passed on as irregular as they are."""
    cycle = Cycle(house, TODAY)
    await cycle.enter()
    await cycle.record("schedule_inspection", **_schedule(cycle))
    await cycle.until(lambda standing: not standing.errands)
    inspection = Cycle(house, TODAY, f"{cycle.area}-2024-F1")
    await inspection.record("withdraw_inspection", Role.HMCI, reason="programme_changed")
    waived = {"rules": ["permission"], "reason": {"sealed": "0" * 64}, "authorised_by": "p-hmci"}
    await cycle.record("set_polls", Role.DCS, polls_on="2024-07-04", kind="general", contrary_to=waived)
    await cycle.until(lambda standing: not standing.errands)
    struck = {"milestone": "inspection_withdrawn", "reason": "did_not_happen"}
    await inspection.record("rectify_milestone", Role.HMCI, **struck)
    await cycle.look()
    await cycle.until(lambda standing: not standing.errands)
    told = (await house.stores.ledger.read_stream(inspection.area))[-1].parsed()["body"]["event"]
    assert (told["type"], told["irregular"]["rules"]) == ("polls_recorded", ["permission"])


async def test_a_serious_concern_of_a_review_brings_an_inspection_forward(house: House) -> None:
    """The events refer to each other, and the cycle is woken at once. Struck there, it goes back here."""
    cycle = Cycle(house, TODAY)
    await cycle.enter()
    await enrol(house.stores.pool, SUBSCRIBER, after=0)
    review = Cycle(house, TODAY, "THEMATIC-2024")
    await review.record("plan_review")
    consent = {"body": f"la-{cycle.area.lower()}", "role": "dcs"}
    await review.record("choose_review_area", area=cycle.area, consent=consent)
    await review.record("begin_review_visit", Role.OFSTED_LEAD, area=cycle.area)
    text = house.text.model_dump(mode="json")
    concern = {"reason": "widespread_failings", "text": text}
    await review.record("raise_concern", Role.OFSTED_LEAD, area=cycle.area, **concern)
    await catch_up(house.stores.pool, house.stores.ledger, Bell(house.stores.ledger, cycle.desk))
    await cycle.until(lambda standing: standing.version >= 2)
    forward = (await house.stores.ledger.read_stream(cycle.area))[1].parsed()["body"]["event"]
    assert (forward["concern"], forward["due_by"]) == (
        {"review": "THEMATIC-2024", "number": 1},
        "2024-12-03",
    )
    entry = {"kind": "concern_raised", "about": "1"}
    await review.record("rectify_review_entry", entry=entry, reason="recorded_wrongly")
    await catch_up(house.stores.pool, house.stores.ledger, Bell(house.stores.ledger, cycle.desk))
    await cycle.until(lambda standing: standing.next_due is None)
    struck = (await house.stores.ledger.read_stream(cycle.area))[-1].parsed()["body"]["event"]
    assert (struck["type"], struck["concern"], struck["due_by"]) == (
        "concern_struck",
        forward["concern"],
        forward["due_by"],
    )
    await review.handle.terminate()


async def test_every_cycle_hears_of_a_pause_whenever_it_is_entered(house: House) -> None:
    """One that was there before is woken, one that comes later hears when it looks."""
    before, later = Cycle(house, TODAY), Cycle(house, TODAY)
    await before.enter()
    await enrol(house.stores.pool, SUBSCRIBER, after=0)
    programme = Cycle(house, TODAY, "PROGRAMME")
    pause = {"first": "2024-06-01", "last": "2024-08-31", "reason": "national_reforms"}
    await programme.record("pause_scheduling", Role.HMCI, **pause)
    await catch_up(house.stores.pool, house.stores.ledger, Bell(house.stores.ledger, before.desk))
    await before.until(lambda standing: standing.version == 2)
    await later.enter()
    await later.look()
    for cycle in (before, later):
        refused = (await cycle.ask("schedule_inspection", **_schedule(cycle))).refused
        assert refused is not None
        assert (refused.code, refused.waivable) == ("scheduling_paused", True)
    await programme.record("resume_scheduling", Role.HMCI, pause={"first": "2024-06-01"}, last="2024-06-28")
    await before.look()
    await before.record("schedule_inspection", **_schedule(before))
    await programme.handle.terminate()


async def test_a_cycle_wakes_by_itself_when_an_agreed_meeting_is_missed(house: House) -> None:
    """The warning four weeks before, the miss when the day is over, each at its own moment."""
    cycle = Cycle(house, TODAY)
    await cycle.enter()
    await cycle.record("agree_engagement_meeting", due_by="2024-09-02")
    await cycle.let_pass(at_time(date(2024, 9, 3), time(9)))
    await cycle.until(lambda standing: standing.version == 4)
    assert (await cycle.names())[2:] == ["cycle_deadline_approaching", "cycle_deadline_missed"]
    assert cycle.moment - at_time(TODAY, time(9)) == timedelta(days=92)
