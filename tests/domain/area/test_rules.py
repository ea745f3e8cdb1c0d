"""Where else the rules about an area refuse."""

from collections.abc import Callable
from datetime import date
from typing import Any, Final

import pytest

from domain.actors import Role
from tests.domain.area.scenes import FIRST, TOMORROW
from tests.domain.area.story import TODAY, USUAL, Story, who

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
