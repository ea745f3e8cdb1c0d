"""Examines the sealed texts that still exist: is each the one that its digest was made of?"""

from dataclasses import dataclass, field

from audit.findings import Finding, Step
from audit.source import Source


@dataclass(slots=True)
class Texts:
    """The digests of the texts that are there, and what is wrong with some."""

    digests: set[bytes] = field(default_factory=set)
    findings: list[Finding] = field(default_factory=list)


def examine_sealed(source: Source, block: str) -> Texts:
    """Examine a part of the sealed texts."""
    texts = Texts()
    for line in source.sealed(block, texts.findings):
        texts.digests.add(bytes.fromhex(line.digest))
        if not line.fits:
            told = f"the text with digest {line.digest} is not the one that it was made of"
            texts.findings.append(Finding(Step.SEALED, told, file=block))
    return texts
