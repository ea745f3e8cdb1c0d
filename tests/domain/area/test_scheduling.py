"""A coordinator decides when an inspection takes place. What speaks against a week is said, and may yield."""

from datetime import date
from typing import Any

import pytest

from domain.area.planning import polls_to_tell
from domain.area.standing import stands
from domain.values import Period
from tests.domain.area.story import RULES, Story

FULL: dict[str, Any] = {"published_on": date(2024, 1, 30), "outcome": "3"}
"""So a monitoring inspection is due by 18 July 2025, and a full one by 30 January 2027."""


def _week(first: date) -> dict[str, Any]:
    """Say in which week inspectors are on site, and that the area hears of it two weeks before."""
    ends, hears = first.toordinal() + 4, first.toordinal() - 14
    return {
        "on_site": {"first": first, "last": date.fromordinal(ends)},
        "notify_on": date.fromordinal(hears),
    }


def _monitoring(first: date, number: int = 1) -> dict[str, Any]:
    return {"inspection": f"SFK-{first.year}-M{number}", "kind": "monitoring", **_week(first)}


def _full(first: date, number: int = 1, area: str = "SFK") -> dict[str, Any]:
    return {"inspection": f"{area}-{first.year}-F{number}", "kind": "full", **_week(first)}


def _suffolk(today: date = date(2025, 5, 1)) -> Story:
    return Story("SFK", today).entered().heard("SFK-2023-F1", **FULL)


def _errands(story: Story) -> tuple[str, ...]:
    return stands(RULES, story.state, story.now).standing.errands


# What is due, and when.


def test_what_an_outcome_has_brought_is_scheduled_within_its_window() -> None:
    """The cycle then opens the inspection by itself."""
    story = _suffolk().do("schedule_inspection", **_monitoring(date(2025, 6, 23)))
    assert _errands(story) == ("open SFK-2025-M1",)


def test_an_overdue_inspection_is_scheduled_at_any_time() -> None:
    """The end of the window forbids nothing: it is late enough."""
    story = _suffolk(date(2026, 3, 2)).do("schedule_inspection", **_monitoring(date(2026, 3, 23)))
    assert _errands(story) == ("open SFK-2026-M1",)


def test_before_its_window_an_inspection_comes_on_intelligence_alone() -> None:
    """The refusal says from which day on, and what would bring it forward."""
    refusal = _suffolk().refused("schedule_inspection", **_full(date(2025, 6, 23)))
    assert (refusal.code, refusal.waivable) == ("window", True)
    assert refusal.accepted == "a first day on site from 2026-07-30 on; bring_forward, on intelligence"
    story = _suffolk().do("bring_forward", due_by=date(2025, 7, 31))
    story.do("schedule_inspection", **_full(date(2025, 6, 23)))


def test_what_no_outcome_has_brought_is_not_due() -> None:
    """After outcome 2 nothing is monitored."""
    story = Story("SFK").entered().heard("SFK-2023-F1", **{**FULL, "outcome": "2"})
    refusal = story.refused("schedule_inspection", **_monitoring(date(2026, 3, 23)))
    assert (refusal.code, refusal.accepted) == ("due", "what the last outcome brings: full")


def test_a_first_inspection_has_no_window() -> None:
    """An area that was never inspected may be at any time, and again if it was withdrawn."""
    story = Story().entered().do("schedule_inspection")
    story.heard("SRY-2026-F1", withdrawn=True).do(
        "schedule_inspection", **_full(date(2026, 4, 20), number=2, area="SRY")
    )


@pytest.mark.parametrize("earlier", [(), ("SFK-2023-F1",)])
def test_no_full_inspection_is_due_while_the_report_of_one_is_to_come(earlier: tuple[str, ...]) -> None:
    """What it finds decides what comes next."""
    story = Story("SFK").entered()
    for name in earlier:
        story.heard(name, **{**FULL, "outcome": "2"})
    story.heard("SFK-2026-F1", begun_on=date(2026, 2, 5), fieldwork_ended_on=date(2026, 2, 13))
    assert story.refused("schedule_inspection", **_full(date(2026, 4, 20), number=2)).code == "due"


# One at a time, under a name of its own.


def test_an_area_has_one_inspection_at_a_time() -> None:
    """From the day on which it is scheduled to the end of its fieldwork; its report may still be to come."""
    story = _suffolk(date(2026, 9, 1)).do("schedule_inspection", **_monitoring(date(2026, 9, 28)))
    full = _full(date(2026, 11, 2))
    assert story.refused("schedule_inspection", **full).because == "SFK-2026-M1 is planned or under way"
    story.heard("SFK-2026-M1", begun_on=date(2026, 9, 24))
    assert story.refused("schedule_inspection", **full).code == "one_at_a_time"
    story.heard("SFK-2026-M1", begun_on=date(2026, 9, 24), fieldwork_ended_on=date(2026, 10, 2))
    story.do("schedule_inspection", **full)


