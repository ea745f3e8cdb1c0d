"""Ledgers that were frozen at a release are read by all later code, entry for entry.

A frozen file is never edited or made again. When a test here fails, the code has lost the way to read what
lies in real ledgers: give the event a schema version and an upcaster (CONTRIBUTING, `Changing an event`).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, is_dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar
from uuid import UUID

import pytest
from pydantic import BaseModel
from pydantic_core import to_jsonable_python

from domain.aggregates import AGGREGATES
from domain.canonical import canonical_json
from domain.inspection import events as e
from domain.inspection.events import EVENT_TYPES, Event
from domain.streams import kind_of
from domain.values import PersonRef, Value
from eventstore.codec import Codec
from eventstore.codecs import CODEC, UPCASTERS
from eventstore.envelope import Entry, verify_entry
from eventstore.folding import state_of
from eventstore.ledger import Append, Appended, Ledger
from tests.eventstore.record_ledger import FOLDER

LEDGERS = sorted(FOLDER.glob("*.jsonl"))
each_ledger = pytest.mark.parametrize("file", LEDGERS, ids=lambda file: file.stem)


def _entries(file: Path) -> list[Entry]:
    """Read a frozen ledger; what indexes an entry is taken from its text."""
    found = []
    for line in file.read_text(encoding="utf-8").splitlines():
        stored = json.loads(line)
        told = json.loads(stored["text"])
        found.append(
            Entry(
                position=told["position"],
                stream=told["stream"],
                version=told["version"],
                type=told["body"]["type"],
                recorded_at=datetime.fromisoformat(told["recorded_at"]),
                text=stored["text"],
                leaf=bytes.fromhex(stored["leaf"]),
            )
        )
    return found


def _streams(entries: list[Entry]) -> dict[str, list[Entry]]:
    streams: dict[str, list[Entry]] = {}
    for entry in entries:
        streams.setdefault(entry.stream, []).append(entry)
    return streams


@each_ledger
def test_every_entry_is_whole(file: Path) -> None:
    entries = _entries(file)
    for entry in entries:
        verify_entry(entry)
    assert [entry.position for entry in entries] == list(range(1, len(entries) + 1))
    for stream in _streams(entries).values():
        assert [entry.version for entry in stream] == list(range(1, len(stream) + 1))


@each_ledger
async def test_a_ledger_of_today_would_store_the_same_bytes(file: Path, rehearsal: Ledger) -> None:
    """Text and leaf of an entry follow from its body, place and time, now as then."""
    entries = _entries(file)
    for number, entry in enumerate(entries, start=1):
        append = Append(
            stream=entry.stream,
            command_id=UUID(int=number),
            digest=bytes(32),
            expected_version=entry.version - 1,
            request="{}",
            answer="{}",
            bodies=(canonical_json(entry.parsed()["body"]),),
            at=entry.recorded_at,
        )
        (result,) = await rehearsal.append([append])
        assert isinstance(result, Appended)
    assert await rehearsal.read_all() == entries


@each_ledger
def test_every_stream_folds_to_the_state_it_had(file: Path) -> None:
    """Each as what it is about. A state may have gained fields: they say more of it, and nothing else."""
    written = json.loads(file.with_suffix(".states.json").read_text(encoding="utf-8"))
    streams = _streams(_entries(file))
    assert streams.keys() == written.keys()
    for stream, entries in streams.items():
        state = state_of(stream, entries)
        _agrees(stream, written[stream], state, to_jsonable_python(state))


def _agrees(place: str, written: Any, now: Any, dumped: Any) -> None:
    """Compare what was written with what is there, which is given as it is and as it would be written."""
    if isinstance(now, BaseModel) or is_dataclass(now):
        for name, value in written.items():
            assert name in dumped, f"{place}.{name} is gone"
            _agrees(f"{place}.{name}", value, getattr(now, name), dumped[name])
    elif isinstance(now, dict):
        assert written.keys() == dumped.keys(), place
        for (name, told), value in zip(dumped.items(), now.values(), strict=True):
            _agrees(f"{place}[{name}]", written[name], value, told)
    elif isinstance(now, tuple):
        assert len(written) == len(now), place
        for number, (value, told) in enumerate(zip(now, dumped, strict=True)):
            _agrees(f"{place}[{number}]", written[number], value, told)
    else:
        assert dumped == written, place


class Leaf(Value):
    """A value in a state."""

    of: int
    gained: int = 0


@dataclass(frozen=True)
class Tree:
    """Something like a state."""

    named: dict[str, Leaf]
    listed: tuple[Leaf, ...] = ()


def _tree_agrees(written: dict[str, Any]) -> None:
    now = Tree(named={"a": Leaf(of=1, gained=2)}, listed=(Leaf(of=3),))
    _agrees("tree", written, now, to_jsonable_python(now))


def test_fields_that_were_gained_are_passed_over() -> None:
    _tree_agrees({"named": {"a": {"of": 1}}})
    _tree_agrees({"named": {"a": {"of": 1}}, "listed": [{"of": 3, "gained": 0}]})


@pytest.mark.parametrize(
    "written",
    [
        {"named": {"a": {"of": 2}}},
        {"named": {"a": {"of": 1, "lost": 1}}},
        {"named": {}},
        {"named": {"a": {"of": 1}, "b": {"of": 1}}},
        {"named": {"a": {"of": 1}}, "listed": []},
        {"named": {"a": {"of": 1}}, "lost": None},
    ],
)
def test_nothing_else_is_passed_over(written: dict[str, Any]) -> None:
    with pytest.raises(AssertionError):
        _tree_agrees(written)


def test_every_event_is_frozen_in_its_present_form() -> None:
    frozen = {
        (kind_of(entry.stream), entry.type, entry.parsed()["body"]["schema_version"])
        for file in LEDGERS
        for entry in _entries(file)
    }
    present = {
        (kind, name, getattr(event, "schema_version", 1))
        for kind, aggregate in AGGREGATES.items()
        for name, event in aggregate.events.items()
    }
    assert present <= frozen, (
        f"No frozen ledger holds {sorted(present - frozen)}.\n"
        "Let it occur in tests/eventstore/record_ledger.py, and freeze a further ledger beside the others:\n"
        "   python -m tests.eventstore.record_ledger NAME"
    )


class AreaNotifiedSince(e.AreaNotified):
    """The event as it might be two versions later."""

    schema_version: ClassVar[int] = 3
    told_by: PersonRef


def _name_the_caller(data: Mapping[str, Any]) -> dict[str, Any]:
    return {**data, "caller": data["decided_by"]["person"]}


def _rename_the_caller(data: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in data.items() if name != "caller"}
    return {**kept, "told_by": data["caller"]}


def test_a_frozen_event_is_lifted_to_what_it_has_become() -> None:
    later: Codec[Event] = Codec(
        {**EVENT_TYPES, "area_notified": AreaNotifiedSince},
        {**UPCASTERS, ("area_notified", 1): _name_the_caller, ("area_notified", 2): _rename_the_caller},
    )
    entries = [entry for entry in _entries(FOLDER / "first.jsonl") if entry.type == "area_notified"]
    assert entries
    for entry in entries:
        lifted, first = later.decode(entry), CODEC.decode(entry)
        assert isinstance(lifted, AreaNotifiedSince)
        assert lifted.told_by == first.decided_by.person
        assert lifted.model_dump(exclude={"told_by"}) == first.model_dump()
