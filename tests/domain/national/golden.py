"""One event of each type of the programme, kept in a file. A change of format on purpose is written with

python -m tests.domain.national.golden --write
"""

from datetime import date
from pathlib import Path
from typing import Final

from domain.national.events import EVENT_TYPES, Event
from tests.domain.golden import Golden, first_of_each
from tests.domain.national.story import Story

GOLDEN: Final = Golden(Path(__file__).with_name("golden_events.json"))


def one_of_each() -> dict[str, Event]:
    """Tell of a year and of a pause to which everything happens, and return the first event of each type."""
    story = Story().do("begin_programme", at=date(2026, 1, 1)).do("note_review_asked_for")
    story.do("pause_scheduling").do("resume_scheduling").do("strike_pause")
    story.do("strike_beginning")
    return first_of_each(story.events, EVENT_TYPES)


if __name__ == "__main__":
    GOLDEN.write_if_asked(one_of_each)
