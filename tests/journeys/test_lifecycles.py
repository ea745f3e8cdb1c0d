"""Whole inspections at their real dates, by the real conductor, against the real servers."""

from collections.abc import Sequence
from datetime import UTC, date, datetime

from domain.actors import Role
from domain.inspection import events as e
from domain.inspection.deadlines import deadlines
from domain.inspection.events.clock import DeadlineEvent
from domain.london import at_time, london_date
from eventstore.codecs import CODEC
from eventstore.envelope import Entry
from tests.journeys.house import CASES, House, Life
from workers.rehearsal.conductor import Conductor
from workers.rehearsal.deeds import Scene, Words
from workers.rehearsal.parts import Part
from workers.rehearsal.script import NOON, Script, bodies_of, write_script
from workflows.inspection import InspectionWorkflow


async def _rehearse(house: House, script: Script) -> Part:
    words = Words(unwritten=house.text, irregular=house.text)
    assert house.skipper is not None
    part = Part(Scene(house.skipper, house.queue, words), script)
    conductor: Conductor[Part] = Conductor(lambda *_: None)
    await conductor.play([part])
    return part


def _dated(entries: Sequence[Entry]) -> list[tuple[str, date]]:
    events = [CODEC.decode(entry) for entry in entries]
    return [
        (entry.type, london_date(event.occurred_at)) for entry, event in zip(entries, events, strict=True)
    ]


async def test_suffolk_lives_at_its_own_dates(house: House) -> None:
    """Outcome 3: the priority action plan is due 35 working days after the final report was received."""
    script = write_script(CASES["SFK"], 1, house.rules)
    part = await _rehearse(house, script)
    life = Life(house, script, len(script.steps) - 1)
    entries = await house.stores.ledger.read_stream("SFK-2023-F1")

    assert _dated(entries) == [
        ("inspection_planned", date(2023, 10, 16)),
        ("team_appointed", date(2023, 10, 16)),
        ("area_notified", date(2023, 10, 30)),
        ("surveys_opened", date(2023, 10, 30)),
        ("surveys_closed", date(2023, 11, 7)),
        ("fieldwork_begun", date(2023, 11, 9)),
        ("on_site_begun", date(2023, 11, 13)),
        ("feedback_given", date(2023, 11, 17)),
        ("fieldwork_ended", date(2023, 11, 17)),
        ("draft_submitted", date(2023, 12, 6)),
        ("draft_approved", date(2023, 12, 15)),
        ("draft_approved", date(2023, 12, 15)),
        ("draft_sent_for_comment", date(2023, 12, 27)),
        ("comments_received", date(2024, 1, 4)),
        ("outcome_decided", date(2024, 1, 17)),
        ("outcome_signed_off", date(2024, 1, 17)),
        ("outcome_signed_off", date(2024, 1, 17)),
        ("final_report_sent", date(2024, 1, 18)),
        ("final_report_received", date(2024, 1, 18)),
        ("report_released", date(2024, 1, 30)),
        ("report_published", date(2024, 1, 30)),
    ]
    assert part.irregular == []
    assert part.standing.stage == "follow_up"
    due = {one.kind.value: one.due for one in deadlines(house.rules, await life.state())}
    assert due["priority_action_plan_submission"] == date(2024, 3, 7)
    assert await life.handle.query(InspectionWorkflow.next_instant) == datetime(2024, 2, 29, tzinfo=UTC)


async def test_trafford_lives_at_its_own_dates(house: House) -> None:
    """Outcome 2: the strategic plan is due 35 working days after publication."""
    script = write_script(CASES["TRF"], 1, house.rules)
    await _rehearse(house, script)
    life = Life(house, script, len(script.steps) - 1)
    published = next(one for one in await life.events() if isinstance(one, e.ReportPublished))

    assert london_date(published.occurred_at) == date(2023, 12, 22)
    due = {one.kind.value: one.due for one in deadlines(house.rules, await life.state())}
    assert due["strategic_plan"] == date(2024, 2, 14)
    assert "priority_action_plan_submission" not in due
    assert (house.folder / published.address).is_file()


