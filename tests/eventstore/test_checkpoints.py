"""Checkpoints on a real database: issued when the ledger has grown, refused when it was changed."""

import asyncio
import itertools
from datetime import UTC, datetime, timedelta
from typing import Final

import asyncpg
import pytest

from domain.errors import IntegrityError, MalformedError, NotFoundError
from eventstore import checkpoints as module
from eventstore.checkpoints import Checkpoints
from eventstore.envelope import leaf_of
from eventstore.given_away import GivenAway
from eventstore.postgres import PostgresLedger
from proof.checkpoints import Checkpoint, TreeHead
from proof.merkle import EMPTY_ROOT, Tree, root_of, verify_consistency
from proof.notes import KeyType, SecretKey
from tests.eventstore.making import appended, body, command

ORIGIN: Final = "send.example/ledger"
KEY: Final = SecretKey.generate(ORIGIN, KeyType.LOG)
NEXT: Final = SecretKey.generate(ORIGIN, KeyType.LOG)
STRANGER: Final = SecretKey.generate(ORIGIN, KeyType.LOG)
ANA: Final = SecretKey.generate("ana.example", KeyType.COSIGNER)
BEN: Final = SecretKey.generate("ben.example", KeyType.COSIGNER)
AT: Final = datetime(2026, 11, 27, 9, tzinfo=UTC)

TRIGGERS_OFF: Final = (
    "ALTER TABLE ledger.{0} DISABLE TRIGGER append_only; {1}; "
    "ALTER TABLE ledger.{0} ENABLE ALWAYS TRIGGER append_only"
)


