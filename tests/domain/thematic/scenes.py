"""For every rule of a review a scene in which it refuses; `tests/domain/test_rules.py` plays them."""

from collections.abc import Callable
from datetime import date
from typing import Any, Final

from domain.actors import Role
from domain.thematic.rules import RULES
from tests.domain.thematic.story import Story, who

Scene = tuple[Story, str, dict[str, Any]]
"""A story, and a command that a rule speaks against."""

RECTIFY: Final = "rectify_review_entry"


def _not_in_the_future() -> Scene:
    story = Story().until("plan_review")
    return story, "publish_review_guidance", {"at": date(2023, 1, 30), "recorded": story.now}


def _permission() -> Scene:
    return Story(), "plan_review", {"by": Role.INSPECTOR}


def _authority() -> Scene:
    told = {"by": Role.INSPECTOR, "contrary_to": ("permission",), "authorised_by": "p-coordinator"}
    return Story().until("plan_review"), "publish_review_guidance", told


def _review_exists() -> Scene:
    return Story(), "publish_review_guidance", {}


def _stage() -> Scene:
    return Story().until("begin_review_visit"), "plan_review", {}


def _own_time() -> Scene:
    return Story(), "plan_review", {"at": date(2021, 12, 31)}


def _terms_in_force() -> Scene:
    return Story("THEMATIC-2022"), "plan_review", {"at": date(2021, 12, 1)}


def _theme_named() -> Scene:
    return Story("THEMATIC-2026"), "plan_review", {"at": date(2025, 12, 1)}


def _recorded_once() -> Scene:
    return Story().until("publish_review_guidance"), "publish_review_guidance", {}


def _order() -> Scene:
    return Story().until("choose_review_area"), "begin_review_visit", {"area": "TRF"}


def _consent_stands() -> Scene:
    return Story().until("choose_review_area").do("withdraw_review_consent"), "begin_review_visit", {}


def _consent_before_visit() -> Scene:
    return Story().until("begin_review_visit"), "withdraw_review_consent", {}


def _visits_ended() -> Scene:
    return Story().until("begin_review_visit"), "submit_review_report", {}


def _report_is_current() -> Scene:
    story = Story().until("submit_review_report")
    first = story.command("release_review_report").model_dump()["report"]
    return story.do("submit_review_report"), "release_review_report", {"report": first}


def _released() -> Scene:
    return Story().until("submit_review_report"), "publish_review_report", {}


def _separation_of_duties() -> Scene:
    by = who(Role.HMCI, "p-ofstedlead")
    return Story().until("submit_review_report"), "release_review_report", {"by": by}


def _no_embargo() -> Scene:
    story = Story().until("release_review_report").do("record_general_election", polls_on=date(2023, 12, 7))
    return story, "publish_review_report", {"at": date(2023, 11, 9)}


def _entry_recorded() -> Scene:
    return Story().until("plan_review"), RECTIFY, Story.wrong("review_visit_begun", "SRY")


def _nothing_rests_on_it() -> Scene:
    return Story().until("end_review_visit"), RECTIFY, Story.wrong("review_visit_begun", "SRY")


SCENES: Final[dict[str, Callable[[], Scene]]] = {
    name: globals()[f"_{name}"] for name in RULES if f"_{name}" in globals()
}
