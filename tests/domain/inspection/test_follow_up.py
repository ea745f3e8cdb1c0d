"""What the partnership owes after the report, and what comes next."""

from datetime import date

import pytest

from domain.actors import Role
from domain.deadline import Status
from domain.handbook import DeadlineKind
from domain.inspection.events import InspectionClosed
from domain.inspection.vocabulary import Stage
from domain.london import at_time
from tests.domain.inspection.story import Story, who

PLAN = DeadlineKind.STRATEGIC_PLAN
LATE_2025 = date(2025, 9, 8)


@pytest.mark.parametrize("outcome", ["1", "2"])
def test_outcomes_one_and_two_ask_for_the_strategic_plan(outcome: str) -> None:
    """Updated and published within 35 working days of publication."""
    story = Story(outcome=outcome).until("report_published")
    assert story.deadline(PLAN).due == story.day(35, after=story.day(54))
    assert story.refused("name_principal_authority").code == "outcome_asks_for_plan"


def test_outcome_three_asks_for_a_priority_action_plan() -> None:
    """Submitted within 35, published within 70 working days of receiving the final report."""
    story = Story(outcome="3").until("report_published")
    received = story.day(46)
    due = {one.kind: one.due for one in story.deadlines}
    assert due[DeadlineKind.PRIORITY_ACTION_PLAN_SUBMISSION] == story.day(35, after=received)
    assert due[DeadlineKind.PRIORITY_ACTION_PLAN_PUBLICATION] == story.day(70, after=received)
    assert PLAN not in due
    assert story.refused("publish_strategic_plan").code == "outcome_asks_for_plan"


def test_a_returned_strategic_plan_is_due_until_it_is_published_anew() -> None:
    """The day on which it is due stays the same."""
    story = Story().until("strategic_plan_published")
    due = story.deadline(PLAN).due
    story.do("return_strategic_plan")
    assert story.deadline(PLAN).met_on is None
    assert story.deadline(PLAN).due == due
    assert story.refused("close_inspection").code == "duties_done"
    story.do("publish_strategic_plan").do("verify_strategic_plan")
    assert story.deadline(PLAN).met_on is not None


def test_a_priority_action_plan_is_returned_resubmitted_accepted_and_published() -> None:
    """Submission in time stays in time, however often the plan comes back."""
    story = Story(outcome="3").until("priority_action_plan_submitted")
    assert story.refused("publish_priority_action_plan").code == "plan_accepted"
    story.do("return_priority_action_plan")
    assert story.refused("accept_priority_action_plan").code == "plan_awaits_review"
    story.do("resubmit_priority_action_plan").do("accept_priority_action_plan")
    assert story.refused("return_priority_action_plan").code == "plan_awaits_review"
    story.do("publish_priority_action_plan")
    assert {one.status(story.now) for one in story.deadlines} == {Status.MET}


@pytest.mark.parametrize("review", ["return_priority_action_plan", "accept_priority_action_plan"])
@pytest.mark.parametrize(
    ("notified", "may", "may_not"),
    [
        (date(2023, 9, 11), (Role.OFSTED_DIRECTOR, Role.CQC_DIRECTOR), (Role.DFE, Role.NHS_ENGLAND)),
        (LATE_2025, (Role.DFE, Role.NHS_ENGLAND), (Role.OFSTED_DIRECTOR, Role.CQC_DIRECTOR)),
    ],
    ids=["before 7 July 2025", "since"],
)
def test_who_reviews_the_plan_is_in_the_handbook(
    notified: date, may: tuple[Role, ...], may_not: tuple[Role, ...], review: str
) -> None:
    """The inspectorates until 7 July 2025; since then the Department for Education and NHS England."""
    story = Story(outcome="3", notified=notified).until("report_published").do("submit_priority_action_plan")
    for role in may_not:
        assert story.refused(review, by=role).code == "plan_reviewer"
    for role in may:
        assert not hasattr(story.ask(review, by=role), "code")


def test_nobody_reviews_in_the_name_of_another_organisation() -> None:
    """A director of Ofsted does not become the Department by naming it."""
    story = Story(outcome="3", notified=LATE_2025).until("report_published").do("submit_priority_action_plan")
    posing = who(Role.OFSTED_DIRECTOR, organisation="dfe")
    assert story.refused("accept_priority_action_plan", by=posing).code == "permission"


def test_a_principal_authority_is_one_body_of_the_partnership() -> None:
    """HMCI names it."""
    story = Story(outcome="3").until("report_published")
    assert story.refused("name_principal_authority", body="la-sfk").code == "body_of_partnership"
    assert story.do("name_principal_authority").state.principal_authority == "la-sry"


def test_an_inspection_is_closed_when_the_plan_is_there() -> None:
    """Not before, unless it is recorded as irregular."""
    story = Story().until("report_published")
    assert "strategic plan" in story.refused("close_inspection").because
    assert story.do("close_inspection", contrary_to=("duties_done",)).stage() is Stage.CLOSED


def test_an_inspection_with_an_open_complaint_is_not_closed() -> None:
    """The complaint came after publication; it is resolved first."""
    story = (
        Story()
        .until("strategic_plan_published")
        .do("lodge_complaint", contrary_to=("comments_or_complaint",))
    )
    assert story.refused("close_inspection").code == "no_open_complaint"
    assert story.do("resolve_complaint").do("close_inspection").stage() is Stage.CLOSED


def test_a_complaint_after_publication_reopens_nothing_that_is_published() -> None:
    """What follows from it is a correction."""
    story = Story().until("report_published").do("lodge_complaint", contrary_to=("comments_or_complaint",))
    story.do("resolve_complaint", resolution="evidence_to_gather")
    assert story.stage() is Stage.FOLLOW_UP
    assert not story.state.evidence_open


@pytest.mark.parametrize(
    ("outcome", "coming"),
    [
        ("1", [("full", 2028, 11)]),
        ("2", [("full", 2026, 11)]),
        ("3", [("full", 2026, 11), ("monitoring", 2025, 5)]),
    ],
)
def test_closing_says_what_comes_next(outcome: str, coming: list[tuple[str, int, int]]) -> None:
    """The next full inspection counts from publication, the monitoring from receipt of the final report."""
    story = Story(outcome=outcome).until("inspection_closed")
    (closed,) = story.latest
    assert isinstance(closed, InspectionClosed)
    assert [(one.kind, one.target.year, one.target.month) for one in closed.next] == coming
    for one in closed.next:
        assert one.window_from is not None
        assert one.window_to is not None
        assert one.window_from < one.target < one.window_to


def test_a_closed_inspection_owes_and_misses_nothing_more() -> None:
    """What was open when it closed is void, and the clock brings nothing."""
    story = Story().until("report_published").do("close_inspection", contrary_to=("duties_done",))
    story.now = at_time(date(2024, 12, 2), story.now.time())
    assert story.do("tick").latest == ()
    assert story.status(PLAN) is Status.VOID
