"""What a check finds, and how long it may look."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

PATIENCE_SECONDS: Final = 5.0
"""How long one check may take; what has not answered by then counts as away."""


class Verdict(StrEnum):
    """How it is."""

    OK = "ok"
    WARNING = "warning"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found.

    `advice` is what to do about it. `integrity` says of something wrong that what is stored, or what guards
    it, is not what it should be; without it, something cannot be reached or used.
    """

    check: str
    verdict: Verdict
    told: str
    advice: str | None = None
    integrity: bool = False


def ok(check: str, told: str) -> Finding:
    """Say that it is as it should be."""
    return Finding(check, Verdict.OK, told)


def warning(check: str, told: str, advice: str | None = None) -> Finding:
    """Say that it works, but that somebody should look at it."""
    return Finding(check, Verdict.WARNING, told, advice)


def wrong(check: str, told: str, advice: str | None = None, *, integrity: bool = False) -> Finding:
    """Say that it does not work, or is not safe."""
    return Finding(check, Verdict.WRONG, told, advice, integrity)


def overdue(check: str, where: str = "") -> Finding:
    """Say that nothing answered in time."""
    return wrong(
        check,
        f"no answer within {PATIENCE_SECONDS:g} seconds{where}",
        "see whether it is overloaded or cut off",
    )
