"""What senders may do to an inspection: again, at once, too late, to nobody, in no shape at all."""

import asyncio
import hashlib
import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from temporalio.api.common.v1 import Payload
from temporalio.client import WorkflowUpdateFailedError
from temporalio.common import RawValue
from temporalio.service import RPCError

from activities.commands import CommandHandler, Context
from domain.actors import Role
from domain.errors import MalformedError
from domain.messages import Answer, MilestoneRequest, Verdict
from eventstore.codecs import CODECS
from tests.journeys.house import House, Life
from workers.rehearsal.script import bodies_of
from workflows.inspection import InspectionWorkflow

CONCERN: dict[str, Any] = {"referred_to": "police", "reference": "MASH/2023-114"}


async def _life(house: House, stage: str = "notified") -> Life:
    """Bring an inspection to a stage, on the day on which its script ends."""
    life = house.life("TRF", until=stage)
    life.moment = life.script.steps[-1].at
    await life.play()
    return life


async def _refusals(life: Life) -> list[Verdict]:
    return [Verdict.model_validate_json(record.answer) for record in await life.commands() if record.refused]


async def _until_kept(life: Life, count: int) -> list[Verdict]:
    """Wait until so many refusals are kept."""
    for _ in range(200):
        kept = await _refusals(life)
        if len(kept) >= count:
            return kept
        await asyncio.sleep(0.02)
    raise AssertionError(f"{len(kept)} refusals are kept, not {count}")


async def _still_works(life: Life) -> None:
    """See that the process takes requests, and that no task of it has failed."""
    answer = await life.record("refer_safeguarding_concern", Role.OFSTED_LEAD, **CONCERN)
    assert answer.result == "recorded"
    async for event in life.handle.fetch_history_events():
        assert not event.HasField("workflow_task_failed_event_attributes"), event


async def test_the_same_request_again_is_answered_as_before_with_the_present_standing(house: House) -> None:
    life = await _life(house)
    request = life.request("refer_safeguarding_concern", Role.OFSTED_LEAD, **CONCERN)
    first = await life.hand_in(request)
    await life.next_step()
    again = await life.hand_in(request)

    assert again.recorded == first.recorded
    assert again.standing.version == first.standing.version + 1
    assert (await life.names()).count("safeguarding_concern_referred") == 1


async def test_an_id_stands_for_one_request(house: House) -> None:
    """The id of one request with the body of another is refused, and nothing is recorded."""
    life = await _life(house)
    first = life.request("refer_safeguarding_concern", Role.OFSTED_LEAD, **CONCERN)
    await life.hand_in(first)
    before = await life.names()
    other = life.request("refer_safeguarding_concern", Role.OFSTED_LEAD, **CONCERN | {"reference": "B/2"})
    answer = await life.hand_in(other.model_copy(update={"command_id": first.command_id}))

    assert answer.refused is not None
    assert answer.refused.code == "command_reused"
    assert answer.request_digest == first.digest()
    assert await life.names() == before


async def test_two_clients_send_the_same_at_once(house: House) -> None:
    """Ten times at once is once, and all are told the same."""
    life = await _life(house)
    request = life.request("refer_safeguarding_concern", Role.OFSTED_LEAD, **CONCERN)
    answers = await asyncio.gather(*(life.desk.record(request) for _ in range(8)))

    assert {answer.recorded for answer in answers} == {answers[0].recorded}
    assert (await life.names()).count("safeguarding_concern_referred") == 1


async def test_many_clients_send_different_things_at_once(house: House) -> None:
    """Whatever the order, all are recorded once, one version after the other."""
    life = await _life(house)
    before = len(await life.names())
    answers = await asyncio.gather(
        *(
            life.desk.record(
                life.request(
                    "refer_safeguarding_concern", Role.OFSTED_LEAD, **CONCERN | {"reference": f"C/{n}"}
                )
            )
            for n in range(9)
        )
    )
    assert sorted(answer.recorded[0].version for answer in answers) == list(range(before + 1, before + 10))
    await life.events()


async def test_a_correction_raises_the_process_of_a_closed_inspection(house: House) -> None:
    """A year after the close the report is corrected and published anew; then the process ends again."""
    life = await _life(house, "follow_up")
    await life.record("publish_strategic_plan", Role.DCS, bodies=list(bodies_of(life.script.case)))
    await life.record("close_inspection", Role.COORDINATOR)
    await life.handle.result()
    closed_run = (await life.handle.describe()).run_id
    life.moment += timedelta(days=365)

    await life.record("correct_report", Role.OFSTED_LEAD, reason="factual_error", sections={})
    for milestone, roles in (
        ("approve_draft", (Role.OFSTED_MODERATOR, Role.CQC_MODERATOR)),
        ("sign_off_outcome", (Role.OFSTED_DIRECTOR, Role.CQC_DIRECTOR)),
    ):
        for role, inspectorate in zip(roles, ("ofsted", "cqc"), strict=True):
            draft = life.standing.draft
            assert draft is not None
            await life.record(milestone, role, inspectorate=inspectorate, draft=draft.model_dump())
    draft = life.standing.draft
    assert draft is not None
    released = await life.desk.record(
        life.request("release_report", Role.PRESS_OFFICE, draft=draft.model_dump())
    )
    assert released.result == "recorded"
    await life.handle.result()

    assert (await life.names())[-1] == "report_published"
    assert (await life.handle.describe()).run_id != closed_run
    assert sorted(path.name for path in (house.folder / life.inspection).iterdir()) == [
        "report-1.html",
        "report-2.html",
    ]


