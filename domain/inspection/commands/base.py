"""What every command has in common."""

from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from domain.actors import Actor, Recorder, Verb
from domain.inspection.events.base import Event
from domain.inspection.vocabulary import Stage
from domain.values import InspectionId, Instant, PersonRef, SealedText, Slug, Value


class Contravention(Value):
    """Says that a fact is recorded although it happened against rules, why, and on whose authority."""

    rules: Annotated[tuple[Slug, ...], Field(min_length=1)]
    reason: SealedText
    authorised_by: PersonRef


class Command(Value):
    """What every command says besides its own matter.

    `occurred_at` is when it happened in the world, `now` when it is being recorded.
    """

    verb: ClassVar[Verb]
    stages: ClassVar[frozenset[Stage]]
    records: ClassVar[type[Event]]
    once: ClassVar[bool] = False

    inspection: InspectionId
    command_id: UUID
    occurred_at: Instant
    now: Instant
    decided_by: Actor
    recorded_by: Recorder
    contrary_to: Contravention | None = None


def between(first: Stage, last: Stage) -> frozenset[Stage]:
    """Every stage from one to another, both included, in the order of the process."""
    stages = list(Stage)
    return frozenset(stages[stages.index(first) : stages.index(last) + 1])
