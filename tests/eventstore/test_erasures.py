"""What can be erased goes with a record of it, does not come back, and leaves the ledger as it was."""

import asyncio

import asyncpg
import pytest

from domain.actors import Role
from domain.errors import MalformedError
from domain.privacy import ErasureReason
from domain.values import SealedText
from eventstore.erasures import Decision, Erasures
from eventstore.people import Directory
from eventstore.pool import OWNER_ROLE
from eventstore.sealed import SealedTexts

TEXT = "What a mother said about her son"
ASKED = Decision("p-ann", ErasureReason.PERSON_ASKED, "p-dpo")


async def test_what_is_erased_is_gone_and_it_is_on_record_by_whom_and_why(pool: asyncpg.Pool) -> None:
    texts, erasures = SealedTexts(pool), Erasures(pool)
    ref, other = await texts.seal(TEXT, "c1/reason"), await texts.seal(TEXT, "c2/reason")
    await Directory(pool).add(name="Ann", role=Role.INSPECTOR, organisation="cqc", ref="p-ann")

    assert set(await erasures.erase(ASKED, texts=[ref.sealed], persons=["p-ann"])) == {ref.sealed, "p-ann"}

    assert await texts.open_many([ref, ref, other]) == {ref: None, other: TEXT}
    assert await Directory(pool).find("p-ann") is None
    found = await erasures.of([ref.sealed, "p-ann", other.sealed])
    assert found.keys() == {ref.sealed, "p-ann"}
    assert {(one.subject, one.reason, one.decided_by) for one in found.values()} == {
        ("p-ann", ErasureReason.PERSON_ASKED, "p-dpo")
    }


async def test_what_is_erased_already_or_was_never_there_leaves_no_second_record(pool: asyncpg.Pool) -> None:
    erasures = Erasures(pool)
    ref = await SealedTexts(pool).seal(TEXT, "c1/reason")
    await erasures.erase(ASKED, texts=[ref.sealed])
    again = Decision("p-ann", ErasureReason.UNLAWFUL, "p-other")
    assert await erasures.erase(again, texts=[ref.sealed, "0" * 64], persons=["p-nobody"]) == []
    (only,) = await erasures.all()
    assert only.decided_by == "p-dpo"


async def test_a_text_that_is_sent_again_does_not_come_back_unnoticed(pool: asyncpg.Pool) -> None:
    """Neither it nor another takes its place: the command that it belonged to is sent under a new id."""
    texts = SealedTexts(pool)
    ref = await texts.seal(TEXT, "c1/reason")
    await Erasures(pool).erase(ASKED, texts=[ref.sealed])
    for text in (TEXT, "another"):
        with pytest.raises(MalformedError, match=r"c1/reason was erased.* under an id of its own"):
            await texts.seal(text, "c1/reason")
    assert await pool.fetchval("SELECT count(*) FROM ledger.sealed") == 0
    await texts.seal(TEXT, "c2/reason")


async def test_a_text_that_is_sealed_again_while_it_is_erased_does_not_come_back(
    pool: asyncpg.Pool, superuser: asyncpg.Connection
) -> None:
    """Whoever seals it waits for the erasure that is under way, and hears of it."""
    texts = SealedTexts(pool)
    ref = await texts.seal(TEXT, "c1/reason")
    async with superuser.transaction():
        await superuser.execute(
            "SELECT ledger.erase(ARRAY[$1::bytea], '{}', 'p-ann', 'person_asked', NULL, 'p-dpo')",
            bytes.fromhex(ref.sealed),
        )
        sealing = asyncio.create_task(texts.seal(TEXT, "c1/reason"))
        while not await superuser.fetchval(
            "SELECT EXISTS (SELECT FROM pg_locks AS l JOIN pg_stat_activity AS a USING (pid) "
            "WHERE NOT l.granted AND a.datname = current_database())"
        ):
            await asyncio.sleep(0.01)
    with pytest.raises(MalformedError, match="c1/reason was erased"):
        await sealing
    assert await texts.open(ref) is None


async def test_an_erased_persons_reference_is_never_given_to_another(pool: asyncpg.Pool) -> None:
    directory = Directory(pool)
    await directory.add(name="Ann", role=Role.INSPECTOR, organisation="cqc", ref="p-ann")
    await Erasures(pool).erase(ASKED, persons=["p-ann"])
    with pytest.raises(MalformedError, match=r"p-ann was erased.*another reference"):
        await directory.add(name="Bob", role=Role.INSPECTOR, organisation="cqc", ref="p-ann")


async def test_nobody_deletes_without_a_record(pool: asyncpg.Pool, superuser: asyncpg.Connection) -> None:
    """Not the owner, nor a superuser in a session that calls itself a replica."""
    ref = await SealedTexts(pool).seal(TEXT, "c1/reason")
    await Directory(pool).add(name="Ann", role=Role.INSPECTOR, organisation="cqc", ref="p-ann")
    for become in ("SET session_replication_role = replica", f"RESET ALL; SET ROLE {OWNER_ROLE}"):
        await superuser.execute(become)
        for table in ("sealed", "people"):
            with pytest.raises(asyncpg.PostgresError, match="cannot be deleted without a record"):
                await superuser.execute(f"DELETE FROM ledger.{table}")
    assert await SealedTexts(pool).open(ref) == TEXT


@pytest.mark.parametrize(
    "cheat",
    [
        ("Ann Example", "person_asked", None, "p-dpo"),
        ("p-ann", "she asked for it", None, "p-dpo"),
        ("p-ann", "person_asked", "some words", "p-dpo"),
        ("p-ann", "person_asked", None, "Dora"),
        ("p-ann", None, None, "p-dpo"),
    ],
)
async def test_a_record_holds_no_words_and_lacks_nothing(
    pool: asyncpg.Pool, cheat: tuple[str | None, ...]
) -> None:
    """What cannot be recorded is not erased either."""
    ref = await SealedTexts(pool).seal(TEXT, "c1/reason")
    with pytest.raises(asyncpg.IntegrityConstraintViolationError):
        await pool.execute(
            "SELECT ledger.erase($1, '{}', $2, $3, $4, $5)", [bytes.fromhex(ref.sealed)], *cheat
        )
    assert await SealedTexts(pool).open(SealedText(sealed=ref.sealed)) == TEXT


async def test_the_planner_keeps_no_samples_of_names_and_texts(
    pool: asyncpg.Pool, superuser: asyncpg.Connection
) -> None:
    for number in range(50):
        await SealedTexts(pool).seal(f"{TEXT} {number % 3}", f"c{number}/reason")
        await Directory(pool).add(
            name=f"Ann {number % 3}", role=Role.DCS, organisation="la-sfk", email="ann@example.org"
        )
    await superuser.execute("ANALYZE ledger.sealed, ledger.people")
    kept = await superuser.fetch("SELECT attname FROM pg_stats WHERE schemaname = 'ledger'")
    kept_columns = {row["attname"] for row in kept}
    assert "organisation" in kept_columns
    assert not kept_columns & {"content", "salt", "fingerprint", "name", "email"}
