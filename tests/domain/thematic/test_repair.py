"""A wrong date is put right, and what is wrong otherwise is struck and recorded anew."""

from datetime import date

import pytest

from domain.deadline import Status
from domain.thematic.events import DeadlineMove, ReviewEntryRectified
from domain.thematic.register import BY_THE_CLOCK
from domain.thematic.vocabulary import EntryKind, ReviewDeadline, Stage
from tests.domain.thematic.golden import one_of_each
from tests.domain.thematic.story import Story


def _moved(story: Story) -> tuple[DeadlineMove, ...]:
    rectified = next(event for event in story.latest if isinstance(event, ReviewEntryRectified))
    return rectified.moved


def test_every_event_makes_an_entry_or_is_about_others() -> None:
    """Nothing that somebody recorded wrongly has to stay."""
    without = {name for name, event in one_of_each().items() if event.made() is None}
    assert without == {
        "review_entry_rectified",
        "review_deadline_approaching",
        "review_deadline_missed",
        "review_deadline_miss_taken_back",
    }


def test_entries_are_struck_from_the_last_to_the_first() -> None:
    """All but the plan, which is made anew or given up; what the clock made is the clock's."""
    story = Story().until("record_review_findings").do("raise_concern").do("record_general_election")
    story.do("withdraw_review_consent", area="SFK", contrary_to=("consent_before_visit",))
    story.until("publish_review_report").wait(date(2026, 11, 21)).do("record_survey_data_deletion")
    while len(story.state.facts) > 1:
        fact = [one for one in story.state.facts if one.entry.kind not in BY_THE_CLOCK][-1]
        story.rectify(fact.entry.kind, fact.entry.about)
    assert story.stage() is Stage.PLANNED
    assert (
        story.refused("rectify_review_entry", **story.wrong("review_planned")).code == "nothing_rests_on_it"
    )


def test_a_wrong_day_of_publication_moves_the_years_that_run_from_it() -> None:
    """The event says what moved and what the record said before."""
    story = Story().until("publish_review_report").wait(date(2023, 11, 28))
    story.rectify("review_report_published", "1", to=date(2023, 11, 27))
    (move,) = _moved(story)
    assert (move.kind, move.was, move.now) == (
        ReviewDeadline.SURVEY_DATA_RETENTION,
        date(2026, 11, 20),
        date(2026, 11, 27),
    )


def test_what_the_clock_made_of_a_wrong_day_is_made_anew() -> None:
    """Published a year later than was recorded, the data is kept for another year."""
    story = Story().until("publish_review_report").wait(date(2027, 1, 4))
    assert story.status(ReviewDeadline.SURVEY_DATA_DELETION) is Status.MISSED
    story.rectify("review_report_published", "1", to=date(2024, 2, 15))
    assert story.told == [
        "review_entry_rectified",
        "review_deadline_miss_taken_back",
        "review_deadline_missed",
    ]
    assert story.wait(date(2027, 2, 16)).told == ["survey_data_deletion_due"]


def test_a_true_day_lies_between_what_the_entry_rests_on_and_what_rests_on_it() -> None:
    """A visit begins after the area was chosen, and no later than it ends."""
    story = Story().until("end_review_visit")
    for day in (date(2023, 2, 17), date(2023, 5, 2)):
        told = story.wrong("review_visit_begun", "SRY", to=day)
        assert story.refused("rectify_review_entry", **told).code == "order"
    story.rectify("review_visit_begun", "SRY", to=date(2023, 4, 28))


def test_an_entry_that_was_made_again_is_dated_as_it_was_made_again() -> None:
    """What was recorded before it does not hold it back."""
    story = Story().until("end_review_visit")
    story.do("withdraw_review_consent", contrary_to=("consent_before_visit",)).do("choose_review_area")
    story.rectify("review_area_chosen", "SRY", to=date(2023, 5, 29))


@pytest.mark.parametrize(
    ("to", "code"), [(date(2023, 12, 1), "not_in_the_future"), (date(2003, 4, 24), "own_time")]
)
def test_a_true_day_is_a_day_that_can_be(to: date, code: str) -> None:
    """Neither still to come nor years away."""
    story = Story().until("end_review_visit")
    assert (
        story.refused("rectify_review_entry", **story.wrong("review_visit_begun", "SRY", to=to)).code == code
    )


def test_a_true_day_may_show_a_breach_that_the_wrong_one_hid() -> None:
    """Then it goes on record as it would have at first."""
    story = Story().until("submit_review_report").do("record_general_election", polls_on=date(2023, 10, 26))
    story.until("publish_review_report")
    told = story.wrong("review_report_released", "1", to=date(2023, 10, 26))
    assert story.refused("rectify_review_entry", **told).code == "no_embargo"
    story.do("rectify_review_entry", **told, contrary_to=("no_embargo",))


def test_what_the_clock_made_is_not_put_right() -> None:
    """It follows the day of publication."""
    story = Story().until("publish_review_report").wait(date(2026, 11, 21))
    told = story.wrong(EntryKind.SURVEY_DATA_DELETION_DUE)
    assert story.refused("rectify_review_entry", **told).code == "entry_recorded"


def test_a_publication_is_not_struck_while_its_data_is_deleted() -> None:
    """Unless another publication is there for the deletion to rest on."""
    story = Story().until("record_survey_data_deletion")
    told = story.wrong("review_report_published", "1")
    assert story.refused("rectify_review_entry", **told).code == "nothing_rests_on_it"
    for command in ("submit_review_report", "release_review_report", "publish_review_report"):
        story.do(command)
    story.do("rectify_review_entry", **told)
