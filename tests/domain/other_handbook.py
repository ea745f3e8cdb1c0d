"""A handbook that says something else than the released ones."""

from collections.abc import Callable
from typing import Any

from domain.handbook import Handbook
from domain.rulebook import Rulebook

Change = Callable[[dict[str, Any]], None]
"""Changes a handbook as it is written in its file."""


def other_handbook(rules: Rulebook, version: str, change: Change) -> Handbook:
    """Return the first released handbook under another version, changed."""
    told = rules.handbook("2023-01-01").model_dump(mode="json")
    told |= {"version": version, "in_force_from": version}
    change(told)
    return Handbook.model_validate(told)


def with_handbook(rules: Rulebook, handbook: Handbook) -> Rulebook:
    """Return rules with a handbook more, or with another one under a name that they have."""
    kept = {**rules.handbooks, handbook.version: handbook}
    return Rulebook(handbooks=kept.values(), calendars=rules.calendars.values(), terms=rules.terms.values())
