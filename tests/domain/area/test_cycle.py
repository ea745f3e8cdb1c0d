"""What the last outcome of an area brings next, and by when. Every number of months is the handbook's."""

from datetime import date, timedelta
from typing import Any

import pytest

from domain.area.cycle import inspections_to_come, published
from domain.area.events import CycleDeadlineMissed, CycleDeadlineMissTakenBack
from domain.area.standing import stands
from domain.area.vocabulary import DueKind
from domain.deadline import Status
from domain.london import at_time, end_of_day, start_of_day
from tests.domain.area.story import RULES, Story

FULL, MONITORING = DueKind.FULL_INSPECTION, DueKind.MONITORING_INSPECTION

CORNWALL: dict[str, Any] = {
    "begun_on": date(2023, 2, 2),
    "fieldwork_ended_on": date(2023, 2, 10),
    "report_received_on": date(2023, 4, 24),
    "published_on": date(2023, 5, 5),
    "outcome": "2",
    "handbook": "2023-01-01",
}
AGAIN: dict[str, Any] = {"begun_on": date(2026, 3, 19), "fieldwork_ended_on": date(2026, 3, 27)}

SUFFOLK: dict[str, Any] = {
    "begun_on": date(2023, 11, 9),
    "fieldwork_ended_on": date(2023, 11, 17),
    "report_received_on": date(2024, 1, 18),
    "published_on": date(2024, 1, 30),
    "outcome": "3",
    "handbook": "2023-01-01",
}
MONITORED: dict[str, Any] = {
    "begun_on": date(2025, 7, 3),
    "fieldwork_ended_on": date(2025, 7, 11),
    "report_received_on": date(2025, 9, 8),
    "published_on": date(2025, 9, 18),
}


def _cornwall(today: date = date(2023, 5, 9)) -> Story:
    return Story("CON", today).entered().heard("CON-2023-F1", **CORNWALL)


def _suffolk(today: date = date(2024, 2, 1)) -> Story:
    return Story("SFK", today).entered().heard("SFK-2023-F1", **SUFFOLK)


def _to_come(story: Story) -> list[tuple[str, date]]:
    return [(one.kind.value, one.target) for one in inspections_to_come(RULES, story.state)]


# What an outcome brings.


@pytest.mark.parametrize(
    ("outcome", "brings"),
    [
        ("1", [("full", date(2029, 1, 30))]),
        ("2", [("full", date(2027, 1, 30))]),
        ("3", [("monitoring", date(2025, 7, 18)), ("full", date(2027, 1, 30))]),
    ],
)
def test_each_outcome_brings_the_next_full_inspection_and_the_third_a_monitoring_one(
    outcome: str, brings: list[tuple[str, date]]
) -> None:
    """Five years from publication, or three; 18 months from receipt (section 1 of the facts, S)."""
    assert _to_come(Story("SFK").entered().heard("SFK-2023-F1", **{**SUFFOLK, "outcome": outcome})) == brings


def test_suffolk_is_monitored_18_months_after_it_received_its_report() -> None:
    """Received on 18 January 2024, so by 18 July 2025; publication twelve days later moves nothing."""
    due = _suffolk().deadline(MONITORING)
    assert (due.origin, due.origin_on) == ("final_report_received", date(2024, 1, 18))
    assert (due.due, due.due_at) == (date(2025, 7, 18), end_of_day(date(2025, 7, 18)))
    assert (due.subject, due.handbook) == ("sfk_2023_f1", "2023-01-01")


def test_cornwall_was_inspected_again_within_its_three_years() -> None:
    """Published on 5 May 2023 with outcome 2, so by 5 May 2026; fieldwork began in March of that year."""
    story = _cornwall()
    assert story.deadline(FULL).due == date(2026, 5, 5)
    story.wait(date(2026, 3, 30)).heard("CON-2026-F1", **AGAIN)
    assert story.deadline(FULL).met_on == date(2026, 3, 19)
    assert story.wait(date(2026, 5, 6)).latest == ()


