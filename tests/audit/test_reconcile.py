"""What Temporal told and what the ledger holds, command by command, and why what differs does so."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.reasons import WHY, Reason
from audit.reconcile import LATE, Ledgered, Line, reconcile
from audit.told import Answered, Place, Run, Sent, Way
from domain.actors import ENGINE
from domain.canonical import canonical_model
from domain.messages import Answer, MilestoneRequest, Recorded, Refused, Standing, Verdict
from eventstore.envelope import Body, Entry, Provenance, compose, leaf_of
from eventstore.ledger import CommandRecord

STREAM = "SFK-2023-F1"
BEGAN = datetime(2026, 1, 5, 9, tzinfo=UTC)
OCCURRED = datetime(2026, 1, 2, 11, tzinfo=UTC)
REFUSED = Refused(code="stage", rule="…", because="…", accepted="…")
RUN = Run("run-1", BEGAN, None, "running", (), ())


class Recording:
    """A ledger and a history that tell of the same commands."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.commands: list[CommandRecord] = []
        self.sent: list[Sent] = []
        self.answered: list[Answered] = []
        self.at = BEGAN + timedelta(hours=1)

    def command(self, *types: str, run_id: str = "run-1", by: str = "coordinator") -> MilestoneRequest:
        """Record a command that brings events of these types, or is refused."""
        command = {"type": "deed", "decided_by": {"role": by}}
        if by == "engine":
            command["decided_by"] = ENGINE.model_dump(mode="json")
        request = MilestoneRequest(inspection=STREAM, command_id=str(uuid4()), command=command)
        brought = [self._entry(type_, UUID(request.command_id), run_id) for type_ in types]
        verdict = _verdict(brought)
        self.commands.append(
            CommandRecord(
                stream=STREAM,
                command_id=UUID(request.command_id),
                digest=bytes.fromhex(request.digest()),
                request=canonical_model(request),
                answer=canonical_model(verdict),
                first_position=brought[0].position if brought else None,
                events=len(brought),
                recorded_at=self.at,
            )
        )
        return request

    def told(self, request: MilestoneRequest, run_id: str = "run-1") -> None:
        """Let the history tell of a command as well."""
        brought = [one for one in self.entries if str(one.body.provenance.command_id) == request.command_id]
        self.sent.append(Sent(self._place(run_id), self.at, Way.UPDATE, "record", request))
        self.answer(request, _verdict(brought), run_id=run_id)

    def answer(
        self,
        request: MilestoneRequest,
        verdict: Verdict,
        *,
        activity: str = "handle_command",
        run_id: str = "run-1",
    ) -> None:
        """Let the history tell of an answer alone."""
        answer = Answer(
            **dict(verdict),
            command_id=request.command_id,
            request_digest=request.digest(),
            standing=Standing(version=len(self.entries)),
        )
        self.answered.append(Answered(self._place(run_id), self.at, activity, answer))

    def lines(self, *runs: Run) -> Sequence[Line]:
        """Lay both beside each other: as told in one run that goes on, unless others are given."""
        told = replace(RUN, sent=tuple(self.sent), answered=tuple(self.answered))
        return reconcile(Ledgered(STREAM, self.entries, self.commands), runs or (told,)).lines

    def reason(self, *runs: Run) -> Reason:
        """The same of the only command."""
        (line,) = self.lines(*runs)
        return line.reason

    def _entry(self, type_: str, command_id: UUID, run_id: str) -> Entry:
        by = Provenance(
            command_id=command_id,
            correlation_id=command_id,
            causation_id=command_id,
            workflow_id=STREAM,
            run_id=run_id,
        )
        body = Body(
            type=type_, schema_version=1, event={"occurred_at": OCCURRED.isoformat()}, provenance=by
        ).text
        number = len(self.entries) + 1
        text = compose(body, number, self.at, STREAM, number)
        self.entries.append(Entry(number, STREAM, number, type_, self.at, text, leaf_of(text)))
        return self.entries[-1]

    def _place(self, run_id: str) -> Place:
        return Place(run_id, len(self.sent) + len(self.answered) + 1)


def _verdict(brought: Sequence[Entry]) -> Verdict:
    if not brought:
        return Verdict(result="refused", refused=REFUSED)
    events = tuple(Recorded(version=one.version, type=one.type, occurred_at=OCCURRED) for one in brought)
    return Verdict(result="recorded", recorded=events)


@pytest.fixture
def recording() -> Recording:
    return Recording()


def test_every_reason_is_told_in_words() -> None:
    assert set(WHY) == set(Reason)


@given(st.lists(st.integers(0, 3), min_size=1, max_size=8), st.data())
def test_whatever_is_done_to_an_event_that_both_know_is_named(sizes: list[int], data: st.DataObject) -> None:
    """Left as it is, all agrees. Taken away or changed, its command is the one that is not explained."""
    recording = Recording()
    for size in sizes:
        recording.told(recording.command(*["deed_done"] * size))
    assert {line.reason for line in recording.lines()} == {Reason.AGREED}
    if not recording.entries:
        return
    place = data.draw(st.integers(0, len(recording.entries) - 1))
    victim = recording.entries[place]
    whose = str(victim.body.provenance.command_id)
    changes = {
        "taken away": [],
        "made another": [victim._replace(type="another_deed_done")],
        "dated otherwise": [victim._replace(text=victim.text.replace("2026-01-02", "2026-01-01"))],
    }
    recording.entries[place : place + 1] = changes[data.draw(st.sampled_from(sorted(changes)))]
    unexplained = [line.command_id for line in recording.lines() if line.reason.unexplained]
    assert unexplained == [whose]


