"""What is proposed for a period, for which week, and in which words. It is 2 March 2026, a Monday."""

from datetime import date, timedelta
from typing import Any, Final

import pytest

from domain.actors import ENGINE
from domain.errors import MalformedError
from domain.programme import Programme, Proposal, Why, plan
from domain.values import Kind, Period
from tests.domain.area.story import RULES, TODAY
from tests.domain.programme.making import DIRECTOR, Area, register

SPRING: Final = (date(2026, 3, 1), date(2026, 7, 24))


def planned(*areas: Area, period: tuple[date, date] = SPRING, weekly: int = 2) -> Programme:
    now = max(area.now for area in areas)
    return plan(RULES, register(*areas), Period(first=period[0], last=period[1]), now, weekly=weekly)


def only(programme: Programme) -> Proposal:
    (proposal,) = programme.proposals
    return proposal


def names(programme: Programme) -> list[str]:
    return [one.inspection for one in programme.proposals]


def left(programme: Programme) -> list[tuple[str, Kind, str]]:
    return [(one.area, one.kind, one.rule) for one in programme.not_proposed]


def says(proposal: Proposal, why: Why) -> str:
    return next(one.says for one in proposal.why if one.why is why)


def cornwall() -> Area:
    """Outcome 2, published on 5 May 2023: due by 5 May 2026, from 5 November 2025 to 5 November 2026."""
    return Area("CON").inspected(date(2023, 5, 5))


def test_what_is_due_is_proposed_for_the_first_week_of_its_window_and_explains_itself() -> None:
    """The area is told on a Monday, ten working days before inspectors come from Monday to Friday."""
    found = only(planned(cornwall()))
    assert (found.inspection, found.kind, found.due) == ("CON-2026-F1", Kind.FULL, date(2026, 5, 5))
    assert found.notify_on == TODAY
    assert found.on_site == Period(first=date(2026, 3, 16), last=date(2026, 3, 20))
    assert [(one.says, one.handbook, one.sureness) for one in found.why] == [
        (
            "due by 2026-05-05: 36 months after publication on 2023-05-05, outcome 2 of CON-2023-F1",
            "2023-01-01",
            "S",
        ),
        ("window from 2025-11-05 to 2026-11-05", "2023-01-01", "M"),
        ("the first week that will do", None, None),
        ("term dates are not known", None, None),
        ("notified on Monday 2026-03-02, 10 working days before coming on site", "2025-11-05", "S"),
    ]


def test_nobody_is_notified_before_today() -> None:
    """On the next day the first Monday is gone."""
    area = cornwall()
    area.now += timedelta(days=1)
    assert only(planned(area)).notify_on == date(2026, 3, 9)


def test_a_window_that_opens_in_the_period_is_waited_for() -> None:
    """Published on 5 November 2023, so the window opens on 5 May 2026, a Tuesday. Another opens later."""
    areas = Area("AAA").inspected(date(2023, 11, 5)), Area("BBB").inspected(date(2024, 3, 5))
    programme = planned(*areas)
    assert only(programme).on_site.first == date(2026, 5, 11)
    assert left(programme) == []


def nottinghamshire() -> Area:
    """Outcome 3, received on 3 May 2023: monitoring due by 3 November 2024, no later than February 2025."""
    return Area("NTT").inspected(date(2023, 5, 16), outcome="3")


def test_what_is_overdue_comes_as_early_as_possible() -> None:
    """Though not in a week with a bank holiday, if another will do: Easter is on 5 April 2026."""
    found = only(planned(nottinghamshire(), period=(date(2026, 4, 1), date(2026, 7, 1))))
    assert found.on_site.first == date(2026, 4, 13)
    assert says(found, Why.OVERDUE) == (
        "due by 2024-11-03, so overdue: 18 months after receipt of the final report on 2023-05-03, "
        "outcome 3 of NTT-2023-F1"
    )
    assert says(found, Why.AFTER_WINDOW).startswith("window from 2024-08-03 to 2025-02-03, which has no week")


def test_outcome_3_brings_a_monitoring_inspection_first_and_the_full_one_after_it() -> None:
    """An area has one inspection at a time, so the full one is planned when the monitoring one is over."""
    programme = planned(nottinghamshire())
    assert only(programme).inspection == "NTT-2026-M1"
    assert left(programme) == [("NTT", Kind.FULL, "one_at_a_time")]


