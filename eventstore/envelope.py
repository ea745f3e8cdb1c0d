"""How an event lies in the ledger: its body, its provenance, and the entry that is stored and hashed.

An entry is one canonical JSON text that covers everything: the body as the caller supplied it, and the
position, time, stream and version that the ledger gave it. Its leaf is SHA-256 over a zero byte and the
text's UTF-8 bytes (RFC 6962). The other fields of an `Entry` are an index over the text.
"""

import hashlib
import json
from datetime import UTC, datetime
from typing import Annotated, Any, Final, NamedTuple
from uuid import UUID

from pydantic import Field, StringConstraints

from domain.canonical import canonical_json
from domain.errors import IntegrityError
from domain.values import Pin, Slug, Value

_BODY_BEGINS: Final = '{"body":'

Identifier = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/-]{0,199}$")]
"""The name of a workflow or of one of its runs."""


class Provenance(Value):
    """Why an event is there: the command, what it belongs to, what caused it, and by which rules."""

    command_id: UUID
    correlation_id: UUID
    causation_id: UUID
    workflow_id: Identifier | None = None
    run_id: Identifier | None = None
    handbook: Pin | None = None
    calendar: Pin | None = None


class Body(Value):
    """What the caller supplies. The event itself says when it occurred and who decided and recorded it."""

    type: Slug
    schema_version: Annotated[int, Field(ge=1)]
    event: dict[str, Any]
    provenance: Provenance

    @property
    def text(self) -> str:
        """The canonical JSON text that is stored.

        Raises:
            ValueError: a float is inside.
        """
        return canonical_json(
            {
                "event": self.event,
                "provenance": self.provenance.model_dump(mode="json"),
                "schema_version": self.schema_version,
                "type": self.type,
            }
        )


class Entry(NamedTuple):
    """An event as stored. `text` is the truth, `leaf` commits to it, the rest is an index over it."""

    position: int
    """In the ledger: 1, 2, 3 … without gaps."""
    stream: str
    version: int
    """In its stream: 1, 2, 3 …"""
    type: str
    recorded_at: datetime
    """In UTC, to the microsecond; never earlier than that of the entry before."""
    text: str
    leaf: bytes

    @property
    def body(self) -> Body:
        """The body, read from the text: what is hashed is what is read.

        Raises:
            IntegrityError: the text does not hold a body.
        """
        try:
            return Body.model_validate(self.parsed()["body"])
        except (KeyError, ValueError) as error:
            raise IntegrityError(f"position {self.position}: the text holds no body ({error})") from error

    def parsed(self) -> dict[str, Any]:
        """Parse the whole text.

        Raises:
            IntegrityError: it is not a JSON object.
        """
        try:
            whole = json.loads(self.text)
        except ValueError as error:
            raise IntegrityError(f"position {self.position}: the text is not JSON ({error})") from error
        if not isinstance(whole, dict):
            raise IntegrityError(f"position {self.position}: the text is not a JSON object")
        return whole


def instant_text(instant: datetime) -> str:
    """Write an instant as entries do: UTC, always six decimals, `Z`."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ").rjust(27, "0")


def compose(body: str, position: int, recorded_at: datetime, stream: str, version: int) -> str:
    """Put together the text of an entry, exactly as the database's append function does."""
    return f"{_BODY_BEGINS}{body}{_rest(position, recorded_at, stream, version)}"


def leaf_of(text: str) -> bytes:
    """Return the leaf of an entry's text: SHA-256 over 0x00 and its UTF-8 bytes."""
    return hashlib.sha256(b"\x00" + text.encode()).digest()


def verify_entry(entry: Entry) -> None:
    """Check that the leaf commits to the text and that the index says what the text says.

    Raises:
        IntegrityError: names the position and what differs.
    """
    if leaf_of(entry.text) != entry.leaf:
        raise IntegrityError(f"position {entry.position}: the leaf is not the hash of the text")
    rest = _rest(entry.position, entry.recorded_at, entry.stream, entry.version)
    if not (entry.text.startswith(_BODY_BEGINS) and entry.text.endswith(rest)):
        raise IntegrityError(f"position {entry.position}: {_difference(entry)}")
    try:
        # On its own, so that nothing can pose as a body that closes early and brings further members.
        body = json.loads(entry.text[len(_BODY_BEGINS) : -len(rest)])
    except ValueError as error:
        raise IntegrityError(f"position {entry.position}: the body is not JSON ({error})") from error
    if not isinstance(body, dict) or body.get("type") != entry.type:
        raise IntegrityError(f"position {entry.position}: the type differs from the body's")


def _rest(position: int, recorded_at: datetime, stream: str, version: int) -> str:
    moment = instant_text(recorded_at)
    return f',"position":{position},"recorded_at":"{moment}","stream":"{stream}","version":{version}}}'


def _difference(entry: Entry) -> str:
    indexed = {
        "position": entry.position,
        "recorded_at": instant_text(entry.recorded_at),
        "stream": entry.stream,
        "version": entry.version,
    }
    told = entry.parsed()
    differing = [name for name, value in indexed.items() if told.get(name) != value]
    if not differing:
        return "the text is not composed as the ledger composes it"
    return ", ".join(f"{name} is {indexed[name]!r} but {told.get(name)!r} in the text" for name in differing)
