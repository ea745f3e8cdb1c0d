"""Before the area knows: planning, the team, putting off, giving up."""

from datetime import date

import pytest

from domain.actors import Role
from domain.inspection.progress import held_by, reached
from domain.inspection.vocabulary import Stage
from tests.domain.inspection.story import TEAM, Story, who


def test_an_inspection_is_planned_for_a_week_on_site() -> None:
    """A coordinator says when the area will be notified and in which week the inspectors come."""
    story = Story().until("inspection_planned")
    assert story.stage() is Stage.PLANNED
    assert story.state.notify_on == date(2023, 9, 11)
    assert story.state.on_site is not None
    assert (story.state.on_site.first, story.state.on_site.last) == (date(2023, 9, 25), date(2023, 9, 29))


def test_a_plan_can_be_moved_before_notification() -> None:
    """The later plan counts; the team that was named stays named."""
    story = Story().until("team_appointed")
    story.do(
        "plan_inspection",
        notify_on=date(2023, 9, 18),
        on_site={"first": date(2023, 10, 2), "last": date(2023, 10, 6)},
    )
    assert story.state.notify_on == date(2023, 9, 18)
    assert reached(story.state) == ("team_appointed",)


def test_a_plan_cannot_be_moved_once_the_area_is_notified() -> None:
    """Then it is deferred, with a ground."""
    assert Story().until("area_notified").refused("plan_inspection").code == "stage"


def test_half_term_in_the_middle_of_the_week_is_not_term_time() -> None:
    """A holiday counts wherever it touches the week on site, not only at its ends."""
    wednesday = {"first": date(2023, 9, 27), "last": date(2023, 9, 27)}
    assert Story().refused("plan_inspection", school_holidays=[wednesday]).code == "term_time"


def test_the_team_has_a_lead_of_each_inspectorate() -> None:
    """The refusal says whose lead is missing."""
    story = Story().until("inspection_planned")
    assert "CQC" in story.refused("appoint_team", members=TEAM[:2]).because


def test_one_inspector_leaves_the_team_and_another_joins() -> None:
    """The others stay."""
    story = Story().until("team_appointed").do("replace_team_member")
    assert [member.person for member in story.state.team] == ["p-ofstedlead", "p-cqclead", "p-newinspector"]


def test_who_joins_is_not_on_the_team_already() -> None:
    """Nobody inspects twice."""
    story = Story().until("team_appointed")
    joins = {"person": "p-cqclead", "inspectorate": "cqc", "lead": True}
    assert story.refused("replace_team_member", joins=joins).code == "recorded_once"


def test_a_lead_can_be_replaced_until_the_report_is_published() -> None:
    """Somebody falls ill while the draft is moderated, and the inspection goes on with another lead."""
    story = Story().until("draft_submitted").do("return_draft")
    joins = {"person": "p-newlead", "inspectorate": "ofsted", "lead": True}
    story.do("replace_team_member", leaves="p-ofstedlead", joins=joins)
    story.do("submit_draft", by=who(Role.OFSTED_LEAD, "p-newlead"))
    assert story.state.draft is not None
    assert story.state.draft.author == "p-newlead"


def test_an_inspection_is_put_off_with_a_ground_and_goes_back_to_planning() -> None:
    """Deferral is granted by a director; what was planned, asked for and chosen no longer counts."""
    story = Story().until("tracked_children_chosen").do("defer_inspection")
    assert story.stage() is Stage.PLANNED
    assert held_by(story.state) == ("deferred",)
    assert story.state.on_site is None
    assert story.state.handbook is None
    assert story.state.information == {}
    assert story.state.children == ()
    assert story.deadlines == ()


def test_what_was_put_off_is_planned_anew_before_the_area_is_notified_again() -> None:
    """The old plan is gone, so there is nothing of which to give notice."""
    story = Story().until("area_notified").do("defer_inspection")
    assert story.refused("notify_area").code == "order"


def test_a_later_notification_binds_the_handbook_in_force_then() -> None:
    """Put off in June 2025 under the first handbook, notified in September under the one of July."""
    story = Story(notified=date(2025, 6, 2)).until("area_notified")
    assert story.state.handbook is not None
    assert story.state.handbook.version == "2023-01-01"
    story.do("defer_inspection")
    story.do(
        "plan_inspection",
        notify_on=date(2025, 9, 8),
        on_site={"first": date(2025, 9, 22), "last": date(2025, 9, 26)},
    )
    story.do("notify_area", at=date(2025, 9, 8))
    assert story.state.handbook.version == "2025-07-07"


def test_what_was_put_off_asks_for_its_information_anew() -> None:
    """The same item under the new notification is a new request with a day of its own."""
    story = Story().until("information_received").do("defer_inspection")
    story.do(
        "plan_inspection",
        notify_on=date(2023, 10, 9),
        on_site={"first": date(2023, 10, 23), "last": date(2023, 10, 27)},
    )
    story.do("notify_area", at=date(2023, 10, 9)).do(
        "request_information", items=[{"item": "strategic_plan", "due": date(2023, 10, 16)}]
    )
    (item,) = story.deadlines
    assert (item.due, item.met_on) == (date(2023, 10, 16), None)


@pytest.mark.parametrize("milestone", ["inspection_planned", "area_notified"])
def test_what_was_put_off_can_be_given_up(milestone: str) -> None:
    """The area is replaced by a successor while its inspection waits to be planned."""
    story = Story().until(milestone).do("defer_inspection").do("withdraw_inspection", reason="area_replaced")
    assert story.stage() is Stage.WITHDRAWN


def test_an_inspection_can_be_withdrawn_until_its_report_is_published() -> None:
    """A release that is not yet carried out goes with it: nothing is published any more."""
    story = Story().until("report_released").do("withdraw_inspection")
    assert story.state.released is None
    assert story.refused("confirm_publication").code == "stage"
    assert Story().until("report_published").refused("withdraw_inspection").code == "stage"


@pytest.mark.parametrize("milestone", ["inspection_planned", "fieldwork_begun", "inspection_closed"])
def test_a_safeguarding_concern_is_referred_at_any_stage(milestone: str) -> None:
    """It runs beside the inspection and holds nothing."""
    story = Story().until(milestone)
    before = story.stage()
    assert story.do("refer_safeguarding_concern").stage() is before


def test_a_safeguarding_concern_is_referred_of_what_is_deferred_or_withdrawn() -> None:
    """A child's safety does not wait for a plan."""
    Story().until("area_notified").do("defer_inspection").do("refer_safeguarding_concern")
    Story().until("area_notified").do("withdraw_inspection").do("refer_safeguarding_concern")