def test_what_intelligence_brings_forward_goes_before_what_is_overdue() -> None:
    """One week, one place: the area that was brought forward has it, and the other is told why not."""
    forward = Area("ZZZ").inspected(date(2025, 6, 2))
    forward.tell("bring_forward", DIRECTOR, due_by=date(2026, 4, 30), because="complaints")
    programme = planned(nottinghamshire(), forward, period=(date(2026, 3, 16), date(2026, 3, 20)), weekly=1)
    found = only(programme)
    assert (found.area, found.due) == ("ZZZ", date(2026, 4, 30))
    assert (
        says(found, Why.BROUGHT_FORWARD)
        == "brought forward on 2026-03-02 because of complaints; wanted by 2026-04-30"
    )
    assert left(programme) == [("NTT", Kind.MONITORING, "weekly"), ("NTT", Kind.FULL, "weekly")]


def test_inspections_take_place_in_term() -> None:
    """As far as terms are known; in the holidays there is no week."""
    area = cornwall().in_term(date(2026, 4, 20), date(2026, 5, 22))
    found = only(planned(area))
    assert found.on_site.first == date(2026, 4, 20)
    assert says(found, Why.WEEK) == "the first week that will do, in term"
    assert Why.TERM_NOT_KNOWN not in [one.why for one in found.why]
    holidays = planned(area, period=(date(2026, 5, 25), date(2026, 6, 12)))
    assert left(holidays) == [("CON", Kind.FULL, "term_time")]
    assert holidays.not_proposed[0].because.endswith("and so with 2 more weeks")


def paused(area: Area, first: date, last: date | None = None, kind: Kind | None = None) -> Area:
    """Have the area hear of one pause of the programme, and of no other."""
    return area.tell("hear_of_pauses", ENGINE, pauses=[{"kind": kind, "first": first, "last": last}])


def test_no_week_is_proposed_within_a_pause() -> None:
    """The first week after it is, and says so. A pause of the other kind takes no week."""
    last = date(2026, 4, 17)
    found = only(planned(paused(cornwall(), date(2026, 3, 1), last)))
    assert found.on_site.first == date(2026, 4, 20)
    assert (
        says(found, Why.PAUSED_BEFORE)
        == "all inspections are paused from 2026-03-01 to 2026-04-17, so in no week before that is over"
    )
    other = only(planned(paused(cornwall(), date(2026, 3, 1), last, Kind.MONITORING)))
    assert other == only(planned(cornwall()))


def test_a_pause_that_is_open_leaves_no_week_until_scheduling_is_resumed() -> None:
    """After that the same call plans anew."""
    area = paused(cornwall(), date(2026, 3, 1))
    assert left(planned(area)) == [("CON", Kind.FULL, "scheduling_paused")]
    assert (
        planned(area)
        .not_proposed[0]
        .because.startswith("all inspections are paused from 2026-03-01 until further notice")
    )
    assert only(planned(paused(area, date(2026, 3, 1), date(2026, 3, 13)))).on_site.first == date(2026, 3, 16)


def test_a_week_without_a_bank_holiday_is_better() -> None:
    """Easter 2026: the weeks of 30 March and 6 April have one. A bank holiday in the notice moves its day."""
    found = only(planned(cornwall(), period=(date(2026, 3, 30), date(2026, 4, 17))))
    assert (found.on_site.first, found.notify_on) == (date(2026, 4, 13), date(2026, 3, 26))
    assert "on Thursday 2026-03-26" in says(found, Why.NOTICE)
    assert says(found, Why.NOTICE).endswith("a bank holiday in the notice moves the day")
    without_choice = only(planned(cornwall(), period=(date(2026, 3, 30), date(2026, 4, 10))))
    assert without_choice.on_site.first == date(2026, 3, 30)
    assert says(without_choice, Why.BANK_HOLIDAY).startswith("Good Friday")


def test_a_report_that_would_fall_into_an_embargo_is_told_and_not_avoided() -> None:
    """A week on site until 20 March is expected to be published around 27 May."""
    area = cornwall().tell("set_polls", polls_on=date(2026, 6, 4), kind="local")
    found = only(planned(area))
    assert found.on_site == only(planned(cornwall())).on_site
    assert "expected around 2026-05-27" in says(found, Why.EMBARGO)
    assert "polls of 2026-06-04" in says(found, Why.EMBARGO)


