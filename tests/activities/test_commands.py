"""The command handler: load, decide, append, answer. On both ledgers."""

import asyncio
import json
from collections.abc import Sequence
from typing import Any

import asyncpg
import pytest
from temporalio.exceptions import ApplicationError

from activities.commands import ATTEMPTS, CommandHandler, Context
from activities.inspection import in_temporals_terms
from domain.actors import Role
from domain.errors import IntegrityError, MalformedError, UnavailableError
from domain.inspection.deadlines import deadlines
from domain.inspection.state import evolve, initial
from domain.messages import Answer, MilestoneRequest, Verdict
from eventstore.codecs import CODEC, CODECS
from eventstore.errors import RehearsalError
from eventstore.ledger import Append, AppendResult, Ledger
from eventstore.memory import MemoryLedger
from tests.activities.playing import RULES, Play, handler_on
from tests.eventstore.conftest import read_only
from workers.stores import Stores, open_stores


async def _names(ledger: Ledger, inspection: str) -> list[str]:
    return [entry.type for entry in await ledger.read_stream(inspection)]


async def test_what_is_known_is_answered_as_before_with_the_present_standing(ledger: Ledger) -> None:
    play = await Play(handler_on(ledger)).until("notify_area")
    request = play.concern()
    first = await play.hand_in(request)
    await play.until("begin_fieldwork")
    again = await Play(handler_on(ledger)).handler.handle(request, play.context)

    assert (again.result, again.recorded) == (first.result, first.recorded)
    assert (first.standing.stage, again.standing.stage) == ("notified", "fieldwork")
    assert again.standing == play.standing


async def test_a_refusal_is_recorded_with_its_command_and_stays_the_same(ledger: Ledger) -> None:
    """The same request under the same id is refused for ever; the stream knows nothing of it."""
    play = await Play(handler_on(ledger)).until("notify_area")
    request = play.request("open_surveys", Role.DFE)
    before = await _names(ledger, play.inspection)
    first = await play.hand_in(request)
    assert first.refused is not None
    assert first.refused.code == "permission"
    assert (await play.hand_in(request)).refused == first.refused

    (record,) = [one for one in await ledger.commands(play.inspection) if one.refused]
    assert MilestoneRequest.model_validate_json(record.request) == request
    assert Verdict.model_validate_json(record.answer).refused == first.refused
    assert await _names(ledger, play.inspection) == before


async def test_of_a_malformed_request_digest_and_size_are_kept_and_no_word(ledger: Ledger) -> None:
    """It may say anything, and nobody could erase it; sent again, it is answered as before."""
    play = await Play(handler_on(ledger)).until("notify_area")
    request = play.request("open_surveys", Role.OFSTED_LEAD, remark="Jane Doe was there")
    first = await play.hand_in(request)
    assert first.refused is not None
    assert first.refused.code == "malformed"
    assert (await play.hand_in(request)).refused == first.refused
    record = (await ledger.commands(play.inspection))[-1]
    assert "Jane" not in record.request + record.answer
    assert set(json.loads(record.request)["command"]) == {"sha256", "size"}


async def test_an_id_that_is_used_for_another_request_is_refused_and_not_recorded(ledger: Ledger) -> None:
    play = await Play(handler_on(ledger)).until("notify_area")
    request = play.concern()
    await play.hand_in(request)
    other = request.model_copy(update={"command": {**request.command, "reference": "B/2"}})
    known = len(await ledger.commands(play.inspection))
    answer = await play.hand_in(other)

    assert answer.refused is not None
    assert answer.refused.code == "command_reused"
    assert answer.request_digest == request.digest() != other.digest()
    assert len(await ledger.commands(play.inspection)) == known


class Overtaken:
    """A ledger in which somebody else is faster, so many times."""

    def __init__(
        self, ledger: Ledger, play: Play, times: int, faster: MilestoneRequest | None = None
    ) -> None:
        self._ledger = ledger
        self._others = Play(handler_on(ledger))
        self._others.standing = play.standing
        self._faster = faster
        self.times = times

    def __getattr__(self, name: str) -> Any:
        return getattr(self._ledger, name)

    async def append(self, appends: Sequence[Append]) -> list[AppendResult]:
        """Append, after somebody else."""
        if self.times:
            self.times -= 1
            request = self._faster or self._others.concern()
            await self._others.handler.handle(request, self._others.context)
        return await self._ledger.append(appends)


