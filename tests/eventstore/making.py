"""Small things to append."""

import json
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from domain.canonical import canonical_json
from eventstore.ledger import Append, Appended, Ledger

DIGEST = bytes(range(32))


def body(number: object = 1, **event: Any) -> str:
    """Make a small body, as its canonical text."""
    return canonical_json(
        {"event": {"number": number, **event}, "provenance": {}, "schema_version": 1, "type": "noted"}
    )


def command(
    stream: str = "SFK-2023-F1",
    expected: int = 0,
    *bodies: str,
    command_id: UUID | None = None,
    digest: bytes = DIGEST,
    at: datetime | None = None,
) -> Append:
    """Make a command; without bodies it is a refusal."""
    return Append(
        stream=stream,
        command_id=command_id or uuid4(),
        digest=digest,
        expected_version=expected,
        request='{"ask":"Grüße"}',
        answer='{"say":"so"}',
        bodies=bodies,
        at=at,
    )


async def appended(ledger: Ledger, append: Append) -> Appended:
    """Append one command that must go through."""
    (result,) = await ledger.append([append])
    assert isinstance(result, Appended)
    return result


def number_in(text: str) -> object:
    """Return the number that `body` put into an entry's text."""
    return json.loads(text)["body"]["event"]["number"]
