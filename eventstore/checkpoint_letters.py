"""Which checkpoints are to be mailed to whom, and what has become of that.

An address is known by its digest. Who is new hears of the newest checkpoint first, and of each after it.
"""

import hashlib
from datetime import timedelta
from typing import Final, NamedTuple

import asyncpg

from eventstore.pool import connection_errors

PATIENCE: Final = timedelta(minutes=5)
"""How long one may take to send a checkpoint before it counts as given up."""

_TAKE: Final = """
INSERT INTO ledger.checkpoint_letters (recipient, number)
SELECT $1::bytea, number FROM ledger.checkpoints AS one
WHERE number >= coalesce((SELECT min(number) FROM ledger.checkpoint_letters WHERE recipient = $1),
                         (SELECT max(number) FROM ledger.checkpoints))
  AND NOT EXISTS (
      SELECT FROM ledger.checkpoint_letters AS letter
      WHERE letter.recipient = $1 AND letter.number = one.number
        AND (settled_at IS NOT NULL OR taken_at > clock_timestamp() - $2::interval)
  )
ORDER BY number LIMIT 1
ON CONFLICT (recipient, number) DO UPDATE
    SET taken_at = clock_timestamp(), attempts = checkpoint_letters.attempts + 1, problem = NULL
    WHERE checkpoint_letters.settled_at IS NULL
      AND checkpoint_letters.taken_at <= clock_timestamp() - $2::interval
RETURNING number, attempts
"""
_THIS: Final = "recipient = $1 AND number = $2 AND settled_at IS NULL"


class TakenUp(NamedTuple):
    """A checkpoint that is to be sent, and the how-manyth attempt it is."""

    number: int
    attempt: int


class CheckpointLetters:
    """The letters of one database. Every method may raise `UnavailableError`."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def take(self, address: str) -> TakenUp | None:
        """Take up the next checkpoint for an address, or none. If nothing is heard of it, it waits again."""
        with connection_errors():
            row = await self._pool.fetchrow(_TAKE, _digest(address), PATIENCE)
        return None if row is None else TakenUp(*row)

    async def settle(self, address: str, number: int, problem: str | None = None) -> None:
        """Note that a checkpoint was sent, or that a problem keeps it from ever being sent there."""
        with connection_errors():
            await self._pool.execute(
                "UPDATE ledger.checkpoint_letters SET settled_at = clock_timestamp(), problem = $3 "
                f"WHERE {_THIS}",
                *(_digest(address), number, problem),
            )

    async def put_back(self, address: str, number: int, problem: str) -> None:
        """Let a checkpoint wait for its next attempt, which may be made at once."""
        with connection_errors():
            await self._pool.execute(
                f"UPDATE ledger.checkpoint_letters SET taken_at = '-infinity', problem = $3 WHERE {_THIS}",
                *(_digest(address), number, problem),
            )


def _digest(address: str) -> bytes:
    return hashlib.sha256(address.encode()).digest()
