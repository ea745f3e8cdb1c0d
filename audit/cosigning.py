"""Cosigning: an auditor signs a checkpoint after checking that the log has only grown since the last one.

Whoever keeps a checkpoint that an auditor has signed need not trust the log's operator alone: a second
history would need the auditor's key as well.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from audit.findings import Finding
from audit.source import Source
from domain.errors import IntegrityError, MalformedError
from proof.checkpoints import Checkpoint
from proof.merkle import ProofError, Tree, verify_consistency
from proof.notes import NoteError, PublicKey, SecretKey


class Proofs(Protocol):
    """Whatever knows the log's tree: its database, or an export of it. `proof.merkle.Tree` is one."""

    def root(self, size: int) -> bytes:
        """Return the root of the tree when it had so many leaves. Raises `ValueError` if it has fewer."""
        ...

    def consistency(self, before: int, size: int) -> Sequence[bytes]:
        """Prove that the tree has grown from one size to another. Raises `ValueError` as `root`."""
        ...


def proofs_in(export: Source, size: int) -> Tree:
    """Return the tree of an export, if that is whole and goes as far as a checkpoint of so many entries.

    Its entries and texts are not read: the hashes prove that the log has grown, `verify` examines the rest.

    Raises:
        IntegrityError: manifest, policy, a checkpoint or a tile is damaged or missing; names the file.
        MalformedError: the export was made before the checkpoint.
    """
    findings: list[Finding] = []
    export.statement(findings)
    tree = export.tree(findings)
    if tree is None or findings:
        raise IntegrityError(f"the export is damaged: {findings[0].file}: {findings[0].problem}")
    if tree.size < size:
        raise MalformedError(
            f"the export is of {tree.size} entries and the checkpoint of {size}; accepted is a later export"
        )
    return tree


def cosign(
    checkpoint: Checkpoint,
    key: SecretKey,
    *,
    log_keys: Sequence[PublicKey],
    last: Checkpoint | None,
    proofs: Proofs | None,
    at: datetime,
) -> Checkpoint:
    """Sign a checkpoint as a cosigner, or raise what speaks against it.

    Args:
        checkpoint: what is to be signed.
        key: the cosigner's.
        log_keys: the log's public keys, as the cosigner has got to know them.
        last: what the cosigner has signed last; without it, this is the first time.
        proofs: that the log has grown from the last one, and is what the checkpoint says; without them only a
            checkpoint of the same size and root can follow one that was signed.
        at: the moment of signing, which is signed too.

    Raises:
        IntegrityError: the log has not signed it, has not grown from the last one, or is another tree.
        MalformedError: the last one was not signed by the cosigner, or proofs are needed.
    """
    origin = log_keys[0].name
    _require_signed(checkpoint, origin, log_keys)
    if last is not None:
        _require_signed(last, origin, log_keys)
        if key.public not in _signed_by(last, [key.public]):
            raise MalformedError(f"--last is no checkpoint that {key.public.name} has signed")
        _require_grown(last, checkpoint, proofs)
    if proofs is not None and _root(proofs, checkpoint.head.size) != checkpoint.head.root:
        raise IntegrityError(
            f"the ledger's first {checkpoint.head.size} entries are not those of the checkpoint"
        )
    return checkpoint.cosign(key, at)


def _require_signed(checkpoint: Checkpoint, origin: str, log_keys: Sequence[PublicKey]) -> None:
    try:
        checkpoint.check(origin, log_keys)
    except NoteError as error:
        raise IntegrityError(str(error)) from error


def _signed_by(checkpoint: Checkpoint, keys: Sequence[PublicKey]) -> Sequence[PublicKey]:
    try:
        return list(checkpoint.note.signed_by(keys))
    except NoteError as error:
        raise IntegrityError(str(error)) from error


def _root(proofs: Proofs, size: int) -> bytes:
    try:
        return proofs.root(size)
    except ValueError as error:
        raise IntegrityError(f"the checkpoint is of {size} entries: {error}") from error


def _require_grown(last: Checkpoint, checkpoint: Checkpoint, proofs: Proofs | None) -> None:
    before, now = last.head, checkpoint.head
    if now.size < before.size:
        raise IntegrityError(
            f"the checkpoint is of {now.size} entries, and {before.size} were signed last: it is older, "
            "or entries are gone"
        )
    if before == now or before.size == 0:
        return
    if proofs is None:
        raise MalformedError(
            "what was signed last and this differ; accepted with the folder of an export or with --live, "
            "which prove the rest"
        )
    try:
        verify_consistency(
            before.size, now.size, proofs.consistency(before.size, now.size), before.root, now.root
        )
    except (ProofError, ValueError) as error:
        raise IntegrityError(
            f"the log has not grown from what was signed last ({before.size} entries): {error}"
        ) from error
