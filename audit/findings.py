"""What an examination has found: step after step, and what is wrong with which entry or file."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

MOST: Final = 20
"""Findings of a step that are told one by one."""

_AFTER_ALL: Final = 2**63


class Step(StrEnum):
    """What is examined, in the order in which it is told."""

    FILES = "files"
    SIGNATURES = "signatures"
    TREE = "tree"
    ENTRIES = "entries"
    SEALED = "sealed"
    ORDER = "order"
    COMMANDS = "commands"
    FOLD = "fold"
    PROOFS = "proofs"
    CONSISTENCY = "consistency"


class Finding(NamedTuple):
    """Something that is not as it should be, in words that name the place."""

    step: Step
    problem: str
    position: int | None = None
    """Of the entry that it is about, or at which it begins."""
    file: str | None = None
    up_to: int | None = None
    """Of what lies somewhere between two positions the second one."""


@dataclass(frozen=True, slots=True)
class Examined:
    """A step: what was looked at, and what was found."""

    step: Step
    looked_at: str | None
    """How much, in words; nothing if the step could not be taken."""
    findings: tuple[Finding, ...]
    """The first ones, those with the lowest positions first."""
    found: int
    """How many in all."""
    seconds: float | None
    """How long it took; nothing if it was taken together with another."""

    @property
    def ok(self) -> bool:
        """Whether it was taken, and nothing was found."""
        return self.looked_at is not None and not self.found


@dataclass(frozen=True, slots=True)
class Report:
    """What an examination came to."""

    of: str
    steps: tuple[Examined, ...]
    remarks: tuple[str, ...]
    """What is to be known about how far this reaches."""
    seconds: float

    @property
    def ok(self) -> bool:
        """Whether every step was taken and nothing was found."""
        return all(step.ok for step in self.steps)

    @property
    def first_bad(self) -> Finding | None:
        """What is wrong with the lowest position; with one that is known before one that lies in a range."""
        placed = [one for step in self.steps for one in step.findings if one.position]
        exact = min((one for one in placed if one.up_to is None), key=_place, default=None)
        ranged = min((one for one in placed if one.up_to), key=_place, default=None)
        if exact is None or ranged is None:
            return exact or ranged
        return exact if _place(exact) <= (ranged.up_to or 0, 0) else ranged


def first_of(findings: Iterable[Finding]) -> Sequence[Finding]:
    """Return those that are told one by one: the lowest positions first, then what has none."""
    return sorted(findings, key=_place)[:MOST]


def _place(finding: Finding) -> tuple[int, int]:
    return finding.position or _AFTER_ALL, finding.up_to or 0
