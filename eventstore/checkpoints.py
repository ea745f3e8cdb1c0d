"""Checkpoints of the ledger: signed statements of what it was, issued only if it has grown and no more."""

from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import asyncpg

from domain.errors import IntegrityError, MalformedError, NotFoundError
from eventstore.given_away import GivenAway, require_given_away
from eventstore.pool import connection_errors
from proof.checkpoints import Checkpoint, TreeHead
from proof.merkle import Frontier, Tree
from proof.notes import MOST_SIGNATURES, KeyType, NoteError, PublicKey, SecretKey, Signature

PAGE: Final = 20_000
"""Leaves that are read at once."""

_LOCK: Final = "SELECT pg_advisory_lock(hashtext('inspections checkpoints'))"
_UNLOCK: Final = "SELECT pg_advisory_unlock(hashtext('inspections checkpoints'))"
_LEAVES: Final = "SELECT position, leaf FROM ledger.events WHERE position > $1 ORDER BY position LIMIT $2"
_ISSUED: Final = "SELECT number, note, issued_at, size, root FROM ledger.checkpoints"
_FILE: Final = (
    "INSERT INTO ledger.checkpoints (number, size, root, note, issued_at) "
    "SELECT coalesce(max(number), 0) + 1, $1, $2, $3, $4 FROM ledger.checkpoints "
    "RETURNING number, note, issued_at, size, root"
)


LookUp = Callable[[], Awaitable[GivenAway]]
"""Returns the checkpoints that were given away."""


async def _nothing() -> GivenAway:
    return GivenAway({})


@dataclass(frozen=True, slots=True)
class Issued:
    """A checkpoint, and when it was issued, or filed with the signature of somebody who has checked it."""

    number: int
    checkpoint: Checkpoint
    issued_at: datetime