async def test_an_unknown_inspection_is_refused_and_leaves_no_process(house: House) -> None:
    life = house.life("TRF", until="notified")
    answer = await life.record("notify_area", Role.OFSTED_LEAD)

    assert answer.refused is not None
    assert answer.refused.code == "inspection_exists"
    await life.handle.result()
    assert await life.names() == []
    assert len(await _refusals(life)) == 1


async def test_a_process_catches_up_with_a_ledger_that_is_ahead(house: House) -> None:
    """Somebody else appended; on `sync` the process adopts it, at whatever stage that leaves it."""
    life = await _life(house, "publication")
    waits = await life.handle.query(InspectionWorkflow.get_waits_for)
    assert waits == "final_report_sent"
    handler = CommandHandler(house.stores.ledger, house.rules, CODECS)
    now = Context(now=life.moment, rehearsal=True)
    for step in life.script.steps[life.done :]:
        request = life.request(step.milestone, step.by, step.at, **step.matter)
        answer = await handler.handle(request, now)
        assert answer.result == "recorded", answer.refused
        life.standing = answer.standing
    assert not (house.folder / life.inspection).exists()
    await life.handle.signal("sync")
    await life.until(lambda standing: standing.stage == "follow_up")

    assert (await life.names())[-1] == "report_published"
    assert (house.folder / life.inspection / "report-1.html").is_file()


async def test_a_process_catches_up_from_the_very_start(house: House) -> None:
    """From planning to a released report in one look: the stages between are not waited for."""
    life = await _life(house, "planned")
    handler = CommandHandler(house.stores.ledger, house.rules, CODECS)
    now = Context(now=life.moment, rehearsal=True)
    for step in life.script.steps[life.done :]:
        request = life.request(step.milestone, step.by, step.at, **step.matter)
        answer = await handler.handle(request, now)
        assert answer.result == "recorded", answer.refused
        life.standing = answer.standing
    await life.handle.signal("sync")
    await life.until(lambda standing: standing.stage == "follow_up")
    assert await life.handle.query(InspectionWorkflow.get_waits_for) == "inspection_closed"


async def test_a_signal_records_a_milestone(house: House) -> None:
    life = await _life(house)
    request = life.request("refer_safeguarding_concern", Role.OFSTED_LEAD, **CONCERN)
    await life.handle.signal("record", request)
    await life.until(lambda standing: standing.version > life.done)
    assert (await life.names())[-1] == "safeguarding_concern_referred"


async def test_a_signal_that_a_rule_refuses_is_kept_apart_from_the_stream(house: House) -> None:
    """The refusal lies with its request; the stream does not have it."""
    life = await _life(house)
    before = await life.names()
    request = life.request("end_fieldwork", Role.OFSTED_LEAD)
    await life.handle.signal("record", request)
    (verdict,) = await _until_kept(life, 1)

    assert verdict.refused is not None
    assert verdict.refused.code == "stage"
    (record,) = [record for record in await life.commands() if record.refused]
    assert MilestoneRequest.model_validate_json(record.request) == request
    assert await life.names() == before
    await _still_works(life)


def _binary(data: bytes) -> RawValue:
    return RawValue(Payload(metadata={"encoding": b"binary/plain"}, data=data))


def _json(data: bytes) -> RawValue:
    return RawValue(Payload(metadata={"encoding": b"json/plain"}, data=data))


NONSENSE: dict[str, tuple[str, list[Any]]] = {
    "no payload": ("record", []),
    "two payloads": ("record", [{"a": 1}, {"b": 2}]),
    "bytes": ("record", [_binary(b"\x00\xff\xfe")]),
    "not JSON although it says so": ("record", [_json(b"{")]),
    "an encoding that nobody knows": (
        "record",
        [RawValue(Payload(metadata={"encoding": b"x/y"}, data=b"z"))],
    ),
    "no encoding": ("record", [RawValue(Payload(data=b"no encoding"))]),
    "null": ("record", [None]),
    "a number": ("record", [7]),
    "another shape": ("record", [{"inspection": "ABC-2023-F1"}]),
    "a command that is a text": (
        "record",
        [{"inspection": "ABC-2023-F1", "command_id": str(uuid4()), "command": "plan"}],
    ),
    "another inspection": (
        "record",
        [{"inspection": "ZZZ-1999-F1", "command_id": str(uuid4()), "command": {"type": "tick"}}],
    ),
    "no UUID": ("record", [{"inspection": "ABC-2023-F1", "command_id": "1", "command": {}}]),
    "half a surrogate": (
        "record",
        [_json(b'{"inspection":"ABC-2023-F1","command_id":"1","command":{"type":"\\ud800"}}')],
    ),
    "an unknown name": ("recrod", [{"inspection": "ABC-2023-F1"}]),
    "an unknown name and nothing": ("stop", []),
}


