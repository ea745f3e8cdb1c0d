"""The records of erased texts as auditors get them."""

from collections.abc import Iterable, Iterator
from typing import Final

from audit.export_format import ErasedLine
from eventstore.erasures import Erasure

_DIGEST: Final = 64
"""Characters of a digest; a person's reference has fewer."""


def erased_texts(erasures: Iterable[Erasure]) -> Iterator[ErasedLine]:
    """Pass over what was erased from the directory; and over what was asked for, which may be a child."""
    for one in erasures:
        if len(one.what) == _DIGEST:
            yield ErasedLine(
                digest=one.what,
                decided_by=one.decided_by,
                reason=one.reason.value,
                rule=one.rule,
                erased_at=one.erased_at,
            )
