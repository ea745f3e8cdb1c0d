"""Free text outside the ledger. An event holds its digest; the text can be erased and the digest stays."""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from typing import Final

import asyncpg

from domain.values import SealedText
from eventstore.checks import refuse_unstorable
from eventstore.pool import connection_errors

SALT_BYTES: Final = 32

_INSERT: Final = """
INSERT INTO ledger.sealed (digest, sealed_for, fingerprint, salt, content) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (sealed_for, fingerprint) DO NOTHING
"""
_SEALED_BEFORE: Final = "SELECT digest FROM ledger.sealed WHERE sealed_for = $1 AND fingerprint = $2"
_OPEN: Final = "SELECT digest, content FROM ledger.sealed WHERE digest = ANY($1)"


class SealedTexts:
    """Seals texts and opens them again.

    The salt makes a digest tell nothing about a text that one could guess.
    """

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def seal(self, text: str, sealed_for: str) -> SealedText:
        """Keep a text and return the reference that an event may hold.

        Sealing the same text for the same place again gives the same reference, so that a command which
        is sent again is the same command.

        Args:
            sealed_for: the place, such as a command's id and the path of a field.

        Raises:
            MalformedError: the text cannot be stored.
        """
        refuse_unstorable(text, "text")
        content = text.encode()
        fingerprint = hashlib.sha256(content).digest()
        salt = secrets.token_bytes(SALT_BYTES)
        digest = hashlib.sha256(salt + content).digest()
        with connection_errors():
            await self._pool.execute(_INSERT, digest, sealed_for, fingerprint, salt, text)
            kept: bytes = await self._pool.fetchval(_SEALED_BEFORE, sealed_for, fingerprint)
        return SealedText(sealed=kept.hex())

    async def open(self, reference: SealedText) -> str | None:
        """Return a text, or none if it was erased."""
        return (await self.open_many([reference])).get(reference)

    async def open_many(self, references: Sequence[SealedText]) -> Mapping[SealedText, str]:
        """Return the texts that are still there, by reference."""
        digests = [bytes.fromhex(reference.sealed) for reference in references]
        with connection_errors():
            rows = await self._pool.fetch(_OPEN, digests)
        return {SealedText(sealed=row["digest"].hex()): row["content"] for row in rows}