@pytest.mark.parametrize(
    ("inspection", "code"),
    [
        ("SRY-2025-M1", "name_fits"),
        ("SFK-2025-F1", "name_fits"),
        ("SFK-2026-M1", "name_fits"),
        ("SFK-2025-M1", "recorded_once"),
    ],
    ids=["of another area", "of another kind", "of another year", "taken"],
)
def test_the_name_says_which_inspection_it_is(inspection: str, code: str) -> None:
    """It is the name of its stream, so it cannot be put right later."""
    story = _suffolk().heard("SFK-2025-M1", withdrawn=True)
    told = {**_monitoring(date(2025, 6, 23)), "inspection": inspection}
    assert story.refused("schedule_inspection", **told).code == code


# The way back.


def test_what_could_not_be_opened_is_scheduled_no_longer() -> None:
    """A rule of the inspection spoke against it. It is scheduled anew, under the same name if need be."""
    week = _monitoring(date(2025, 6, 23))
    story = _suffolk().do("schedule_inspection", **week)
    story.do("note_not_opened", inspection="SFK-2025-M1")
    assert _errands(story) == ()
    assert _errands(story.do("schedule_inspection", **week)) == ("open SFK-2025-M1",)


def test_what_is_heard_of_was_opened() -> None:
    """A second attempt that comes late takes nothing back."""
    story = _suffolk().do("schedule_inspection", **_monitoring(date(2025, 6, 23))).heard("SFK-2025-M1")
    assert story.refused("note_not_opened", inspection="SFK-2025-M1").code == "entry_recorded"


def test_what_was_scheduled_wrongly_is_struck_before_it_is_opened() -> None:
    """Nothing is opened then."""
    story = _suffolk().do("schedule_inspection", **_monitoring(date(2025, 6, 23)))
    story.strike("inspection_scheduled", "SFK-2025-M1")
    assert _errands(story) == ()


def test_what_is_open_already_is_withdrawn_in_its_own_stream() -> None:
    """To strike the schedule would not stop it. Once it is withdrawn, a wrong entry may be struck."""
    story = _suffolk().do("schedule_inspection", **_monitoring(date(2025, 6, 23))).heard("SFK-2025-M1")
    entry = {"kind": "inspection_scheduled", "about": "SFK-2025-M1"}
    refusal = story.refused("strike_entry", entry=entry)
    assert refusal.code == "not_opened_yet"
    assert refusal.accepted == "withdraw_inspection of SFK-2025-M1, if it is not to take place"
    story.heard("SFK-2025-M1", withdrawn=True).strike("inspection_scheduled", "SFK-2025-M1")


# Terms and visits.


def test_inspections_take_place_within_one_term_of_the_area() -> None:
    """Not in half-term; where no term of that year is known, nobody can say."""
    story = _suffolk().do("schedule_inspection", **_monitoring(date(2025, 5, 26)))
    story.strike("inspection_scheduled", "SFK-2025-M1")
    for first, last in ((date(2025, 4, 22), date(2025, 5, 23)), (date(2025, 6, 2), date(2025, 7, 22))):
        story.do("set_school_term", term={"first": first, "last": last})
    refusal = story.refused("schedule_inspection", **_monitoring(date(2025, 5, 26)))
    assert (refusal.code, refusal.waivable) == ("term_time", True)
    assert "set_school_term" in refusal.accepted
    story.do("schedule_inspection", **_monitoring(date(2025, 6, 2)))
    story.strike("inspection_scheduled", "SFK-2025-M1")
    story.do("schedule_inspection", **_monitoring(date(2025, 5, 19)))


def _visited(*days: date, today: date = date(2025, 9, 1)) -> Story:
    story = _suffolk(today)
    for day in days:
        story.do("note_monitoring_visit", visited_on=day)
    return story


def test_no_more_than_three_monitoring_visits_within_twelve_months() -> None:
    """Those to the authority's children's services count too, since 7 July 2025 (section 5, S)."""
    three = date(2024, 11, 12), date(2025, 2, 11), date(2025, 6, 3)
    told = _monitoring(date(2025, 10, 6))
    refusal = _visited(*three).refused("schedule_inspection", **told)
    assert (refusal.code, refusal.waivable) == ("visits_cap", True)
    assert refusal.because.endswith("2024-11-12, 2025-02-11, 2025-06-03")
    _visited(*three[1:]).do("schedule_inspection", **told)
    _visited(date(2024, 10, 6), *three[1:]).do("schedule_inspection", **told)


