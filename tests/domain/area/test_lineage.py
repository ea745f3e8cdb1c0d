"""Areas join, merge, split and are replaced, and each says whom it follows and who follows it."""

from datetime import date

import pytest
from pydantic import ValidationError

from domain.area.register import Kin, bodies_on, is_open, name_on, partners_on, predecessors, successors
from tests.domain.area.story import Story

SPRING = date(2027, 4, 1)


def test_a_merger_closes_each_area_and_opens_one_that_names_them() -> None:
    """Two streams for those that end, one for the area that begins; each tells its side."""
    ended = [
        Story(code).entered().do("replace_area", successors=["NEW"], since=SPRING) for code in ("AAA", "BBB")
    ]
    new = Story("NEW").entered(since=SPRING, predecessors=["AAA", "BBB"])
    assert [successors(story.state) for story in ended] == [(Kin("NEW", SPRING),)] * 2
    assert predecessors(new.state) == (Kin("AAA", SPRING), Kin("BBB", SPRING))


def test_a_split_names_all_that_follow() -> None:
    """Surrey becomes two areas."""
    story = Story().entered().do("replace_area", successors=["EAA", "WEA"], since=SPRING)
    assert [kin.area for kin in successors(story.state)] == ["EAA", "WEA"]


def test_a_successor_starts_with_nothing_but_its_lineage() -> None:
    """Not previously inspected; DfE's interventions and polls are those of its predecessors."""
    old = Story().entered().do("join_body").do("set_polls").do("record_intervention")
    old.do("replace_area", successors=["NEW"], since=SPRING)
    new = Story("NEW").entered(since=SPRING, predecessors=["SRY"])
    assert new.entries() == ["area_entered"]


def test_an_existing_area_takes_over_another() -> None:
    """It was there before, so it is not entered anew."""
    story = Story().entered(since=date(1974, 4, 1)).do("take_over_areas", predecessors=["OLA"])
    assert predecessors(story.state) == (Kin("OLA", date(2023, 4, 1)),)
    assert is_open(story.state, date(2000, 1, 1))


def test_a_replaced_area_is_open_until_its_successors_begin() -> None:
    """Then nobody is responsible for it any more, and its name is the last that it had."""
    story = Story().entered().do("join_body").do("replace_area", since=SPRING)
    last, after = date(2027, 3, 31), SPRING
    assert (is_open(story.state, last), is_open(story.state, after)) == (True, False)
    assert len(bodies_on(story.state, last)) == 2
    assert bodies_on(story.state, after) == ()
    assert partners_on(story.state, after) == ()
    assert name_on(story.state, after) == "Surrey"


def test_the_first_day_of_an_area_and_its_last_belong_to_it() -> None:
    """Something may begin on either."""
    story = Story().entered(since=date(2023, 4, 1)).do("replace_area", since=SPRING)
    story.do("rename_area", since=date(2023, 4, 1)).do("set_polls", polls_on=date(2027, 3, 31))
    assert story.refused("set_polls", polls_on=SPRING).code == "within_life"


def test_what_was_before_is_still_recorded_of_a_replaced_area() -> None:
    """What DfE did in its last year comes in late."""
    story = Story().entered().do("replace_area", since=date(2026, 1, 1))
    story.do("record_intervention", at=date(2025, 11, 10))
    assert "intervention_recorded improvement_notice 2025-11-10" in story.entries()


def test_an_area_that_follows_others_has_a_first_day() -> None:
    """And follows each once, and not itself."""
    for told, problem in (
        ({"predecessors": ["AAA"]}, "first day"),
        ({"predecessors": ["AAA", "AAA"], "since": SPRING}, "twice"),
        ({"predecessors": ["SRY"], "since": SPRING}, "itself"),
    ):
        with pytest.raises(ValidationError, match=problem):
            Story().command("enter_area", **told)
    with pytest.raises(ValidationError, match="twice"):
        Story().command("replace_area", successors=["AAA", "AAA"])
    with pytest.raises(ValidationError, match="twice"):
        Story().command("take_over_areas", predecessors=["AAA", "AAA"])
