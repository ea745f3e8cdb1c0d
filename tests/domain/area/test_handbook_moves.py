"""A cycle is moved to another handbook: which days change, which stay, and until when it holds."""

from datetime import date
from typing import Any

import pytest

from domain.area.events import CycleMovedToHandbook
from domain.area.vocabulary import DueKind
from tests.domain.area.story import RULES, Story
from tests.domain.area.test_cycle import SUFFOLK
from tests.domain.other_handbook import other_handbook, with_handbook

FULL, MONITORING = DueKind.FULL_INSPECTION, DueKind.MONITORING_INSPECTION
NEW = "2024-03-01"


def _sooner(told: dict[str, Any]) -> None:
    """Monitor after 12 months instead of 18."""
    rule = next(one for one in told["next_inspections"] if one["kind"] == "monitoring")
    rule["months"]["value"] = 12


CHANGED = with_handbook(RULES, other_handbook(RULES, NEW, _sooner))


@pytest.fixture
def suffolk() -> Story:
    """Suffolk, with its report received on 18 January 2024, as a new handbook has come into force."""
    return Story("SFK", date(2024, 3, 4), CHANGED).entered().heard("SFK-2023-F1", **SUFFOLK)


def _move(story: Story) -> CycleMovedToHandbook:
    (event,) = [one for one in story.events if isinstance(one, CycleMovedToHandbook)]
    return event


def test_a_new_handbook_moves_no_cycle_by_itself(suffolk: Story) -> None:
    """What an inspection brings is reckoned by the handbook under which it was made."""
    assert (suffolk.deadline(MONITORING).due, suffolk.deadline(MONITORING).handbook) == (
        date(2025, 7, 18),
        "2023-01-01",
    )


def test_the_move_says_which_days_change_and_leaves_the_others(suffolk: Story) -> None:
    """Monitoring comes half a year sooner; the next full inspection is due when it was."""
    full = suffolk.deadline(FULL).due
    suffolk.do("move_cycle_to_handbook", to=NEW)
    event = _move(suffolk)
    assert event.handbook == CHANGED.pin(CHANGED.handbook(NEW))
    assert [(one.kind, one.was, one.now) for one in event.moved] == [
        (MONITORING, date(2025, 7, 18), date(2025, 1, 18))
    ]
    assert (suffolk.deadline(MONITORING).due, suffolk.deadline(MONITORING).handbook) == (
        date(2025, 1, 18),
        NEW,
    )
    assert (suffolk.deadline(FULL).due, suffolk.deadline(FULL).handbook) == (full, NEW)


def test_what_has_fallen_due_by_the_new_days_is_missed_at_once(suffolk: Story) -> None:
    """And a miss of the old day that the new one does not bear out would be taken back."""
    suffolk.wait(date(2025, 3, 3)).do("move_cycle_to_handbook", to=NEW)
    assert suffolk.told == ["cycle_moved_to_handbook", "cycle_deadline_missed"]
    suffolk.strike("cycle_moved_to_handbook", day=date(2024, 3, 1))
    assert suffolk.told == ["entry_struck", "cycle_deadline_miss_taken_back"]
    assert suffolk.deadline(MONITORING).due == date(2025, 7, 18)


def test_what_is_published_after_the_move_is_reckoned_by_its_own_handbook_again(suffolk: Story) -> None:
    """The move is about what was there; a later inspection has the handbook under which it was made."""
    suffolk.do("move_cycle_to_handbook", to=NEW).wait(date(2027, 6, 1))
    suffolk.heard("SFK-2027-F1", published_on=date(2027, 5, 20), outcome="3", handbook="2025-11-05")
    found = {one.subject: one.handbook for one in suffolk.deadlines if one.kind is MONITORING}
    assert found == {"sfk_2023_f1": NEW, "sfk_2027_f1": "2025-11-05"}


def test_a_cycle_is_moved_to_a_handbook_that_changes_by_what_it_is_reckoned(suffolk: Story) -> None:
    """Not to one that is not released, nor to its own; nor one in which nothing was brought yet."""
    for to in ("2024-02-29", "2023-01-01"):
        refusal = suffolk.refused("move_cycle_to_handbook", to=to)
        assert (refusal.code, NEW in refusal.accepted) == ("handbook_known", True)
    assert "none" in Story().entered().refused("move_cycle_to_handbook").accepted
