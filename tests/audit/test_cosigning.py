"""An auditor signs what the log has signed, if it has only grown since; otherwise it is said why not."""

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Final

import pytest

from audit.cosigning import cosign, proofs_in
from audit.folder import Folder
from domain.errors import IntegrityError, MalformedError
from proof.checkpoints import Checkpoint, TreeHead
from proof.merkle import Tree
from proof.notes import KeyType, SecretKey
from tests.audit.conftest import AT, ORIGIN, STREAM, House, flip
from tests.audit.conftest import KEY as LOG

ANA: Final = SecretKey.generate("ana.example", KeyType.COSIGNER)

LEAVES: Final = [sha256(bytes([number])).digest() for number in range(9)]
TREE: Final = Tree(LEAVES)
FORKED: Final = Tree([*LEAVES[:2], bytes(32), *LEAVES[3:]])


def _checkpoint(size: int, tree: Tree = TREE, key: SecretKey = LOG) -> Checkpoint:
    return Checkpoint.sign(TreeHead(ORIGIN, size, tree.root(size)), [key], AT)


def _cosigned(
    checkpoint: Checkpoint, last: Checkpoint | None = None, proofs: Tree | None = None
) -> Checkpoint:
    return cosign(checkpoint, ANA, log_keys=[LOG.public], last=last, proofs=proofs, at=AT)


@pytest.mark.parametrize("before", range(10))
def test_what_has_grown_from_what_was_signed_last_is_signed_with_the_time(before: int) -> None:
    """From each size, also from an empty ledger, and again at the same size."""
    last = _cosigned(_checkpoint(before), proofs=TREE)
    cosigned = _cosigned(_checkpoint(9), last, TREE)
    assert cosigned.check(ORIGIN, [LOG.public, ANA.public]) == {LOG.public: None, ANA.public: AT}


def test_the_first_time_and_where_nothing_has_changed_no_proof_is_needed() -> None:
    last = _cosigned(_checkpoint(5))
    assert _cosigned(_checkpoint(5), last) == last


@pytest.mark.parametrize(
    ("size", "tree", "proofs", "told"),
    [
        (9, FORKED, FORKED, "has not grown from what was signed last"),
        (9, FORKED, TREE, "has not grown from what was signed last"),
        (9, TREE, Tree(LEAVES[:7]), "the tree has 7 leaves, not 9"),
        (4, TREE, TREE, "5 were signed last: it is older, or entries are gone"),
        (5, FORKED, None, "the folder of an export or with --live"),
    ],
)
def test_a_log_that_was_forked_cut_or_changed_is_not_cosigned(
    size: int, tree: Tree, proofs: Tree | None, told: str
) -> None:
    """The log's own signature is on each of these: it alone would not do."""
    last = _cosigned(_checkpoint(5))
    with pytest.raises((IntegrityError, MalformedError), match=told):
        _cosigned(_checkpoint(size, tree), last, proofs)


def test_a_first_checkpoint_is_compared_with_the_ledger_if_that_is_at_hand() -> None:
    with pytest.raises(IntegrityError, match="are not those of the checkpoint"):
        _cosigned(_checkpoint(9), proofs=FORKED)


def test_who_has_signed_is_looked_at_first() -> None:
    """The log this one, and the auditor the last one."""
    stranger = SecretKey.generate(ORIGIN, KeyType.LOG)
    with pytest.raises(IntegrityError, match=r"no key of send\.example/ledger that is known"):
        _cosigned(_checkpoint(9, key=stranger))
    with pytest.raises(MalformedError, match=r"no checkpoint that ana\.example has signed"):
        _cosigned(_checkpoint(9), _checkpoint(5), TREE)


@pytest.mark.parametrize("streams", [(), (STREAM,)], ids=["whole", "extract"])
async def test_an_export_proves_growth_since_each_of_its_checkpoints(
    house: House, tmp_path: Path, streams: tuple[str, ...]
) -> None:
    """An extract as well, which has all hashes."""
    folder = Folder(await house.export(tmp_path / "export", *streams))
    last, *later = [one.checkpoint for one in await house.stores.checkpoints.all()]
    signed = _cosigned(last)
    for checkpoint in later:
        signed = _cosigned(checkpoint, signed, proofs_in(folder, checkpoint.head.size))
        assert signed.check(ORIGIN, [LOG.public, ANA.public]) == {LOG.public: None, ANA.public: AT}


async def test_an_export_of_a_log_that_was_forked_is_not_cosigned(house: House, tmp_path: Path) -> None:
    """Each auditor was shown a history of his or her own, signed with the log's key."""
    tree = proofs_in(Folder(await house.export(tmp_path / "export")), 120)
    forked = Tree([bytes(32), *(tree.leaf(number) for number in range(1, tree.size))])
    for before in (60, 120):
        with pytest.raises(IntegrityError, match="has not grown from what was signed last"):
            _cosigned(_checkpoint(120, tree), _cosigned(_checkpoint(before, forked)), tree)
    with pytest.raises(IntegrityError, match="are not those of the checkpoint"):
        _cosigned(_checkpoint(120, forked), proofs=tree)


@pytest.mark.parametrize("damage", [flip, Path.unlink], ids=["flipped", "removed"])
@pytest.mark.parametrize("name", ["tile/0/000.p/192", "checkpoint", "checkpoints/1", "manifest.json"])
async def test_an_export_that_is_damaged_is_not_cosigned(
    house: House, tmp_path: Path, name: str, damage: Callable[[Path], None]
) -> None:
    """It proves nothing; the file is named."""
    folder = await house.export(tmp_path / "export")
    damage(folder / name)
    with pytest.raises(IntegrityError, match=f"the export is damaged: {name}: "):
        proofs_in(Folder(folder), 192)


async def test_an_export_from_before_the_checkpoint_proves_nothing_about_it(
    house: House, tmp_path: Path
) -> None:
    """Nothing is wrong with it; a later one is asked for."""
    folder = Folder(await house.export(tmp_path / "export"))
    with pytest.raises(MalformedError, match="of 192 entries and the checkpoint of 193; accepted is a later"):
        proofs_in(folder, 193)