async def test_nonsense_is_kept_as_a_refusal_and_stalls_nothing(house: House) -> None:
    """Each unreadable signal is kept by digest and size, never by content."""
    life = await _life(house)
    before = await life.names()
    for name, args in NONSENSE.values():
        await life.handle.signal(name, args=args)
    kept = await _until_kept(life, len(NONSENSE))

    assert {verdict.refused.code for verdict in kept if verdict.refused} == {"unreadable"}
    requests = [json.loads(record.request)["command"] for record in await life.commands() if record.refused]
    assert all(request.keys() == UNREADABLE for request in requests)
    assert hashlib.sha256(b"\x00\xff\xfe").hexdigest() in {request["sha256"] for request in requests}
    assert await life.names() == before
    await _still_works(life)


UNREADABLE = {"type", "sha256", "size", "problem", "decided_by", "recorded_by"}


async def test_the_same_nonsense_twice_is_one_note(house: House) -> None:
    life = await _life(house)
    for _ in range(2):
        await life.handle.signal("record", _binary(b"again"))
    await _until_kept(life, 1)
    await _still_works(life)
    assert len(await _refusals(life)) == 1


def _changed(request: MilestoneRequest, **fields: Any) -> MilestoneRequest:
    return request.model_copy(update={"command": {**request.command, **fields}})


async def test_a_malformed_update_is_turned_away_before_it_is_in_the_history(house: House) -> None:
    """Another inspection's request, an id that is none, a float: MALFORMED, and nothing is kept."""
    life = await _life(house)
    good = life.request("refer_safeguarding_concern", Role.OFSTED_LEAD, **CONCERN)
    length = (await life.handle.describe()).history_length
    for bad in (
        good.model_copy(update={"command_id": "one"}),
        _changed(good, points=1.5),
    ):
        with pytest.raises(MalformedError):
            await life.desk.record(bad)
    with pytest.raises(WorkflowUpdateFailedError) as caught:
        await life.handle.execute_update(
            InspectionWorkflow.record, good.model_copy(update={"inspection": "ZZZ-1999-F1"})
        )
    assert "this is" in str(caught.value.cause)
    assert (await life.handle.describe()).history_length == length
    await _still_works(life)


async def test_an_update_that_cannot_be_read_fails_alone(house: House) -> None:
    """The sender is told; the process goes on."""
    life = await _life(house)
    for args in ([_json(b"{")], [_binary(b"\x00")], [{"command": 1}], [], [None], [1, 2]):
        with pytest.raises(WorkflowUpdateFailedError):
            await life.handle.execute_update("record", args=args, result_type=Answer)
    with pytest.raises(WorkflowUpdateFailedError):
        await life.handle.execute_update("no_such_update", result_type=Answer)
    await _still_works(life)


async def test_a_request_without_the_fields_of_its_milestone_is_refused_by_name(house: House) -> None:
    """What can be kept is kept: a refusal that names the fields, also when it holds odd characters."""
    life = await _life(house)
    good = life.request("refer_safeguarding_concern", Role.OFSTED_LEAD, **CONCERN)
    answer = await life.desk.record(_changed(good, reference="a\x00b", referred_to="nobody"))
    assert answer.refused is not None
    assert answer.refused.code == "malformed"
    assert set(answer.refused.fields) == {"reference", "referred_to"}
    await _still_works(life)


async def test_a_name_that_no_ledger_keeps_is_malformed(house: House) -> None:
    """An inspection that cannot exist gets no process."""
    life = house.life("TRF", until="planned")
    good = life.request("notify_area", Role.OFSTED_LEAD)
    for name in ("no name", "", "-", "x" * 2_000):
        with pytest.raises(MalformedError):
            await life.desk.record(good.model_copy(update={"inspection": name, "command_id": str(uuid4())}))
    with pytest.raises(RPCError, match="not found"):
        await house.client.get_workflow_handle("no name").describe()


async def test_a_sender_who_gives_up_is_told_so_and_no_lie(house: House) -> None:
    """Waiting can be cancelled as anything can; whether it took effect is found out with the same id."""
    life = await _life(house)
    request = life.request("refer_safeguarding_concern", Role.OFSTED_LEAD, **CONCERN)
    waiting = asyncio.create_task(life.desk.record(request))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert (await life.hand_in(request)).result == "recorded"
    assert (await life.names()).count("safeguarding_concern_referred") == 1
