"""For every rule of the programme a scene in which it refuses; `tests/domain/test_rules.py` plays them."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, Final

from domain.actors import Role
from domain.national.rules import RULES
from tests.domain.national.story import TODAY, Story

Scene = tuple[Story, str, dict[str, Any]]
"""A story, and a command that a rule speaks against."""


def _not_in_the_future() -> Scene:
    return Story(), "pause_scheduling", {"at": TODAY + timedelta(days=1)}


def _permission() -> Scene:
    return Story(), "pause_scheduling", {"by": Role.COORDINATOR}


def _authority() -> Scene:
    told = {"by": Role.DFE, "contrary_to": ("permission",), "authorised_by": "p-dfe"}
    return Story(), "pause_scheduling", told


def _recorded_once() -> Scene:
    return Story().do("pause_scheduling"), "pause_scheduling", {}


def _begun() -> Scene:
    return Story(), "strike_beginning", {}


def _review_due() -> Scene:
    return Story().do("begin_programme"), "note_review_asked_for", {}


def _pause_known() -> Scene:
    return Story(), "resume_scheduling", {}


def _order() -> Scene:
    return Story().do("pause_scheduling"), "resume_scheduling", {"last": date(2020, 3, 16)}


SCENES: Final[dict[str, Callable[[], Scene]]] = {
    name: globals()[f"_{name}"] for name in RULES if f"_{name}" in globals()
}
