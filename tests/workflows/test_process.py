"""What the process shows of itself, and what it does while something outside does not work."""

import asyncio
from datetime import date, timedelta
from typing import Any

import pytest

from domain.actors import Role
from domain.errors import IntegrityError
from domain.inspection.events import DeadlineMissed
from domain.london import at_time
from eventstore.envelope import Entry
from tests.journeys.house import House, Life
from workers.rehearsal.script import NOON, bodies_of
from workflows.inspection import InspectionWorkflow
from workflows.search_attributes import ALL, AREA, KIND, NEXT_DUE, OUTCOME, STAGE

CONCERN: dict[str, Any] = {"referred_to": "police", "reference": "MASH/2023-114"}


async def test_a_report_that_cannot_be_published_holds_nothing_up(house: House) -> None:
    """The folder is not there; other milestones are recorded meanwhile; then the report is published."""
    life = house.life("TRF")
    await life.play(through=lambda step: step.milestone != "release_report")
    in_the_way = house.folder / life.inspection
    in_the_way.write_text("a file where the folder should be")
    step = life.script.steps[life.done]
    released = await life.desk.record(life.request(step.milestone, step.by, step.at, **step.matter))
    assert released.standing.publication_pending
    beside = life.request("refer_safeguarding_concern", Role.OFSTED_LEAD, **CONCERN)
    answer = await asyncio.wait_for(life.desk.record(beside), 5)
    assert answer.standing.stage == "publication"

    in_the_way.unlink()
    await asyncio.wait_for(life.until(lambda standing: standing.stage == "follow_up"), 30)
    assert (await life.names())[-1] == "report_published"


async def test_a_release_that_was_struck_is_not_published_and_may_come_again(house: House) -> None:
    life = house.life("TRF")
    await life.play(through=lambda step: step.milestone != "release_report")
    in_the_way = house.folder / life.inspection
    in_the_way.write_text("a file where the folder should be")
    step = life.script.steps[life.done]
    await life.desk.record(life.request(step.milestone, step.by, step.at, **step.matter))
    struck = life.request(
        "rectify_milestone", Role.OFSTED_DIRECTOR, milestone="report_released", reason="did_not_happen"
    )
    answer = await life.desk.record(struck)
    assert answer.refused is None, answer.refused
    assert not answer.standing.publication_pending
    in_the_way.unlink()
    life.standing = answer.standing
    await life.next_step()
    await life.until(lambda standing: standing.stage == "follow_up")
    assert (await life.names()).count("report_published") == 1


async def _shown(house: House, inspection: str) -> dict[str, Any]:
    described = await house.client.get_workflow_handle(inspection).describe()
    found = {key.name: described.typed_search_attributes.get(key) for key in ALL}
    return {name: value for name, value in found.items() if value is not None}


async def test_temporals_list_shows_where_an_inspection_stands(house: House) -> None:
    """Codes only; what does not hold any more is taken away, also by a process that was begun anew."""
    life = house.life("TRF", until="planned")
    life.moment = life.script.steps[-1].at
    await life.play()
    area = life.script.case.area
    assert await _shown(house, life.inspection) == {AREA.name: area, KIND.name: "full", STAGE.name: "planned"}
    while life.done < len(life.script.steps):
        await life.next_step()
    assert await _shown(house, life.inspection) == {
        AREA.name: area,
        KIND.name: "full",
        STAGE.name: "follow_up",
        OUTCOME.name: "2",
        NEXT_DUE.name: "2024-02-14",
    }
    await life.record("publish_strategic_plan", Role.DCS, bodies=list(bodies_of(life.script.case)))
    assert NEXT_DUE.name not in await _shown(house, life.inspection)


