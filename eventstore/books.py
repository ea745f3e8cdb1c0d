"""Whether what lies beside the entries agrees with them: the head of the ledger, and its commands."""

from collections import defaultdict
from collections.abc import AsyncIterator
from typing import Final, NamedTuple

import asyncpg

from domain.errors import IntegrityError
from eventstore.ledger import CommandRecord
from eventstore.pool import connection_errors

PAGE: Final = 5_000
"""Commands that are read at once."""

_HEAD: Final = "SELECT position, commands FROM ledger.head"
_LAST: Final = "SELECT position, (SELECT coalesce(max(position), 0) FROM ledger.events) FROM ledger.head"
_COMMANDS: Final = """
SELECT c.number, c.stream, c.first_position, c.events, c.recorded_at,
       first.stream AS first_stream, first.version AS first_version, first.recorded_at AS first_recorded_at,
       last.stream AS last_stream, last.version AS last_version
FROM ledger.commands AS c
LEFT JOIN ledger.events AS first ON first.position = c.first_position
LEFT JOIN ledger.events AS last ON last.position = c.first_position + c.events - 1
WHERE c.number > $1 AND c.number <= $2 ORDER BY c.number LIMIT $3
"""
_KEPT: Final = """
SELECT number, stream, command_id, digest, request, answer, first_position, events, recorded_at
FROM ledger.commands WHERE number > $1 AND number <= $2 ORDER BY number
"""
# One command after the other by the index. Of a plain join PostgreSQL compares each command with all events.
_BROUGHT: Final = """
SELECT c.number, e.version, e.type, e.entry
FROM ledger.commands AS c
CROSS JOIN LATERAL (
    SELECT version, type, entry FROM ledger.events
    WHERE position >= c.first_position AND position < c.first_position + c.events ORDER BY position
) AS e
WHERE c.number > $1 AND c.number <= $2
"""

Brought = tuple[tuple[int, str, str], ...]
"""The events of a command: of each its version, its type and its text."""


class Head(NamedTuple):
    """How far the ledger has come."""

    position: int
    commands: int


class Amiss(NamedTuple):
    """Something that does not agree, and from which position on."""

    problem: str
    position: int | None


async def head_of(pool: asyncpg.Pool) -> Head:
    """Return how far the ledger has come.

    Raises:
        IntegrityError: it does not say.
        UnavailableError: PostgreSQL cannot be reached.
    """
    with connection_errors():
        found = await pool.fetchrow(_HEAD)
    if found is None:
        raise IntegrityError("the head of the ledger is gone, the row that says how far it has come")
    return Head(*found)


async def commands_between(
    pool: asyncpg.Pool, after: int, last: int
) -> list[tuple[int, CommandRecord, Brought]]:
    """Return the commands with some numbers, each with the entries that lie where its events should be.

    Raises:
        UnavailableError: PostgreSQL cannot be reached.
    """
    with connection_errors():
        kept, events = await pool.fetch(_KEPT, after, last), await pool.fetch(_BROUGHT, after, last)
    brought: dict[int, list[tuple[int, str, str]]] = defaultdict(list)
    for number, version, event, text in events:
        brought[number].append((version, event, text))
    return [(number, CommandRecord(*record), tuple(sorted(brought[number]))) for number, *record in kept]


async def amiss(pool: asyncpg.Pool, head: Head) -> AsyncIterator[Amiss]:
    """Say what does not agree with the entries, up to a head.

    Commands are numbered without gaps, and the events of one follow upon those of the one before.

    Raises:
        UnavailableError: PostgreSQL cannot be reached.
    """
    number, position = 0, 0
    with connection_errors():
        while rows := await pool.fetch(_COMMANDS, number, head.commands, PAGE):
            for row in rows:
                number += 1
                if row["number"] != number:
                    yield Amiss(
                        f"command {number} is missing: {row['number']} comes after {number - 1}", None
                    )
                    number = row["number"]
                if not row["events"]:
                    continue
                if row["first_position"] != position + 1:
                    told = (
                        f"command {number} begins with position {row['first_position']}, not {position + 1}"
                    )
                    yield Amiss(told, position + 1)
                position = row["first_position"] + row["events"] - 1
                if not _fits(row):
                    yield Amiss(f"command {number} has other events in the ledger", row["first_position"])
        if (number, position) != (head.commands, head.position):
            there = f"there are {number}, with events up to {position}"
            told = f"the head says {head.commands} commands and {head.position} entries; {there}"
            yield Amiss(told, min(position, head.position) + 1)
        told_now, there_now = await pool.fetchrow(_LAST)
        if told_now != there_now:
            told = f"the head says {told_now} entries, and there are entries up to {there_now}"
            yield Amiss(told, min(told_now, there_now) + 1)


def _fits(row: asyncpg.Record) -> bool:
    return bool(
        row["stream"] == row["first_stream"] == row["last_stream"]
        and row["last_version"] - row["first_version"] == row["events"] - 1
        and row["recorded_at"] == row["first_recorded_at"]
    )
