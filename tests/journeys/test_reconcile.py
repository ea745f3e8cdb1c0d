"""Temporal's histories and the ledger beside each other, on the real servers."""

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from uuid import uuid4

import pytest
from temporalio.client import WorkflowUpdateStage

from activities.commands import CommandHandler, Context
from audit.reasons import Reason
from audit.reconcile import Line, Reconciled
from audit.told import Way
from domain.actors import Role
from domain.errors import IntegrityError
from domain.messages import Answer
from eventstore.codecs import CODECS
from eventstore.envelope import Entry, compose, leaf_of
from tests.journeys.cycles import Cycle
from tests.journeys.halting import Deaf, concern, live, overtake, processes_of, tamper, worker_of
from tests.journeys.house import House, Life, open_house
from tests.workflows.cycle_paths import area_cycle
from tests.workflows.record_histories import own_server
from workers.audit.histories import reconciled
from workers.desk import Desk
from workers.troubles import Finding, Trouble


async def _reconciled(house: House, stream: str) -> Reconciled:
    return await reconciled(house.client, house.stores.ledger, stream)


def _reasons(found: Reconciled) -> Counter[Reason]:
    return Counter(line.reason for line in found.lines)


def _of(found: Reconciled, version: int) -> Line:
    """Return the line of an event."""
    (line,) = [one for one in found.lines if version in {entry.version for entry in one.events}]
    return line


async def _until_answered(house: House, stream: str) -> Reconciled:
    """Signals are answered in the history a moment after the ledger has them."""
    while set(_reasons(found := await _reconciled(house, stream))) - {Reason.AGREED, Reason.OPERATOR}:
        await asyncio.sleep(0.05)
    return found


async def test_both_sides_tell_the_same_of_all_that_was_sent(house: House) -> None:
    """Updates, signals, refusals, signals that cannot be read, a publication, and what time has brought."""
    life = await live(house, "follow_up")
    requests = [
        concern(life, 1),
        life.request("end_fieldwork", Role.OFSTED_LEAD, life.moment - timedelta(days=90)),
    ]
    for request in requests:
        await life.handle.signal("record", request)
    for name, content in (("nonsense", 7), ("nonsense", 7), ("record", 7), ("record", b"\x00")):
        await life.handle.signal(name, content)
    await life.let_pass_to_next_instant()
    found = await _until_answered(house, life.inspection)

    assert [entry.version for line in found.lines for entry in line.events] == list(
        range(1, len(await life.names()) + 1)
    )
    assert found.looks > 0
    by_id = {line.command_id: line for line in found.lines}
    assert len(by_id) == len(found.lines) == len(await life.commands())
    for asked in life.requests:
        line = by_id[asked.command_id]
        assert [(one.way, one.name) for one in line.sent] == [(Way.UPDATE, "record")]
        assert line.written_by is not None
        assert line.written_by.activity == "handle_command"
        assert line.written_by.place.event > line.sent[0].place.event
    signalled, refused = (by_id[request.command_id] for request in requests)
    assert [(line.sent[0].way, line.refused) for line in (signalled, refused)] == [
        (Way.SIGNAL, None),
        (Way.SIGNAL, refused.refused),
    ]
    assert refused.refused
    assert not refused.events
    unreadable = [line for line in found.lines if line.what == "unreadable"]
    assert sorted(len(line.sent) for line in unreadable) == [1, 1, 2]
    ticks = [line for line in found.lines if line.what == "tick"]
    assert {(line.sent, line.written_by and line.written_by.activity) for line in ticks} == {((), "tick")}


async def test_what_was_sent_goes_through_a_reset_and_a_termination(house: House) -> None:
    """A reset gives all of it again to the next run; each event is still one of the run that wrote it."""
    life = await live(house)
    await life.handle.signal("record", concern(life, 1))
    before = await _until_answered(house, life.inspection)
    await processes_of(house, life).repair(Finding(life.inspection, Trouble.FAILING, "for a test"))
    await life.until(lambda standing: standing.version > 0)
    await life.hand_in(concern(life, 2))
    await life.handle.terminate()
    await life.hand_in(concern(life, 3))

    found = await _until_answered(house, life.inspection)
    assert [run.status for run in found.runs] == ["running", "terminated", "terminated"]
    assert found.runs[-1].run_id == before.runs[0].run_id
    assert _reasons(found)[Reason.OPERATOR] == 1
    reset, first = found.runs[1:]
    assert first.ended is not None
    assert reset.began >= first.ended > first.began, "though it has the first events of the first run"
    for line in found.lines:
        if line.events:
            assert line.written_by is not None
            assert line.written_by.place.run_id == line.events[0].body.provenance.run_id
    assert {len(_of(found, entry.version).sent) for line in before.lines for entry in line.events} == {2}