def test_monitoring_inspections_of_the_area_count_themselves() -> None:
    """By the first day of their week on site, if they were not withdrawn."""
    for withdrawn, code in ((False, "visits_cap"), (True, None)):
        story = _visited(date(2025, 2, 11), date(2025, 6, 3)).heard(
            "SFK-2025-M1",
            on_site={"first": date(2025, 7, 14), "last": date(2025, 7, 18)},
            fieldwork_ended_on=date(2025, 7, 18),
            withdrawn=withdrawn,
        )
        answer = story.ask("schedule_inspection", **_monitoring(date(2025, 10, 6), number=2))
        assert getattr(answer, "code", None) == code


def test_a_full_inspection_is_no_monitoring_visit() -> None:
    """However near it is; nor is a monitoring inspection that is put off and has no week."""
    story = _visited(date(2025, 2, 11), date(2025, 6, 3)).heard(
        "SFK-2025-F1", on_site={"first": date(2025, 7, 14), "last": date(2025, 7, 18)}, closed=True
    )
    story.heard("SFK-2025-M1", closed=True).do(
        "schedule_inspection", **_monitoring(date(2025, 10, 6), number=2)
    )


def test_visits_that_no_twelve_months_hold_together_are_not_added_up() -> None:
    """Two before and two after: within any twelve months there are three with the new one."""
    around = date(2025, 1, 14), date(2025, 2, 11), date(2026, 1, 20), date(2026, 2, 17)
    story = _visited(*around, today=date(2026, 3, 2))
    story.do("schedule_inspection", **_monitoring(date(2025, 12, 8)))


def test_an_inspection_that_is_notified_before_7_july_2025_knows_no_cap() -> None:
    """It is bound to the handbook in force on that day, whenever inspectors come on site."""
    three = date(2024, 11, 12), date(2025, 2, 11), date(2025, 4, 8)
    assert _week(date(2025, 7, 7))["notify_on"] == date(2025, 6, 23)
    _visited(*three, today=date(2025, 5, 1)).do("schedule_inspection", **_monitoring(date(2025, 7, 7)))


# Days that make no sense.


@pytest.mark.parametrize("command", ["bring_forward", "agree_engagement_meeting"])
def test_what_is_wanted_or_agreed_lies_ahead(command: str) -> None:
    """On the day itself it is nothing that could still be planned."""
    story = Story().entered()
    assert story.refused(command, due_by=date(2026, 3, 2)).accepted == "2026-03-03 or later"
    story.do(command, due_by=date(2026, 3, 3))


@pytest.mark.parametrize("command", ["bring_forward", "agree_engagement_meeting"])
def test_what_was_decided_before_the_first_handbook_is_no_part_of_the_cycle(command: str) -> None:
    """No rule of those days is known, so nothing could be reckoned from it."""
    refusal = Story().entered().refused(command, at=date(2022, 12, 31))
    assert (refusal.code, refusal.accepted) == ("handbook_in_force", "a day under a known handbook")


def test_an_inspection_is_notified_under_a_known_handbook() -> None:
    """Those of the former framework are not planned here."""
    told = {**_full(date(2022, 11, 7), area="SRY")}
    assert Story().entered().refused("schedule_inspection", **told).code == "handbook_in_force"


def test_an_inspection_is_told_of_polls_that_may_hold_up_its_report() -> None:
    """Of those from the first day on site on, until it knows or is closed; not one that is over."""
    story = Story().entered().do("set_polls", polls_on=date(2026, 5, 7))
    story.do("set_polls", polls_on=date(2025, 5, 1))
    assert polls_to_tell(story.state) == ()
    week = Period(first=date(2026, 3, 23), last=date(2026, 3, 27))
    story.heard("SRY-2026-F1", on_site=week)
    assert [(one.inspection, one.polls.on) for one in polls_to_tell(story.state)] == [
        ("SRY-2026-F1", date(2026, 5, 7))
    ]
    assert stands(RULES, story.state, story.now).standing.errands == (
        "tell SRY-2026-F1 of the polls on 2026-05-07",
    )
    story.heard("SRY-2026-F1", on_site=week, polls=[date(2026, 5, 7)])
    assert polls_to_tell(story.state) == ()
    story.do("set_polls", polls_on=week.first)
    assert [one.polls.on for one in polls_to_tell(story.state)] == [week.first]
    for ended in ("withdrawn", "closed"):
        story.heard("SRY-2026-F1", on_site=week, **{ended: True})
        assert polls_to_tell(story.state) == ()
