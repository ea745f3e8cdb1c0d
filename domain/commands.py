"""What commands have in common, whatever they ask for."""

from typing import Annotated, ClassVar, TypeVar
from uuid import UUID

from pydantic import Field

from domain.actors import Actor, Recorder, Verb
from domain.events import DomainEvent
from domain.values import Instant, PersonRef, SealedText, Slug, Value


class Contravention(Value):
    """Says that a fact is recorded although it happened against rules, why, and on whose authority."""

    rules: Annotated[tuple[Slug, ...], Field(min_length=1)]
    reason: SealedText
    authorised_by: PersonRef


class DomainCommand(Value):
    """What every command says besides its own matter.

    `occurred_at` is when it happened in the world, `now` when it is being recorded.
    """

    verb: ClassVar[Verb]
    records: ClassVar[type[DomainEvent]]

    command_id: UUID
    occurred_at: Instant
    now: Instant
    decided_by: Actor
    recorded_by: Recorder
    contrary_to: Contravention | None = None


C = TypeVar("C", bound=DomainCommand)


def command_types(base: type[C]) -> dict[str, type[C]]:
    """Return every command class of a base class by the name that it goes by on the wire."""
    return {kind.model_fields["type"].default: kind for kind in base.__subclasses__()}