def test_the_next_report_brings_the_next_inspection() -> None:
    """Cornwall again, published on 27 May 2026: three years from there, and the earlier stays met."""
    story = _cornwall(date(2026, 6, 1)).heard(
        "CON-2026-F1", **AGAIN, published_on=date(2026, 5, 27), outcome="2"
    )
    assert [(one.subject, one.due, one.status(story.now)) for one in story.deadlines if one.kind is FULL] == [
        ("con_2023_f1", date(2026, 5, 5), Status.MET),
        ("con_2026_f1", date(2029, 5, 27), Status.OPEN),
    ]


def test_the_first_inspection_that_begins_meets_what_was_due() -> None:
    """Late stays late, by its own day, however many follow."""
    story = _cornwall(date(2026, 6, 1)).heard("CON-2026-F1", begun_on=date(2026, 5, 7))
    story.wait(date(2027, 6, 1)).heard("CON-2027-F1", begun_on=date(2027, 5, 6))
    assert story.deadline(FULL).met_on == date(2026, 5, 7)


def test_an_outcome_brings_nothing_before_its_report_is_out() -> None:
    """Until then the world does not know it."""
    story = Story("SFK").entered().heard("SFK-2023-F1", **{**SUFFOLK, "published_on": None, "outcome": None})
    assert story.deadlines == ()


def test_an_area_that_was_never_inspected_has_no_day() -> None:
    """It may be inspected at any time, and nothing is late."""
    assert Story().entered().deadlines == ()


def test_a_report_that_is_put_right_moves_what_follows() -> None:
    """All that is known of an inspection is heard anew each time; a miss by the old day is taken back."""
    story = (
        _suffolk()
        .wait(date(2025, 7, 19))
        .heard("SFK-2023-F1", **{**SUFFOLK, "report_received_on": date(2024, 1, 22)})
    )
    assert story.told == [
        "inspection_heard_of",
        "cycle_deadline_miss_taken_back",
        "cycle_deadline_approaching",
    ]
    assert story.deadline(MONITORING).due == date(2025, 7, 22)


# The window, and what is late.


def test_the_window_of_an_inspection_opens_before_its_target_with_a_warning() -> None:
    """Six months before a full inspection, three before a monitoring one (M): then it is to be planned."""
    story = _suffolk()
    windows = [(one.opens, one.closes) for one in inspections_to_come(RULES, story.state)]
    assert windows == [
        (date(2025, 4, 18), date(2025, 10, 18)),
        (date(2026, 7, 30), date(2027, 7, 30)),
    ]
    story.do("hold_engagement_meeting", held_on=date(2024, 2, 1)).wait(date(2025, 2, 2))
    assert stands(RULES, story.state, story.now).standing.next_wake == start_of_day(date(2025, 4, 18))
    assert story.wait(date(2025, 4, 18)).told == ["cycle_deadline_approaching"]
    assert story.wait(date(2025, 4, 19)).latest == ()


def test_what_is_past_its_target_is_overdue_until_fieldwork_begins() -> None:
    """Targets are approximate and missed in practice: a fact that is reported. Met late stays missed."""
    story = _suffolk().wait(date(2025, 7, 19))
    missed = [event for event in story.latest if isinstance(event, CycleDeadlineMissed)]
    assert [(one.kind, one.occurred_at) for one in missed if one.kind is MONITORING] == [
        (MONITORING, end_of_day(date(2025, 7, 18)))
    ]
    assert ("monitoring_inspection", "missed") in _owed(story)
    story.heard("SFK-2025-M1", begun_on=date(2025, 7, 21))
    assert story.told == ["inspection_heard_of"]
    assert (story.status(MONITORING), story.deadline(MONITORING).met_on) == (
        Status.MISSED,
        date(2025, 7, 21),
    )
    assert "monitoring_inspection" not in dict(_owed(story))


def test_a_miss_is_taken_back_when_it_is_heard_late_that_fieldwork_had_begun_in_time() -> None:
    """It means only that nobody knew better when the day ended."""
    story = _suffolk().wait(date(2025, 7, 19)).heard("SFK-2025-M1", begun_on=date(2025, 7, 3))
    taken_back = story.latest[-1]
    assert isinstance(taken_back, CycleDeadlineMissTakenBack)
    assert (taken_back.kind, taken_back.met_on) == (MONITORING, date(2025, 7, 3))
    assert story.status(MONITORING) is Status.MET