async def test_a_conflict_is_tried_again(ledger: Ledger) -> None:
    """Overtaken twice, the third attempt is recorded, after what the others recorded."""
    play = await Play(handler_on(ledger)).until("notify_area")
    handler = CommandHandler(Overtaken(ledger, play, ATTEMPTS - 1), RULES, CODECS)
    version = play.standing.version
    answer = await handler.handle(play.concern(), play.context)
    assert [one.version for one in answer.recorded] == [version + ATTEMPTS]
    assert answer.standing.version == version + ATTEMPTS


async def test_whoever_is_overtaken_each_time_is_told_so(ledger: Ledger) -> None:
    """Nothing of the command is recorded, and the same id may be sent again."""
    play = await Play(handler_on(ledger)).until("notify_area")
    overtaken = Overtaken(ledger, play, ATTEMPTS)
    handler = CommandHandler(overtaken, RULES, CODECS)
    request = play.concern()
    with pytest.raises(UnavailableError):
        await handler.handle(request, play.context)
    assert request.command_id not in {str(one.command_id) for one in await ledger.commands(play.inspection)}
    assert (await handler.handle(request, play.context)).result == "recorded"


async def test_whoever_is_overtaken_is_judged_anew(ledger: Ledger) -> None:
    """Two open the surveys at once: the second is refused by what the first has recorded."""
    play = await Play(handler_on(ledger)).until("notify_area")
    first, second = (play.request("open_surveys", Role.COORDINATOR) for _ in range(2))
    handler = CommandHandler(Overtaken(ledger, play, 1, first), RULES, CODECS)
    answer = await handler.handle(second, play.context)
    assert answer.refused is not None
    assert answer.refused.code == "recorded_once"
    assert (await _names(ledger, play.inspection)).count("surveys_opened") == 1


async def test_whoever_is_overtaken_by_the_same_command_gets_its_answer(ledger: Ledger) -> None:
    play = await Play(handler_on(ledger)).until("notify_area")
    request = play.concern()
    handler = CommandHandler(Overtaken(ledger, play, 1, request), RULES, CODECS)
    answer = await handler.handle(request, play.context)
    assert answer.result == "recorded"
    assert (await _names(ledger, play.inspection)).count("safeguarding_concern_referred") == 1


async def test_two_handlers_that_take_turns_never_answer_from_a_stale_state(ledger: Ledger) -> None:
    play = await Play(handler_on(ledger)).until("notify_area")
    handlers = [handler_on(ledger), handler_on(ledger)]
    version = play.standing.version
    for turn in range(12):
        version += 1
        answer = await handlers[turn % 2].handle(play.concern(), play.context)
        assert answer.standing.version == version
        waiting = handlers[(turn + 1) % 2]
        assert (await waiting.tick(play.inspection, play.context)).standing == answer.standing
    state = initial()
    for entry in await ledger.read_stream(play.inspection):
        state = evolve(state, CODEC.decode(entry))
    assert [await handler.load(play.inspection) for handler in handlers] == [state, state]


async def test_a_copy_that_took_over_is_believed_over_what_is_cached() -> None:
    """A standby became the ledger and lacked the last event; others have written another one meanwhile."""
    play = await Play(handler_on(MemoryLedger(rehearsal=True))).until("notify_area")
    copy = MemoryLedger(rehearsal=True)
    others = await Play(handler_on(copy)).until("appoint_team")
    gone = others.request("withdraw_inspection", Role.OFSTED_DIRECTOR, reason="area_replaced")
    assert (await others.hand_in(gone)).result == "recorded"
    cached = await play.handler.load(play.inspection)
    play.handler._ledger = copy

    state = await play.handler.load(play.inspection)
    assert state.version == cached.version
    assert state == await handler_on(copy).load(play.inspection)
    assert (await play.hand_in(play.request("open_surveys", Role.COORDINATOR))).result == "refused"


