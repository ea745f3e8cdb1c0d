"""What the statistics learn of one inspection at a moment."""

from datetime import date

from domain.handbook import DeadlineKind
from domain.london import london_date
from domain.statistics import Conduct, Late, Publication, conduct
from domain.values import Kind, Outcome
from tests.domain.inspection.story import INSPECTION, RULES, Story


def now_in(story: Story) -> Conduct | None:
    """Look at a story where it is."""
    return conduct(INSPECTION, story.state, RULES, now=story.now, on=london_date(story.now))


def test_an_outcome_is_known_when_the_report_is_published() -> None:
    """It is decided and signed off weeks before; until the last step the statistics know nothing of it."""
    story = Story(outcome="3").before("report_published")
    before = now_in(story)
    assert before is not None
    assert before.publication is None

    after = now_in(story.until("report_published"))
    assert after is not None
    assert after.publication == Publication(story.day(14), story.day(54), Outcome.WIDESPREAD_FAILINGS)


def test_the_year_of_inspection_is_that_in_which_fieldwork_ended() -> None:
    """Suffolk's fieldwork ended in 2023 and its report was published in 2024: it counts for 2023."""
    suffolk = Publication(date(2023, 11, 17), date(2024, 1, 30), Outcome.WIDESPREAD_FAILINGS)
    assert suffolk.year == 2023


def test_a_correction_changes_nothing() -> None:
    """Days run to the first publication, and a correction never changes the outcome."""
    story = Story().until("report_published")
    first = now_in(story)
    assert now_in(story.do("correct_report", at=story.day(60))) == first


def test_a_monitoring_inspection_has_no_outcome_to_count() -> None:
    """It is looked at for what is late, and left out of the outcomes."""
    found = now_in(Story(outcome="effective").until("report_published"))
    assert found is not None
    assert (found.kind, found.publication) == (Kind.MONITORING, None)


def test_what_is_withdrawn_or_not_yet_planned_does_not_count() -> None:
    """Not even what it was late on."""
    assert now_in(Story()) is None
    story = Story().until("information_requested").wait(date(2023, 10, 2))
    assert now_in(story) is not None
    assert now_in(story.do("withdraw_inspection", reason="programme_changed")) is None


def test_late_is_what_fell_due_and_is_not_done() -> None:
    """On its last day a plan is not late; from then on the working days count, until it has come."""
    story = Story().until("report_published")
    due = story.deadline(DeadlineKind.STRATEGIC_PLAN).due
    for on, days in ((due, None), (story.day(1, after=due), 1), (story.day(6, after=due), 6)):
        found = now_in(story.wait(on))
        assert found is not None
        late = [] if days is None else [Late(INSPECTION, DeadlineKind.STRATEGIC_PLAN, None, due, days)]
        assert list(found.late) == late
    done = now_in(story.do("publish_strategic_plan"))
    assert done is not None
    assert done.late == ()
