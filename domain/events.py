"""What events have in common, whatever they are about."""

from collections.abc import Iterator
from functools import cache
from typing import Annotated, ClassVar, TypeVar

from pydantic import Field

from domain.actors import Actor, Recorder, Role
from domain.values import Instant, PersonRef, SealedText, Slug, Value


class Irregularity(Value):
    """The rules that speak against what happened, and on whose authority it stands all the same."""

    rules: Annotated[tuple[Slug, ...], Field(min_length=1)]
    reason: SealedText
    authorised_by: PersonRef


class DomainEvent(Value):
    """What every event says besides its own matter.

    Each aggregate has a base class of its own below this one, so that its types can be listed. `rests_on`
    names the types that an event makes no sense without, and of several of a type it rests on those that
    concern the same (`can_rest_on`): a look back at a day on which they had not happened leaves it out. One
    that `is_correction` says of an earlier one that it was wrong: a look back takes it with that one.
    """

    schema_version: ClassVar[int] = 1
    rests_on: ClassVar[frozenset[str]] = frozenset()
    is_correction: ClassVar[bool] = False

    occurred_at: Instant
    decided_by: Actor
    recorded_by: Recorder
    irregular: Irregularity | None = None

    def about(self) -> str | None:
        """Say what it is about, if others of its type are about something else."""
        return None

    def is_about(self, what: str) -> bool:
        """Say whether it is about something, if only as it is about everything."""
        return self.about() in {None, what}

    def rests_about(self) -> str | None:
        """Say about what the events are that it rests on; none, if it is all the same."""
        return self.about()

    def can_rest_on(self, other: "DomainEvent") -> bool:
        """Say whether it makes sense because of another event, if that counts."""
        about = self.rests_about()
        return event_type(other) in self.rests_on and (about is None or other.is_about(about))


E = TypeVar("E", bound=DomainEvent)


def event_types(base: type[E]) -> dict[str, type[E]]:
    """Return every event class below a base class by its type, as the ledger names it."""
    return {_type_of(kind): kind for kind in _kinds(base)}


def _kinds(base: type[E]) -> Iterator[type[E]]:
    for kind in base.__subclasses__():
        if "type" in kind.model_fields:
            yield kind
        yield from _kinds(kind)


def event_type(event: DomainEvent) -> str:
    """Return an event's type, as the ledger names it."""
    return _type_of(type(event))


@cache
def _type_of(kind: type[DomainEvent]) -> str:
    name: str = kind.model_fields["type"].default
    return name


def roles_after(
    known: dict[PersonRef, frozenset[Role]], event: DomainEvent
) -> dict[PersonRef, frozenset[Role]]:
    """Return in which roles people have decided something of an aggregate, with one more event."""
    actor = event.decided_by
    before = known.get(actor.person, frozenset())
    return known if actor.role in before else {**known, actor.person: before | {actor.role}}