def test_an_inspection_that_is_withdrawn_meets_nothing() -> None:
    """What was thought met is missed after all, at the end of its own day."""
    story = _suffolk(date(2025, 8, 1)).heard("SFK-2025-M1", begun_on=date(2025, 7, 3))
    assert story.status(MONITORING) is Status.MET
    story.heard("SFK-2025-M1", begun_on=date(2025, 7, 3), withdrawn=True)
    assert story.told == ["inspection_heard_of", "cycle_deadline_missed"]
    assert story.latest[-1].occurred_at == end_of_day(date(2025, 7, 18))


# Monitoring.


def test_monitoring_is_repeated_where_no_effective_action_was_taken() -> None:
    """18 months after that report was received. No page says so: an assumption of this engine (M)."""
    story = _suffolk(date(2025, 10, 1)).heard("SFK-2025-M1", **MONITORED, result="not_effective")
    assert _to_come(story) == [("full", date(2027, 1, 30)), ("monitoring", date(2027, 3, 8))]
    story.heard("SFK-2027-M1", begun_on=date(2027, 2, 1))
    assert story.status(MONITORING, "sfk_2025_m1") is Status.MET


def test_nothing_follows_where_effective_action_was_taken() -> None:
    """But the full inspection, which outcome 3 has brought besides."""
    story = _suffolk(date(2025, 10, 1)).heard("SFK-2025-M1", **MONITORED, result="effective")
    assert _to_come(story) == [("full", date(2027, 1, 30))]


@pytest.mark.parametrize("published", [{}, {"published_on": date(2025, 7, 1), "outcome": "2"}])
def test_a_full_inspection_that_begins_first_takes_the_place_of_monitoring(published: dict[str, Any]) -> None:
    """From the beginning of its fieldwork on, whatever it finds: it looks at everything."""
    story = _suffolk().wait(date(2025, 5, 1))
    story.heard("SFK-2025-F1", begun_on=date(2025, 4, 24), **published)
    assert story.status(MONITORING, "sfk_2023_f1") is Status.VOID
    story.wait(date(2025, 8, 1))
    assert not any(isinstance(one, CycleDeadlineMissed) and one.kind is MONITORING for one in story.events)


def test_a_full_inspection_takes_the_place_of_repeated_monitoring_too() -> None:
    """In January 2027 everything is looked at again; what was due in March is not owed any more."""
    story = _suffolk(date(2025, 10, 1)).heard("SFK-2025-M1", **MONITORED, result="not_effective")
    story.heard("SFK-2027-F1", begun_on=date(2027, 1, 14))
    assert story.status(MONITORING, "sfk_2025_m1") is Status.VOID
    assert _to_come(story) == []


def test_a_full_inspection_that_begins_after_the_day_of_monitoring_leaves_it_missed() -> None:
    """It had been due and had not come: a fact, as anything that comes late is. Nobody owes it any more."""
    story = _suffolk().wait(date(2025, 9, 11))
    assert story.status(MONITORING) is Status.MISSED
    story.heard("SFK-2025-F1", begun_on=date(2025, 9, 11))
    assert story.told == ["inspection_heard_of"]
    assert story.status(MONITORING) is Status.MISSED
    assert "monitoring_inspection" not in dict(_owed(story))
    assert ("monitoring", date(2025, 7, 18)) not in _to_come(story)


@pytest.mark.parametrize("begun", [date(2025, 4, 24), date(2025, 9, 11)], ids=["in time", "late"])
def test_monitoring_after_the_next_outcome_is_not_the_one_that_was_overtaken(begun: date) -> None:
    """It looks at what the later inspection found."""
    story = _suffolk(date(2027, 9, 1))
    story.heard("SFK-2025-F1", begun_on=begun, published_on=date(2025, 12, 4), outcome="3")
    before = story.status(MONITORING, "sfk_2023_f1")
    story.heard("SFK-2027-M1", begun_on=date(2027, 5, 6))
    assert story.status(MONITORING, "sfk_2023_f1") is before
    assert story.deadline(MONITORING, "sfk_2023_f1").met_on is None
    assert story.deadline(MONITORING, "sfk_2025_f1").met_on == date(2027, 5, 6)


