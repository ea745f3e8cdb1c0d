"""What is said in the place of what was erased."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from cli.output import in_words
from domain.london import london_date
from domain.values import SealedText
from eventstore.erasures import Erasure
from workers.stores import Stores

MISSING: Final = "missing: it is not there, and not on record as erased"


def told(erasure: Erasure) -> str:
    """Say that something was erased: when, by whose decision, and why."""
    why = in_words(erasure.reason)
    by_rule = f", by rule {erasure.rule}" if erasure.rule else ""
    return f"erased on {london_date(erasure.erased_at)} by {erasure.decided_by} ({why}{by_rule})"


def instead_of(text: str | None, erasure: Erasure | None) -> str:
    """Return a text, or what is said in its place."""
    if text is not None:
        return text
    return told(erasure) if erasure else MISSING


def as_data(erasure: Erasure | None) -> dict[str, Any] | None:
    """Return the record of an erasure as scripts read it."""
    if erasure is None:
        return None
    return {
        "reason": erasure.reason.value,
        "rule": erasure.rule,
        "decided_by": erasure.decided_by,
        "erased_at": erasure.erased_at.isoformat(),
    }


async def read_texts(
    stores: Stores, refs: Sequence[SealedText]
) -> Mapping[SealedText, tuple[str | None, Erasure | None]]:
    """Return each of some sealed texts, or none and the record of its erasure."""
    texts = await stores.texts.open_many(refs)
    gone = await stores.erasures.of(ref.sealed for ref, text in texts.items() if text is None)
    return {ref: (text, gone.get(ref.sealed)) for ref, text in texts.items()}
