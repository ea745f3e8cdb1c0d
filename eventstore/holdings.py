"""What the database holds about somebody, and what it holds that nothing refers to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import asyncpg

from domain.values import Sha256
from eventstore.envelope import Entry
from eventstore.ledger import CommandRecord
from eventstore.outbox import Notice, NoticeState
from eventstore.pool import connection_errors


@dataclass(frozen=True, slots=True)
class NoticeTo:
    """A notice that somebody was sent, or is to be sent."""

    notice: Notice
    state: NoticeState
    sent_at: datetime | None


@dataclass(frozen=True, slots=True)
class Kept:
    """A sealed text that is there: by which digest, for which place, and since when."""

    digest: Sha256
    sealed_for: str
    since: datetime


class Holdings:
    """What one database holds. Every method may raise `UnavailableError`. None of them changes anything."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def entries_naming(self, name: str) -> list[Entry]:
        """Return the entries in which a reference or a digest stands, in order. Reads the whole ledger."""
        with connection_errors():
            rows = await self._pool.fetch(
                "SELECT position, stream, version, type, recorded_at, entry, leaf FROM ledger.events "
                "WHERE strpos(entry, $1) > 0 ORDER BY position",
                f'"{name}"',
            )
        return [Entry._make(row) for row in rows]

    async def commands_naming(self, name: str) -> list[CommandRecord]:
        """Return the commands in which a reference or a digest stands, in order. Reads all of them."""
        with connection_errors():
            rows = await self._pool.fetch(
                "SELECT stream, command_id, digest, request, answer, first_position, events, recorded_at "
                "FROM ledger.commands WHERE strpos(request, $1) > 0 ORDER BY number",
                f'"{name}"',
            )
        return [CommandRecord(*row) for row in rows]

    async def notices_to(self, person: str) -> list[NoticeTo]:
        """Return the notices to somebody, the oldest first."""
        with connection_errors():
            rows = await self._pool.fetch(
                "SELECT position, recipient, reason, inspection, state, sent_at FROM ledger.notices "
                "WHERE recipient = $1 ORDER BY position, reason",
                person,
            )
        return [NoticeTo(Notice(*row[:4]), NoticeState(row[4]), row[5]) for row in rows]

    async def texts(self, digests: Sequence[Sha256]) -> list[Kept]:
        """Return those of some texts that are there."""
        return await self._texts("digest = ANY ($1)", [bytes.fromhex(one) for one in digests])

    async def unrecorded(self, before: datetime) -> list[Kept]:
        """Return the texts that were sealed before a moment and to which no event refers."""
        return await self._texts(
            "sealed_at < $1 AND encode(digest, 'hex') NOT IN ("
            """SELECT (regexp_matches(entry, '"sealed":"([0-9a-f]{64})"', 'g'))[1] """
            """FROM ledger.events WHERE strpos(entry, '"sealed":"') > 0)""",
            before,
        )

    async def _texts(self, condition: str, argument: object) -> list[Kept]:
        with connection_errors():
            rows = await self._pool.fetch(
                "SELECT encode(digest, 'hex'), sealed_for, sealed_at FROM ledger.sealed "
                f"WHERE {condition} ORDER BY sealed_at, digest",
                argument,
            )
        return [Kept(*row) for row in rows]
