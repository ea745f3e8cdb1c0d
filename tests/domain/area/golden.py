"""One event of each type of the register, kept in a file. A change of format on purpose is written with

python -m tests.domain.area.golden --write
"""

from datetime import date
from pathlib import Path
from typing import Final

from domain.area.events import EVENT_TYPES, Event
from tests.domain.area.story import USUAL, Story
from tests.domain.golden import Golden, first_of_each

GOLDEN: Final = Golden(Path(__file__).with_name("golden_events.json"))


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
    return first_of_each(story.events, EVENT_TYPES)


if __name__ == "__main__":
    GOLDEN.write_if_asked(one_of_each)
