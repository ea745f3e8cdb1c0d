"""Compares what was signed with what is there: has the ledger only grown since each checkpoint?"""

from collections.abc import Iterable

from audit.findings import Finding, Step
from proof.checkpoints import Checkpoint
from proof.merkle import Tree


def examine_roots(
    step: Step, tree: Tree, signed: Iterable[tuple[str, Checkpoint]], known: Iterable[Checkpoint]
) -> Iterable[Finding]:
    """Compare checkpoints with a tree, by the root that it had when it was of their size.

    That is what a proof of consistency proves; with all leaves at hand, none is needed.

    Args:
        step: to which findings belong.
        tree: over all leaves.
        signed: the checkpoints to compare, with what each is called.
        known: all checkpoints there are: one that fits says from which position on to search.
    """
    for name, checkpoint in signed:
        size = checkpoint.head.size
        if size > tree.size:
            told = (
                f"the ledger has {tree.size} entries and had {size} at {name}: the last ones are gone, or "
                "this is from before"
            )
            yield Finding(step, told, tree.size + 1)
        elif not _fits(tree, checkpoint):
            first = 1 + max(
                (one.head.size for one in known if one.head.size < size and _fits(tree, one)), default=0
            )
            told = (
                f"the first {size} entries are not those of {name}: something in positions {first} to {size} "
                "was changed, added or left out"
            )
            yield Finding(step, told, first, up_to=size)


def _fits(tree: Tree, checkpoint: Checkpoint) -> bool:
    size = checkpoint.head.size
    return size <= tree.size and tree.root(size) == checkpoint.head.root
