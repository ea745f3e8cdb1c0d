"""Each year the programme has its thematic review planned. It is 2 March 2026."""

from datetime import date, datetime

from hypothesis import given
from hypothesis import strategies as st

from domain.london import start_of_day
from domain.messages import Standing
from domain.national.reviews import next_review, review_to_plan
from domain.national.standing import stands
from tests.domain.national.story import RULES, Story


def standing(story: Story, now: datetime | None = None) -> Standing:
    return stands(RULES, story.state, now or story.now).standing


def test_the_next_review_is_waited_for_and_planned_when_its_day_comes() -> None:
    """The first one on the first 2 January after the programme has begun, in London."""
    story = Story().do("begin_programme")
    moment = start_of_day(date(2027, 1, 2))
    assert (standing(story).next_wake, standing(story).errands) == (moment, ())
    assert (standing(story, moment).next_wake, standing(story, moment).errands) == (
        None,
        ("plan THEMATIC-2027",),
    )


def test_who_begins_before_the_day_has_the_review_of_the_same_year() -> None:
    """Or on it. Looked at in 2026, each year is seen to, one after the other."""
    story = Story().do("begin_programme", at=date(2023, 1, 2))
    for year in (2023, 2024, 2025, 2026):
        assert standing(story).errands == (f"plan THEMATIC-{year}",)
        story.do("note_review_asked_for", review=f"THEMATIC-{year}")
    assert standing(story).errands == ()
    assert standing(story).next_wake == start_of_day(date(2027, 1, 2))


def test_a_programme_that_only_pauses_plans_nothing() -> None:
    """Nobody has said in whose name."""
    story = Story().do("pause_scheduling")
    assert (next_review(story.state), standing(story).next_wake) == (None, None)


def test_a_programme_begins_once() -> None:
    """Or it would have two beginnings to count from."""
    assert Story().do("begin_programme").refused("begin_programme").code == "recorded_once"


def test_a_beginning_that_was_recorded_wrongly_is_struck() -> None:
    """Nothing is planned then. Begun anew, it waits for the next day to come, and sees to no year again."""
    story = Story().do("begin_programme", at=date(2023, 1, 1))
    story.do("note_review_asked_for", review="THEMATIC-2023").do("strike_beginning")
    assert (standing(story).next_wake, standing(story).errands) == (None, ())
    again = story.do("begin_programme", at=date(2022, 12, 1))
    assert standing(again).errands == ("plan THEMATIC-2024",)
    later = again.do("strike_beginning").do("begin_programme")
    assert next_review(later.state) == "THEMATIC-2027"


@given(begun=st.dates(date(2023, 1, 1), date(2026, 3, 2)))
def test_no_year_is_left_out_or_seen_to_twice(begun: date) -> None:
    """Whenever it began, and however late it looks."""
    story = Story().do("begin_programme", at=begun)
    planned = []
    while review := review_to_plan(story.state, story.now):
        planned.append(review)
        story.do("note_review_asked_for", review=review)
    first = begun.year if begun <= date(begun.year, 1, 2) else begun.year + 1
    assert planned == [f"THEMATIC-{year}" for year in range(first, 2027)]