# Intelligence.


def test_intelligence_brings_the_next_full_inspection_forward() -> None:
    """Its window opens at once and closes on the day by which it is wanted (section 5, S)."""
    story = _cornwall().wait(date(2024, 9, 2)).do("bring_forward", due_by=date(2025, 3, 31))
    (coming,) = inspections_to_come(RULES, story.state)
    assert (coming.opens, coming.target, coming.closes) == (
        date(2024, 9, 2),
        date(2025, 3, 31),
        date(2025, 3, 31),
    )
    assert story.deadline(FULL).due == date(2025, 3, 31)
    assert "cycle_deadline_approaching" in story.told


def test_intelligence_that_is_struck_gives_the_inspection_its_day_back() -> None:
    """A miss by the nearer day was none."""
    story = _cornwall().wait(date(2024, 9, 2)).do("bring_forward", due_by=date(2025, 3, 31))
    story.wait(date(2025, 4, 1)).strike("inspection_brought_forward", day=date(2025, 3, 31))
    assert story.told == ["entry_struck", "cycle_deadline_miss_taken_back"]
    assert story.deadline(FULL).due == date(2026, 5, 5)


def test_intelligence_makes_nobody_come_later() -> None:
    """A day not before the one that is due would change nothing. The refusal names the days that do."""
    story = _cornwall().wait(date(2024, 9, 2))
    refusal = story.refused("bring_forward", due_by=date(2026, 5, 5))
    assert (refusal.code, refusal.accepted) == ("earlier", "a day from 2024-09-03 on and before 2026-05-05")
    for day in (date(2025, 9, 30), date(2025, 3, 31)):
        story.do("bring_forward", due_by=day)
    assert story.refused("bring_forward", due_by=date(2025, 9, 29)).code == "earlier"
    assert _to_come(story) == [("full", date(2025, 3, 31))]


def test_what_is_overdue_is_scheduled_and_not_brought_forward() -> None:
    """No day is left that would be earlier."""
    story = _cornwall().wait(date(2026, 5, 6))
    refusal = story.refused("bring_forward", due_by=date(2026, 6, 30))
    assert (refusal.code, refusal.accepted) == (
        "earlier",
        "no day: it is near or overdue; schedule_inspection",
    )


def test_intelligence_before_an_inspection_does_not_hurry_the_one_after_it() -> None:
    """It has done its work when fieldwork begins."""
    story = _cornwall().wait(date(2024, 9, 2)).do("bring_forward", due_by=date(2025, 3, 31))
    story.wait(date(2025, 6, 2)).heard(
        "CON-2025-F1", begun_on=date(2025, 2, 6), published_on=date(2025, 5, 1), outcome="2"
    )
    assert _to_come(story) == [("full", date(2028, 5, 1))]


def test_intelligence_that_comes_while_an_inspection_is_under_way_concerns_the_next() -> None:
    """It is not lost when the report comes out after it."""
    story = _cornwall().wait(date(2026, 4, 13)).heard("CON-2026-F1", **AGAIN)
    story.do("bring_forward", due_by=date(2027, 3, 31)).wait(date(2026, 6, 1))
    story.heard("CON-2026-F1", **AGAIN, published_on=date(2026, 5, 27), outcome="2")
    assert story.deadline(FULL, "con_2023_f1").due == date(2026, 5, 5)
    assert _to_come(story) == [("full", date(2027, 3, 31))]


def test_an_area_that_was_never_inspected_can_be_asked_for() -> None:
    """Then its first inspection has a day after all."""
    story = Story().entered().do("bring_forward", due_by=date(2026, 9, 30))
    due = story.deadline(FULL)
    assert (due.subject, due.origin, due.due) == (
        None,
        "inspection_brought_forward",
        date(2026, 9, 30),
    )
    assert story.heard("SRY-2026-F1", begun_on=date(2026, 9, 24)).status(FULL) is Status.MET


