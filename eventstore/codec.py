"""From events to the bodies that are stored, and back, whatever version they were written in."""

from collections.abc import Callable, Mapping
from typing import Any, Final, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from domain.errors import IntegrityError
from eventstore.envelope import Body, Entry, Provenance

E = TypeVar("E", bound=BaseModel)

Upcaster = Callable[[dict[str, Any]], dict[str, Any]]
"""Takes an event's data as one schema version wrote it, and gives it as the next one would have."""


class Codec(Generic[E]):
    """Writes and reads the events of an aggregate.

    Each event class has a `schema_version`, and its name is the default of its field `type`. An event that
    was written in an earlier version is brought up, version by version, by the upcaster of its type and
    version.
    """

    def __init__(self, events: Mapping[str, type[E]], upcasters: Mapping[tuple[str, int], Upcaster]) -> None:
        self._events: Final = dict(events)
        self._upcasters: Final = dict(upcasters)
        self._versions: Final = {name: _schema_version(kind) for name, kind in self._events.items()}

    def encode(self, event: E, provenance: Provenance) -> str:
        """Return the text of the body that is stored for an event."""
        data = event.model_dump(mode="json")
        name = data["type"]
        return Body(type=name, schema_version=self._versions[name], event=data, provenance=provenance).text

    def decode(self, entry: Entry) -> E:
        """Read an event back.

        Raises:
            IntegrityError: its type or version is unknown, or it does not have that type's fields. Names
                type, version and position: an event is never passed over.
        """
        try:
            body = entry.parsed()["body"]
            name, version, data = body["type"], body["schema_version"], body["event"]
        except (KeyError, TypeError) as error:
            raise IntegrityError(f"position {entry.position}: the text holds no body ({error!r})") from error
        kind = self._events.get(name)
        if kind is None or version > self._versions[name]:
            raise IntegrityError(
                f"position {entry.position}: event {name} in version {version} is not known to this release"
            )
        try:
            return kind.model_validate(self._brought_up(name, version, data))
        except (ValidationError, KeyError) as error:
            raise IntegrityError(
                f"position {entry.position}: event {name} in version {version} cannot be read: {error}"
            ) from error

    def _brought_up(self, name: str, version: int, data: dict[str, Any]) -> dict[str, Any]:
        while version < self._versions[name]:
            data = self._upcasters[name, version](data)
            version += 1
        return data


def _schema_version(kind: type[BaseModel]) -> int:
    version: int = getattr(kind, "schema_version", 1)
    return version