async def test_what_is_due_is_warned_of_and_missed_by_the_clock_alone(house: House) -> None:
    """Nobody does anything after publication: the process wakes by itself, and only when it has to."""
    life = house.life("TRF")
    await life.play()
    before = await life.names()
    wakes = [await life.let_pass_to_next_instant(), await life.let_pass_to_next_instant()]
    events = await life.events()

    assert [london_date(wake) for wake in wakes] == [date(2024, 2, 7), date(2024, 2, 15)]
    assert (await life.names())[len(before) :] == ["deadline_approaching", "deadline_missed"]
    approaching, missed = events[-2:]
    assert isinstance(approaching, e.DeadlineApproaching)
    assert isinstance(missed, e.DeadlineMissed)
    assert (approaching.due, missed.due) == (date(2024, 2, 14), date(2024, 2, 14))
    assert london_date(missed.occurred_at) == date(2024, 2, 14), "the due day, not the morning after"
    assert life.standing.open, "a miss is reported, the process goes on"
    assert life.standing.next_wake is None


async def test_both_action_plan_deadlines_are_missed_in_their_turn(house: House) -> None:
    """Outcome 3 without any plan: submission is missed first, publication ten weeks after receipt."""
    life = house.life("SFK")
    await life.play()
    before = len(await life.names())
    while (await life.handle.query(InspectionWorkflow.next_instant)) is not None:
        await life.let_pass_to_next_instant()

    brought = [one for one in (await life.events())[before:] if isinstance(one, DeadlineEvent)]
    told = [(type(one).__name__, one.kind, one.due) for one in brought]
    assert told == [
        ("DeadlineApproaching", "priority_action_plan_submission", date(2024, 3, 7)),
        ("DeadlineMissed", "priority_action_plan_submission", date(2024, 3, 7)),
        ("DeadlineApproaching", "priority_action_plan_publication", date(2024, 4, 29)),
        ("DeadlineMissed", "priority_action_plan_publication", date(2024, 4, 29)),
    ]


async def test_a_plan_recorded_late_takes_the_miss_back(house: House) -> None:
    """Published on the due day and recorded five days later: the miss is taken back, both facts stay."""
    life = house.life("TRF")
    await life.play()
    await life.let_pass(at_time(date(2024, 2, 19), NOON))
    assert (await life.names())[-1] == "deadline_missed"
    bodies = list(bodies_of(life.script.case))
    answer = await life.record(
        "publish_strategic_plan", Role.DCS, at_time(date(2024, 2, 14), NOON), bodies=bodies
    )

    assert [one.type for one in answer.recorded] == ["strategic_plan_published", "deadline_miss_taken_back"]
    assert answer.due == ()
    assert (await life.names())[-4:] == [
        "deadline_approaching",
        "deadline_missed",
        "strategic_plan_published",
        "deadline_miss_taken_back",
    ]
    (kept,) = [one for one in deadlines(house.rules, await life.state()) if one.kind == "strategic_plan"]
    assert (kept.due, kept.met_on) == (date(2024, 2, 14), date(2024, 2, 14))


async def test_a_plan_published_late_stays_missed(house: House) -> None:
    """What was published a day after the due day was missed, and its day is on record."""
    life = house.life("TRF")
    await life.play()
    await life.let_pass(at_time(date(2024, 2, 19), NOON))
    bodies = list(bodies_of(life.script.case))
    await life.record("publish_strategic_plan", Role.DCS, at_time(date(2024, 2, 15), NOON), bodies=bodies)

    assert (await life.names())[-2:] == ["deadline_missed", "strategic_plan_published"]
    (late,) = [one for one in deadlines(house.rules, await life.state()) if one.kind == "strategic_plan"]
    assert late.status(life.moment) == "missed"
    assert late.met_on == date(2024, 2, 15)


async def test_a_met_plan_is_followed_by_silence_and_a_close(house: House) -> None:
    """Nothing is warned of or missed once the plan is there; the closed process ends."""
    life = house.life("TRF")
    await life.play()
    at = at_time(date(2024, 2, 1), NOON)
    await life.let_pass(at)
    await life.record("publish_strategic_plan", Role.DCS, at, bodies=list(bodies_of(life.script.case)))
    before = len(await life.names())
    await life.let_pass(at_time(date(2024, 3, 1), NOON))
    assert len(await life.names()) == before
    answer = await life.record("close_inspection", Role.COORDINATOR)

    assert answer.standing.stage == "closed"
    await life.handle.result()
    (closed,) = [one for one in await life.events() if isinstance(one, e.InspectionClosed)]
    assert [(one.kind, one.target) for one in closed.next] != []
