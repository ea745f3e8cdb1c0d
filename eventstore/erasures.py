"""Erasing sealed texts and entries of the directory, and the record of what was erased.

The ledger holds digests and references, so it stays as it is: every leaf, every proof, every fold. The record
says by whom, why and when, and holds no word of what is gone.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import asyncpg

from domain.errors import MalformedError
from domain.privacy import ErasureReason
from domain.values import PersonRef, Sha256
from eventstore.pool import connection_errors

_ERASED: Final = "INS04"
_RECORD: Final = "SELECT what, subject, reason, rule, decided_by, erased_at FROM ledger.erasures"


@dataclass(frozen=True, slots=True)
class Erasure:
    """That something was erased."""

    what: str
    """The digest of a text, or a person's reference."""
    subject: str
    """What was asked for: the text or person itself, a child, or a stream."""
    reason: ErasureReason
    rule: str | None
    """The rule by which it was due, with its version, if it was."""
    decided_by: PersonRef
    erased_at: datetime


@dataclass(frozen=True, slots=True)
class Decision:
    """Who has something erased, and why."""

    subject: str
    reason: ErasureReason
    decided_by: PersonRef
    rule: str | None = None


class Erasures:
    """What was erased from one database. Every method may raise `UnavailableError`."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def erase(
        self, decision: Decision, *, texts: Sequence[Sha256] = (), persons: Sequence[PersonRef] = ()
    ) -> list[str]:
        """Erase texts and entries of the directory, all or none, and return those that were there.

        Args:
            decision: who decides it and why.
            texts: by their digests.
            persons: by their references.
        """
        with connection_errors():
            rows = await self._pool.fetch(
                "SELECT what FROM ledger.erase($1, $2, $3, $4, $5, $6)",
                [bytes.fromhex(one) for one in texts],
                list(persons),
                decision.subject,
                decision.reason.value,
                decision.rule,
                decision.decided_by,
            )
        return [row["what"] for row in rows]

    async def of(self, things: Iterable[str]) -> dict[str, Erasure]:
        """Return the records of those among some digests and references that were erased."""
        with connection_errors():
            rows = await self._pool.fetch(f"{_RECORD} WHERE what = ANY ($1)", list(things))
        return {row["what"]: _erasure(row) for row in rows}

    async def all(self) -> list[Erasure]:
        """Return every record, the oldest first."""
        with connection_errors():
            return [_erasure(row) for row in await self._pool.fetch(f"{_RECORD} ORDER BY number")]


@contextmanager
def refusing_what_was_erased(accepted: str) -> Iterator[None]:
    """Say in words that something was erased and is not taken again.

    Raises:
        MalformedError: it was erased; names it, and what is accepted instead.
    """
    try:
        yield
    except asyncpg.PostgresError as error:
        if error.sqlstate != _ERASED:
            raise
        raise MalformedError(f"{error.args[0]}; {accepted}") from error


def _erasure(row: asyncpg.Record) -> Erasure:
    what, subject, reason, rule, decided_by, erased_at = row
    return Erasure(what, subject, ErasureReason(reason), rule, decided_by, erased_at)
