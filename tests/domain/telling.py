"""What stories of every aggregate have in common: commands are put, and what they bring is recorded."""

from abc import ABC, abstractmethod
from datetime import date, datetime, time
from functools import reduce
from typing import Any, Generic, Self, TypeVar

from domain.commands import DomainCommand
from domain.events import DomainEvent, event_type
from domain.london import at_time
from domain.refusal import Refusal

S = TypeVar("S")
C = TypeVar("C", bound=DomainCommand)
E = TypeVar("E", bound=DomainEvent)


class Telling(ABC, Generic[S, C, E]):
    """Something that is told of: its state, everything that was recorded, and what time it is."""

    def __init__(self, state: S, today: date) -> None:
        self.state = state
        self.events: list[E] = []
        self.latest: tuple[E, ...] = ()
        self.now = at_time(today, time(12))

    @abstractmethod
    def command(self, command: str, **told: Any) -> C:
        """Make a command: what is not told is as it usually is."""

    @abstractmethod
    def decide(self, command: C) -> tuple[E, ...] | Refusal:
        """Judge a command on the state as it is."""

    @abstractmethod
    def evolve(self, state: S, event: E) -> S:
        """Return the state after one more event."""

    def do(self, command: str, **told: Any) -> Self:
        """Have a command accepted, and record what it brings. Takes what `command` takes."""
        decision = self.ask(command, **told)
        assert not isinstance(decision, Refusal), f"{command}: {decision.code}: {decision.because}"
        return self.record(decision)

    def refused(self, command: str, **told: Any) -> Refusal:
        """Have a command refused, and return the refusal. Takes what `command` takes."""
        decision = self.ask(command, **told)
        assert isinstance(decision, Refusal), f"{command} is accepted"
        return decision

    def ask(self, command: str, **told: Any) -> tuple[E, ...] | Refusal:
        """Put a command and return the answer, without recording it."""
        made = self.command(command, **told)
        self.now = max(self.now, made.now)
        return self.decide(made)

    def wait(self, until: date, at: time = time(12)) -> Self:
        """Let time pass and have the clock looked at."""
        self.now = max(self.now, at_time(until, at))
        return self.do("tick", at=self.now)

    def record(self, events: tuple[E, ...]) -> Self:
        """Add events to the record."""
        self.state = reduce(self.evolve, events, self.state)
        self.events += events
        self.latest = events
        return self

    @property
    def told(self) -> list[str]:
        """The types of the events of the latest command."""
        return [event_type(event) for event in self.latest]

    @property
    def ledger(self) -> list[str]:
        """The types of all events."""
        return [event_type(event) for event in self.events]


def moment(told: date | datetime | None, otherwise: datetime) -> datetime:
    """Return the moment that is told: a date means noon in London, nothing means the other one."""
    if told is None:
        return otherwise
    return told if isinstance(told, datetime) else at_time(told, time(12))
