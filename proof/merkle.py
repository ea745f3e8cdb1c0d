"""Trees of hashes as RFC 6962 defines them (section 2.1), and proofs that need only a few hashes of a tree.

A leaf here is a leaf *hash*: SHA-256 over a zero byte and what is recorded. Leaves count from 0. A tree of n
leaves is split at the largest power of two below n, so what was hashed once is never hashed otherwise again.
"""

import hashlib
from collections.abc import Iterable, Sequence
from typing import Final

HASH_SIZE: Final = 32

EMPTY_ROOT: Final = hashlib.sha256().digest()
"""The root of a tree without leaves."""


class ProofError(ValueError):
    """A proof does not prove what it should."""


def node(left: bytes, right: bytes) -> bytes:
    """Return the hash over two subtrees."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Frontier:
    """A tree that only grows, known by the roots of its full subtrees: as many as ones in its size.

    It takes a leaf at a time and needs a few hundred bytes, whatever the number of leaves.
    """

    def __init__(self) -> None:
        self.size = 0
        self._full: list[bytes] = []

    def append(self, leaf: bytes) -> None:
        """Take one more leaf."""
        ones = ~self.size & (self.size + 1)  # a power of two: the subtrees of these sizes are full now
        self.size += 1
        digest = leaf
        while ones > 1:
            digest = hashlib.sha256(b"\x01" + self._full.pop() + digest).digest()
            ones >>= 1
        self._full.append(digest)

    def extend(self, leaves: Iterable[bytes]) -> None:
        """Take more leaves."""
        for leaf in leaves:
            self.append(leaf)

    def root(self) -> bytes:
        """Return the root of the tree as it is now."""
        return _joined(self._full)


def root_of(leaves: Sequence[bytes]) -> bytes:
    """Return the root of a tree of leaves."""
    frontier = Frontier()
    frontier.extend(leaves)
    return frontier.root()


def _joined(full: Sequence[bytes]) -> bytes:
    """Hash full subtrees together, from the smallest to the largest."""
    if not full:
        return EMPTY_ROOT
    digest = full[-1]
    for larger in reversed(full[:-1]):
        digest = node(larger, digest)
    return digest


class Tree:
    """A tree of which every full subtree is at hand, so that any proof about it can be made.

    Each level is the hashes of one size of subtree, one after the other: level 0 the leaves, level 1 pairs.
    """

    def __init__(self, leaves: Iterable[bytes]) -> None:
        self.levels: list[bytearray] = [bytearray().join(leaves)]
        while len(self.levels[-1]) >= 2 * HASH_SIZE:
            self.levels.append(_pairs(self.levels[-1]))

    @property
    def size(self) -> int:
        """How many leaves there are."""
        return len(self.levels[0]) // HASH_SIZE

    def leaf(self, leaf: int) -> bytes:
        """Return a leaf."""
        return bytes(self.levels[0][leaf * HASH_SIZE : (leaf + 1) * HASH_SIZE])

    def root(self, size: int | None = None) -> bytes:
        """Return the root of the tree, or of what it was when it had fewer leaves."""
        return self._range(0, self._known(size))

    def inclusion(self, leaf: int, size: int | None = None) -> tuple[bytes, ...]:
        """Prove that a leaf is in the tree, as it is or as it was (RFC 6962, 2.1.1).

        Raises:
            ValueError: there is no such leaf in a tree of this size.
        """
        size = self._known(size)
        if not 0 <= leaf < size:
            raise ValueError(f"leaf {leaf} is not in a tree of {size}")
        found: list[bytes] = []
        start, end = 0, size
        while end - start > 1:
            middle = start + _split(end - start)
            if leaf < middle:
                found.append(self._range(middle, end))
                end = middle
            else:
                found.append(self._range(start, middle))
                start = middle
        return tuple(reversed(found))

    def consistency(self, before: int, size: int | None = None) -> tuple[bytes, ...]:
        """Prove that the tree has grown from what it was and nothing of that was changed (RFC 6962, 2.1.2).

        Raises:
            ValueError: the tree never was of these sizes, or the earlier one is the larger.
        """
        size = self._known(size)
        if not 0 < before <= size:
            raise ValueError(f"a tree of {size} did not grow from one of {before}")
        found: list[bytes] = []
        start, end, whole = 0, size, True  # whole: the earlier tree begins at `start`, so its root is known
        while before != end:
            middle = start + _split(end - start)
            if before <= middle:
                found.append(self._range(middle, end))
                end = middle
            else:
                found.append(self._range(start, middle))
                start, whole = middle, False
        if not whole:
            found.append(self._range(start, end))
        return tuple(reversed(found))

    def _known(self, size: int | None) -> int:
        size = self.size if size is None else size
        if not 0 <= size <= self.size:
            raise ValueError(f"the tree has {self.size} leaves, not {size}")
        return size

    def _range(self, start: int, end: int) -> bytes:
        """Hash the leaves from one to another. Where a range begins, its largest full subtree does too."""
        full = []
        while start < end:
            level = (end - start).bit_length() - 1
            place = (start >> level) * HASH_SIZE
            full.append(bytes(self.levels[level][place : place + HASH_SIZE]))
            start += 1 << level
        return _joined(full)


def _pairs(level: bytearray) -> bytearray:
    sha256, view = hashlib.sha256, bytes(level)
    whole = len(view) - len(view) % (2 * HASH_SIZE)
    return bytearray().join(
        [sha256(b"\x01" + view[at : at + 2 * HASH_SIZE]).digest() for at in range(0, whole, 2 * HASH_SIZE)]
    )


def _split(size: int) -> int:
    """Return the largest power of two below a size."""
    return 1 << ((size - 1).bit_length() - 1)


def verify_inclusion(leaf_hash: bytes, leaf: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """Check that a leaf is at its place in the tree with this root.

    Raises:
        ProofError: it is not proved.
    """
    if not 0 <= leaf < size:
        raise ProofError(f"leaf {leaf} is not in a tree of {size}")
    if _root_with(leaf_hash, leaf, size, proof) != root:
        raise ProofError(f"leaf {leaf} is not in the tree with this root")


def _root_with(leaf_hash: bytes, leaf: int, size: int, proof: Sequence[bytes]) -> bytes:
    """Go down the tree as the proof was made, from the split at the top, and hash on the way back."""
    if size == 1:
        _require_used_up(proof)
        return leaf_hash
    *rest, other = _required(proof)
    left = _split(size)
    if leaf < left:
        return node(_root_with(leaf_hash, leaf, left, rest), other)
    return node(other, _root_with(leaf_hash, leaf - left, size - left, rest))


def verify_consistency(
    before: int, size: int, proof: Sequence[bytes], root_before: bytes, root: bytes
) -> None:
    """Check that one tree has grown from another, and nothing of that was changed.

    Raises:
        ProofError: it is not proved.
    """
    if not 0 < before <= size:
        raise ProofError(f"a tree of {size} did not grow from one of {before}")
    old, new = _roots(before, size, proof, root_before)
    if old != root_before or new != root:
        raise ProofError(
            f"the tree of {size} leaves has not grown from that of {before}: something was changed"
        )


def _roots(before: int, size: int, proof: Sequence[bytes], known: bytes | None) -> tuple[bytes, bytes]:
    """Hash up to both roots. `known` is the earlier one, as long as its tree begins where this range does."""
    if before == size and known is not None:
        _require_used_up(proof)
        return known, known
    *rest, other = _required(proof)
    if before == size:
        _require_used_up(rest)
        return other, other
    left = _split(size)
    if before <= left:
        old, new = _roots(before, left, rest, known)
        return old, node(new, other)
    old, new = _roots(before - left, size - left, rest, None)
    return node(other, old), node(other, new)


def _required(proof: Sequence[bytes]) -> Sequence[bytes]:
    if not proof:
        raise ProofError("the proof is too short")
    return proof


def _require_used_up(proof: Sequence[bytes]) -> None:
    if proof:
        raise ProofError("the proof is too long")
