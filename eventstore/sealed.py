"""Free text, kept apart from the ledger so that it can be erased without harm to fold or proof.

The ledger holds a digest of a random salt and the text. While the row is there, anybody can check that
this is the text that was meant. Once it is gone, the digest tells nothing: whoever guesses the text
still lacks the salt.
"""

import hashlib
import secrets
from collections.abc import Sequence
from typing import Final, NamedTuple

import asyncpg

from domain.errors import IntegrityError
from domain.values import SealedText
from eventstore.checks import refuse_unstorable
from eventstore.erasures import refusing_what_was_erased
from eventstore.pool import connection_errors

_INSERT: Final = (
    "INSERT INTO ledger.sealed (digest, sealed_for, fingerprint, salt, content) VALUES ($1, $2, $3, $4, $5) "
    "ON CONFLICT ON CONSTRAINT sealed_once DO NOTHING RETURNING digest"
)
_ANEW: Final = "what is sent again with this text is sent as a new command, under an id of its own"
_KEPT: Final = "SELECT digest, salt, content FROM ledger.sealed"
_FIND: Final = "SELECT digest FROM ledger.sealed WHERE sealed_for = $1 AND fingerprint = $2"


class Kept(NamedTuple):
    """A sealed text that still exists, as it is stored."""

    digest: bytes
    salt: bytes
    text: str


class SealedTexts:
    """The sealed texts of one database."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def seal(self, text: str, sealed_for: str) -> SealedText:
        """Keep a text and return the reference by which the ledger may know it.

        The same text for the same place has one reference however often it is sealed, so that a command
        that is sent again has the same digest. Another text for that place gets another reference.

        Args:
            text: any text without U+0000.
            sealed_for: the place it is for, e.g. `<command id>/<field path>`.

        Raises:
            MalformedError: the text cannot be stored, or what was sealed for that place was erased.
            UnavailableError: PostgreSQL cannot be reached.
        """
        refuse_unstorable(text, "text")
        refuse_unstorable(sealed_for, "sealed_for")
        content = text.encode()
        fingerprint = hashlib.sha256(content).digest()
        salt = secrets.token_bytes(32)
        digest = hashlib.sha256(salt + content).digest()
        place = sealed_for, fingerprint
        known = None
        with connection_errors(), refusing_what_was_erased(_ANEW):
            while known is None:  # neither new nor there: just erased, as the next try hears
                known = await self._pool.fetchval(_INSERT, digest, *place, salt, text)
                known = known or await self._pool.fetchval(_FIND, *place)
        return SealedText(sealed=known.hex())

    async def open(self, ref: SealedText) -> str | None:
        """Return a text, or none when it is erased.

        Raises:
            IntegrityError: what is kept is not what the reference was made of.
            UnavailableError: PostgreSQL cannot be reached.
        """
        return (await self.open_many([ref]))[ref]

    async def open_many(self, refs: Sequence[SealedText]) -> dict[SealedText, str | None]:
        """Return the texts of several references, none for each that is erased.

        Raises:
            IntegrityError: what is kept is not what a reference was made of.
            UnavailableError: PostgreSQL cannot be reached.
        """
        with connection_errors():
            rows = await self._pool.fetch(
                "SELECT digest, salt, content FROM ledger.sealed WHERE digest = ANY ($1)",
                [bytes.fromhex(ref.sealed) for ref in refs],
            )
        texts: dict[SealedText, str | None] = dict.fromkeys(refs)
        for digest, salt, content in rows:
            if hashlib.sha256(salt + content.encode()).digest() != digest:
                raise IntegrityError(f"sealed text {digest.hex()} is not what it was sealed as")
            texts[SealedText(sealed=digest.hex())] = content
        return texts

    async def kept(self, digests: Sequence[bytes]) -> list[Kept]:
        """Return those of some texts that still exist, unchecked and in the order in which they are given.

        Raises:
            UnavailableError: PostgreSQL cannot be reached.
        """
        with connection_errors():
            rows = await self._pool.fetch(f"{_KEPT} WHERE digest = ANY ($1)", digests)
        found = {row["digest"]: Kept(*row) for row in rows}
        return [found[digest] for digest in digests if digest in found]

    async def page(self, after: bytes, limit: int) -> list[Kept]:
        """Return texts in the order of their digests, unchecked: at most `limit` after a digest.

        Raises:
            UnavailableError: PostgreSQL cannot be reached.
        """
        with connection_errors():
            rows = await self._pool.fetch(f"{_KEPT} WHERE digest > $1 ORDER BY digest LIMIT $2", after, limit)
        return [Kept(*row) for row in rows]
