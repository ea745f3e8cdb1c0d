"""A tree of hashes cut into tiles (c2sp.org/tlog-tiles), so that it lies in files that never change again.

A tile has up to 256 hashes side by side. Those of level 0 are the leaves; a hash of any other level is the
root over one full tile of the level below. Only the last tile of a level may be partial.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

from proof.merkle import HASH_SIZE, Tree

WIDTH: Final = 256
"""Hashes in a full tile."""

_HEIGHT: Final = 8
_DIGITS: Final = 1000


class Tile(NamedTuple):
    """Which tile: its level, its number there from 0, and how many hashes it has."""

    level: int
    number: int
    width: int

    @property
    def path(self) -> str:
        """Where it lies: thousands in folders of their own, and a partial one beside a full one."""
        rest, last = divmod(self.number, _DIGITS)
        parts = [f"{last:03}"]
        while rest:
            rest, part = divmod(rest, _DIGITS)
            parts.insert(0, f"x{part:03}")
        partial = "" if self.width == WIDTH else f".p/{self.width}"
        return f"tile/{self.level}/{'/'.join(parts)}{partial}"


def tiles_of(size: int) -> Iterator[Tile]:
    """Name the tiles of a tree with so many leaves, level after level."""
    level = 0
    while size:
        full, rest = divmod(size, WIDTH)
        for number in range(full):
            yield Tile(level, number, WIDTH)
        if rest:
            yield Tile(level, full, rest)
        size, level = full, level + 1


def tile_with(leaf: int, size: int) -> Tile:
    """Name the tile of level 0 that has a leaf of a tree with so many leaves."""
    number = leaf // WIDTH
    return Tile(0, number, min(WIDTH, size - number * WIDTH))


def hashes_of(tile: Tile, tree: Tree) -> bytes:
    """Return what a tile of a tree holds: its hashes, one after the other."""
    place = tile.number * WIDTH * HASH_SIZE
    return bytes(tree.levels[tile.level * _HEIGHT][place : place + tile.width * HASH_SIZE])