class Checkpoints:
    """The checkpoints of one ledger, and the public keys with which they were signed."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def all(self, after: int = 0) -> list[Issued]:
        """Return every checkpoint after a number, in the order of their issue.

        Raises:
            IntegrityError: one is none.
            UnavailableError: PostgreSQL cannot be reached.
        """
        with connection_errors():
            return [
                _issued(row)
                for row in await self._pool.fetch(f"{_ISSUED} WHERE number > $1 ORDER BY number", after)
            ]

    async def last(self) -> Issued | None:
        """Return the checkpoint of the largest size, if there is one. Raises as `all`."""
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

    async def cosigners(self) -> list[PublicKey]:
        """Return the public keys of those who have cosigned, in the order of coming. Raises as `keys`."""
        with connection_errors():
            return await _keys(self._pool, "cosigner_keys")

    async def tree(self, size: int | None = None) -> Tree:
        """Hash the leaves of the whole ledger, or of the first entries, into a tree that proves anything.

        Raises:
            IntegrityError: a position is missing.
            UnavailableError: PostgreSQL cannot be reached.
        """
        leaves: list[bytes] = []
        with connection_errors():
            async for leaf in _leaves(self._pool):
                if len(leaves) == size:
                    break
                leaves.append(leaf)
        if size is not None and len(leaves) < size:
            raise IntegrityError(f"position {len(leaves) + 1} and what comes after it are missing")
        return Tree(leaves)

    async def issue(
        self,
        signing: Sequence[SecretKey],
        at: datetime,
        *,
        every: timedelta = timedelta(0),
        old_key_is_lost: bool = False,
        given_away: LookUp = _nothing,
    ) -> Issued:
        """Sign what the ledger is now, after checking that it has grown from the last checkpoint.

        If it has not grown and these keys have signed the last checkpoint, that one is returned. All that is
        looked at is seen as of one moment, so that nobody can change it while it is.

        Args:
            signing: the log's key; while keys change, the old one and the new one.
            at: when it is issued.
            every: return the last one if it is not as old as this. Of several that ask at once, one issues.
            old_key_is_lost: let a key begin to which no earlier one has handed over.
            given_away: returns the checkpoints that were given away.

        Raises:
            IntegrityError: the ledger has not grown from what was signed last, or a checkpoint is gone or
                another than was given away. Nothing is signed then.
            MalformedError: none of these keys has ever signed for this log, and others have.
            UnavailableError: PostgreSQL cannot be reached.
        """
        with connection_errors():
            async with self._pool.acquire() as connection, _alone(connection):
                last = await _last(connection)
                # In either direction: a clock that was once ahead must not end all issuing.
                if last and abs(at - last.issued_at) < every:
                    return last
                given = await given_away()
                async with connection.transaction(isolation="repeatable_read"):
                    rows = await connection.fetch(f"{_ISSUED} ORDER BY number")
                    issued, keys = [_issued(row) for row in rows], await _keys(connection)
                    _require_all(issued, keys)
                    require_given_away(given, {one.number: str(one.checkpoint) for one in issued})
                    if not old_key_is_lost:
                        _refuse_strangers(signing, keys)
                    head = await _grown(connection, signing[0].public.name, issued, keys)
                    last = max(issued, key=_largest, default=None)
                    if last and last.checkpoint.head == head and _has_signed(last.checkpoint, signing):
                        return last
                    await _add_keys(connection, "log_keys", [one.public for one in signing], at)
                    return await _file(connection, Checkpoint.sign(head, signing, at), at)

    async def add(self, cosigned: Checkpoint, cosigner: PublicKey, at: datetime) -> Issued:
        """File a checkpoint with the signature of somebody who has checked it, beside those without.

        Only that signature is taken from it. If it is filed already, the checkpoint that has it is returned.

        Args:
            cosigned: the checkpoint as it came back.
            cosigner: whose signature is taken.
            at: when it is filed.

        Raises:
            NotFoundError: the log has issued no checkpoint of this size and root.
            MalformedError: the signature is not on it, not under it, or one too many.
            UnavailableError: PostgreSQL cannot be reached.
        """
        signature = _signature_of(cosigner, cosigned)
        with connection_errors():
            async with self._pool.acquire() as connection, _alone(connection), connection.transaction():
                row = await connection.fetchrow(
                    f"{_ISSUED} WHERE size = $1 AND root = $2 ORDER BY number DESC LIMIT 1",
                    *(cosigned.head.size, cosigned.head.root),
                )
                filed = _issued(row) if row else None
                if filed is None or filed.checkpoint.note.text != cosigned.note.text:
                    raise NotFoundError(
                        f"this log has issued no such checkpoint of {cosigned.head.size} entries"
                    )
                note = filed.checkpoint.note.with_signature(signature)
                if note == filed.checkpoint.note:
                    return filed
                if len(note.signatures) > MOST_SIGNATURES:
                    raise MalformedError(f"a checkpoint takes {MOST_SIGNATURES} signatures and no more")
                await _add_keys(connection, "cosigner_keys", [cosigner], at)
                return await _file(connection, Checkpoint(note, cosigned.head), at)


@asynccontextmanager
async def _alone(connection: Any) -> AsyncIterator[None]:
    """Let nobody else file checkpoints. Not for a transaction, whose view could be older than the lock."""
    try:
        await connection.execute(_LOCK)
        yield
    finally:
        try:
            await connection.execute(_UNLOCK)
        except BaseException:
            connection.terminate()  # or it would keep the lock when it is used again
            raise


async def _last(connection: Any) -> Issued | None:
    # Not by number: an earlier checkpoint that was cosigned late has a later number.
    row = await connection.fetchrow(f"{_ISSUED} ORDER BY size DESC, number DESC LIMIT 1")
    return _issued(row) if row else None


def _require_all(issued: Sequence[Issued], keys: Sequence[PublicKey]) -> None:
    """Refuse if some were taken away: a changed ledger would seem to have grown from those that are left."""
    if keys and not issued:
        raise IntegrityError(f"keys of {keys[0].name} have signed for this log, and no checkpoint is left")
    for number, one in enumerate(issued, 1):
        if one.number != number:
            raise IntegrityError(
                f"checkpoint {number} is gone, {len(issued)} are left: somebody has taken it away"
            )


def _largest(issued: Issued) -> tuple[int, int]:
    return issued.checkpoint.head.size, issued.number


async def _file(connection: Any, checkpoint: Checkpoint, at: datetime) -> Issued:
    head = checkpoint.head
    return _issued(await connection.fetchrow(_FILE, head.size, head.root, str(checkpoint), at))


async def _keys(connection: Any, table: str = "log_keys") -> list[PublicKey]:
    rows = await connection.fetch(f"SELECT key FROM ledger.{table} ORDER BY added_at, key")
    try:
        return [PublicKey.read(row["key"]) for row in rows]
    except NoteError as error:
        raise IntegrityError(f"ledger.{table}: a key cannot be read: {error}") from error


async def _add_keys(connection: Any, table: str, keys: Sequence[PublicKey], at: datetime) -> None:
    await connection.executemany(
        f"INSERT INTO ledger.{table} (key, added_at) VALUES ($1, $2) ON CONFLICT DO NOTHING",
        [(str(one), at) for one in keys],
    )


def _refuse_strangers(signing: Sequence[SecretKey], keys: Sequence[PublicKey]) -> None:
    """Refuse keys of which none has signed before: who trusts the old one could not know the new."""
    if keys and not any(one.public in keys for one in signing):
        raise MalformedError(
            f"the key {signing[0].public} has never signed for this log; accepted is {keys[-1]}, "
            "and a new one after `inspections audit keys rotate`"
        )


def _signature_of(cosigner: PublicKey, cosigned: Checkpoint) -> Signature:
    """Find somebody's signature under a checkpoint, and check it."""
    found = [one for one in cosigned.note.signatures if (one.name, one.id) == (cosigner.name, cosigner.id)]
    if cosigner.type is not KeyType.COSIGNER or not found:
        raise MalformedError(
            f"accepted is a checkpoint that {cosigner.name} has signed with a cosigner's key"
        )
    try:
        cosigner.check(cosigned.note.text, found[0].given)
    except NoteError as error:
        raise MalformedError(str(error)) from error
    return found[0]


