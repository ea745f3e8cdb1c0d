"""What the cycle hears of an inspection is read from that inspection's stream, all of it anew each time."""

from datetime import date
from typing import Any

import pytest

from domain.area.matters import NewsMatter
from domain.area.news import news_of
from domain.area.standing import stands
from domain.values import Kind, MonitoringResult, Outcome
from tests.domain.area.story import RULES, Story, news
from tests.domain.inspection import story as inspections


def _news(story: inspections.Story) -> NewsMatter:
    return news_of(story.inspection, story.state)


def test_an_inspection_is_heard_of_from_its_plan_to_its_close() -> None:
    """Surrey in 2023: each milestone that the cycle reckons with has its day in London."""
    story = inspections.Story().until("inspection_planned")
    planned = _news(story)
    assert (planned.kind, planned.notified_on, planned.closed) == (Kind.FULL, None, False)
    assert planned.on_site is not None
    assert planned.on_site.first == date(2023, 9, 25)
    closed = _news(story.until("inspection_closed"))
    days = (closed.notified_on, closed.begun_on, closed.fieldwork_ended_on)
    assert days == (date(2023, 9, 11), date(2023, 9, 21), date(2023, 9, 29))
    assert (closed.report_received_on, closed.published_on) == (story.day(46), story.day(54))
    assert (closed.outcome, closed.handbook, closed.closed) == (Outcome.INCONSISTENT, "2023-01-01", True)


def test_outcome_and_result_are_heard_of_when_the_report_is_out() -> None:
    """A decision that is signed off is still nobody else's business."""
    for outcome, heard in (("3", (Outcome("3"), None)), ("effective", (None, MonitoringResult.EFFECTIVE))):
        story = inspections.Story(outcome=outcome).until("report_released")
        before, after = _news(story), _news(story.until("report_published"))
        assert (before.outcome, before.result) == (None, None)
        assert (after.outcome, after.result) == heard


def test_an_inspection_that_is_put_off_has_no_week_and_one_that_is_given_up_is_withdrawn() -> None:
    """The cycle counts on neither."""
    story = inspections.Story().until("area_notified").do("defer_inspection")
    assert (_news(story).on_site, _news(story).notified_on) == (None, None)
    assert _news(story.do("withdraw_inspection")).withdrawn


def test_a_corrected_report_moves_no_day() -> None:
    """The years count from the first publication, the months of monitoring from the first receipt."""
    story = inspections.Story(outcome="3").until("report_published")
    first = _news(story)
    story.do("correct_report", at=story.day(60))
    for inspectorate in ("ofsted", "cqc"):
        story.do("approve_draft", inspectorate=inspectorate)
    for inspectorate in ("ofsted", "cqc"):
        story.do("sign_off_outcome", inspectorate=inspectorate)
    story.do("release_report", at=story.day(70)).do("confirm_publication", at=story.day(70))
    assert len(story.state.published) == 2
    assert _news(story) == first


def test_what_is_known_already_is_not_noted_again() -> None:
    """The cycle may ask at any time and as often as it likes."""
    told: dict[str, Any] = {"begun_on": date(2026, 2, 26)}
    story = Story().entered().heard("SRY-2026-F1", **told)
    assert story.told == ["inspection_heard_of"]
    assert story.heard("SRY-2026-F1", **told).latest == ()
    story.heard("SRY-2026-F1", **told, fieldwork_ended_on=date(2026, 3, 2))
    assert story.told == ["inspection_heard_of"]


def test_of_several_inspections_only_what_moved_is_noted() -> None:
    """And of one that is told twice at once, what is told last."""
    story = Story().entered().heard("SRY-2023-F1")
    both = [news("SRY-2023-F1"), news("SRY-2026-F1"), news("SRY-2026-F1", notified_on=date(2026, 3, 2))]
    story.do("hear_of_inspections", news=both)
    assert story.told == ["inspection_heard_of"]
    assert story.state.news["SRY-2026-F1"].notified_on == date(2026, 3, 2)
    assert story.do("hear_of_inspections", news=both).latest == ()


def test_an_area_hears_of_its_own_inspections_only() -> None:
    """Another's would bring it duties that it does not have."""
    refusal = Story().entered().refused("hear_of_inspections", news=[news("SFK-2023-F1")])
    assert (refusal.code, refusal.accepted) == ("name_fits", "inspections of SRY")


def test_nobody_but_the_engine_tells_the_cycle_of_an_inspection() -> None:
    """It reads what is on record."""
    refusal = Story().entered().refused("hear_of_inspections", by="coordinator")
    assert refusal.accepted == "decided by system"


@pytest.mark.parametrize("known", [{}, {"notified_on": date(2026, 3, 2)}])
def test_an_inspection_that_is_heard_of_needs_not_be_opened_any_more(known: dict[str, Any]) -> None:
    """Until then the cycle is asked to open it, also after it has been replaced."""
    story = Story().entered().do("schedule_inspection")
    assert stands(RULES, story.state, story.now).standing.errands == ("SRY-2026-F1",)
    story.heard("SRY-2026-F1", **known)
    assert stands(RULES, story.state, story.now).standing.errands == ()
