"""What the cycle hears of an inspection is read from that inspection's stream, all of it anew each time."""

from datetime import date
from typing import Any

import pytest

from domain.area.matters import NewsMatter
from domain.area.news import TOLD_BY, news_of
from domain.area.standing import stands
from domain.events import event_type
from domain.inspection.state import evolve, initial
from domain.london import add_months
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


def test_pauses_that_are_known_are_not_noted_again() -> None:
    """Also if two hear of them at once, of which one comes second."""
    story = Story().entered().do("hear_of_pauses")
    assert story.do("hear_of_pauses").latest == ()
    assert story.do("hear_of_pauses", pauses=[]).ledger[-1] == "pauses_heard_of"


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
    """Until then the cycle is asked to open it."""
    story = Story().entered().do("schedule_inspection")
    assert stands(RULES, story.state, story.now).standing.errands == ("open SRY-2026-F1",)
    story.heard("SRY-2026-F1", **known)
    assert stands(RULES, story.state, story.now).standing.errands == ()


def test_a_replaced_area_stays_open_until_what_it_had_scheduled_is_opened_or_cannot_be() -> None:
    """Nothing that somebody decided on is dropped in silence."""
    story = Story().entered().do("schedule_inspection").do("replace_area", since=date(2026, 4, 1))
    story.wait(date(2026, 4, 1))
    standing = stands(RULES, story.state, story.now).standing
    assert (standing.stage, standing.open) == ("replaced", True)
    story.do("note_not_opened")
    assert not stands(RULES, story.state, story.now).standing.open


@pytest.mark.parametrize("ended", ["closed", "withdrawn"])
def test_a_replaced_area_stays_open_until_its_inspections_have_ended(ended: str) -> None:
    """Their reports come out after its last day, and nobody else hears of them. It wakes for nothing else."""
    story = Story().entered().heard("SRY-2026-F1", fieldwork_ended_on=date(2026, 2, 13))
    story.do("replace_area", since=date(2026, 4, 1)).wait(date(2026, 4, 1))
    standing = stands(RULES, story.state, story.now).standing
    assert (standing.stage, standing.open, standing.next_wake) == ("replaced", True, None)
    story.heard("SRY-2026-F1", fieldwork_ended_on=date(2026, 2, 13), **{ended: True})
    assert not stands(RULES, story.state, story.now).standing.open


def test_a_cycle_that_listens_all_along_knows_in_the_end_what_one_knows_that_listens_once() -> None:
    """Surrey in 2023, from plan to close: what was heard in between leaves no trace but its events."""
    inspection = inspections.Story()
    listening, late = Story(today=inspection.day(120)).entered(), Story(today=inspection.day(120)).entered()
    for step in inspections.ordinary_steps("2"):
        inspection.do(step.command, at=inspection.day(step.day), **step.matter)
        listening.do("hear_of_inspections", news=[_news(inspection)])
    late.do("hear_of_inspections", news=[_news(inspection)])
    assert listening.state.news == late.state.news
    assert listening.deadlines == late.deadlines
    assert len(listening.events) < 1 + len(list(inspections.ordinary_steps("2")))
    assert [one.due for one in late.deadlines] == [
        add_months(inspection.day(54), months) for months in (12, 36)
    ]


@pytest.mark.parametrize("outcome", ["1", "3", "effective"])
def test_a_cycle_is_woken_by_every_event_that_changes_what_it_hears(outcome: str) -> None:
    """From the planning of an inspection to its close, and when it is deferred, withdrawn or rectified."""
    closed = inspections.Story(outcome=outcome).until("inspection_closed")
    struck = inspections.Story(outcome=outcome).until("inspection_closed")
    struck.do("rectify_milestone", milestone="inspection_closed", reason="did_not_happen")
    notified = [inspections.Story(outcome=outcome).until("area_notified") for _ in range(2)]
    stories = (closed, struck, notified[0].do("defer_inspection"), notified[1].do("withdraw_inspection"))
    for story in stories:
        state = initial()
        for event in story.events:
            before, state = state, evolve(state, event)
            if before.version and news_of("SFK-2023-F1", before) != news_of("SFK-2023-F1", state):
                assert event_type(event) in TOLD_BY
