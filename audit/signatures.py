"""Whose signatures count: from keys that the auditor brings, or from those that the ledger names itself."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from audit.export_format import Numbered
from audit.findings import Finding, Step
from audit.source import Statement
from proof.checkpoints import Checkpoint
from proof.notes import KeyType, NoteError, PublicKey


@dataclass(slots=True)
class Trust:
    """The keys of the log that are trusted in the end, and the checkpoints that can be read."""

    keys: set[PublicKey] = field(default_factory=set)
    checkpoints: list[tuple[str, Checkpoint]] = field(default_factory=list)
    """With what each is called."""
    remarks: list[str] = field(default_factory=list)


def examine_signatures(statement: Statement, pinned: Sequence[PublicKey], findings: list[Finding]) -> Trust:
    """Follow the signatures from checkpoint to checkpoint.

    A key that is not pinned is trusted from the checkpoint on that is signed both by it and by a trusted one.

    Args:
        statement: what the ledger says of itself.
        pinned: keys that the auditor has from elsewhere. Without one of the log itself, the first key that
            the ledger names is believed.
        findings: what is wrong is added to it.
    """
    trust = Trust()
    roots = {key for key in pinned if key.type is KeyType.LOG}
    known = {*statement.keys, *pinned}
    if roots:
        trust.keys = set(roots)
    elif statement.keys:
        trust.keys = {statement.keys[0]}
        trust.remarks.append(_NOT_PINNED)
    signed_by_pinned: set[PublicKey] = set()
    reached = not roots
    findings += _missing(statement.checkpoints)
    for one in statement.checkpoints:
        name = f"checkpoint {one.number}"
        signed = _read(trust, name, one, statement.origin, known, findings)
        if signed is None:
            continue
        signed_by_pinned |= signed.keys() & set(pinned)
        trust.remarks += _cosigned(name, signed, pinned)
        log_keys = {key for key in signed if key.type is KeyType.LOG}
        reached = reached or bool(log_keys & roots)
        if not log_keys or (reached and not log_keys & trust.keys):
            findings.append(Finding(Step.SIGNATURES, f"{name} is not signed by a key that is trusted"))
        elif reached:
            trust.keys |= log_keys
    for key in pinned:
        if statement.checkpoints and key not in signed_by_pinned:
            told = (
                f"no checkpoint is signed by the key that you brought, {key}: the log's key was replaced, or "
                "it is another log"
            )
            findings.append(Finding(Step.SIGNATURES, told))
    return trust


_NOT_PINNED = (
    "The log's key comes from what is examined itself. That shows that nothing was damaged; it does not show "
    "who signed: whoever can replace everything can replace the key too. Bring the log's from elsewhere "
    "(--key)."
)


def _missing(checkpoints: Sequence[Numbered]) -> list[Finding]:
    """They count from one without a gap."""
    told = []
    before = 0
    for number in sorted(one.number for one in checkpoints):
        if number != before + 1:
            gap = f"checkpoint {before + 1} is missing: checkpoint {number} comes "
            told.append(Finding(Step.SIGNATURES, gap + (f"after {before}" if before else "first")))
        before = number
    return told


def _read(
    trust: Trust,
    name: str,
    one: Numbered,
    origin: str | None,
    known: Iterable[PublicKey],
    findings: list[Finding],
) -> Mapping[PublicKey, datetime | None] | None:
    try:
        checkpoint = Checkpoint.read(one.note)
        signed = checkpoint.note.signed_by(known)
    except NoteError as error:
        findings.append(Finding(Step.SIGNATURES, f"{name}: {error}"))
        return None
    if origin is not None and checkpoint.head.origin != origin:
        told = f"{name} is of {checkpoint.head.origin}, not of {origin}"
        findings.append(Finding(Step.SIGNATURES, told))
        return None
    trust.checkpoints.append((name, checkpoint))
    return signed


def _cosigned(
    name: str, signed: Mapping[PublicKey, datetime | None], pinned: Sequence[PublicKey]
) -> list[str]:
    return [
        f"{key.name} has checked {name} and signed it at {at:%Y-%m-%d %H:%M} UTC."
        for key, at in signed.items()
        if at is not None and key in pinned
    ]


def examine_kept(
    name: str, note: str, trust: Trust, origin: str | None, findings: list[Finding]
) -> Checkpoint | None:
    """Read a checkpoint that the auditor kept, and check that a key signed it that is trusted today."""
    try:
        checkpoint = Checkpoint.read(note)
        if origin is not None:
            checkpoint.check(origin, trust.keys)
    except NoteError as error:
        findings.append(Finding(Step.CONSISTENCY, f"{name}: {error}"))
        return None
    return checkpoint
