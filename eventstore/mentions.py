"""Where somebody is named, and where texts are referred to, within an entry or a command."""

from collections.abc import Iterator
from typing import Any

from domain.values import Sha256


def places_of(name: str, within: Any, at: str = "") -> Iterator[str]:
    """Say at which places of JSON data a string stands, such as `decided_by.person`."""
    if within == name:
        yield at
    for place, part in _parts(within, at):
        yield from places_of(name, part, place)


def sealed_in(within: Any, at: str = "") -> Iterator[tuple[str, Sha256]]:
    """List the sealed texts in JSON data: at which place, and by which digest."""
    if isinstance(within, dict) and within.keys() == {"sealed"}:
        yield at, within["sealed"]
        return
    for place, part in _parts(within, at):
        yield from sealed_in(part, place)


def _parts(whole: Any, at: str) -> Iterator[tuple[str, Any]]:
    named = whole.items() if isinstance(whole, dict) else enumerate(whole) if isinstance(whole, list) else ()
    for name, part in named:
        yield f"{at}.{name}" if at else str(name), part
