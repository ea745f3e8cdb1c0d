"""One entry, as it lies in a file or comes from a database: what its text says about its place, unparsed.

The text of an entry ends with what the ledger gave it, in one form, so all that is found from the end.
"""

import re
from datetime import datetime
from typing import Final, NamedTuple

from pydantic_core import from_json

_BODY_BEGINS: Final = b'{"body":'
_REST_BEGINS: Final = b',"position":'
_TYPE_BEGINS: Final = b',"type":"'
_REST: Final = re.compile(
    rb',"type":"(?P<type>[a-z][a-z0-9_]*)"\}'
    rb',"position":(?P<position>[1-9][0-9]{0,18})'
    rb',"recorded_at":"(?P<recorded_at>[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z)"'
    rb',"stream":"(?P<stream>[A-Za-z0-9][A-Za-z0-9._-]{0,99})"'
    rb',"version":(?P<version>[1-9][0-9]{0,9})\}'
)
_NOT_COMPOSED: Final = "the text is not composed as the ledger composes it"


class Place(NamedTuple):
    """What the end of an entry's text says."""

    type: str
    position: int
    recorded_at: str
    stream: str
    version: int


class NotComposedError(ValueError):
    """A text is not of the form that the ledger gives to entries."""


def place_of(text: bytes) -> Place:
    """Read the end of an entry's text.

    Raises:
        NotComposedError: it does not begin or end as the ledger has it.
    """
    found = _REST.fullmatch(text, text.rfind(_TYPE_BEGINS))
    if found is None or not text.startswith(_BODY_BEGINS):
        raise NotComposedError(_NOT_COMPOSED)
    kind, position, recorded_at, stream, version = found.groups()
    return Place(kind.decode(), int(position), recorded_at.decode(), stream.decode(), int(version))


class Body(NamedTuple):
    """The body of an entry, cut out of its text and unread, and the type that it says it is."""

    type: str
    raw: bytes


def body_of(text: bytes) -> Body:
    """Cut the body out of an entry's text of which the end could be read."""
    end = text.rfind(_REST_BEGINS)
    begin = text.rfind(_TYPE_BEGINS, 0, end) + len(_TYPE_BEGINS)
    return Body(text[begin : end - 2].decode(), text[len(_BODY_BEGINS) : end])


def require_body(text: bytes) -> None:
    """Check that the body of an entry is one whole JSON object.

    On its own, so that nothing can pose as a body that closes early and brings further members.

    Raises:
        NotComposedError: it does not.
    """
    try:
        body = from_json(body_of(text).raw)
    except ValueError as error:
        raise NotComposedError(f"the body is not JSON ({error})") from error
    if not isinstance(body, dict):
        raise NotComposedError("the body is not a JSON object")


def is_instant(text: str) -> bool:
    """Say whether a time in the form of entries is one: there is no thirteenth month."""
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True
