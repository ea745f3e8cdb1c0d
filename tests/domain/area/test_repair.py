"""A wrong entry is struck, and what is right is recorded anew."""

from datetime import date

import pytest

from domain.area.events import EVENT_TYPES, DueEvent
from domain.area.register import bodies_on, is_open, name_on, predecessors, successors
from domain.area.state import Named
from domain.area.vocabulary import CodeKind, EntryKind
from tests.domain.area.story import Story

AUTUMN = date(2025, 10, 1)
BOARD = "icb-surrey-heartlands"


def _everything() -> Story:
    story = Story().entered(since=date(2000, 4, 1)).do("rename_area").do("give_code").do("join_body")
    story.do("join_body", partner={"body": "trust-a", "name": "A", "kind": "childrens_trust"})
    story.do("leave_body", body="trust-a").do("succeed_body").do("take_over_areas").do("set_polls")
    story.do("schedule_inspection").do("bring_forward").do("agree_engagement_meeting")
    story.do("hold_engagement_meeting").do("note_monitoring_visit").do("set_school_term")
    story.heard("SRY-2023-F1", published_on=date(2023, 11, 24), outcome="2", handbook="2023-01-01")
    return story.do("move_cycle_to_handbook").do("record_intervention").do("replace_area")


WAYS_BACK = {"polls_called_off", "inspection_not_opened", "entry_struck"}
HEARD = {"inspection_heard_of", "pauses_heard_of", "concern_struck"}
DERIVED = HEARD | {*(kind.model_fields["type"].default for kind in DueEvent.__subclasses__())}
"""What is heard is put right in the stream where it was said, and heard anew; what falls due follows."""


def test_every_event_makes_an_entry_that_can_be_struck_or_is_the_way_back_or_follows_from_others() -> None:
    """Nothing that is recorded wrongly has to stay."""
    assert {*EntryKind} | WAYS_BACK | DERIVED == set(EVENT_TYPES)
    assert {str(fact.entry.kind) for fact in _everything().state.facts} == {*EntryKind}


@pytest.mark.parametrize("kind", EntryKind)
def test_an_entry_that_is_struck_counts_no_longer_and_stays_readable(kind: EntryKind) -> None:
    """All its facts go, those of other entries stay."""
    story = _everything()
    entry = next(fact.entry for fact in reversed(story.state.facts) if fact.entry.kind is kind)
    if kind is EntryKind.BODY_JOINED:
        story.strike("body_left", "trust-a", date(2026, 3, 31))
    before, others = len(story.events), [fact for fact in story.state.facts if fact.entry != entry]
    story.do("strike_entry", entry=entry)
    assert list(story.state.facts) == others
    assert len(story.events) == before + 1


def test_a_wrong_entry_of_an_area_is_struck_and_made_anew() -> None:
    """The region was wrong. What was recorded since then counts again with the new entry."""
    story = Story().entered(region="london").do("join_body").do("set_polls").strike("area_entered")
    assert not is_open(story.state, AUTUMN)
    assert story.refused("rename_area").code == "area_exists"
    story.entered(region="south_east")
    assert is_open(story.state, AUTUMN)
    assert bodies_on(story.state, AUTUMN) == ("la-sry", BOARD)


def test_a_wrong_name_is_struck() -> None:
    """The one before it counts again."""
    story = Story().entered().do("rename_area").strike("area_renamed", day=date(2025, 4, 1))
    assert name_on(story.state, AUTUMN) == "Surrey"


def test_a_code_that_was_always_the_areas_is_struck_without_a_day() -> None:
    """Its entry names none."""
    story = Story().entered().do("give_code").strike("code_given", CodeKind.DFE)
    assert story.entries() == ["area_entered"]


def test_a_succession_that_is_struck_brings_the_body_back() -> None:
    """And takes the successor along."""
    story = Story().entered().do("join_body").do("succeed_body")
    story.strike("body_succeeded", BOARD, date(2026, 4, 1))
    assert bodies_on(story.state, date(2026, 4, 1)) == ("la-sry", BOARD)


def test_one_of_two_successions_that_is_struck_leaves_the_successor() -> None:
    """It came with the other, too."""
    other = {"body": "icb-frimley", "name": "NHS Frimley", "kind": "integrated_care_board"}
    story = Story().entered().do("join_body").do("join_body", partner=other)
    story.do("succeed_body").do("succeed_body", body="icb-frimley")
    story.strike("body_succeeded", BOARD, date(2026, 4, 1))
    assert bodies_on(story.state, date(2026, 4, 1)) == ("la-sry", "icb-surrey-and-sussex", BOARD)


def test_an_entry_made_anew_stands_once_even_if_a_look_back_leaves_out_that_it_was_struck() -> None:
    """The later one counts."""
    story = Story().entered().do("rename_area", name="Surey", at=date(2026, 2, 1))
    story.strike("area_renamed", day=date(2025, 4, 1)).do("rename_area", at=date(2026, 2, 1))
    earlier = Story().record(tuple(one for one in story.events if one.occurred_at.month == 2))
    assert [named.name for named in earlier.state.all(Named)] == ["Surrey Downs"]


def test_lineage_can_be_put_right() -> None:
    """The area is open again, or follows nobody."""
    story = Story().entered().do("take_over_areas").do("replace_area")
    story.strike("area_replaced", day=date(2027, 4, 1)).strike("areas_taken_over", day=date(2023, 4, 1))
    assert predecessors(story.state) == successors(story.state) == ()
    assert is_open(story.state, date(2027, 4, 1))


def test_an_area_entered_anew_still_begins_before_it_is_replaced() -> None:
    """The replacement stands while the entry is put right."""
    story = Story().entered().do("replace_area", since=date(2027, 4, 1)).strike("area_entered")
    assert story.refused("enter_area", since=date(2027, 4, 1)).code == "within_life"
    story.entered(since=date(1974, 4, 1))


def test_a_look_back_that_leaves_events_out_strikes_no_other_entry() -> None:
    """An entry is known by what it says, so its place in the stream does not matter."""
    story = Story().entered().do("give_code", at=date(2026, 3, 1)).do("rename_area", at=date(2026, 2, 1))
    story.do("strike_entry", entry={"kind": "area_renamed", "day": date(2025, 4, 1)}, at=date(2026, 2, 2))
    earlier = Story().record(tuple(one for one in story.events if one.occurred_at.month == 2))
    assert earlier.entries() == []
