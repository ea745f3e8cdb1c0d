"""Checkpoints of the ledger: signed statements of what it was, issued only if it has grown and no more."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import asyncpg

from domain.errors import IntegrityError
from eventstore.pool import connection_errors
from proof.checkpoints import Checkpoint, TreeHead
from proof.merkle import Frontier
from proof.notes import NoteError, PublicKey, SecretKey

PAGE: Final = 20_000
"""Leaves that are read at once."""

_ONE_AT_A_TIME: Final = "SELECT pg_advisory_xact_lock(hashtext('inspections checkpoints'))"
_LEAVES: Final = "SELECT position, leaf FROM ledger.events WHERE position > $1 ORDER BY position LIMIT $2"
_ISSUED: Final = "SELECT number, note, issued_at FROM ledger.checkpoints"


@dataclass(frozen=True, slots=True)
class Issued:
    """A checkpoint, and when it was issued."""

    number: int
    checkpoint: Checkpoint
    issued_at: datetime


class Checkpoints:
    """The checkpoints of one ledger, and the public keys with which they were signed."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def all(self) -> list[Issued]:
        """Return every checkpoint in the order of their issue.

        Raises:
            IntegrityError: one is none.
            UnavailableError: PostgreSQL cannot be reached.
        """
        with connection_errors():
            return [_issued(row) for row in await self._pool.fetch(f"{_ISSUED} ORDER BY number")]

    async def last(self) -> Issued | None:
        """Return the checkpoint that was issued last, if there is one. Raises as `all`."""
        with connection_errors():
            return await _last(self._pool)

    async def keys(self) -> list[PublicKey]:
        """Return the log's public keys in the order in which they came.

        Raises:
            IntegrityError: one is none.
            UnavailableError: PostgreSQL cannot be reached.
        """
        with connection_errors():
            return await _keys(self._pool)

    async def issue(self, signing: Sequence[SecretKey], at: datetime) -> Issued:
        """Sign what the ledger is now, after checking that it has grown from the last checkpoint.

        If it has not grown and these keys have signed the last checkpoint, that one is returned.

        Args:
            signing: the log's key; while keys change, the old one and the new one.
            at: when it is issued.

        Raises:
            IntegrityError: the ledger has not grown from what was signed last. Nothing is signed then.
            UnavailableError: PostgreSQL cannot be reached.
        """
        with connection_errors():
            async with self._pool.acquire() as connection, connection.transaction():
                await connection.execute(_ONE_AT_A_TIME)
                last, keys = await _last(connection), await _keys(connection)
                head = await _grown(connection, signing[0].public.name, last, keys)
                if last and last.checkpoint.head == head and _has_signed(last.checkpoint, signing):
                    return last
                await connection.executemany(
                    "INSERT INTO ledger.log_keys (key, added_at) VALUES ($1, $2) ON CONFLICT DO NOTHING",
                    [(str(one.public), at) for one in signing],
                )
                checkpoint = Checkpoint.sign(head, signing, at)
                row = await connection.fetchrow(
                    "INSERT INTO ledger.checkpoints (size, root, note, issued_at) VALUES ($1, $2, $3, $4) "
                    "RETURNING number, note, issued_at",
                    *(head.size, head.root, str(checkpoint), at),
                )
                return _issued(row)


async def _last(connection: Any) -> Issued | None:
    row = await connection.fetchrow(f"{_ISSUED} ORDER BY number DESC LIMIT 1")
    return _issued(row) if row else None


async def _keys(connection: Any) -> list[PublicKey]:
    rows = await connection.fetch("SELECT key FROM ledger.log_keys ORDER BY added_at, key")
    try:
        return [PublicKey.read(row["key"]) for row in rows]
    except NoteError as error:
        raise IntegrityError(f"a key of the log cannot be read: {error}") from error


def _issued(row: Any) -> Issued:
    number, note, issued_at = row
    try:
        return Issued(number, Checkpoint.read(note), issued_at)
    except NoteError as error:
        raise IntegrityError(f"checkpoint {number} cannot be read: {error}") from error


def _has_signed(checkpoint: Checkpoint, signing: Sequence[SecretKey]) -> bool:
    given = {(one.name, one.id) for one in checkpoint.note.signatures}
    return all((one.public.name, one.public.id) in given for one in signing)


async def _grown(connection: Any, origin: str, last: Issued | None, keys: Sequence[PublicKey]) -> TreeHead:
    """Hash the whole ledger, and compare with the last checkpoint where it ended."""
    if last:
        try:
            last.checkpoint.check(origin, keys)
        except NoteError as error:
            raise IntegrityError(f"checkpoint {last.number}: {error}") from error
    frontier = Frontier()
    async for leaf in _leaves(connection):
        frontier.append(leaf)
        if last and frontier.size == last.checkpoint.head.size:
            _require_same(frontier, last)
    if last and frontier.size < last.checkpoint.head.size:
        raise IntegrityError(
            f"the ledger has {frontier.size} entries and had {last.checkpoint.head.size} at checkpoint "
            f"{last.number}: the last ones are gone"
        )
    return TreeHead(origin, frontier.size, frontier.root())


def _require_same(frontier: Frontier, last: Issued) -> None:
    if frontier.root() != last.checkpoint.head.root:
        raise IntegrityError(
            f"the first {frontier.size} entries are not those of checkpoint {last.number}: something in them "
            "was changed; `inspections audit verify --live` says what"
        )


async def _leaves(connection: Any) -> AsyncIterator[bytes]:
    """Read the leaves in order. Nothing may be missing between two of them."""
    after = 0
    while rows := await connection.fetch(_LEAVES, after, PAGE):
        for position, leaf in rows:
            after += 1
            if position != after:
                raise IntegrityError(
                    f"position {after} is missing: position {position} comes after {after - 1}"
                )
            yield leaf
