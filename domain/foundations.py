"""Foundations: the events that another makes no sense without.

There may be several of a type: visits, publications, requests. An event rests on those that concern the same.
One that is recorded again about the same takes the place of the earlier one, and of those about different
things any is enough: a strategic plan rests on the first publication of the report, not on a corrected one.
"""

from collections import defaultdict
from collections.abc import Container, Iterator, Sequence

from domain.events import DomainEvent, event_type

Foundations = tuple[tuple[int, ...], ...]
"""For each type that an event rests on, if there are such events, the versions of which one has to count."""


def foundations(events: Sequence[DomainEvent], struck: Container[int]) -> Iterator[Foundations]:
    """Say of each event of a stream on which of those before it it rests.

    Args:
        events: the stream, from its first version on.
        struck: versions of events that never happened, and carry nothing.
    """
    of_type: dict[str, list[int]] = defaultdict(list)
    for version, event in enumerate(events, start=1):
        found = (_latest(events, event, of_type[name]) for name in sorted(event.rests_on))
        yield tuple(filter(None, found))
        if version not in struck:
            of_type[event_type(event)].append(version)


def _latest(events: Sequence[DomainEvent], event: DomainEvent, versions: Sequence[int]) -> tuple[int, ...]:
    """Return the latest of these versions about each thing that concerns an event."""
    found: dict[str | None, int] = {}
    for version in versions:
        other = events[version - 1]
        if event.can_rest_on(other):
            found[other.about()] = version
    return tuple(found.values())
