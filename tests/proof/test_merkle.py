"""Trees of hashes: the roots that others have published, and what holds of every tree."""

import hashlib
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proof.merkle import (
    EMPTY_ROOT,
    Frontier,
    ProofError,
    Tree,
    root_of,
    verify_consistency,
    verify_inclusion,
)

RECORDED: Final = (
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"
)  # fmt: skip
"""What the leaves of the published test vectors hash (Certificate Transparency's own)."""

ROOTS: Final = (
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)
"""The roots of their first none, one, two … leaves."""


def leaf(recorded: bytes) -> bytes:
    """Hash what is recorded into a leaf."""
    return hashlib.sha256(b"\x00" + recorded).digest()


def leaves(number: int) -> list[bytes]:
    """Make so many different leaves."""
    return [leaf(str(one).encode()) for one in range(number)]


@pytest.mark.parametrize(("size", "root"), list(enumerate(ROOTS)))
def test_the_roots_are_those_that_others_compute(size: int, root: str) -> None:
    """By either way of computing them."""
    known = [leaf(bytes.fromhex(one)) for one in RECORDED]
    assert root_of(known[:size]).hex() == root
    assert Tree(known).root(size).hex() == root


def test_a_tree_without_leaves_has_a_root() -> None:
    """It is the hash of nothing."""
    assert root_of([]) == EMPTY_ROOT == Tree([]).root()


def test_in_every_small_tree_every_leaf_is_included_and_every_prefix_is_consistent() -> None:
    """All sizes up to 40, all leaves, all earlier sizes."""
    tree = Tree(leaves(40))
    for size in range(1, 41):
        root = root_of(leaves(size))
        assert tree.root(size) == root
        for place, one in enumerate(leaves(size)):
            verify_inclusion(one, place, size, tree.inclusion(place, size), root)
        for before in range(1, size + 1):
            verify_consistency(before, size, tree.consistency(before, size), tree.root(before), root)


sizes = st.integers(1, 700)


@given(sizes, st.data())
def test_a_leaf_is_proved_at_its_own_place_only(size: int, data: st.DataObject) -> None:
    """Not at another place, not in a tree of another size, not with a proof that is cut or longer."""
    tree, known = Tree(leaves(size)), leaves(size)
    place = data.draw(st.integers(0, size - 1))
    proof, root = tree.inclusion(place), tree.root()
    verify_inclusion(known[place], place, size, proof, root)
    other = data.draw(st.integers(-1, size).filter(lambda one: one != place))
    wrong = [(other, size, proof), (place, size, (*proof, root))]
    if proof:
        wrong += [(place, size, proof[:-1]), (place, size, proof[1:])]
    for at, of, told in wrong:
        with pytest.raises(ProofError):
            verify_inclusion(known[place], at, of, told, root)


@given(sizes, st.data())
def test_a_flipped_bit_is_refused_wherever_it_is(size: int, data: st.DataObject) -> None:
    """In the leaf, in the proof, in a root; of inclusion and of consistency."""
    tree = Tree(leaves(size))
    place, before = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))
    one, *proof, root = _flip([leaves(size)[place], *tree.inclusion(place), tree.root()], data)
    with pytest.raises(ProofError):
        verify_inclusion(one, place, size, proof, root)
    old, *proof, root = _flip([tree.root(before), *tree.consistency(before), tree.root()], data)
    with pytest.raises(ProofError):
        verify_consistency(before, size, proof, old, root)


def _flip(hashes: list[bytes], data: st.DataObject) -> list[bytes]:
    which, bit = data.draw(st.integers(0, len(hashes) - 1)), data.draw(st.integers(0, 255))
    flipped = bytearray(hashes[which])
    flipped[bit // 8] ^= 1 << bit % 8
    return [*hashes[:which], bytes(flipped), *hashes[which + 1 :]]


@given(sizes, st.data())
def test_what_was_changed_cannot_have_grown_from_what_it_was(size: int, data: st.DataObject) -> None:
    """Some leaf of the earlier tree is another one in the later: no proof leads from root to root."""
    before, known = data.draw(st.integers(1, size)), leaves(size)
    changed = [*known]
    changed[data.draw(st.integers(0, before - 1))] = leaf(b"another")
    tree = Tree(changed)
    with pytest.raises(ProofError):
        verify_consistency(before, size, tree.consistency(before), Tree(known).root(before), tree.root())


@given(sizes)
def test_a_frontier_knows_the_root_at_every_size(size: int) -> None:
    """One leaf after the other."""
    frontier, tree = Frontier(), Tree(leaves(size))
    for one in leaves(size):
        frontier.append(one)
        assert frontier.root() == tree.root(frontier.size)


def test_what_cannot_be_proved_is_not_tried() -> None:
    """A leaf that is not there, a tree that has not grown."""
    tree = Tree(leaves(5))
    for wrong in (5, -1):
        with pytest.raises(ValueError, match=f"leaf {wrong} is not in a tree of 5"):
            tree.inclusion(wrong)
    for wrong in (6, 0):
        with pytest.raises(ValueError, match=f"a tree of 5 did not grow from one of {wrong}"):
            tree.consistency(wrong)
    for before, size in ((0, 5), (6, 5)):
        with pytest.raises(ProofError):
            verify_consistency(before, size, (), tree.root(), tree.root())
