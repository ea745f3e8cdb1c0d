"""What was done with the record and changes no stream: who exported, verified or audited it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import asyncpg

from domain.canonical import canonical_json
from eventstore.pool import connection_errors

_ACTS: Final = """
SELECT number, act, by_whom, detail, done_at FROM ledger.acts
WHERE ($1::text IS NULL OR act = $1) AND ($2::timestamptz IS NULL OR done_at >= $2)
  AND ($3::timestamptz IS NULL OR done_at < $3)
ORDER BY number
"""


@dataclass(frozen=True, slots=True)
class Act:
    """What somebody did with the record, and when."""

    number: int
    act: str
    by_whom: str
    detail: Mapping[str, Any]
    done_at: datetime


class Acts:
    """The acts of one ledger. They are appended to, like the ledger itself."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def note(self, act: str, by_whom: str, detail: Mapping[str, Any]) -> None:
        """Note an act.

        Args:
            act: a name such as `read_refusals`.
            by_whom: a person's reference, or the account under which it was done.
            detail: plain JSON data. It stays for ever, so no names and no secrets.

        Raises:
            UnavailableError: PostgreSQL cannot be reached, or takes no writes.
        """
        with connection_errors():
            await self._pool.execute(
                "INSERT INTO ledger.acts (act, by_whom, detail) VALUES ($1, $2, $3)",
                *(act, by_whom, canonical_json(detail)),
            )

    async def all(
        self, act: str | None = None, *, since: datetime | None = None, until: datetime | None = None
    ) -> list[Act]:
        """Return the acts in their order: of one name, from a moment on, up to a moment.

        Raises:
            UnavailableError: PostgreSQL cannot be reached.
        """
        with connection_errors():
            rows = await self._pool.fetch(_ACTS, act, since, until)
        return [
            Act(row["number"], row["act"], row["by_whom"], json.loads(row["detail"]), row["done_at"])
            for row in rows
        ]