@pytest.mark.parametrize("opened", [True, False])
def test_an_area_has_one_inspection_at_a_time(opened: bool) -> None:
    """Whether it is scheduled only, or under way."""
    area = cornwall()
    on_site = Period(first=date(2026, 3, 16), last=date(2026, 3, 20))
    if opened:
        area.hears("CON-2026-F1", on_site=on_site)
    else:
        area.tell(
            "schedule_inspection", inspection="CON-2026-F1", kind="full", notify_on=TODAY, on_site=on_site
        )
    programme = planned(area)
    assert programme.proposals == ()
    assert left(programme) == [("CON", Kind.FULL, "one_at_a_time")]
    assert "CON-2026-F1" in programme.not_proposed[0].because


def test_an_inspection_whose_report_is_awaited_is_not_proposed_again() -> None:
    """Not after a first inspection and not after a later one."""
    over: dict[str, Any] = {"begun_on": date(2026, 1, 15), "fieldwork_ended_on": date(2026, 1, 23)}
    first, again = Area("AAA").hears("AAA-2026-F1", **over), cornwall().hears("CON-2026-F1", **over)
    assert planned(first, again) == Programme((), ())


def test_a_name_has_the_next_free_number() -> None:
    """That of an inspection that was withdrawn is not used again, and its area is not forgotten."""
    assert names(planned(cornwall().hears("CON-2026-F1", withdrawn=True))) == ["CON-2026-F2"]
    begun = Area("AAA").hears("AAA-2026-F1", begun_on=date(2026, 1, 15), withdrawn=True)
    assert names(planned(begun)) == ["AAA-2026-F2"]


def test_only_areas_that_exist_are_proposed() -> None:
    """One begins on a Wednesday, two are replaced before, one of them while late; one is in no register."""
    begins = Area("NEW", since=date(2026, 3, 18))
    gone, late, struck = cornwall(), Area("AAA").inspected(date(2023, 3, 1)), Area("OLD")
    for area in (gone, late):
        area.do("replace_area", successors=["NEW"], since=date(2026, 3, 3))
    struck.strike("area_entered")
    programme = planned(begins, gone, late, struck)
    assert only(programme).on_site.first == date(2026, 3, 23)
    assert left(programme) == []


def test_monitoring_visits_are_capped() -> None:
    """Three visits of any framework within twelve months are enough."""
    area = Area("NTT").inspected(date(2024, 3, 20), outcome="3")
    for day in (date(2025, 10, 1), date(2025, 12, 1), date(2026, 2, 2)):
        area.tell("note_monitoring_visit", visited_on=day)
    assert left(planned(area)) == [("NTT", Kind.MONITORING, "visits_cap")]


def test_areas_that_were_never_inspected_take_the_room_that_is_left_and_spread() -> None:
    """Two weeks with two places each: one is due, so three of four others follow, in the emptier weeks."""
    never = [Area(code) for code in ("AAA", "BBB", "DDD", "EEE")]
    programme = planned(*never, cornwall(), period=(date(2026, 3, 16), date(2026, 3, 27)))
    assert [(one.area, one.on_site.first.day) for one in programme.proposals] == [
        ("BBB", 16),
        ("CON", 16),
        ("AAA", 23),
        ("DDD", 23),
    ]
    assert programme.proposals[0].due is None
    assert says(programme.proposals[0], Why.WEEK) == "of the weeks with most room the first that will do"
    assert left(programme) == [("EEE", Kind.FULL, "weekly")]


def test_inspections_on_record_take_up_room() -> None:
    """Scheduled or heard of; what was withdrawn leaves its place."""
    on_site = Period(first=date(2026, 3, 16), last=date(2026, 3, 20))
    busy = Area("AAA").hears("AAA-2026-F1", on_site=on_site)
    fortnight = (date(2026, 3, 16), date(2026, 3, 27))
    assert only(planned(busy, cornwall(), period=fortnight, weekly=1)).on_site.first.day == 23
    busy.hears("AAA-2026-F1", on_site=on_site, withdrawn=True)
    programme = planned(busy, cornwall(), period=fortnight, weekly=1)
    assert [(one.area, one.on_site.first.day) for one in programme.proposals] == [("CON", 16), ("AAA", 23)]


@pytest.mark.parametrize(
    "period",
    [
        pytest.param((date(2026, 3, 2), date(2026, 3, 13)), id="too near to be told of"),
        pytest.param((date(2026, 6, 2), date(2026, 6, 7)), id="no whole week"),
        pytest.param((date(2025, 6, 2), date(2025, 7, 7)), id="over"),
    ],
)
def test_a_period_has_a_week_of_which_areas_can_be_told(period: tuple[date, date]) -> None:
    """Otherwise nothing can be planned in it, whatever is due."""
    with pytest.raises(MalformedError, match="accepted is a period"):
        planned(cornwall(), period=period)
