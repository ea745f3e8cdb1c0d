"""One event of each type as JSON, kept in a file, so that an accidental change of format is seen.

A change on purpose needs a new schema version and an upcaster; then the file is written anew by the module
that tells the stories of the aggregate, with `--write`.
"""

import json
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from domain.events import DomainEvent, event_type

E = TypeVar("E", bound=DomainEvent)


class Golden(NamedTuple):
    """The file of one aggregate."""

    file: Path

    def read(self) -> dict[str, Any]:
        """Return what the file holds: for each event type one event."""
        golden: dict[str, Any] = json.loads(self.file.read_text(encoding="utf-8"))
        return golden

    def write_if_asked(self, one_of_each: Callable[[], Mapping[str, DomainEvent]]) -> None:
        """Write the file anew for a module that is run with `--write`; end with its usage otherwise."""
        if sys.argv[1:] != ["--write"]:
            sys.exit(f"{self.file.name} is written anew with --write, for a change of format on purpose")
        events = {name: as_json(event) for name, event in one_of_each().items()}
        self.file.write_text(json.dumps(events, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def first_of_each(events: Iterable[E], types: Iterable[str]) -> dict[str, E]:
    """Return the first event of each type, in the order of the types."""
    found: dict[str, E] = {}
    for event in events:
        found.setdefault(event_type(event), event)
    return {name: found[name] for name in types}


def as_json(event: DomainEvent) -> dict[str, Any]:
    """Return an event as the ledger writes it."""
    return event.model_dump(mode="json")
