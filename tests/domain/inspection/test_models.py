"""What commands and events are made of: nothing that the ledger could not keep for ever."""

import types
from collections.abc import Iterator
from datetime import date, datetime
from enum import Enum
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints
from uuid import UUID

import pytest
from pydantic import AwareDatetime, BaseModel, StringConstraints, TypeAdapter

from domain.actors import roles_that_may
from domain.canonical import canonical_model
from domain.inspection.commands import COMMAND_TYPES, AnyCommand, Command
from domain.inspection.events import EVENT_TYPES, RESTS_ON, AnyEvent, Event
from domain.inspection.events.clock import DeadlineEvent
from domain.values import Value
from tests.domain.inspection.golden import FILE, as_json, one_of_each, read_golden

EVENTS: TypeAdapter[Event] = TypeAdapter(AnyEvent)
GOLDEN = read_golden()
EACH = one_of_each()


def _in_union(union: Any) -> set[type]:
    return set(get_args(get_args(union)[0]))


def test_every_event_is_in_the_union() -> None:
    """What is not in it could be written and not read."""
    assert _in_union(AnyEvent) == set(EVENT_TYPES.values())


def test_every_command_is_in_the_union() -> None:
    """What is not in it could not be asked."""
    assert _in_union(AnyCommand) == set(COMMAND_TYPES.values()) == set(Command.__subclasses__())


def test_every_event_is_brought_by_a_command_or_by_the_clock() -> None:
    """None is a leftover."""
    brought = {command.records for command in COMMAND_TYPES.values()}
    by_the_clock = {"CommentWindowLapsed", *(kind.__name__ for kind in DeadlineEvent.__subclasses__())}
    assert {kind.__name__ for kind in set(EVENT_TYPES.values()) - brought} <= by_the_clock


@pytest.mark.parametrize("name", EVENT_TYPES)
def test_an_event_rests_on_types_that_exist(name: str) -> None:
    """And not on itself, however many events lie between."""
    known, rest = set[str](), set(RESTS_ON[name])
    while rest:
        assert rest <= EVENT_TYPES.keys()
        known |= rest
        rest = {deeper for one in rest for deeper in RESTS_ON[one]} - known
    assert name not in known


@pytest.mark.parametrize("name", COMMAND_TYPES)
def test_a_command_says_who_when_and_what_it_records(name: str) -> None:
    """Some role has its verb, it belongs to a stage, and its event keeps what it says."""
    command = COMMAND_TYPES[name]
    assert roles_that_may(command.verb)
    assert command.stages
    assert command.records in EVENT_TYPES.values()
    assert command.__doc__
    own = command.model_fields.keys() - Command.model_fields.keys() - {"type"}
    assert own <= command.records.model_fields.keys()


_LEAVES = (int, bool, date, datetime, AwareDatetime, UUID, Ellipsis, type(None))
"""What is neither text nor made of other values."""


def _bare_strings(annotation: Any, path: str, seen: frozenset[type] = frozenset()) -> Iterator[str]:
    """Name the places within a type where any text at all could stand."""
    if annotation is str or annotation is Any:
        yield path
    elif get_origin(annotation) is Annotated:
        inner, *constraints = get_args(annotation)
        if inner is not str:
            yield from _bare_strings(inner, path, seen)
        elif not any(isinstance(one, StringConstraints) and one.pattern for one in constraints):
            yield path
    elif get_origin(annotation) in {Union, types.UnionType, tuple, dict, list, frozenset}:
        for argument in get_args(annotation):
            yield from _bare_strings(argument, path, seen)
    elif isinstance(annotation, type) and issubclass(annotation, BaseModel) and annotation not in seen:
        hints = get_type_hints(annotation, include_extras=True)
        for field in annotation.model_fields:
            yield from _bare_strings(hints[field], f"{path}.{field}", seen | {annotation})
    else:
        assert get_origin(annotation) is Literal or annotation in _LEAVES or issubclass(annotation, Enum), (
            path
        )


@pytest.mark.parametrize("name", EVENT_TYPES)
def test_no_field_of_an_event_is_a_bare_string(name: str) -> None:
    """Free text may name a person, and the ledger cannot forget: it is sealed, or has a pattern."""
    assert list(_bare_strings(EVENT_TYPES[name], name)) == []


def test_bare_strings_are_found_wherever_they_hide() -> None:
    """The search itself is tested: in unions, tuples, values of mappings, and models within."""

    class Inner(Value):
        text: str

    class Outer(Value):
        plain: str
        short: Annotated[str, StringConstraints(max_length=5)]
        maybe: str | None
        many: tuple[Inner, ...]
        named: dict[int, str]
        fine: Annotated[str, StringConstraints(pattern="^a$")]

    assert list(_bare_strings(Outer, "outer")) == [
        "outer.plain",
        "outer.short",
        "outer.maybe",
        "outer.many.text",
        "outer.named",
    ]


@pytest.mark.parametrize("name", EVENT_TYPES)
def test_an_event_is_the_same_after_it_was_written_and_read(name: str) -> None:
    """As canonical JSON, which holds no floats."""
    event = EACH[name]
    assert EVENTS.validate_json(canonical_model(event)) == event


@pytest.mark.parametrize("name", EVENT_TYPES)
def test_an_event_has_the_format_in_which_it_was_first_released(name: str) -> None:
    """A changed format needs a new schema version; see `golden.py` before you touch the file."""
    assert name in GOLDEN, f"{FILE.name} has no {name}"
    assert as_json(EVENTS.validate_python(GOLDEN[name])) == GOLDEN[name]
    assert as_json(EACH[name]).keys() == GOLDEN[name].keys()


def test_no_event_type_was_lost() -> None:
    """What is once in a ledger has to be read for ever."""
    assert GOLDEN.keys() == EVENT_TYPES.keys()