async def test_what_temporal_no_longer_has_is_said(house: House) -> None:
    """Temporal is lost, and the process goes on in a new one. It is the same with runs that expire."""
    life = await live(house)
    before = len(await life.names())
    async with own_server(suggest=4_096) as skipper:
        life.house = anew = replace(house, client=skipper.client, skipper=skipper)
        lost = await _reconciled(anew, life.inspection)
        life.desk = Desk(anew.client, anew.queue, life.start)
        life.moment += timedelta(hours=1)
        async with anew.worker():
            await life.hand_in(concern(life, 1))
        found = await _reconciled(anew, life.inspection)
    assert (lost.runs, _reasons(lost)) == ((), {Reason.EXPIRED: before})
    assert len(found.runs) == 1
    assert [line.reason for line in found.lines] == [*[Reason.EXPIRED] * before, Reason.AGREED]


async def test_an_update_that_was_never_answered_and_one_that_failed_are_explained(
    idle_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The ledger has neither. A run that goes on may still answer; one that is over will not."""
    house = idle_house
    life = house.life("TRF", until="fieldwork")
    async with house.worker():
        await life.play()
        with monkeypatch.context() as bad_release:
            bad_release.setattr(house.stores.ledger, "read_stream", _unreadable)
            with pytest.raises(IntegrityError):
                await life.desk.record(concern(life, 1))
        await life.handle.terminate()
    async with worker_of(house, Deaf):
        handle = await house.client.start_workflow(
            Deaf.run, life.start(life.inspection), id=life.inspection, task_queue=house.queue
        )
        await handle.start_update(
            "record", concern(life, 2), wait_for_stage=WorkflowUpdateStage.ACCEPTED, result_type=Answer
        )
        waiting = await _reconciled(house, life.inspection)
        await handle.terminate()
    ended = await _reconciled(house, life.inspection)
    recorded = len(await life.names())
    failed = next(line for line in ended.lines if line.reason is Reason.FAILED)
    assert failed.detail == "INTEGRITY: this release cannot read it"
    assert _reasons(waiting) == {Reason.AGREED: recorded, Reason.FAILED: 1, Reason.UNDER_WAY: 1}
    assert _reasons(ended) == {Reason.AGREED: recorded, Reason.FAILED: 1, Reason.ENDED: 1}


async def _unreadable(*_: object, **__: object) -> list[Entry]:
    raise IntegrityError("this release cannot read it")


async def test_a_history_that_cannot_be_read_is_named(idle_house: House) -> None:
    """With the process, the run and the event: written by another release, or under another key."""
    house = idle_house
    stream = house.life().inspection
    handle = await house.client.start_workflow("Inspection", "?", id=stream, task_queue=house.queue)
    with pytest.raises(IntegrityError, match=f"{stream}, run .*, event 1: it holds no StartInspection"):
        await _reconciled(house, stream)
    await handle.terminate()


async def test_what_a_worker_appended_before_it_died_is_explained(house: House) -> None:
    life = await live(house)
    run_id = (await life.handle.describe()).run_id
    version = await _append(house, life, life.inspection, run_id)
    assert _of(await _reconciled(house, life.inspection), version).reason is Reason.UNTOLD


async def test_an_event_that_no_run_can_have_written_cannot_be_explained(house: House) -> None:
    """Appended by somebody who knows how, and who names another process, no run, or one that was over."""
    life = await live(house)
    first = (await life.handle.describe()).run_id
    await life.handle.terminate()
    life.moment += timedelta(hours=1)
    await life.hand_in(concern(life, 1))
    expected = {
        await overtake(house, life): Reason.NO_PROCESS,
        await _append(house, life, "SFK-2023-F1", first): Reason.OTHER_PROCESS,
        await _append(house, life, life.inspection, str(uuid4())): Reason.NO_SUCH_RUN,
        await _append(house, life, life.inspection, "no-run-at-all"): Reason.NO_SUCH_RUN,
        await _append(house, life, life.inspection, first): Reason.NOT_OPEN,
    }
    found = await _reconciled(house, life.inspection)
    assert {line.events[0].version: line.reason for line in found.unexplained} == expected


async def _append(house: House, life: Life, workflow_id: str, run_id: str) -> int:
    """Append an event in the name of a process, a while after whatever else there is; return its version."""
    life.moment += timedelta(minutes=5)
    context = Context(life.moment, rehearsal=True, workflow_id=workflow_id, run_id=run_id)
    handler = CommandHandler(house.stores.ledger, house.rules, CODECS)
    answer = await handler.handle(concern(life, life.moment.minute), context)
    assert answer.result == "recorded", answer.refused
    return answer.standing.version


async def test_what_a_superuser_does_to_the_ledger_cannot_be_explained(house: House) -> None:
    """One event is put in, one is made another, one taken away, one with its command."""
    life = await live(house)
    await life.hand_in(concern(life, 1))
    await life.hand_in(concern(life, 2))
    last = (await house.stores.ledger.read_stream(life.inspection))[-1]
    forged = _forged(last)
    stream = f"stream = '{life.inspection}'"
    await tamper(
        house,
        f"""INSERT INTO ledger.events VALUES ({forged.position}, '{forged.stream}', {forged.version},
            '{forged.type}', '{forged.recorded_at}', '\\x{forged.leaf.hex()}', '{forged.text}')""",
        f"UPDATE ledger.events SET type = 'team_changed' WHERE {stream} AND version = 2",
        f"DELETE FROM ledger.events WHERE {stream} AND version IN (3, {last.version})",
        f"DELETE FROM ledger.commands WHERE {stream} AND first_position = {last.position}",
    )
    found = await _reconciled(house, life.inspection)
    reasons = {(line.events[0].version if line.events else None, line.reason) for line in found.unexplained}
    assert reasons == {
        (forged.version, Reason.NO_COMMAND),
        (2, Reason.DIFFERS),
        (None, Reason.NOT_ALL),
        (None, Reason.LOST),
    }
    (differing,) = [line for line in found.unexplained if line.reason is Reason.DIFFERS]
    assert str(differing.detail).startswith("it was told 2 team_appointed at ")
    assert "the ledger has 2 team_changed at " in str(differing.detail)


def _forged(last: Entry) -> Entry:
    """Write an entry that follows the last one and says what that says, of a command of its own."""
    body = last.body
    provenance = body.provenance.model_copy(update={"command_id": uuid4()})
    text = body.model_copy(update={"provenance": provenance}).text
    entry = last._replace(position=last.position + 1, version=last.version + 1)
    text = compose(text, entry.position, entry.recorded_at, entry.stream, entry.version)
    return entry._replace(text=text, leaf=leaf_of(text))


async def test_what_a_cycle_notes_beside_what_it_is_asked_has_its_activity(house: House) -> None:
    """It hears of inspections, and is refused what it has scheduled; no answer of its own tells of either."""
    cycle = Cycle(house, date(2024, 6, 3))
    await cycle.enter()
    for number, first in ((1, "2024-07-02"), (2, "2024-07-01")):
        await cycle.record(
            "schedule_inspection",
            inspection=f"{cycle.area}-2024-F{number}",
            kind="full",
            notify_on="2024-06-17",
            on_site={"first": first, "last": "2024-07-05"},
        )
        await cycle.until(lambda standing: not standing.errands)
    found = await _reconciled(house, cycle.area)
    assert found.unexplained == ()
    by_own_accord = {
        line.what: line.written_by and line.written_by.activity
        for line in found.lines
        if line.reason is Reason.IN_PASSING
    }
    assert by_own_accord == {"note_not_opened": "see_to_errands", "hear_of_inspections": "see_to_errands"}
    for number in (1, 2):
        inspection = await _reconciled(house, f"{cycle.area}-2024-F{number}")
        assert set(_reasons(inspection)) == {Reason.AGREED}


async def test_all_runs_that_continue_each_other_are_read(postgres_url: str, tmp_path: Path) -> None:
    """Months pass meanwhile, and each event is still one of a run that was open then."""
    async with own_server(suggest=25) as skipper, open_house(postgres_url, skipper, tmp_path) as house:
        async with house.worker():
            cycle = await area_cycle(house)
        found = await _reconciled(house, cycle.area)
    assert len(found.runs) > 2
    assert {run.status for run in found.runs[1:]} == {"continued_as_new"}
    assert set(_reasons(found)) == {Reason.AGREED, Reason.IN_PASSING}
    for later, earlier in pairwise(found.runs):
        assert earlier.ended is not None
        assert abs(later.began - earlier.ended) < timedelta(seconds=5)
    wrote = {line.written_by.place.run_id for line in found.lines if line.written_by}
    assert len(wrote) > 1
