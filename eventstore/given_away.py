"""Checkpoints that were given away, held against those that the log has."""

from collections.abc import Mapping
from typing import NamedTuple

from domain.errors import IntegrityError


class GivenAway(NamedTuple):
    """What was given away: notes by their numbers, and the newest under a name of its own."""

    notes: Mapping[int, str]
    newest: str | None = None


def require_given_away(given: GivenAway, there: Mapping[int, str]) -> None:
    """See that a log still has each checkpoint that was given away, as it was then.

    Args:
        given: what was given away. Looked up before `there`, for in between others may give away more.
        there: what the log has, from the lowest of these numbers on.

    Raises:
        IntegrityError: one is gone, or is another.
    """
    for number, note in sorted(given.notes.items()):
        if number not in there:
            raise IntegrityError(
                f"checkpoint {number} was published and is not in the ledger: it was taken away, or what was "
                "published belongs to another ledger"
            )
        if there[number] != note:
            raise IntegrityError(f"checkpoint {number} is not the one that was published")
    if given.newest is not None and given.newest not in there.values():
        raise IntegrityError(
            "the checkpoint that was published as the newest is not in the ledger: it was taken away, or "
            "what was published belongs to another ledger"
        )
