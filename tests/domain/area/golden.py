"""One event of each type of an area, kept in a file. A change of format on purpose is written with

python -m tests.domain.area.golden --write
"""

from datetime import date
from pathlib import Path
from typing import Final

from domain.area.events import EVENT_TYPES, Event
from tests.domain.area.story import USUAL, Story
from tests.domain.golden import Golden, first_of_each

GOLDEN: Final = Golden(Path(__file__).with_name("golden_events.json"))

GONE_ALL_THE_WAY: Final = {
    "on_site": {"first": date(2026, 6, 15), "last": date(2026, 6, 19)},
    "notified_on": date(2026, 6, 1),
    "begun_on": date(2026, 6, 11),
    "fieldwork_ended_on": date(2026, 6, 19),
    "report_received_on": date(2026, 8, 3),
    "published_on": date(2026, 8, 13),
    "outcome": "2",
    "handbook": "2025-11-05",
}
"""What the cycle may know of an inspection."""


def one_of_each() -> dict[str, Event]:
    """Tell of an area to which everything happens, and return the first event of each type."""
    trust = {"body": "trust-surrey", "name": "Surrey Children's Trust", "kind": "childrens_trust"}
    story = Story().entered(since=date(1974, 4, 1), predecessors=["OLD"], partners=[trust])
    story.do("rename_area").do("give_code").do("join_body").do("succeed_body").do(
        "leave_body", body=trust["body"]
    )
    story.do("take_over_areas").do("set_polls").do("call_off_polls").do("record_intervention")
    story.do("replace_area").do(
        "strike_entry", entry={"kind": "area_replaced", "day": USUAL["replace_area"]["since"]}
    )
    _live_a_cycle(story)
    return first_of_each(story.events, EVENT_TYPES)


def _live_a_cycle(story: Story) -> None:
    """Planned, not opened, planned again; missed, and heard of late that it had begun in time."""
    story.do("schedule_inspection").do("note_not_opened")
    for command in ("agree_engagement_meeting", "hold_engagement_meeting", "note_monitoring_visit"):
        story.do(command)
    story.do("set_school_term").do("bring_forward")
    story.do("hear_of_concerns").do("hear_of_struck_concerns").wait(date(2026, 10, 1))
    story.heard("SRY-2026-F1", **GONE_ALL_THE_WAY).do("hear_of_pauses")
    story.do("move_cycle_to_handbook", to="2023-01-01", reason="bound_in_error")


if __name__ == "__main__":
    GOLDEN.write_if_asked(one_of_each)
