"""One event of each type of a thematic review, kept in a file. A change of format on purpose is written with

python -m tests.domain.thematic.golden --write
"""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Final

from domain.thematic.events import EVENT_TYPES, Event
from tests.domain.golden import Golden, first_of_each
from tests.domain.thematic.story import Story

GOLDEN: Final = Golden(Path(__file__).with_name("golden_events.json"))


def one_of_each() -> dict[str, Event]:
    """Tell of reviews until each type has occurred, and return the first event of each."""
    return first_of_each((event for story in _stories() for event in story.events), EVENT_TYPES)


def _stories() -> Iterator[Story]:
    yield Story().until("choose_review_area").do("withdraw_review_consent").do("withdraw_review")
    told = Story().until("record_review_findings").do("raise_concern").do("record_general_election")
    told.until("release_review_report").wait(date(2023, 11, 17)).wait(date(2024, 1, 8))
    told.do("publish_review_report", at=date(2023, 11, 29))
    told.rectify("review_report_published", "1", to=date(2023, 11, 30))
    yield told.do("record_survey_data_deletion", at=date(2026, 12, 7))


if __name__ == "__main__":
    GOLDEN.write_if_asked(one_of_each)
