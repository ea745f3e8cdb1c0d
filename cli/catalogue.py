"""What people can record, of inspections, areas, thematic reviews and the programme: milestones by name."""

import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from domain.actors import Role, Verb, roles_that_may
from domain.aggregates import AGGREGATES
from domain.commands import DomainCommand
from domain.errors import MalformedError
from domain.streams import StreamKind

DOCUMENTS: Final = {StreamKind.INSPECTION: "draft", StreamKind.THEMATIC_REVIEW: "report"}
"""The field by which a milestone names the document that it is about: `current` is the one that stands."""


_IN_WORDS: Final = {
    StreamKind.INSPECTION: "an inspection",
    StreamKind.AREA: "an area",
    StreamKind.THEMATIC_REVIEW: "a thematic review",
    StreamKind.PROGRAMME: "the national programme",
}


@dataclass(frozen=True, slots=True)
class Milestone:
    """Something that people can record, and of what."""

    of: StreamKind
    name: str
    command: type[DomainCommand]

    @property
    def records(self) -> str:
        """The type of the event that it records."""
        event: str = self.command.records.model_fields["type"].default
        return event

    @property
    def purpose(self) -> str:
        """What it says, in one sentence."""
        return (self.command.__doc__ or "").split("\n")[0]

    @property
    def stages(self) -> tuple[StrEnum, ...]:
        """The stages at which it can be recorded, in their order. An area has a cycle and no stages."""
        stages: frozenset[StrEnum] = getattr(self.command, "stages", frozenset())
        return tuple(sorted(stages, key=_in_order))

    @property
    def decided_by(self) -> tuple[Role, ...]:
        """The roles that may decide it."""
        return roles_that_may(self.command.verb)

    @property
    def fields(self) -> dict[str, Any]:
        """The fields of its own matter with their types; the rest every command has."""
        common = {*DomainCommand.model_fields, "type", AGGREGATES[self.of].named_in}
        return {name: field for name, field in self.command.model_fields.items() if name not in common}

    def names_document(self, field: str) -> bool:
        """Say whether a field names the document that it is about, so that `current` is understood."""
        return DOCUMENTS.get(self.of) == field


def _in_order(stage: StrEnum) -> int:
    return list(type(stage)).index(stage)


def recordable(of: StreamKind | None = None) -> tuple[Milestone, ...]:
    """List what people can record of one kind or of all, stage after stage.

    What the engine does by itself is left out.
    """
    return tuple(one for kind in StreamKind if of in {None, kind} for one in _of_kind(kind))


def _of_kind(of: StreamKind) -> list[Milestone]:
    own = (Milestone(of, name, command) for name, command in AGGREGATES[of].command_types.items())
    asked = (one for one in own if one.command.verb is not Verb.RUN)
    return sorted(asked, key=lambda one: _in_order(one.stages[0]) if one.stages else 0)


def milestone_named(name: str, of: StreamKind | None = None) -> Milestone:
    """Return what a name stands for: a command's own, or that of the event that it records.

    Raises:
        MalformedError: there is none.
    """
    plain = name.replace("-", "_")
    known = recordable(of)
    for one in known:
        if plain in {one.name, one.records}:
            return one
    raise MalformedError(f"milestone {name} is not known{_of(of)}; {''.join(_hints(plain, known, of))}")


def _hints(plain: str, known: tuple[Milestone, ...], of: StreamKind | None) -> Iterator[str]:
    for close in difflib.get_close_matches(plain, [one.name for one in known], n=1):
        yield f"did you mean {close}? "
    option = f" --of {option_of(of)}" if of else ""
    yield f"`inspections milestones{option}` lists those that are"


def _of(of: StreamKind | None) -> str:
    return f" of {in_the_singular(of)}" if of else ""


def option_of(of: StreamKind) -> str:
    """Write a kind as an option spells it."""
    return of.value.replace("_", "-")


def in_the_singular(of: StreamKind) -> str:
    """Say in words what something of a kind is."""
    return _IN_WORDS[of]
