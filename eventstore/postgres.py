"""The ledger on PostgreSQL. What must hold under concurrency lies in the database: see `migrations/`."""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any, Final, Self
from uuid import UUID

import asyncpg

from domain.errors import MalformedError
from eventstore.checks import refuse_naive
from eventstore.envelope import Entry
from eventstore.errors import RehearsalError
from eventstore.group_commit import GroupCommit
from eventstore.ledger import (
    AlreadyKnown,
    Append,
    Appended,
    AppendResult,
    CommandRecord,
    Conflict,
)
from eventstore.migrate import check_schema
from eventstore.pool import connection_errors

_APPEND: Final = "SELECT * FROM ledger.append($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
_ENTRY: Final = "SELECT position, stream, version, type, recorded_at, entry, leaf FROM ledger.events"
# One stream after the other, each in the order of its index. Where all are to be in order, PostgreSQL takes
# those of a long ledger for longer than they are: it collects them, sorts on disk, and starts helpers for it.
_WHOLE_STREAMS: Final = (
    "SELECT entries.* FROM unnest($1::text[]) AS asked (name) "
    f"CROSS JOIN LATERAL ({_ENTRY} WHERE stream = name ORDER BY version) AS entries"
)
_COMMAND: Final = (
    "SELECT stream, command_id, digest, request, answer, first_position, events, recorded_at "
    "FROM ledger.commands"
)
_VERSIONS: Final = (
    "SELECT stream, max(version) FROM ledger.events WHERE stream BETWEEN $1 AND $2 GROUP BY stream"
)
_AFTER_ALL_NAMES: Final = "~"
"""Sorts after every character of which names are made."""
_NO_BOUND: Final = 2**31 - 1
_log: Final = logging.getLogger(__name__)

# The append function's own SQLSTATEs.
_ARGUMENTS: Final = "INS01"
_REHEARSAL: Final = "INS02"

Observe = Callable[[Sequence[Append], Sequence[AppendResult]], None]
"""Told of each call to the append function: the commands that went together, and what became of each.

What it raises is logged and touches nobody: the commands are recorded by then.
"""


def unobserved(_appends: Sequence[Append], _results: Sequence[AppendResult]) -> None:
    """Tell nobody."""


class PostgresLedger:
    """A ledger in a migrated database, through a pool of connections of the application's role."""

    def __init__(self, pool: asyncpg.Pool, *, rehearsal: bool, observe: Observe = unobserved) -> None:
        """Take a pool and what kind of ledger it leads to; `open` asks the database."""
        self._pool = pool
        self._observe = observe
        self._rehearsal = rehearsal
        self._together = GroupCommit(self._append)

    @classmethod
    async def open(cls, pool: asyncpg.Pool, *, observe: Observe = unobserved) -> Self:
        """Ask the database whether it fits and whether it is a rehearsal.

        Raises:
            SchemaError: it is older or newer than this code.
            UnavailableError: it cannot be reached.
        """
        with connection_errors():
            await check_schema(pool)
            rehearsal = await pool.fetchval("SELECT rehearsal FROM ledger.head")
        return cls(pool, rehearsal=rehearsal, observe=observe)

    @property
    def rehearsal(self) -> bool:
        return self._rehearsal

    async def append(self, appends: Sequence[Append]) -> list[AppendResult]:
        return await self._together.append(appends) if appends else []

    async def _append(self, appends: Sequence[Append]) -> list[AppendResult]:
        arguments = (
            [append.stream for append in appends],
            [append.command_id for append in appends],
            [append.digest for append in appends],
            [append.expected_version for append in appends],
            [append.request for append in appends],
            [append.answer for append in appends],
            [append.at for append in appends],
            [len(append.bodies) for append in appends],
            [name for append in appends for name in append.types],
            [body for append in appends for body in append.bodies],
        )
        with connection_errors():
            try:
                rows = await self._pool.fetch(_APPEND, *arguments)
            except asyncpg.PostgresError as error:
                if error.sqlstate == _REHEARSAL:
                    raise RehearsalError(str(error)) from error
                if error.sqlstate == _ARGUMENTS:
                    raise MalformedError(str(error)) from error
                raise
        results = [_result(append, row) for append, row in zip(appends, rows, strict=True)]
        try:
            self._observe(appends, results)
        except Exception:
            _log.exception("an observer of the ledger failed; what it was told of is recorded")
        return results

    async def find_command(self, stream: str, command_id: UUID) -> CommandRecord | None:
        with connection_errors():
            row = await self._pool.fetchrow(
                f"{_COMMAND} WHERE stream = $1 AND command_id = $2", stream, command_id
            )
        return None if row is None else CommandRecord(*row)

    async def commands(self, stream: str) -> list[CommandRecord]:
        with connection_errors():
            rows = await self._pool.fetch(f"{_COMMAND} WHERE stream = $1 ORDER BY number", stream)
        return [CommandRecord(*row) for row in rows]

    async def read_stream(self, stream: str, *, after: int = 0, up_to: int | None = None) -> list[Entry]:
        last = _NO_BOUND if up_to is None else up_to
        return await self._entries(
            "WHERE stream = $1 AND version > $2 AND version <= $3 ORDER BY version", stream, after, last
        )

    async def read_streams(self, streams: Sequence[str]) -> dict[str, list[Entry]]:
        with connection_errors():
            return await whole_streams(self._pool, streams)

    async def read_all(self, *, after: int = 0, limit: int = 1000) -> list[Entry]:
        return await self._entries("WHERE position > $1 ORDER BY position LIMIT $2", after, limit)

    async def known_at(self, stream: str, moment: datetime) -> list[Entry]:
        refuse_naive(moment, "moment")
        return await self._entries("WHERE stream = $1 AND recorded_at <= $2 ORDER BY version", stream, moment)

    async def head(self) -> int:
        with connection_errors():
            position: int = await self._pool.fetchval("SELECT position FROM ledger.head")
        return position

    async def stream_versions(self, beginning: str = "") -> dict[str, int]:
        with connection_errors():
            rows = await self._pool.fetch(_VERSIONS, beginning, beginning + _AFTER_ALL_NAMES)
        return dict(rows)

    async def _entries(self, condition: str, *arguments: Any) -> list[Entry]:
        with connection_errors():
            rows = await self._pool.fetch(f"{_ENTRY} {condition}", *arguments)
        return [Entry._make(row) for row in rows]


_version: Final = attrgetter("version")


async def whole_streams(
    source: asyncpg.Pool | asyncpg.Connection, streams: Sequence[str]
) -> dict[str, list[Entry]]:
    """Read several streams whole, each in order and once. What has no events is left out."""
    found: dict[str, list[Entry]] = {}
    for row in await source.fetch(_WHOLE_STREAMS, list(dict.fromkeys(streams))):
        entry = Entry._make(row)
        found.setdefault(entry.stream, []).append(entry)
    for entries in found.values():
        entries.sort(key=_version)  # which they are; SQL does not promise it of a join
    return found


def _result(append: Append, row: asyncpg.Record) -> AppendResult:
    outcome, version, digest, request, answer, first_position, events, recorded_at = row
    match outcome:
        case "appended":
            return Appended(version, first_position, recorded_at)
        case "conflict":
            return Conflict(version)
        case _:
            return AlreadyKnown(
                CommandRecord(
                    append.stream,
                    append.command_id,
                    digest,
                    request,
                    answer,
                    first_position,
                    events,
                    recorded_at,
                )
            )