async def test_many_handlers_at_once_record_each_command_once(ledger: Ledger) -> None:
    """Whoever gives up after three conflicts sends again; in the end all is there, once."""
    play = await Play(handler_on(ledger)).until("notify_area")
    requests = [play.concern() for _ in range(6)]

    async def insist(request: MilestoneRequest) -> Answer:
        handler = handler_on(ledger)
        while True:
            try:
                return await handler.handle(request, play.context)
            except UnavailableError:
                await asyncio.sleep(0)

    answers = await asyncio.gather(*(insist(request) for request in requests * 2))
    versions = {answer.recorded[0].version for answer in answers}
    assert len(versions) == len(requests)
    assert (await _names(ledger, play.inspection)).count("safeguarding_concern_referred") == len(requests)


ENGINE_LIKE: dict[str, dict[str, Any]] = {
    "deciding as the engine": {"decided_by": {"person": "p-engine", "role": "system", "organisation": "x"}},
    "recording as the engine": {"recorded_by": {"person": "p-engine", "authenticated": "engine"}},
}


@pytest.mark.parametrize("posing", ENGINE_LIKE.values(), ids=ENGINE_LIKE)
async def test_nobody_poses_as_the_engine(ledger: Ledger, posing: dict[str, Any]) -> None:
    play = await Play(handler_on(ledger)).until("notify_area")
    good = play.concern()
    answer = await play.hand_in(good.model_copy(update={"command": {**good.command, **posing}}))
    assert answer.refused is not None
    assert (answer.refused.code, answer.refused.waivable) == ("permission", False)


@pytest.mark.parametrize("waived", [False, True])
async def test_nobody_does_what_only_the_engine_does(ledger: Ledger, waived: bool) -> None:
    """Neither a tick nor a publication is a sender's to record, not even as irregular."""
    play = await Play(handler_on(ledger)).until("release_report")
    play.later(days=90)
    contrary = {"rules": ["permission"], "reason": {"sealed": "1" * 64}, "authorised_by": "p-boss"}
    more: dict[str, Any] = {"contrary_to": contrary} if waived else {}
    publication: dict[str, Any] = {
        "report_version": 1,
        "draft": play.standing.draft and play.standing.draft.model_dump(),
        "sha256": "2" * 64,
        "template": "3" * 64,
        "address": "elsewhere",
    }
    before = await _names(ledger, play.inspection)
    for request in (
        play.request("tick", Role.OFSTED_DIRECTOR, **more),
        play.request("confirm_publication", Role.PRESS_OFFICE, **publication, **more),
    ):
        answer = await play.hand_in(request)
        assert answer.refused is not None
        assert answer.refused.code == "permission"
    assert await _names(ledger, play.inspection) == before


async def test_a_tick_records_what_time_has_brought_once(ledger: Ledger) -> None:
    """Ticks at the same moment, by one handler or two, are one command; later ones bring nothing."""
    play = Play(handler_on(ledger))
    end = play.now
    play.now = next(one.at for one in play.script.steps if one.milestone == "send_draft_for_comment")
    await play.until("send_draft_for_comment")
    play.now = end
    known = len(await ledger.commands(play.inspection))
    before = await _names(ledger, play.inspection)
    handlers = [handler_on(ledger) for _ in range(3)]
    answers = await asyncio.gather(*(one.tick(play.inspection, play.context) for one in handlers))
    play.later(hours=1)
    answers.append(await handlers[0].tick(play.inspection, play.context))

    assert (await _names(ledger, play.inspection))[len(before) :] == ["comment_window_lapsed"]
    assert len(await ledger.commands(play.inspection)) == known + 1
    assert {answer.standing.version for answer in answers} == {len(before) + 1}


async def test_a_tick_of_an_unknown_inspection_leaves_no_trace(ledger: Ledger) -> None:
    play = Play(handler_on(ledger))
    answer = await play.handler.tick("TRF-1999-F9", play.context)
    assert (answer.standing.stage, answer.standing.open) == ("unknown", False)
    assert await ledger.commands("TRF-1999-F9") == []