async def test_a_process_says_what_it_waits_for(house: House) -> None:
    """Recorded late, so that the days for comment are over as soon as they have begun."""
    life = house.life("TRF")
    life.moment = life.script.steps[-1].at
    told = []
    while life.done < len(life.script.steps):
        await life.next_step()
        told.append(await life.handle.query(InspectionWorkflow.get_waits_for))
    assert list(dict.fromkeys(told)) == [
        "team_appointed",
        "area_notified",
        "fieldwork_begun",
        "on_site_begun",
        "feedback_given",
        "fieldwork_ended",
        "draft_submitted",
        "draft_approved",
        "draft_sent_for_comment",
        "outcome_decided",
        "outcome_signed_off",
        "final_report_sent",
        "final_report_received",
        "report_released",
        "inspection_closed",
    ]


async def test_an_irregular_step_past_a_milestone_does_not_leave_the_process_behind(house: House) -> None:
    """Notified without a team, by authority: the process waits for what comes next, not for the team."""
    life = house.life("TRF", until="notified")
    await life.play(through=lambda step: step.milestone != "appoint_team")
    contrary = {"rules": ["team_complete"], "reason": house.text.model_dump(), "authorised_by": "p-boss"}
    answer = await life.record("notify_area", Role.OFSTED_LEAD, life.moment, contrary_to=contrary)
    assert answer.refused is None, answer.refused
    assert await life.handle.query(InspectionWorkflow.get_waits_for) == "fieldwork_begun"


async def test_a_deadline_that_moves_away_is_missed_on_its_new_day(house: House) -> None:
    """The timer that was started for the old day runs on; it wakes the process, which finds nothing."""
    life = house.life("TRF")
    await life.play()
    await life.until(lambda standing: standing.stage == "follow_up")
    assert life.standing.next_due == "2024-02-14"
    timers = await _timers(life)
    answer = await life.record(
        "extend_deadline",
        Role.OFSTED_DIRECTOR,
        kind="strategic_plan",
        to="2024-03-01",
        reason="sign_off_timetable",
    )
    assert answer.refused is None, answer.refused
    assert await _timers(life) == timers

    await life.let_pass(at_time(date(2024, 2, 28), NOON))
    assert "deadline_missed" not in await life.names()
    await life.let_pass(at_time(date(2024, 3, 2), NOON))
    await life.until(lambda standing: standing.next_due is None)
    (missed,) = [event for event in await life.events() if isinstance(event, DeadlineMissed)]
    assert missed.due == date(2024, 3, 1)


async def test_a_deadline_is_noticed_though_its_tick_failed_and_something_was_refused_since(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An answer tells of instants that lie ahead; what has passed and is not recorded is not among them."""
    life = house.life("TRF")
    await life.play()
    await life.until(lambda standing: standing.stage == "follow_up")
    due = life.standing.next_wake
    assert due is not None
    with monkeypatch.context() as unreadable:
        unreadable.setattr(house.stores.ledger, "read_stream", _unreadable)
        await life.set_clock(due + timedelta(seconds=1))
        await _until_it_is_broken(life)
    refused = life.request("begin_fieldwork", Role.OFSTED_LEAD, life.moment)
    assert (await life.desk.record(refused)).result == "refused"
    await life.let_pass(due + timedelta(hours=2))
    await asyncio.wait_for(_until_it_has(life, "deadline_approaching"), 30)


async def _until_it_has(life: Life, event: str) -> None:
    while event not in await life.names():
        await asyncio.sleep(0.05)


async def _unreadable(*_: object, **__: object) -> list[Entry]:
    raise IntegrityError("this release cannot read it")


async def _until_it_is_broken(life: Life) -> None:
    """Wait until a tick has failed: that a local activity has is told by the marker's failure."""
    while True:
        history = await life.handle.fetch_history()
        if any(event.marker_recorded_event_attributes.HasField("failure") for event in history.events):
            return
        await asyncio.sleep(0.05)


async def _timers(life: Life) -> int:
    history = await life.handle.fetch_history()
    return sum(event.HasField("timer_started_event_attributes") for event in history.events)
