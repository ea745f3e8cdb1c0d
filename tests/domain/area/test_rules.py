"""Every rule about an area refuses somewhere; one that yields lets a fact stand as irregular."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, Final

import pytest

from domain.actors import Role
from domain.area.rules import RULES
from tests.domain.area.story import TODAY, USUAL, Story, who

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


def _entry_recorded() -> Scene:
    return Story().entered(), "strike_entry", {"entry": {"kind": "area_replaced", "day": date(2027, 4, 1)}}


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


def _nothing_rests_on_it() -> Scene:
    story = Story().entered().do("join_body").do("leave_body")
    return story, "strike_entry", {"entry": {"kind": "body_joined", "about": BOARD, "day": date(2022, 7, 1)}}


SCENES: Final[dict[str, Callable[[], Scene]]] = {
    name: globals()[f"_{name}"] for name in RULES if f"_{name}" in globals()
}


def test_every_rule_has_a_scene() -> None:
    """A rule that nothing breaks is no rule, or has no test."""
    assert sorted(SCENES) == sorted(RULES)


@pytest.mark.parametrize("code", SCENES)
def test_a_rule_refuses_and_says_why(code: str) -> None:
    """A refusal names its rule in words, why it speaks here, and what would be accepted."""
    story, command, told = SCENES[code]()
    before = story.state
    refusal = story.refused(command, **told)
    assert refusal.code == code
    assert refusal.rule == RULES[code].says
    assert refusal.because
    assert refusal.accepted
    assert refusal.waivable is RULES[code].yields
    assert story.state == before


@pytest.mark.parametrize("code", [code for code in SCENES if RULES[code].yields])
def test_what_happened_against_a_rule_that_yields_is_recorded_as_irregular(code: str) -> None:
    """The rule is named, and on whose authority."""
    story, command, told = SCENES[code]()
    story.do(command, **told, contrary_to=(code,))
    irregular = story.events[-1].irregular
    assert irregular is not None
    assert (irregular.rules, irregular.authorised_by) == ((code,), "p-authority")


@pytest.mark.parametrize("code", [code for code in SCENES if not RULES[code].yields])
def test_a_rule_that_guards_the_meaning_of_the_record_does_not_yield(code: str) -> None:
    """Naming it changes nothing."""
    story, command, told = SCENES[code]()
    contrary = (*told.pop("contrary_to", ()), code)
    assert story.refused(command, **told, contrary_to=contrary).code == code


Refused = tuple[str, Callable[[], Story], str, dict[str, Any]]

MORE: Final[list[Refused]] = [
    ("permission", lambda: Story().entered(), "set_polls", {"by": who(Role.DFE, organisation="ofsted")}),
    (
        "permission",
        lambda: Story().entered(),
        "record_intervention",
        {"by": who(Role.DFE, organisation="cqc")},
    ),
    ("recorded_once", lambda: Story().entered(), "enter_area", {"name": "Surrey Downs"}),
    ("recorded_once", lambda: Story().entered().do("rename_area"), "rename_area", {"name": "Surrey Hills"}),
    ("recorded_once", lambda: Story().entered().do("give_code"), "give_code", {}),
    (
        "recorded_once",
        lambda: Story().entered().do("replace_area"),
        "replace_area",
        {"since": date(2026, 12, 1)},
    ),
    ("recorded_once", lambda: Story().entered().do("take_over_areas"), "take_over_areas", {}),
    ("recorded_once", lambda: Story().entered().do("record_intervention"), "record_intervention", {}),
    ("within_life", lambda: Story().entered(since=FIRST), "replace_area", {"since": FIRST}),
    ("within_life", lambda: Story().entered(since=FIRST), "give_code", {"since": date(1999, 1, 1)}),
    ("within_life", lambda: Story().entered(since=FIRST), "join_body", {"since": date(1999, 1, 1)}),
    ("within_life", lambda: Story().entered(since=FIRST), "take_over_areas", {"since": date(1999, 1, 1)}),
    ("within_life", lambda: Story().entered(since=FIRST), "leave_body", {"last_day": date(1999, 1, 1)}),
    ("within_life", lambda: Story().entered(since=FIRST), "succeed_body", {"since": date(1999, 1, 1)}),
    (
        "within_life",
        lambda: Story().entered().do("replace_area"),
        "set_polls",
        {"polls_on": date(2027, 5, 6)},
    ),
    ("within_life", lambda: Story().entered(since=TODAY), "record_intervention", {"at": date(2026, 3, 1)}),
    (
        "within_life",
        lambda: Story().entered().do("replace_area", since=date(2026, 3, 27)),
        "schedule_inspection",
        {},
    ),
    (
        "within_life",
        lambda: Story().entered().do("replace_area", since=date(2026, 9, 30)),
        "bring_forward",
        {},
    ),
    ("not_in_the_future", lambda: Story().entered(), "hold_engagement_meeting", {"held_on": TOMORROW}),
    ("not_in_the_future", lambda: Story().entered(), "note_monitoring_visit", {"visited_on": TOMORROW}),
    ("entry_recorded", lambda: Story().entered(), "note_not_opened", {}),
    ("recorded_once", lambda: Story().entered().do("schedule_inspection"), "schedule_inspection", {}),
    ("recorded_once", lambda: Story().entered().heard("SRY-2026-F1"), "schedule_inspection", {}),
    ("not_itself", lambda: Story().entered(), "take_over_areas", {"predecessors": ["SRY"]}),
    ("authority_stays", lambda: Story().entered(), "succeed_body", {"body": "la-sry"}),
    ("body_responsible", lambda: Story().entered(), "succeed_body", {}),
    (
        "body_responsible",
        lambda: Story().entered().do("join_body", since=date(2026, 4, 1)),
        "succeed_body",
        {"since": date(2026, 4, 1)},
    ),
    ("body_responsible", lambda: Story().entered().do("join_body").do("leave_body"), "succeed_body", {}),
    (
        "body_responsible",
        lambda: Story().entered().do("join_body").do("leave_body"),
        "leave_body",
        {"last_day": date(2025, 12, 31)},
    ),
    (
        "body_not_yet",
        lambda: Story().entered().do("join_body", since=None),
        "join_body",
        {"since": None},
    ),
    (
        "nothing_rests_on_it",
        lambda: Story().entered(partners=[USUAL["join_body"]["partner"]]).do("leave_body"),
        "strike_entry",
        {"entry": {"kind": "area_entered"}},
    ),
]


@pytest.mark.parametrize(("code", "story", "command", "told"), MORE)
def test_a_rule_speaks_against_each_command_that_it_concerns(
    code: str, story: Callable[[], Story], command: str, told: dict[str, Any]
) -> None:
    """Beside the scene that each rule has."""
    assert story().refused(command, **told).code == code


def test_whoever_keeps_the_register_only_does_not_authorise() -> None:
    """Directors and HMCI do; the record knows who has acted in other roles only."""
    story = Story().entered(by=who(Role.COORDINATOR, "p-keeper"))
    told: dict[str, Any] = {"by": Role.DCS, "contrary_to": ("permission",)}
    refusal = story.refused("set_polls", **told, authorised_by="p-keeper")
    assert refusal.code == "authority"
    assert refusal.because == "p-keeper acts as coordinator in this area"