def _issued(row: Any) -> Issued:
    number, note, issued_at, size, root = row
    try:
        checkpoint = Checkpoint.read(note)
    except NoteError as error:
        raise IntegrityError(f"checkpoint {number} cannot be read: {error}") from error
    if (checkpoint.head.size, checkpoint.head.root) != (size, root):
        raise IntegrityError(f"checkpoint {number} has another size or root beside its note than in it")
    return Issued(number, checkpoint, issued_at)


def _has_signed(checkpoint: Checkpoint, signing: Sequence[SecretKey]) -> bool:
    given = {(one.name, one.id) for one in checkpoint.note.signatures}
    return all((one.public.name, one.public.id) in given for one in signing)


async def _grown(
    connection: Any, origin: str, issued: Sequence[Issued], keys: Sequence[PublicKey]
) -> TreeHead:
    """Hash the whole ledger, and compare with each checkpoint where that ended.

    With each, for whoever can write one into the database could put it in the place of the last.
    """
    ended: dict[int, list[Issued]] = defaultdict(list)
    for one in issued:
        try:
            one.checkpoint.check(origin, keys)
        except NoteError as error:
            raise IntegrityError(f"checkpoint {one.number}: {error}") from error
        ended[one.checkpoint.head.size].append(one)
    frontier = Frontier()
    _require_same(frontier, ended[0])
    async for leaf in _leaves(connection):
        frontier.append(leaf)
        if frontier.size in ended:
            _require_same(frontier, ended[frontier.size])
    last = max(issued, key=_largest, default=None)
    if last and frontier.size < last.checkpoint.head.size:
        raise IntegrityError(
            f"the ledger has {frontier.size} entries and had {last.checkpoint.head.size} at checkpoint "
            f"{last.number}: the last ones are gone"
        )
    return TreeHead(origin, frontier.size, frontier.root())


def _require_same(frontier: Frontier, ended: Sequence[Issued]) -> None:
    for one in ended:
        if frontier.root() != one.checkpoint.head.root:
            raise IntegrityError(
                f"the first {frontier.size} entries are not those of checkpoint {one.number}: something in "
                "them was changed; `inspections audit verify --live` says what"
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
