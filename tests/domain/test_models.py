"""What commands and events are made of: nothing that the ledger could not keep for ever."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import pytest
from pydantic import TypeAdapter

from domain.actors import roles_that_may
from domain.area.commands import HearOfConcerns, HearOfInspections, HearOfStruckConcerns
from domain.area.matters import NewsMatter
from domain.canonical import canonical_model
from domain.clock import DeadlineEvent
from domain.commands import DomainCommand
from domain.events import DomainEvent
from tests.domain.aggregates import AGGREGATES, Aggregate, each
from tests.domain.golden import as_json
from tests.domain.shapes import bare_strings, in_union

EACH_EVENT = pytest.mark.parametrize(**each(lambda aggregate: aggregate.events))
EACH_COMMAND = pytest.mark.parametrize(**each(lambda aggregate: aggregate.commands))
EACH_AGGREGATE = pytest.mark.parametrize("aggregate", AGGREGATES, ids=lambda one: one.name)


@cache
def played(aggregate_name: str) -> Mapping[str, DomainEvent]:
    """One event of each type, from stories that are told once."""
    return next(one for one in AGGREGATES if one.name == aggregate_name).one_of_each()


@cache
def golden(aggregate_name: str) -> dict[str, Any]:
    """One event of each type, as it was first released."""
    return next(one for one in AGGREGATES if one.name == aggregate_name).golden.read()


@cache
def reader(aggregate_name: str) -> TypeAdapter[DomainEvent]:
    """What reads any event of an aggregate."""
    return TypeAdapter(next(one for one in AGGREGATES if one.name == aggregate_name).unions[1])


_SEVERAL: dict[type[DomainCommand], set[str]] = {
    HearOfInspections: set(NewsMatter.model_fields),
    HearOfConcerns: {"concern"},
    HearOfStruckConcerns: {"concern"},
}
"""What the events of commands say that say several things at once."""


@EACH_AGGREGATE
def test_every_event_and_every_command_is_in_its_union(aggregate: Aggregate) -> None:
    """What is not in it could be written and not read, or not be asked."""
    commands, events = aggregate.unions
    assert in_union(events) == set(aggregate.events.values())
    assert in_union(commands) == set(aggregate.commands.values()) == set(aggregate.command.__subclasses__())


def test_no_two_aggregates_have_an_event_type_in_common() -> None:
    """One ledger holds them all, and reads an entry by its type."""
    types = [name for aggregate in AGGREGATES for name in aggregate.events]
    assert len(types) == len(set(types))


@EACH_AGGREGATE
def test_every_event_is_brought_by_a_command_or_by_the_clock(aggregate: Aggregate) -> None:
    """None is a leftover."""
    brought = {command.records for command in aggregate.commands.values()}
    left = {name for name, kind in aggregate.events.items() if kind not in brought}
    assert left <= aggregate.by_the_clock | {
        name for name, kind in aggregate.events.items() if issubclass(kind, DeadlineEvent)
    }


@EACH_EVENT
def test_an_event_rests_on_types_that_exist(aggregate: Aggregate, name: str) -> None:
    """And not on itself, however many events lie between."""
    known, rest = set[str](), set(aggregate.events[name].rests_on)
    while rest:
        assert rest <= aggregate.events.keys()
        known |= rest
        rest = {deeper for one in rest for deeper in aggregate.events[one].rests_on} - known
    assert name not in known


@EACH_COMMAND
def test_a_command_says_who_and_what_it_records(aggregate: Aggregate, name: str) -> None:
    """Some role has its verb, its event keeps what it says, and where there are stages it belongs to some.

    What says several things of one kind has an event for each.
    """
    command = aggregate.commands[name]
    assert roles_that_may(command.verb)
    assert command.records in aggregate.events.values()
    assert command.__doc__
    assert getattr(command, "stages", True)
    own = command.model_fields.keys() - aggregate.command.model_fields.keys() - {"type"}
    said = _SEVERAL.get(command, own)
    assert said <= command.records.model_fields.keys()


@EACH_EVENT
def test_no_field_of_an_event_is_a_bare_string(aggregate: Aggregate, name: str) -> None:
    """Free text may name a person, and the ledger cannot forget: it is sealed, or has a pattern."""
    assert list(bare_strings(aggregate.events[name], name)) == []


@EACH_EVENT
def test_an_event_is_the_same_after_it_was_written_and_read(aggregate: Aggregate, name: str) -> None:
    """As canonical JSON, which holds no floats."""
    event = played(aggregate.name)[name]
    assert reader(aggregate.name).validate_json(canonical_model(event)) == event


@EACH_EVENT
def test_an_event_has_the_format_in_which_it_was_first_released(aggregate: Aggregate, name: str) -> None:
    """A changed format needs a new schema version; see `golden.py` before you touch the file."""
    kept = golden(aggregate.name)
    assert name in kept, f"{aggregate.golden.file} has no {name}"
    assert as_json(reader(aggregate.name).validate_python(kept[name])) == kept[name]
    assert as_json(played(aggregate.name)[name]).keys() == kept[name].keys()


@EACH_AGGREGATE
def test_no_event_type_was_lost(aggregate: Aggregate) -> None:
    """What is once in a ledger has to be read for ever."""
    assert golden(aggregate.name).keys() == aggregate.events.keys()
