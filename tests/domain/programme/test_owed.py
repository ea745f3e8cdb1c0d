"""What is to come in an area, and which plans are still to come. It is 2 March 2026."""

from datetime import date, timedelta
from typing import Any

from domain.area.matters import PauseNews
from domain.programme.owed import Owed, Stands, What, owed_in_cycle, owed_plans, owed_weeks
from domain.values import Kind, Period
from tests.domain.area.story import RULES, TODAY
from tests.domain.inspection.story import Story
from tests.domain.programme.making import DIRECTOR, Area


def owed(area: Area) -> list[tuple[What, date, Stands]]:
    found = owed_in_cycle(RULES, area.area, area.state, area.now)
    return [(one.what, one.due, one.stands) for one in found]


def test_an_inspection_is_ahead_until_its_window_opens_and_overdue_after_its_day() -> None:
    """Its window opens six months before its day."""
    day_before = Area("AAA").inspected(date(2023, 3, 1))
    assert (What.FULL, date(2026, 3, 1), Stands.OVERDUE) in owed(day_before)
    on_the_day = Area("AAA").inspected(date(2023, 3, 2))
    assert (What.FULL, date(2026, 3, 2), Stands.NEAR) in owed(on_the_day)
    assert (What.FULL, date(2026, 9, 2), Stands.NEAR) in owed(Area("AAA").inspected(date(2023, 9, 2)))
    assert (What.FULL, date(2026, 9, 3), Stands.AHEAD) in owed(Area("AAA").inspected(date(2023, 9, 3)))


def test_what_has_come_is_owed_no_more() -> None:
    """A meeting that was held, an inspection that has begun, and whatever a replaced area would owe."""
    area = Area("AAA").inspected(date(2024, 9, 2))
    assert (What.MEETING, date(2025, 9, 2), Stands.OVERDUE) not in owed(area)
    area.tell("agree_engagement_meeting", due_by=date(2026, 3, 30))
    assert owed(area) == [
        (What.MEETING, date(2026, 3, 30), Stands.NEAR),
        (What.FULL, date(2027, 9, 2), Stands.AHEAD),
    ]
    area.now += timedelta(days=1)
    area.tell("hold_engagement_meeting", held_on=TODAY + timedelta(days=1))
    area.hears("AAA-2026-F1", begun_on=date(2026, 2, 26))
    assert owed(area) == []
    gone = Area("BBB").inspected(date(2024, 9, 2))
    gone.do("replace_area", successors=["NEW"], since=TODAY + timedelta(days=30))
    assert owed(gone) == []


def test_an_area_whose_place_others_have_taken_owes_nothing_any_more() -> None:
    """What it had missed before nobody can do any more; until then it was overdue."""
    area = Area("AAA").inspected(date(2023, 3, 1))
    area.do("replace_area", successors=["NEW"], since=TODAY + timedelta(days=1))
    assert (What.FULL, date(2026, 3, 1), Stands.OVERDUE) in owed(area)
    area.wait(TODAY + timedelta(days=1))
    assert owed(area) == []


def test_a_never_inspected_area_owes_nothing_until_intelligence_asks() -> None:
    """Then by the day that was named."""
    area = Area("AAA")
    assert owed(area) == []
    area.tell("bring_forward", DIRECTOR, due_by=date(2026, 6, 30), because="data")
    assert owed(area) == [(What.FULL, date(2026, 6, 30), Stands.NEAR)]


def test_a_plan_is_owed_until_it_has_come() -> None:
    """A priority action plan is submitted and published; what is overdue counts working days."""

    def plans(story: Story) -> list[Owed]:
        return list(owed_plans(RULES, story.inspection, story.state, story.now))

    story = Story(outcome="3").until("draft_sent_for_comment")
    assert plans(story) == []
    story.until("report_published")
    submission, publication = plans(story)
    assert (submission.kind, publication.kind) == (
        "priority_action_plan_submission",
        "priority_action_plan_publication",
    )
    assert {one.stands for one in plans(story)} == {Stands.AHEAD}
    story.wait(story.day(3, after=submission.due))
    late, _ = plans(story)
    assert (late.stands, late.working_days) == (Stands.OVERDUE, 3)
    story.until("priority_action_plan_published")
    assert plans(story) == []


JUNE = Period(first=date(2026, 6, 15), last=date(2026, 6, 19))


def _scheduled() -> Area:
    """An area that is on site in June, as a coordinator has decided."""
    name = "AAA-2026-F1"
    return Area("AAA").tell(
        "schedule_inspection", inspection=name, kind="full", notify_on=date(2026, 6, 1), on_site=JUNE
    )


def _weeks(area: Area, *pauses: PauseNews) -> list[tuple[str | None, str, date, date, Stands]]:
    found = owed_weeks(RULES, area.area, area.state, pauses, area.now)
    return [(one.inspection, one.kind, one.due, one.origin_on, one.stands) for one in found]


def test_a_pause_over_a_week_that_is_scheduled_leaves_somebody_to_move_it() -> None:
    """Opened or not; until it begins, is put off or is given up. A pause itself moves nothing."""
    area, pause = _scheduled(), PauseNews(first=date(2026, 6, 19), last=date(2026, 8, 31))
    to_settle = ("AAA-2026-F1", "week_in_pause", JUNE.first, pause.first, Stands.NEAR)
    assert _weeks(area, pause) == [to_settle]
    assert _weeks(area, PauseNews(kind=Kind.MONITORING, first=pause.first)) == []
    assert _weeks(area, PauseNews(first=date(2026, 6, 20))) == []
    assert _weeks(area.hears("AAA-2026-F1", on_site=JUNE), pause) == [to_settle]
    assert _weeks(area.wait(date(2026, 6, 16)), pause) == [(*to_settle[:-1], Stands.OVERDUE)]
    begun = {"begun_on": date(2026, 6, 11), "on_site": JUNE}
    settled: tuple[dict[str, Any], ...] = (begun, {}, {"on_site": JUNE, "withdrawn": True})
    for known in settled:
        assert _weeks(area.hears("AAA-2026-F1", **known), pause) == []


def test_a_week_on_site_from_the_first_day_of_the_successors_on_is_to_be_settled() -> None:
    """Also of an inspection that has begun, until its fieldwork is over."""
    area = _scheduled().do("replace_area", successors=["NEW"], since=JUNE.last)
    assert _weeks(area) == [("AAA-2026-F1", "week_after_replacement", JUNE.first, JUNE.last, Stands.NEAR)]
    assert len(_weeks(area.hears("AAA-2026-F1", on_site=JUNE, begun_on=date(2026, 6, 11)))) == 1
    assert _weeks(area.hears("AAA-2026-F1", on_site=JUNE, fieldwork_ended_on=date(2026, 6, 18))) == []
    assert _weeks(_scheduled().do("replace_area", successors=["NEW"], since=date(2026, 6, 20))) == []