def test_a_first_inspection_that_came_late_stays_late_when_its_report_is_out() -> None:
    """What was met late stays missed, with its day."""
    story = Story().entered().do("bring_forward", due_by=date(2026, 9, 30)).wait(date(2026, 10, 1))
    story.wait(date(2026, 12, 20)).heard(
        "SRY-2026-F1", begun_on=date(2026, 10, 8), published_on=date(2026, 12, 18), outcome="2"
    )
    assert "cycle_deadline_miss_taken_back" not in story.ledger
    first = next(one for one in story.deadlines if one.key == (FULL, None))
    assert (first.status(story.now), first.met_on) == (Status.MISSED, date(2026, 10, 8))
    assert _to_come(story) == [("full", date(2029, 12, 18))]


def test_a_monitoring_report_leaves_the_area_the_outcome_of_its_full_inspection() -> None:
    """It has none of its own, nor has a full inspection whose report is still to come."""
    story = _suffolk(date(2025, 10, 1)).heard("SFK-2025-M1", **MONITORED, result="effective")
    story.heard("SFK-2025-F1", begun_on=date(2025, 9, 25))
    assert [one.inspection for one in published(story.state)] == ["SFK-2023-F1"]
    assert stands(RULES, story.state, story.now).standing.outcome == "3"


# Where the cycle ends.


def test_an_area_that_is_replaced_owes_nothing_more() -> None:
    """What falls due when it is no more is owed by nobody; its successor starts anew."""
    gone = date(2026, 4, 1)
    story = _suffolk(date(2026, 3, 2)).heard("SFK-2023-F1", **SUFFOLK, closed=True)
    story.do("replace_area", since=gone)
    assert _to_come(story) == [("monitoring", date(2025, 7, 18))]
    assert story.status(FULL) is Status.VOID
    story.wait(gone)
    standing = stands(RULES, story.state, story.now).standing
    assert (standing.stage, standing.open, standing.next_wake) == ("replaced", False, None)


def test_the_cycle_wakes_on_the_day_on_which_others_take_the_areas_place() -> None:
    """Until then it goes on, and wakes before that for whatever falls due."""
    story = Story().entered().do("replace_area", since=date(2027, 4, 1))
    standing = stands(RULES, story.state, story.now).standing
    assert (standing.stage, standing.open) == ("in_cycle", True)
    assert standing.next_wake == start_of_day(date(2027, 4, 1))
    story.do("agree_engagement_meeting", due_by=date(2026, 6, 30))
    assert stands(RULES, story.state, story.now).standing.next_wake == start_of_day(date(2026, 6, 2))


def test_where_an_area_stands() -> None:
    """What is owed, what comes next, and the outcome that stands."""
    story = _suffolk()
    standing = stands(RULES, story.state, story.now).standing
    assert (standing.area, standing.kind, standing.outcome) == ("SFK", "area", "3")
    assert standing.next_due == "2025-01-30"
    assert _owed(story) == [
        ("engagement_meeting", "open"),
        ("monitoring_inspection", "open"),
        ("full_inspection", "open"),
    ]


def test_the_ledger_holds_the_same_misses_whether_the_clock_was_watched_or_not() -> None:
    """Each at the end of its own day. Only the warnings differ: after the fact they would warn nobody."""
    watched, late = _suffolk(), _suffolk()
    for month in range(60):
        watched.wait(date(2024, 2, 1) + timedelta(days=30 * month))
    late.now = watched.now
    late.do("tick")
    assert watched.state.missed == late.state.missed
    assert [e for e in watched.events if isinstance(e, CycleDeadlineMissed)] == [
        e for e in late.events if isinstance(e, CycleDeadlineMissed)
    ]
    assert late.now > at_time(date(2028, 1, 1), late.now.time())


def _owed(story: Story) -> list[tuple[str, str]]:
    return [(one.kind, one.status) for one in stands(RULES, story.state, story.now).due]
