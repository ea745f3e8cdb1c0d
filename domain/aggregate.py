"""What the shared parts have to know of an aggregate: three pure functions, and what time does to it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from pydantic import TypeAdapter

from domain.commands import DomainCommand
from domain.corrections import Correction
from domain.deadline import Deadline
from domain.deciding import Rule
from domain.events import DomainEvent
from domain.messages import Due, Standing
from domain.refusal import Refusal
from domain.rulebook import Rulebook
from domain.values import Instant, Pin


class Folded(Protocol):
    """A state, as far as every one is alike."""

    @property
    def version(self) -> int:
        """How many events it is the fold of."""
        ...


class Stands(NamedTuple):
    """Where something stands at a moment, and what is owed in it."""

    standing: Standing
    due: tuple[Due, ...]


S = TypeVar("S", bound=Folded)
C = TypeVar("C", bound=DomainCommand)
E = TypeVar("E", bound=DomainEvent)


@dataclass(frozen=True, slots=True)
class Aggregate(Generic[S, C, E]):
    """Something that has streams of its own in the ledger: inspections, areas."""

    named_in: str
    """The field of its commands and requests that holds the name of the stream."""
    events: Mapping[str, type[E]]
    """Every event class by its type."""
    commands: TypeAdapter[Any]
    """Reads any command by its type."""
    command_types: Mapping[str, type[C]]
    """Every command class by the name that it goes by on the wire."""
    rules: Mapping[str, Rule]
    """The rules that can speak against a command, by their codes."""
    initial: Callable[[], S]
    decide: Callable[[Rulebook, S, C], tuple[E, ...] | Refusal]
    evolve: Callable[[S, E], S]
    corrects: Callable[[Sequence[E], E], Correction | None]
    """Which of the earlier events of a stream a correction puts right. None, if that is not among them."""
    clock: Callable[[Rulebook, S, Instant], tuple[E, ...]]
    """What time alone has brought by a moment, in the order of its moments."""
    deadlines: Callable[[Rulebook, S], tuple[Deadline[Any], ...]]
    """All that is or was due in it, in the order of the days."""
    stands: Callable[[Rulebook, S, Instant], Stands]
    bound_to: Callable[[S], tuple[Pin | None, Pin | None]]
    """The handbook, or what takes its place, and the calendar to which what is recorded is bound."""
