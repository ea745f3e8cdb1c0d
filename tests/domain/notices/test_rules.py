"""Who hears of what: the table is complete, and it holds back what it has to."""

from typing import get_args

import pytest

from domain.handbook import DeadlineKind, Sureness
from domain.inspection.events import EVENT_TYPES, AreaNotified, MilestoneRectified
from domain.notices.rules import EVENTS_HEARD, RULES, hearings
from domain.notices.seats import PARTNERSHIP, SEATS, Seat, area_knows
from tests.domain.inspection.story import Story
from tests.domain.notices.looking import last, who_hears


def test_every_line_is_about_an_event_that_there_is_and_says_why_and_how_sure() -> None:
    assert EVENT_TYPES.keys() >= EVENTS_HEARD
    for rule in RULES:
        assert rule.seats
        assert rule.because
        assert rule.source
        assert rule.sureness in get_args(Sureness)


def test_every_kind_of_deadline_has_somebody_who_hears_of_it() -> None:
    for event in ("deadline_approaching", "deadline_missed", "deadline_miss_taken_back", "deadline_extended"):
        kinds = {kind for rule in RULES if rule.event == event for kind in rule.kinds or ()}
        assert kinds == set(DeadlineKind)


def test_everybody_who_was_told_of_a_miss_hears_that_it_was_none() -> None:
    def seats(event: str, kind: DeadlineKind) -> frozenset[Seat]:
        return frozenset().union(
            *(rule.seats for rule in RULES if rule.event == event and kind in (rule.kinds or ()))
        )

    for kind in DeadlineKind:
        assert seats("deadline_missed", kind) == seats("deadline_miss_taken_back", kind)


def test_every_seat_is_in_the_table_and_can_be_found() -> None:
    assert {seat for rule in RULES for seat in rule.seats} == set(Seat) == set(SEATS)


def test_an_area_is_told_of_its_notification() -> None:
    story = Story().until("area_notified")
    assert who_hears(story, "area_notified") == {"p-dcs", "p-icb", "p-lano", "p-coordinator"}


def test_nobody_hears_that_an_inspection_is_planned() -> None:
    story = Story().until("team_appointed")
    assert all(not hearings(event) for event in story.events)


def test_the_partnership_hears_nothing_of_an_inspection_of_which_it_was_not_notified() -> None:
    story = Story().until("team_appointed").do("withdraw_inspection", reason="programme_changed")
    withdrawn = last(story, "inspection_withdrawn")
    assert not area_knows(story.events[:withdrawn], story.events[withdrawn])

    story = Story().until("area_notified").do("withdraw_inspection", reason="programme_changed")
    withdrawn = last(story, "inspection_withdrawn")
    assert area_knows(story.events[:withdrawn], story.events[withdrawn])


def test_a_mistaken_notification_is_taken_back_before_those_who_heard_of_it_and_no_more_follows() -> None:
    story = Story().until("area_notified").do("rectify_milestone", milestone="area_notified")
    struck = last(story, "milestone_rectified")
    assert {"p-dcs", "p-icb", "p-lano"} <= who_hears(story, "milestone_rectified")
    assert area_knows(story.events[:struck], story.events[struck])

    story.do("withdraw_inspection", reason="programme_changed")
    withdrawn = last(story, "inspection_withdrawn")
    assert not area_knows(story.events[:withdrawn], story.events[withdrawn])


def test_a_milestone_of_which_nobody_heard_is_put_right_in_silence() -> None:
    story = Story().until("surveys_opened").do("rectify_milestone", milestone="surveys_opened")
    (rectified,) = (event for event in story.events if isinstance(event, MilestoneRectified))
    assert not hearings(rectified)


def test_a_safeguarding_concern_is_told_to_the_leads_alone() -> None:
    story = Story().until("fieldwork_begun")
    story.do("refer_safeguarding_concern", referred_to="police", reference="MASH/2023-114")
    assert who_hears(story, "safeguarding_concern_referred") == {"p-ofstedlead", "p-cqclead"}


@pytest.mark.parametrize(("version", "reason"), [(1, "report_published"), (2, "corrected_report_published")])
def test_a_corrected_report_is_told_from_the_first(version: int, reason: str) -> None:
    story = Story().until("report_published")
    published = story.events[last(story, "report_published")]
    changed = published.model_copy(update={"report_version": version})
    assert {one.reason for one in hearings(changed)} == {reason}


def test_no_notice_before_publication_goes_to_those_who_are_not_part_of_the_inspection() -> None:
    national = {Seat.DFE, Seat.NHS_ENGLAND}
    story = Story(outcome="3").before("report_published")
    heard = {one.seat for event in story.events for one in hearings(event)}
    assert not heard & national
    assert any(isinstance(event, AreaNotified) for event in story.events)
    assert heard & PARTNERSHIP