def test_what_was_sent_again_was_written_once(recording: Recording) -> None:
    """The run that wrote it is named, though another one was told as well that it is there."""
    request = recording.command("deed_done", run_id="run-1")
    recording.told(request, run_id="run-1")
    recording.told(request, run_id="run-2")
    first = replace(RUN, sent=(recording.sent[0],), answered=(recording.answered[0],))
    second = replace(RUN, run_id="run-2", sent=(recording.sent[1],), answered=(recording.answered[1],))
    (line,) = recording.lines(second, first)
    assert line.reason is Reason.AGREED
    assert [sent.place.run_id for sent in line.sent] == ["run-1", "run-2"]
    assert line.written_by == recording.answered[0]


def test_an_id_that_was_used_again_agrees(recording: Recording) -> None:
    """Its answer is about the first request, and refuses the second."""
    request = recording.command("deed_done")
    recording.told(request)
    reused = REFUSED.model_copy(update={"code": "command_reused"})
    recording.answer(request, Verdict(result="refused", refused=reused))
    assert recording.reason() is Reason.AGREED


def test_another_request_under_the_same_answer_differs(recording: Recording) -> None:
    recording.told(recording.command("deed_done"))
    recording.commands[0] = replace(recording.commands[0], digest=bytes(32))
    assert recording.reason() is Reason.DIFFERS


@pytest.mark.parametrize("refused", [True, False])
def test_what_the_ledger_has_lost_whole_cannot_be_explained(recording: Recording, refused: bool) -> None:
    recording.told(recording.command(*([] if refused else ["deed_done"])))
    recording.commands.clear()
    recording.entries.clear()
    assert recording.reason() is Reason.LOST


def test_a_run_may_have_expired_only_before_those_that_are_left(recording: Recording) -> None:
    """Temporal deletes the oldest first. An activity may end a moment after its run has."""
    recording.command("deed_done", run_id="run-0")
    for ago, reason in ((LATE, Reason.NO_SUCH_RUN), (LATE - timedelta(seconds=1), Reason.EXPIRED)):
        assert recording.reason(replace(RUN, began=recording.at - ago)) is reason
    assert reconcile(Ledgered(STREAM, recording.entries, recording.commands), ()).unexplained == ()


@pytest.mark.parametrize("by", ["coordinator", "engine"])
def test_a_run_writes_while_it_is_open(recording: Recording, by: str) -> None:
    recording.command("deed_done", by=by)
    at, second = recording.at, timedelta(seconds=1)
    assert recording.reason(RUN) is Reason.UNTOLD
    assert recording.reason(replace(RUN, began=at + LATE)) is Reason.UNTOLD
    assert recording.reason(replace(RUN, began=at + LATE + second)) is Reason.NOT_OPEN
    assert recording.reason(replace(RUN, ended=at - LATE)) is Reason.UNTOLD
    assert recording.reason(replace(RUN, ended=at - LATE - second)) is Reason.NOT_OPEN


@pytest.mark.parametrize(
    ("activity", "by", "reason"),
    [
        ("hear_and_tick", "engine", Reason.IN_PASSING),
        ("hear_and_tick", "coordinator", Reason.UNTOLD),
        ("handle_command", "engine", Reason.UNTOLD),
    ],
)
def test_only_the_engine_notes_something_beside_what_it_is_asked(
    recording: Recording, activity: str, by: str, reason: Reason
) -> None:
    """The first look whose answer knows of the event has written it."""
    look = MilestoneRequest(inspection=STREAM, command_id=str(uuid4()), command={"type": "tick"})
    nothing = Verdict(result="recorded")
    recording.answer(look, nothing, activity=activity)
    recording.command("news_heard", by=by)
    for _ in range(2):
        recording.answer(look, nothing, activity=activity)
    (line,) = recording.lines()
    assert line.reason is reason
    assert line.written_by == (recording.answered[1] if reason is Reason.IN_PASSING else None)


@pytest.mark.parametrize(
    ("ended", "reason"), [(None, Reason.UNDER_WAY), (BEGAN + timedelta(days=1), Reason.ENDED)]
)
def test_a_signal_that_is_not_handled_waits_for_as_long_as_its_run(
    recording: Recording, ended: datetime | None, reason: Reason
) -> None:
    signal = Sent(Place("run-1", 5), BEGAN, Way.SIGNAL, "record", None)
    sync = replace(signal, name="sync")
    request = MilestoneRequest(inspection=STREAM, command_id=str(uuid4()), command={"type": "deed"})
    run = replace(RUN, ended=ended, sent=(replace(signal, request=request), sync))
    assert recording.reason(run) is reason


def test_a_refusal_of_which_nothing_is_told_is_explained(recording: Recording) -> None:
    """The ledger does not keep in which run it was said; a rehearsal's histories end with it."""
    recording.command()
    assert recording.reason(RUN) is Reason.UNTOLD
    assert recording.reason(replace(RUN, began=recording.at + timedelta(seconds=1))) is Reason.EXPIRED
    over = Ledgered(STREAM, recording.entries, recording.commands, rehearsal_over=True)
    assert [line.reason for line in reconcile(over, ()).lines] == [Reason.REHEARSED]