async def test_what_was_refused_can_be_sent_again_under_another_id(ledger: Ledger) -> None:
    play = await Play(handler_on(ledger)).until("notify_area")
    assert (await play.hand_in(play.request("come_on_site", Role.OFSTED_LEAD))).result == "refused"
    await play.until("begin_fieldwork")
    assert (await play.hand_in(play.request("come_on_site", Role.OFSTED_LEAD))).result == "recorded"


async def test_a_signal_that_could_not_be_read_is_noted_by_digest(ledger: Ledger) -> None:
    play = await Play(handler_on(ledger)).until("notify_area")
    for _ in range(2):
        answer = await play.handler.note_unreadable(play.inspection, "a" * 64, 7, "MALFORMED", play.context)
        assert answer.refused is not None
        assert answer.refused.code == "unreadable"
    assert len([one for one in await ledger.commands(play.inspection) if one.refused]) == 1


async def test_a_live_command_is_not_taken_into_a_rehearsal(ledger: Ledger) -> None:
    play = await Play(handler_on(ledger)).until("notify_area")
    with pytest.raises(RehearsalError):
        await play.handler.handle(play.concern(), Context(now=play.now, rehearsal=False))


@pytest.mark.parametrize(
    ("error", "kind", "final"),
    [
        (UnavailableError("away"), "UNAVAILABLE", False),
        (ConnectionResetError("away"), "UNAVAILABLE", False),
        (IntegrityError("other"), "INTEGRITY", True),
        (MalformedError("odd"), "MALFORMED", True),
        (RehearsalError("live"), "REHEARSAL", True),
        (KeyError("a fault of ours"), "ERROR", True),
    ],
)
async def test_only_what_is_away_is_asked_again(error: Exception, kind: str, final: bool) -> None:
    """A fault that would come again must not hold up the inspection's other commands."""

    async def fail() -> Answer:
        raise error

    with pytest.raises(ApplicationError) as caught:
        await in_temporals_terms(fail())
    assert (caught.value.type, caught.value.non_retryable) == (kind, final)


async def test_a_ledger_that_takes_no_writes_at_present_is_asked_again(
    database_url: str, stores: Stores
) -> None:
    """The same request is recorded once the database is a standby, or out of room, no more."""
    play = await Play(handler_on(stores.ledger)).until("notify_area")
    request = play.concern()
    superuser = await asyncpg.connect(database_url)
    async with read_only(superuser), open_stores(database_url) as standby:
        with pytest.raises(ApplicationError) as caught:
            await in_temporals_terms(handler_on(standby.ledger).handle(request, play.context))
    await superuser.close()
    assert (caught.value.type, caught.value.non_retryable) == ("UNAVAILABLE", False)
    assert (await play.hand_in(request)).result == "recorded"


async def test_what_is_foreseen_is_what_is_recorded_and_foreseeing_records_nothing(ledger: Ledger) -> None:
    """Before every milestone of a whole inspection: the same verdict, and an untouched ledger."""
    play = Play(handler_on(ledger))
    for step in play.script.steps:
        request = play.request(step.milestone, step.by, step.at, **step.matter)
        known = len(await ledger.commands(play.inspection))
        foreseen = await handler_on(ledger).foresee(request, play.context)
        assert len(await ledger.commands(play.inspection)) == known
        assert await ledger.head() == play.standing.version
        answer = await play.hand_in(request)
        assert foreseen.verdict == Verdict(**{name: getattr(answer, name) for name in Verdict.model_fields})
        state = await play.handler.load(play.inspection)
        assert foreseen.after == deadlines(RULES, state)


async def test_a_refusal_is_foreseen_and_not_recorded(ledger: Ledger) -> None:
    """By a rule, and because it cannot be read; what is due stays."""
    play = await Play(handler_on(ledger)).until("notify_area")
    known = len(await ledger.commands(play.inspection))
    for request, code in (
        (play.request("open_surveys", Role.DFE), "permission"),
        (play.request("open_surveys", Role.OFSTED_LEAD, colour="red"), "malformed"),
    ):
        foreseen = await play.handler.foresee(request, play.context)
        assert foreseen.verdict.refused is not None
        assert foreseen.verdict.refused.code == code
        assert foreseen.before == foreseen.after
    assert len(await ledger.commands(play.inspection)) == known
