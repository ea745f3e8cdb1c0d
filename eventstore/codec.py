"""Events to the text that is stored, and back: by type, through upcasters for what was written long ago."""

from collections.abc import Callable, Mapping
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic_core import SchemaValidator, core_schema, from_json

from domain.errors import IntegrityError, MalformedError
from eventstore.checks import problems
from eventstore.envelope import Body, Entry, Provenance

E = TypeVar("E", bound=BaseModel)

Upcaster = Callable[[dict[str, Any]], dict[str, Any]]
"""Takes an event's data as one schema version had it and returns it as the next one has it."""


class Codec(Generic[E]):
    """Knows event classes by type. A class has a field `type` and, unless it is 1, a `schema_version`."""

    def __init__(self, events: Mapping[str, type[E]], upcasters: Mapping[tuple[str, int], Upcaster]) -> None:
        """Take the event classes by type, and what lifts an event of a type from a version to the next.

        Raises:
            ValueError: an upcaster is missing between version 1 of a type and its present one.
        """
        self._events = dict(events)
        self._upcasters = dict(upcasters)
        self._versions = {name: _schema_version(kind) for name, kind in events.items()}
        self._readers: dict[str, SchemaValidator] = {}
        self._body_readers: dict[str, SchemaValidator] = {}
        for name, present in self._versions.items():
            missing = [old for old in range(1, present) if (name, old) not in self._upcasters]
            if missing:
                raise ValueError(f"no upcaster for {name} from schema version {missing[0]}")

    def encode(self, event: E, provenance: Provenance) -> str:
        """Return the canonical text of an event's body, as `Append.bodies` takes it.

        Raises:
            MalformedError: this codec does not know the event's class, or could not write it.
        """
        name = type(event).model_fields["type"].default
        if self._events.get(name) is not type(event):
            raise MalformedError(f"{type(event).__name__} is not an event that this codec knows as {name!r}")
        body = Body(
            type=name,
            schema_version=self._versions[name],
            event=event.model_dump(mode="json"),
            provenance=provenance,
        )
        try:
            return body.text
        except ValueError as error:
            raise MalformedError(f"{name}: {error}") from error

    def decode(self, entry: Entry) -> E:
        """Read the event in an entry, from its text alone.

        Raises:
            IntegrityError: the type is unknown, the schema version is newer than known, an upcaster cannot
                lift the data, or it does not fit the class. Names type, schema version and position.
        """
        try:
            event: E = self._reader(entry.type).validate_json(entry.text)["body"]["event"]
        except (KeyError, ValidationError):
            return self._decode_in_steps(entry)
        return event

    def decode_body(self, name: str, body: bytes) -> E | None:
        """Read the event in a body, if the body is one whole JSON text and of today's form of this type.

        What is not read here may be of an earlier form: `decode` reads it, or says what is wrong.
        """
        try:
            event: E = self._body_reader(name).validate_json(body)["event"]
        except (KeyError, ValidationError):
            return None
        return event

    def _reader(self, name: str) -> SchemaValidator:
        """Return what reads an entry of a type in one go, if the text says that it is one of today's form.

        Raises:
            KeyError: the type is unknown.
        """
        found = self._readers.get(name)
        if found is None:
            body = _body_schema(name, self._versions[name], self._events[name])
            found = self._readers[name] = SchemaValidator(
                core_schema.typed_dict_schema({"body": core_schema.typed_dict_field(body)})
            )
        return found

    def _body_reader(self, name: str) -> SchemaValidator:
        """Return the same for the body alone."""
        found = self._body_readers.get(name)
        if found is None:
            found = self._body_readers[name] = SchemaValidator(
                _body_schema(name, self._versions[name], self._events[name])
            )
        return found

    def _decode_in_steps(self, entry: Entry) -> E:
        """Read what was written in an earlier form, or find out what is wrong with it."""
        try:
            body = from_json(entry.text)["body"]
            name, version, data = body["type"], body["schema_version"], body["event"]
        except (KeyError, TypeError, ValueError) as error:
            raise IntegrityError(f"position {entry.position}: the text holds no body ({error!r})") from error
        kind = self._events.get(name)
        if kind is None:
            raise IntegrityError(_named(entry, name, version, "this code does not know the type"))
        data = self._lift(entry, name, version, data)
        try:
            return kind.model_validate(data)
        except ValidationError as error:
            raise IntegrityError(_named(entry, name, version, problems(error))) from error

    def _lift(self, entry: Entry, name: str, version: Any, data: Any) -> Any:
        present = self._versions[name]
        if not isinstance(version, int) or version < 1:
            raise IntegrityError(_named(entry, name, version, f"this code knows versions 1 to {present}"))
        if version > present:
            newer = f"written by a newer version of this code, which knows versions 1 to {present}"
            raise IntegrityError(_named(entry, name, version, newer))
        for old in range(version, present):
            try:
                data = self._upcasters[name, old](data)
            except Exception as error:  # whatever is wrong with the data, the entry is to be named
                problem = f"cannot be lifted from version {old} ({error!r})"
                raise IntegrityError(_named(entry, name, version, problem)) from error
        return data


def _schema_version(kind: type[BaseModel]) -> int:
    version: int = getattr(kind, "schema_version", 1)
    return version


def _body_schema(name: str, version: int, kind: type[BaseModel]) -> core_schema.CoreSchema:
    required = core_schema.typed_dict_field
    return core_schema.typed_dict_schema(
        {
            "event": required(TypeAdapter(kind).core_schema),
            "schema_version": required(core_schema.literal_schema([version])),
            "type": required(core_schema.literal_schema([name])),
        }
    )


def _named(entry: Entry, name: object, version: object, problem: str) -> str:
    return f"position {entry.position}, {name} in schema version {version}: {problem}"
