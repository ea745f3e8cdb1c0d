"""What the commands and events of an area are made of: nothing that the ledger could not keep for ever."""

import pytest
from pydantic import TypeAdapter

from domain.actors import roles_that_may
from domain.area.commands import COMMAND_TYPES, AnyCommand, Command, HearOfInspections, Tick
from domain.area.events import EVENT_TYPES, AnyEvent, DueEvent, Event
from domain.area.matters import NewsMatter
from domain.canonical import canonical_model
from domain.inspection import events as of_inspections
from tests.domain.area.golden import GOLDEN as FROZEN
from tests.domain.area.golden import one_of_each
from tests.domain.golden import as_json
from tests.domain.shapes import bare_strings, in_union

OF_THE_CLOCK = set(DueEvent.__subclasses__())
"""Nobody asks for them but the tick, which has one class for all."""

EVENTS: TypeAdapter[Event] = TypeAdapter(AnyEvent)
GOLDEN = FROZEN.read()
EACH = one_of_each()


def test_every_event_and_every_command_is_in_its_union() -> None:
    """What is not in it could be written and not read, or not be asked."""
    assert in_union(AnyEvent) == set(EVENT_TYPES.values())
    assert in_union(AnyCommand) == set(COMMAND_TYPES.values()) == set(Command.__subclasses__())


def test_no_type_is_one_of_an_inspection_too() -> None:
    """One ledger holds both, and reads an entry by its type."""
    assert not EVENT_TYPES.keys() & of_inspections.EVENT_TYPES.keys()


@pytest.mark.parametrize("name", COMMAND_TYPES)
def test_a_command_says_who_and_what_it_records(name: str) -> None:
    """Some role has its verb, and its event keeps what it says, item by item where it says several."""
    command = COMMAND_TYPES[name]
    assert roles_that_may(command.verb)
    assert command.__doc__
    own = command.model_fields.keys() - Command.model_fields.keys() - {"type"}
    said = NewsMatter.model_fields.keys() if command is HearOfInspections else own
    assert said <= command.records.model_fields.keys()


def test_each_event_comes_of_one_command() -> None:
    """Those of the clock come of the tick, which records nothing else."""
    told = [kind.records for kind in COMMAND_TYPES.values() if kind is not Tick]
    assert len(told) == len(set(told))
    assert {*told, *OF_THE_CLOCK} == set(EVENT_TYPES.values())
    assert Tick.records in OF_THE_CLOCK


@pytest.mark.parametrize("name", EVENT_TYPES)
def test_no_field_of_an_event_is_a_bare_string(name: str) -> None:
    """Free text may name a person, and the ledger cannot forget: it is sealed, or has a pattern."""
    assert list(bare_strings(EVENT_TYPES[name], name)) == []


@pytest.mark.parametrize("name", EVENT_TYPES)
def test_an_event_is_the_same_after_it_was_written_and_read(name: str) -> None:
    """As canonical JSON, which holds no floats."""
    event = EACH[name]
    assert EVENTS.validate_json(canonical_model(event)) == event


@pytest.mark.parametrize("name", EVENT_TYPES)
def test_an_event_has_the_format_in_which_it_was_first_released(name: str) -> None:
    """A changed format needs a new schema version; see `tests/domain/golden.py` before you touch the file."""
    assert name in GOLDEN, f"{FROZEN.file.name} has no {name}"
    assert as_json(EVENTS.validate_python(GOLDEN[name])) == GOLDEN[name]
    assert as_json(EACH[name]).keys() == GOLDEN[name].keys()


def test_no_event_type_was_lost() -> None:
    """What is once in a ledger has to be read for ever."""
    assert GOLDEN.keys() == EVENT_TYPES.keys()
