"""The ledger in memory against a model that is too simple to be wrong."""

from collections.abc import Coroutine
from typing import Any
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from eventstore.envelope import verify_entry
from eventstore.ledger import AlreadyKnown, Append, Appended, Conflict
from eventstore.memory import MemoryLedger
from tests.eventstore.making import body, command, number_in

COMMANDS = st.builds(
    lambda stream, expected, name, size: command(
        stream, expected, *(body(n) for n in range(size)), command_id=UUID(int=name)
    ),
    st.sampled_from("AB"),
    st.integers(0, 4),
    st.integers(0, 9),
    st.integers(0, 2),
)


def now(work: Coroutine[Any, Any, Any]) -> Any:
    """Run a coroutine that never waits."""
    try:
        work.send(None)
    except StopIteration as done:
        return done.value
    raise AssertionError("the ledger in memory waits for something")


class LedgerAgainstModel(RuleBasedStateMachine):
    """A list of what happened, in order, is the whole model."""

    def __init__(self) -> None:
        super().__init__()
        self.ledger = MemoryLedger()
        self.history: list[Append] = []

    def version(self, stream: str) -> int:
        return sum(len(one.bodies) for one in self.history if one.stream == stream)

    @rule(batch=st.lists(COMMANDS, max_size=4))
    def append(self, batch: list[Append]) -> None:
        results = now(self.ledger.append(batch))
        for one, result in zip(batch, results, strict=True):
            known = [
                old for old in self.history if (old.stream, old.command_id) == (one.stream, one.command_id)
            ]
            if known:
                assert isinstance(result, AlreadyKnown)
                assert result.record.events == len(known[0].bodies)
            elif self.version(one.stream) != one.expected_version:
                assert result == Conflict(self.version(one.stream))
            else:
                assert isinstance(result, Appended)
                self.history.append(one)
                assert result.version == self.version(one.stream)

    @invariant()
    def agrees(self) -> None:
        entries = now(self.ledger.read_all())
        assert [entry.position for entry in entries] == list(range(1, len(entries) + 1))
        assert [(entry.stream, number_in(entry.text)) for entry in entries] == [
            (one.stream, number) for one in self.history for number in range(len(one.bodies))
        ]
        for stream in "AB":
            versions = [entry.version for entry in now(self.ledger.read_stream(stream))]
            assert versions == list(range(1, self.version(stream) + 1))
            assert [record.command_id for record in now(self.ledger.commands(stream))] == [
                one.command_id for one in self.history if one.stream == stream
            ]
        for entry in entries:
            verify_entry(entry)


TestLedgerAgainstModel = LedgerAgainstModel.TestCase
TestLedgerAgainstModel.settings = settings(max_examples=40, stateful_step_count=12, deadline=None)
