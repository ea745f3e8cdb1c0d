"""For every rule of the register a scene in which it refuses; `tests/domain/test_rules.py` plays them."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, Final

from domain.actors import Role
from domain.area.rules import RULES
from tests.domain.area.story import TODAY, Story

Scene = tuple[Story, str, dict[str, Any]]
"""A story, and a command that a rule speaks against."""

FIRST: Final = date(2000, 4, 1)
TOMORROW: Final = TODAY + timedelta(days=1)
BOARD: Final = "icb-surrey-heartlands"


def _not_in_the_future() -> Scene:
    return Story().entered(), "record_intervention", {"at": TODAY + timedelta(days=1)}


def _permission() -> Scene:
    return Story().entered(), "record_intervention", {"by": Role.COORDINATOR}


def _authority() -> Scene:
    told = {"by": Role.DCS, "contrary_to": ("permission",), "authorised_by": "p-coordinator"}
    return Story().entered(), "set_polls", told


def _area_exists() -> Scene:
    return Story(), "set_polls", {}


def _recorded_once() -> Scene:
    return Story().entered().do("set_polls"), "set_polls", {}


def _within_life() -> Scene:
    return Story().entered(since=FIRST), "rename_area", {"since": FIRST - timedelta(days=1)}


def _not_itself() -> Scene:
    return Story().entered(), "replace_area", {"successors": ["NEW", "SRY"]}


def _authority_stays() -> Scene:
    return Story().entered(), "leave_body", {"body": "la-sry"}


def _body_responsible() -> Scene:
    return Story().entered(), "leave_body", {}


def _body_not_yet() -> Scene:
    return Story().entered().do("join_body"), "join_body", {"since": date(2023, 1, 1)}


def _polls_known() -> Scene:
    return Story().entered().do("set_polls", kind="general"), "call_off_polls", {"kind": "local"}


def _polls_to_come() -> Scene:
    held = {"polls_on": TODAY - timedelta(days=1)}
    return Story().entered().do("set_polls", **held), "call_off_polls", held


def _name_fits() -> Scene:
    return Story().entered(), "schedule_inspection", {"inspection": "SRY-2026-M1"}


def _one_at_a_time() -> Scene:
    return Story().entered().do("schedule_inspection"), "schedule_inspection", {"inspection": "SRY-2026-F2"}


def _due() -> Scene:
    told = {"kind": "monitoring", "inspection": "SRY-2026-M1"}
    return Story().entered(), "schedule_inspection", told


def _window() -> Scene:
    story = Story().entered().heard("SRY-2023-F1", published_on=date(2023, 11, 24), outcome="1")
    return story, "schedule_inspection", {}


def _scheduling_paused() -> Scene:
    return Story().entered().do("hear_of_pauses"), "schedule_inspection", {}


def _term_time() -> Scene:
    term = {"first": date(2026, 1, 5), "last": date(2026, 3, 26)}
    return Story().entered().do("set_school_term", term=term), "schedule_inspection", {}


def _visits_cap() -> Scene:
    story = Story().entered().heard("SRY-2024-F1", published_on=date(2024, 9, 30), outcome="3")
    for day in (date(2025, 6, 3), date(2025, 9, 16), date(2026, 2, 10)):
        story.do("note_monitoring_visit", visited_on=day)
    return story, "schedule_inspection", {"kind": "monitoring", "inspection": "SRY-2026-M1"}


def _calendar_horizon() -> Scene:
    week = {"first": date(2040, 3, 5), "last": date(2040, 3, 9)}
    return Story().entered(), "schedule_inspection", {"inspection": "SRY-2040-F1", "on_site": week}


def _handbook_in_force() -> Scene:
    return Story().entered(), "bring_forward", {"at": date(2022, 12, 31)}


def _day_ahead() -> Scene:
    return Story().entered(), "agree_engagement_meeting", {"due_by": TODAY}


def _handbook_known() -> Scene:
    return Story().entered(), "move_cycle_to_handbook", {}


def _earlier() -> Scene:
    story = Story().entered().heard("SRY-2023-F1", published_on=date(2023, 11, 24), outcome="2")
    return story, "bring_forward", {"due_by": date(2026, 11, 24)}


def _not_opened_yet() -> Scene:
    story = Story().entered().do("schedule_inspection").heard("SRY-2026-F1")
    return story, "strike_entry", {"entry": {"kind": "inspection_scheduled", "about": "SRY-2026-F1"}}


def _entry_recorded() -> Scene:
    return Story().entered(), "strike_entry", {"entry": {"kind": "area_replaced", "day": date(2027, 4, 1)}}


def _nothing_rests_on_it() -> Scene:
    story = Story().entered().do("join_body").do("leave_body")
    return story, "strike_entry", {"entry": {"kind": "body_joined", "about": BOARD, "day": date(2022, 7, 1)}}


SCENES: Final[dict[str, Callable[[], Scene]]] = {
    name: globals()[f"_{name}"] for name in RULES if f"_{name}" in globals()
}
