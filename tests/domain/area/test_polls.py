"""When an area votes, and what that embargoes."""

from datetime import date

import pytest

from domain.area.register import polls_that_embargo
from domain.errors import NotFoundError
from tests.domain.area.story import RULES, Story

MAY = date(2026, 5, 7)


def _embargoed_on(story: Story, *days: date) -> list[date | None]:
    return [polls_that_embargo(RULES, story.state, day) for day in days]


def test_nothing_is_published_in_the_28_days_before_polls() -> None:
    """The first of the days and the day of the polls itself are included."""
    story = Story("ESS").entered().do("set_polls", polls_on=MAY)
    days = date(2026, 4, 8), date(2026, 4, 9), MAY, date(2026, 5, 8)
    assert _embargoed_on(story, *days) == [None, MAY, MAY, None]


def test_a_general_election_embargoes_each_area_for_which_it_is_set() -> None:
    """All of them, as nothing else in the register of one area could say it."""
    story = Story().entered().do("set_polls", kind="general", polls_on=date(2029, 5, 3))
    assert _embargoed_on(story, date(2029, 5, 1)) == [date(2029, 5, 3)]


def test_the_nearest_polls_are_named() -> None:
    """Where two embargoes overlap, the first ends first."""
    story = Story().entered().do("set_polls", kind="general", polls_on=date(2026, 5, 21))
    story.do("set_polls", polls_on=MAY)
    assert _embargoed_on(story, date(2026, 5, 1), date(2026, 5, 10)) == [MAY, date(2026, 5, 21)]


def test_polls_that_are_called_off_embargo_nothing() -> None:
    """As when elections were put off by a year: called off, and set for the new day."""
    story = Story().entered().do("set_polls").do("call_off_polls", polls_on=MAY)
    story.do("set_polls", polls_on=date(2027, 5, 6))
    assert _embargoed_on(story, date(2026, 5, 1), date(2027, 5, 1)) == [None, date(2027, 5, 6)]


def test_polls_can_be_called_off_on_their_day() -> None:
    """As long as they are not over."""
    held = date(2026, 2, 26)
    story = Story().entered().do("set_polls", polls_on=held)
    story.do("call_off_polls", polls_on=held, at=held)
    assert _embargoed_on(story, held) == [None]


def test_polls_that_were_called_off_can_be_set_again() -> None:
    """A court may think otherwise; this is also how a wrong calling off is put right."""
    story = Story().entered().do("set_polls").do("call_off_polls").do("set_polls")
    assert _embargoed_on(story, MAY) == [MAY]


def test_local_polls_and_a_general_election_on_one_day_are_called_off_each_by_itself() -> None:
    """The day stays embargoed for the other."""
    story = Story().entered().do("set_polls").do("set_polls", kind="general").do("call_off_polls")
    assert _embargoed_on(story, MAY) == [MAY]


def test_before_the_first_handbook_nobody_knows() -> None:
    """The days of the embargo are a handbook's."""
    with pytest.raises(NotFoundError):
        polls_that_embargo(RULES, Story().entered().state, date(2022, 5, 1))