@pytest.fixture
async def ledger(pool: asyncpg.Pool) -> PostgresLedger:
    """A ledger with five entries in two streams."""
    ledger = await PostgresLedger.open(pool)
    for number in range(5):
        await appended(ledger, command("AB"[number % 2], number // 2, body(number)))
    return ledger


@pytest.fixture
async def checkpoints(pool: asyncpg.Pool, monkeypatch: pytest.MonkeyPatch) -> Checkpoints:
    """Its checkpoints, read in small pages."""
    monkeypatch.setattr(module, "PAGE", 2)
    return Checkpoints(pool)


async def test_an_empty_ledger_can_be_signed_too(checkpoints: Checkpoints) -> None:
    """So that there is a beginning that everybody agrees on."""
    issued = await checkpoints.issue([KEY], AT)
    assert (issued.checkpoint.head.size, issued.checkpoint.head.root) == (0, EMPTY_ROOT)


async def test_a_checkpoint_is_the_root_over_the_stored_texts(
    ledger: PostgresLedger, checkpoints: Checkpoints
) -> None:
    """Signed with the log's key; without news and under the same key there is no second one."""
    issued = await checkpoints.issue([KEY], AT)
    leaves = [leaf_of(entry.text) for entry in await ledger.read_all()]
    assert issued.checkpoint.head.root == root_of(leaves)
    assert issued.checkpoint.check(ORIGIN, await checkpoints.keys()) == {KEY.public: None}
    assert await checkpoints.issue([KEY], AT + timedelta(hours=1)) == issued
    assert await checkpoints.all() == [issued]


async def test_each_checkpoint_has_grown_from_the_one_before(
    ledger: PostgresLedger, checkpoints: Checkpoints
) -> None:
    """A proof leads from each to each."""
    for version in range(3, 6):
        await checkpoints.issue([KEY], AT)
        await appended(ledger, command("A", version, body(version)))
    tree = Tree(leaf_of(entry.text) for entry in await ledger.read_all())
    heads = [one.checkpoint.head for one in await checkpoints.all()]
    for before, after in itertools.pairwise(heads):
        proof = tree.consistency(before.size, after.size)
        verify_consistency(before.size, after.size, proof, before.root, after.root)


async def test_a_key_hands_over_to_the_next(ledger: PostgresLedger, checkpoints: Checkpoints) -> None:
    """One checkpoint bears both signatures, so that who trusts the old key can trust the new one."""
    await checkpoints.issue([KEY], AT)
    both = await checkpoints.issue([KEY, NEXT], AT)
    assert both.checkpoint.check(ORIGIN, [KEY.public]) == {KEY.public: None}
    assert both.checkpoint.check(ORIGIN, [NEXT.public]) == {NEXT.public: None}
    await appended(ledger, command("A", 3, body(9)))
    assert (await checkpoints.issue([NEXT], AT)).checkpoint.check(ORIGIN, [NEXT.public])
    assert set(await checkpoints.keys()) == {KEY.public, NEXT.public}


@pytest.mark.usefixtures("ledger")
async def test_a_key_to_which_none_has_handed_over_does_not_sign(checkpoints: Checkpoints) -> None:
    """A worker with the wrong key would leave auditors in doubt. Only when the old key is lost it may."""
    await checkpoints.issue([KEY], AT)
    with pytest.raises(MalformedError, match="has never signed for this log"):
        await checkpoints.issue([NEXT], AT)
    assert (await checkpoints.issue([NEXT], AT, old_key_is_lost=True)).number == 2


async def test_several_workers_at_once_issue_one_checkpoint(
    ledger: PostgresLedger, checkpoints: Checkpoints
) -> None:
    """Whoever comes second finds the first's, also when the ledger has grown in between."""
    hour = timedelta(hours=1)
    first, second = await asyncio.gather(*(checkpoints.issue([KEY], AT, every=hour) for _ in range(2)))
    assert first == second
    await appended(ledger, command("A", 3, body(9)))
    assert await checkpoints.issue([KEY], AT + timedelta(minutes=59), every=hour) == first
    assert (await checkpoints.issue([KEY], AT - hour, every=hour)).checkpoint.head.size == 6
    await appended(ledger, command("A", 4, body(10)))
    assert (await checkpoints.issue([KEY], AT + hour, every=hour)).checkpoint.head.size == 7


async def test_cosignatures_are_filed_beside_and_add_up(
    ledger: PostgresLedger, checkpoints: Checkpoints
) -> None:
    """Each is a new row, also for an earlier checkpoint; the one of the largest size stays the last."""
    first = await checkpoints.issue([KEY], AT)
    await appended(ledger, command("A", 3, body(9)))
    second = await checkpoints.issue([KEY], AT)
    await checkpoints.add(first.checkpoint.cosign(ANA, AT), ANA.public, AT)
    both = await checkpoints.add(first.checkpoint.cosign(BEN, AT), BEN.public, AT)
    assert (both.number, await checkpoints.last()) == (4, second)
    assert await checkpoints.add(first.checkpoint.cosign(BEN, AT), BEN.public, AT) == both
    assert set(await checkpoints.cosigners()) == {ANA.public, BEN.public}
    signed = both.checkpoint.check(ORIGIN, [KEY.public, *await checkpoints.cosigners()])
    assert signed == {KEY.public: None, ANA.public: AT, BEN.public: AT}


@pytest.mark.usefixtures("ledger")
async def test_what_comes_back_and_is_not_what_was_issued_is_not_filed(checkpoints: Checkpoints) -> None:
    """Another root, a signature that is missing, one under another text, or one that is a log's."""
    issued = (await checkpoints.issue([KEY], AT)).checkpoint
    other = Checkpoint.sign(TreeHead(ORIGIN, 5, bytes(32)), [KEY], AT).cosign(ANA, AT)
    with pytest.raises(NotFoundError, match="no such checkpoint of 5 entries"):
        await checkpoints.add(other, ANA.public, AT)
    moved = Checkpoint(issued.note.with_signature(other.note.signatures[-1]), issued.head)
    for wrong, key in ((issued, ANA), (issued.cosign(BEN, AT), ANA), (moved, ANA), (issued, KEY)):
        with pytest.raises(MalformedError):
            await checkpoints.add(wrong, key.public, AT)
    assert len(await checkpoints.all()) == 1


@pytest.mark.usefixtures("ledger")
@pytest.mark.parametrize(
    ("table", "statement", "told"),
    [
        (
            "events",
            "UPDATE ledger.events SET leaf = sha256('x') WHERE position = 2",
            "the first 5 entries are not those of checkpoint 1",
        ),
        ("events", "DELETE FROM ledger.events WHERE position = 5", "has 4 entries and had 5 at checkpoint 1"),
        ("events", "DELETE FROM ledger.events WHERE position = 3", "position 3 is missing"),
        (
            "checkpoints",
            "UPDATE ledger.checkpoints SET size = 4, note = replace(note, E'\\n5\\n', E'\\n4\\n')",
            "is not under this text",
        ),
        ("log_keys", "DELETE FROM ledger.log_keys", "no key of send.example/ledger"),
        (
            "checkpoints",
            "UPDATE ledger.checkpoints SET size = 9999",
            "checkpoint 1 has another size or root beside its note",
        ),
        ("checkpoints", "UPDATE ledger.checkpoints SET number = -1", "checkpoint 1 is gone"),
        (
            "checkpoints",
            "DELETE FROM ledger.checkpoints",
            "have signed for this log, and no checkpoint is left",
        ),
    ],
)
async def test_what_was_changed_is_not_signed(
    superuser: asyncpg.Connection,
    checkpoints: Checkpoints,
    table: str,
    statement: str,
    told: str,
) -> None:
    """Whoever owns the database can change it; the log then signs nothing, and says why."""
    await checkpoints.issue([KEY], AT)
    await superuser.execute(TRIGGERS_OFF.format(table, statement))
    with pytest.raises(IntegrityError, match=told):
        await checkpoints.issue([KEY], AT)
    count = await superuser.fetchval("SELECT count(*) FROM ledger.checkpoints")
    assert count == (0 if statement.startswith("DELETE FROM ledger.checkpoints") else 1)


async def test_what_was_given_away_is_looked_up_before_the_ledger_is(
    superuser: asyncpg.Connection, ledger: PostgresLedger, checkpoints: Checkpoints
) -> None:
    """So nobody can slip a change in between: whoever takes a checkpoint away then is still found."""
    await checkpoints.issue([KEY], AT)
    await appended(ledger, command("A", 3, body(3)))
    given = {one.number: str(one.checkpoint) for one in [await checkpoints.issue([KEY], AT)]}

    async def given_away() -> GivenAway:
        await superuser.execute(
            TRIGGERS_OFF.format("checkpoints", "DELETE FROM ledger.checkpoints WHERE number = 2")
        )
        return GivenAway(given)

    with pytest.raises(IntegrityError, match="checkpoint 2 was published and is not in the ledger"):
        await checkpoints.issue([KEY], AT, given_away=given_away)

    async def newest() -> GivenAway:
        return GivenAway({}, given[2])

    with pytest.raises(IntegrityError, match="published as the newest is not in the ledger"):
        await checkpoints.issue([KEY], AT, given_away=newest)
    assert [one.number for one in await checkpoints.all()] == [1]


@pytest.mark.usefixtures("ledger")
async def test_a_checkpoint_of_another_key_does_not_stand_before_those_of_the_log(
    superuser: asyncpg.Connection, checkpoints: Checkpoints
) -> None:
    """Who owns the database can name a key of his or her own, and sign with it what was changed."""
    await checkpoints.issue([KEY], AT)
    await superuser.execute(TRIGGERS_OFF.format("events", "UPDATE ledger.events SET leaf = sha256('x')"))
    tree = await checkpoints.tree()
    forged = Checkpoint.sign(TreeHead(ORIGIN, tree.size, tree.root()), [STRANGER], AT)
    await superuser.execute("INSERT INTO ledger.log_keys VALUES ($1, now())", str(STRANGER.public))
    await superuser.execute(
        "INSERT INTO ledger.checkpoints VALUES (2, $1, $2, $3, now())",
        *(tree.size, tree.root(), str(forged)),
    )
    with pytest.raises(IntegrityError, match="are not those of checkpoint 1"):
        await checkpoints.issue([KEY], AT)


async def test_whoever_is_broken_off_keeps_nobody_waiting(checkpoints: Checkpoints) -> None:
    """Neither while it waits for its turn nor when it has it."""
    has_its_turn = asyncio.Event()

    async def given_away() -> GivenAway:
        has_its_turn.set()
        await asyncio.Event().wait()
        return GivenAway({})

    first = asyncio.create_task(checkpoints.issue([KEY], AT, given_away=given_away))
    await has_its_turn.wait()
    second = asyncio.create_task(checkpoints.issue([KEY], AT))
    await asyncio.sleep(0.1)
    for task in (second, first):
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    async with asyncio.timeout(10):
        assert (await checkpoints.issue([KEY], AT)).number == 1


async def test_checkpoints_count_without_a_gap_and_after_a_gap_nothing_is_signed(
    superuser: asyncpg.Connection, ledger: PostgresLedger, checkpoints: Checkpoints
) -> None:
    """What was broken off takes no number, so a number that is missing was taken away."""
    for version in range(3, 6):
        await checkpoints.issue([KEY], AT)
        await appended(ledger, command("A", version, body(version)))
        with pytest.raises(MalformedError):
            await checkpoints.issue([STRANGER], AT)
    assert [one.number for one in await checkpoints.all()] == [1, 2, 3]
    await superuser.execute(
        TRIGGERS_OFF.format("checkpoints", "DELETE FROM ledger.checkpoints WHERE number = 2")
    )
    with pytest.raises(IntegrityError, match="checkpoint 2 is gone, 2 are left"):
        await checkpoints.issue([KEY], AT)
