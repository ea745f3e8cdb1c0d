"""A serious concern that a thematic review has raised brings an inspection forward."""

from datetime import date, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from domain.area.cycle import inspections_to_come, next_inspections
from domain.area.events import ConcernStruck, InspectionBroughtForward
from domain.area.matters import ConcernNews, ConcernRef
from domain.area.news import concerns_about, is_struck
from tests.domain.area.story import RULES, Story, news
from tests.domain.thematic import story as reviews

CONCERN: dict[str, Any] = {"review": "THEMATIC-2025", "number": 1, "raised_on": date(2026, 2, 16)}


def test_it_is_wanted_within_six_months_and_refers_to_the_review() -> None:
    """The area, inspected in 2024, would have been due in 2027."""
    story = Story().entered().heard("SRY-2024-F1", published_on=date(2024, 6, 28), outcome="2")
    story.do("hear_of_concerns", concerns=[CONCERN])
    (event,) = (one for one in story.events if isinstance(one, InspectionBroughtForward))
    assert (event.due_by, event.concern) == (
        date(2026, 8, 16),
        ConcernRef(review="THEMATIC-2025", number=1),
    )
    (coming,) = inspections_to_come(RULES, story.state)
    assert coming.target == date(2026, 8, 16)


def test_it_is_heard_once_though_what_it_brought_is_struck() -> None:
    """Told twice in one command, told again, told again after a coordinator struck the entry."""
    story = Story().entered().do("hear_of_concerns", concerns=[CONCERN, CONCERN])
    assert story.ledger.count("inspection_brought_forward") == 1
    story.strike("inspection_brought_forward", "thematic_2025_1", date(2026, 8, 16))
    assert inspections_to_come(RULES, story.state) == ()
    story.do("hear_of_concerns", concerns=[CONCERN, {**CONCERN, "number": 2}])
    assert story.ledger.count("inspection_brought_forward") == 2


@pytest.mark.parametrize("heard_first", [True, False])
def test_it_counts_from_the_day_on_which_it_was_raised_whenever_the_area_hears_of_it(
    heard_first: bool,
) -> None:
    """Raised on 16 February; fieldwork began on 26 February and has met it, also where it is heard later."""
    story = Story().entered()
    told: list[tuple[str, dict[str, Any]]] = [
        ("hear_of_concerns", {"concerns": [CONCERN]}),
        ("hear_of_inspections", {"news": [news("SRY-2026-F1", begun_on=date(2026, 2, 26))]}),
    ]
    for command, matter in told if heard_first else reversed(told):
        story.do(command, **matter)
    (asked_for,) = next_inspections(RULES, story.state)
    assert (asked_for.origin_on, asked_for.met_on) == (date(2026, 2, 16), date(2026, 2, 26))
    published = {"begun_on": date(2026, 2, 26), "published_on": date(2026, 5, 8), "outcome": "1"}
    story.now += timedelta(days=100)
    story.heard("SRY-2026-F1", **published)
    assert _targets(story) == [date(2031, 5, 8)]


INSPECTED: dict[str, Any] = {"published_on": date(2024, 6, 28), "outcome": "2"}


def _concerned() -> Story:
    """An area, inspected in 2024, of which a review has raised a concern."""
    return Story().entered().heard("SRY-2024-F1", **INSPECTED).do("hear_of_concerns", concerns=[CONCERN])


def _targets(story: Story) -> list[date]:
    return [one.target for one in inspections_to_come(RULES, story.state)]


def test_a_concern_that_its_review_strikes_lets_the_inspection_go_back() -> None:
    """To the day that the last outcome brings. What was missed by the nearer day is taken back."""
    story = _concerned().wait(date(2026, 8, 17))
    story.do("hear_of_struck_concerns")
    assert story.told == ["concern_struck", "cycle_deadline_miss_taken_back"]
    assert _targets(story) == [date(2027, 6, 28)]
    (event,) = (one for one in story.events if isinstance(one, ConcernStruck))
    assert (event.concern, event.due_by) == (ConcernNews(**CONCERN).ref, date(2026, 8, 16))
    assert story.do("hear_of_struck_concerns").latest == ()
    assert story.do("hear_of_concerns", concerns=[CONCERN]).latest == ()


def test_an_inspection_that_is_on_its_way_does_not_go_back() -> None:
    """Scheduled, opened or begun since; once it is withdrawn, the next look lets go what brought it."""
    story = _concerned().do("schedule_inspection")
    assert story.do("hear_of_struck_concerns").latest == ()
    for known in ({}, {"begun_on": date(2026, 3, 19)}):
        story.heard("SRY-2026-F1", **known)
        assert story.do("hear_of_struck_concerns").latest == ()
    story.heard("SRY-2026-F1", withdrawn=True).do("hear_of_struck_concerns")
    assert _targets(story) == [date(2027, 6, 28)]


def test_other_intelligence_stands_when_a_concern_is_struck() -> None:
    """Another concern, or what a director asked for."""
    story = _concerned().do("bring_forward", due_by=date(2026, 7, 1))
    story.do("hear_of_concerns", concerns=[{**CONCERN, "number": 2}]).do("hear_of_struck_concerns")
    assert story.ledger.count("concern_struck") == 1
    assert _targets(story) == [date(2026, 7, 1)]
    story.strike("inspection_brought_forward", day=date(2026, 7, 1))
    assert _targets(story) == [date(2026, 8, 16)]


def test_whether_a_concern_is_struck_is_read_from_its_review() -> None:
    """One that was never raised there is not struck."""
    review = reviews.Story().until("begin_review_visit").do("raise_concern")
    first, second = (ConcernRef(review="THEMATIC-2023", number=number) for number in (1, 2))
    assert not is_struck(first, review.state)
    review.do("rectify_review_entry", entry={"kind": "concern_raised", "about": "1"})
    assert is_struck(first, review.state)
    assert not is_struck(second, review.state)


def test_what_a_review_has_raised_about_an_area_is_read_from_its_stream() -> None:
    """By its number there, and about this area alone."""
    review = reviews.Story().until("begin_review_visit").do("raise_concern")
    area = review.events[-1].area  # type: ignore[attr-defined]
    (news,) = concerns_about(area, "THEMATIC-2023", review.state)
    assert (news.review, news.number) == ("THEMATIC-2023", 1)
    assert concerns_about("ZZZ", "THEMATIC-2023", review.state) == ()


def test_only_what_a_thematic_review_found_refers_to_one() -> None:
    """A director who brings forward because of complaints names no concern of a review."""
    concern = ConcernNews(**CONCERN).ref
    with pytest.raises(ValidationError, match="because of thematic_review"):
        Story().entered().ask("bring_forward", because="complaints", concern=concern)


def test_none_is_heard_of_that_was_raised_before_the_first_handbook() -> None:
    """By which rules the inspection would come, nobody could say."""
    early = {**CONCERN, "raised_on": date(2022, 12, 31)}
    refusal = Story().entered().refused("hear_of_concerns", concerns=[early])
    assert refusal.code == "handbook_in_force"
