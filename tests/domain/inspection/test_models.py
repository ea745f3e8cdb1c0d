"""What commands and events are made of: nothing that the ledger could not keep for ever."""

import pytest
from pydantic import TypeAdapter

from domain.actors import roles_that_may
from domain.canonical import canonical_model
from domain.inspection.commands import COMMAND_TYPES, AnyCommand, Command
from domain.inspection.events import EVENT_TYPES, RESTS_ON, AnyEvent, Event
from domain.inspection.events.clock import DeadlineEvent
from tests.domain.golden import as_json
from tests.domain.inspection.golden import GOLDEN as FROZEN
from tests.domain.inspection.golden import one_of_each
from tests.domain.shapes import bare_strings, in_union

EVENTS: TypeAdapter[Event] = TypeAdapter(AnyEvent)
GOLDEN = FROZEN.read()
EACH = one_of_each()


def test_every_event_is_in_the_union() -> None:
    """What is not in it could be written and not read."""
    assert in_union(AnyEvent) == set(EVENT_TYPES.values())


def test_every_command_is_in_the_union() -> None:
    """What is not in it could not be asked."""
    assert in_union(AnyCommand) == set(COMMAND_TYPES.values()) == set(Command.__subclasses__())


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
    """A changed format needs a new schema version; see `golden.py` before you touch the file."""
    assert name in GOLDEN, f"{FROZEN.file.name} has no {name}"
    assert as_json(EVENTS.validate_python(GOLDEN[name])) == GOLDEN[name]
    assert as_json(EACH[name]).keys() == GOLDEN[name].keys()


def test_no_event_type_was_lost() -> None:
    """What is once in a ledger has to be read for ever."""
    assert GOLDEN.keys() == EVENT_TYPES.keys()
