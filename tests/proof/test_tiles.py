"""Trees of hashes as files: where they lie, and that they hold what the tree has."""

import hashlib

import pytest

from proof.merkle import Tree, root_of
from proof.tiles import Tile, hashes_of, tile_with, tiles_of


def _leaves(count: int) -> list[bytes]:
    return [hashlib.sha256(b"\x00" + str(number).encode()).digest() for number in range(count)]


@pytest.mark.parametrize(
    ("tile", "path"),
    [
        (Tile(0, 0, 256), "tile/0/000"),
        (Tile(0, 273, 112), "tile/0/273.p/112"),
        (Tile(1, 1_234_067, 256), "tile/1/x001/x234/067"),
    ],
)
def test_a_tile_lies_where_the_format_says(tile: Tile, path: str) -> None:
    """The examples of c2sp.org/tlog-tiles."""
    assert tile.path == path


def test_a_tree_of_70_000_leaves_has_the_tiles_of_the_example() -> None:
    """256 full and one partial at level 0, one full and one partial at level 1, one at level 2."""
    tiles = list(tiles_of(70_000))
    assert [tile for tile in tiles if tile.level or tile.width < 256] == [
        Tile(0, 273, 112),
        Tile(1, 0, 256),
        Tile(1, 1, 17),
        Tile(2, 0, 1),
    ]
    assert tile_with(69_999, 70_000) == Tile(0, 273, 112)


@pytest.mark.parametrize("size", [0, 1, 255, 256, 257, 600])
def test_tiles_hold_the_tree(size: int) -> None:
    """Level 0 the leaves in order; above, the root over each full tile below."""
    leaves = _leaves(size)
    tree = Tree(leaves)
    held = {tile: hashes_of(tile, tree) for tile in tiles_of(size)}
    assert b"".join(held[tile] for tile in held if tile.level == 0) == b"".join(leaves)
    above = b"".join(held[tile] for tile in held if tile.level == 1)
    assert above == b"".join(root_of(leaves[at : at + 256]) for at in range(0, size - size % 256, 256))
