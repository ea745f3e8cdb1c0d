"""Free text is kept by reference, can be checked while it is there and is gone when it is erased."""

import asyncio
from hashlib import sha256

import asyncpg
import pytest

from domain.errors import IntegrityError, MalformedError
from domain.values import SealedText
from eventstore.sealed import SealedTexts

TEXT = "“Grüße” \\ ' \u2028 😀"


async def test_a_sealed_text_can_be_opened_and_checked(
    pool: asyncpg.Pool, superuser: asyncpg.Connection
) -> None:
    texts = SealedTexts(pool)
    ref = await texts.seal(TEXT, "c1/reason")
    assert await texts.open(ref) == TEXT
    salt = await superuser.fetchval("SELECT salt FROM ledger.sealed")
    assert ref.sealed == sha256(salt + TEXT.encode()).hexdigest()


async def test_one_text_for_one_place_has_one_reference(pool: asyncpg.Pool) -> None:
    texts = SealedTexts(pool)
    refs = await asyncio.gather(*(texts.seal(TEXT, "c1/reason") for _ in range(10)))
    assert len(set(refs)) == 1


async def test_another_text_or_place_has_another_reference(pool: asyncpg.Pool) -> None:
    texts = SealedTexts(pool)
    refs = [
        await texts.seal(TEXT, "c1/reason"),
        await texts.seal("", "c1/reason"),
        await texts.seal(TEXT, "c2/reason"),
    ]
    assert len(set(refs)) == 3
    assert await texts.open_many(refs) == dict(zip(refs, [TEXT, "", TEXT], strict=True))


async def test_nobody_knows_a_reference_that_was_never_made(pool: asyncpg.Pool) -> None:
    assert await SealedTexts(pool).open(SealedText(sealed="0" * 64)) is None
    assert await SealedTexts(pool).open_many([]) == {}


async def test_what_cannot_be_stored_is_refused(pool: asyncpg.Pool) -> None:
    for text in ("nul \x00", "half \ud800"):
        with pytest.raises(MalformedError):
            await SealedTexts(pool).seal(text, "c1/reason")
        with pytest.raises(MalformedError):
            await SealedTexts(pool).seal("fine", text)


async def test_nothing_is_stored_under_a_digest_that_is_not_its_own(pool: asyncpg.Pool) -> None:
    with pytest.raises(asyncpg.CheckViolationError):
        await pool.execute(
            "INSERT INTO ledger.sealed VALUES ($1, 'c1/reason', sha256('x'), $1, 'x')", bytes(32)
        )


async def test_a_text_that_was_exchanged_is_not_shown(
    pool: asyncpg.Pool, superuser: asyncpg.Connection
) -> None:
    texts = SealedTexts(pool)
    ref = await texts.seal(TEXT, "c1/reason")
    await superuser.execute(
        "ALTER TABLE ledger.sealed DROP CONSTRAINT digest_fits, DROP CONSTRAINT fingerprint_fits"
    )
    await superuser.execute("UPDATE ledger.sealed SET content = 'other'")
    with pytest.raises(IntegrityError):
        await texts.open(ref)
