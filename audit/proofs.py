"""Makes and examines the proofs of one stream: each of its entries is in the tree of a checkpoint."""

from collections.abc import Callable, Iterable, Iterator

from audit.export_format import Proofs, Proved, base64_of, hash_from, read_proofs
from audit.findings import Finding, Step
from domain.errors import MalformedError
from proof.checkpoints import Checkpoint
from proof.merkle import ProofError, Tree, verify_inclusion


def prove(stream: str, positions: Iterable[int], tree: Tree) -> Proofs:
    """Prove that the entries of a stream, given by position in the order of versions, are in a tree."""
    return Proofs(
        stream=stream,
        size=tree.size,
        root=base64_of(tree.root()),
        entries=tuple(
            Proved(
                version=version,
                position=position,
                leaf=base64_of(tree.leaf(position - 1)),
                proof=tuple(map(base64_of, tree.inclusion(position - 1))),
            )
            for version, position in enumerate(positions, 1)
        ),
    )


def examine_proofs(
    raw: bytes,
    file: str,
    stream: str,
    version: int,
    leaf: Callable[[int], bytes | None],
    latest: Checkpoint | None,
) -> Iterator[Finding]:
    """Examine the proofs of a stream.

    Args:
        raw: the file.
        file: its name.
        stream: of which they should be.
        version: the last version of which there is an entry.
        leaf: says which leaf the tree has at a position.
        latest: the checkpoint to which they lead.
    """
    try:
        proofs = read_proofs(raw)
    except MalformedError as error:
        yield Finding(Step.PROOFS, str(error), file=file)
        return
    if not version:
        yield Finding(Step.PROOFS, f"no entry of {stream} is there", file=file)
    if proofs.stream != stream or [one.version for one in proofs.entries] != list(range(1, version + 1)):
        yield Finding(Step.PROOFS, f"does not prove versions 1 to {version} of {stream}", file=file)
    root = hash_from(proofs.root)
    if latest and (proofs.size, root) != (latest.head.size, latest.head.root):
        yield Finding(Step.PROOFS, "does not lead to the latest checkpoint", file=file)
    for one in proofs.entries:
        digest = hash_from(one.leaf)
        if digest != leaf(one.position):
            told = f"the leaf of version {one.version} is not the one in the tree"
            yield Finding(Step.PROOFS, told, one.position, file)
            continue
        try:
            verify_inclusion(digest, one.position - 1, proofs.size, [*map(hash_from, one.proof)], root)
        except ProofError as error:
            yield Finding(Step.PROOFS, f"version {one.version} is not proved: {error}", one.position, file)
