"""The statistics of all inspections together."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.area.matters import NewsMatter
from domain.area.state import State
from domain.handbook import DeadlineKind
from domain.rulebook import Rulebook
from domain.statistics import Conduct, Late, Publication, Spread, Statistics, shares, statistics
from domain.values import AreaCode, Kind, Outcome
from tests.domain.area.story import Story

RULES = Rulebook.released()
CALENDAR = RULES.current_calendar
ONE, TWO, THREE = Outcome
FRIDAY = date(2023, 2, 10)


def went(inspection: str, outcome: Outcome, ended: date = FRIDAY, days: int = 44) -> Conduct:
    """An inspection of which the report was published so many working days after fieldwork ended."""
    published = Publication(ended, CALENDAR.add_working_days(ended, days), outcome)
    news = NewsMatter(
        inspection=inspection,
        kind=Kind.FULL,
        begun_on=ended - timedelta(days=8),
        fieldwork_ended_on=ended,
        report_received_on=published.published_on,
        published_on=published.published_on,
        outcome=outcome,
    )
    return Conduct(news, inspection[:3], published, ())


def goes_on(inspection: str, *late: Late) -> Conduct:
    """An inspection of which the report is not published."""
    return Conduct(NewsMatter(inspection=inspection, kind=Kind.FULL), inspection[:3], None, late)


def counted(
    *conducts: Conduct, on: date = date(2026, 11, 27), areas: Mapping[AreaCode, State] = MappingProxyType({})
) -> Statistics:
    return statistics(conducts, areas, RULES, on)


def test_outcomes_are_counted_by_year_of_inspection() -> None:
    """An outcome that no inspection of a year had is counted as 0; a year without inspections is left out."""
    found = counted(
        went("CON-2023-F1", TWO),
        went("SFK-2023-F1", THREE),
        went("TRF-2023-F1", TWO),
        went("CON-2026-F1", TWO, date(2026, 3, 27)),
    )
    assert found.by_year == {2023: {ONE: 0, TWO: 2, THREE: 1}, 2026: {ONE: 0, TWO: 1, THREE: 0}}
    assert list(found.by_year) == [2023, 2026]
    assert found.by_outcome == {ONE: 0, TWO: 3, THREE: 1}


def test_what_is_not_published_does_not_count() -> None:
    """With nothing published there is no year, no share and no number of days."""
    found = counted(goes_on("SFK-2023-F1"))
    assert (found.by_year, found.publication_working_days, found.late) == ({}, None, ())
    assert shares(found.by_outcome) == {}


def test_an_area_that_was_inspected_before_is_inspected_anew() -> None:
    """Cornwall in 2023 and 2026, in whichever order they are read; an inspection under way is not yet one."""
    again, first = went("CON-2026-F1", TWO, date(2026, 3, 27)), went("CON-2023-F1", TWO)
    assert counted(again, first, went("SFK-2023-F1", THREE)).reinspections == ("CON-2026-F1",)
    assert counted(first, goes_on("CON-2026-F1")).reinspections == ()


@pytest.mark.parametrize(
    ("days", "middle"), [((29,), 29), ((29, 44, 101), 44), ((43, 45), 44), ((44, 45), 44.5)]
)
def test_the_days_to_publication_are_working_days(days: Sequence[int], middle: float) -> None:
    """The middle of an even number of inspections lies between two; where it is whole, it is written so."""
    found = counted(*(went(f"SFK-2023-F{n}", TWO, days=each) for n, each in enumerate(days)))
    assert found.publication_working_days == Spread(min(days), middle, max(days))
    assert str(found.publication_working_days.median) == str(middle)


def test_suffolks_report_took_49_working_days() -> None:
    """From 17 November 2023 to 30 January 2024, with Christmas, Boxing Day and New Year's Day in between."""
    suffolk = Publication(date(2023, 11, 17), date(2024, 1, 30), THREE)
    found = counted(Conduct(NewsMatter(inspection="SFK-2023-F1", kind=Kind.FULL), "SFK", suffolk, ()))
    assert found.publication_working_days == Spread(49, 49, 49)


def test_what_has_been_due_longest_is_listed_first() -> None:
    """Of all inspections, published or not."""
    early, late = (
        Late(name, DeadlineKind.STRATEGIC_PLAN, None, due, 3)
        for name, due in (("TRF-2023-F1", FRIDAY), ("CON-2023-F1", FRIDAY + timedelta(days=1)))
    )
    assert counted(goes_on("CON-2023-F1", late), goes_on("TRF-2023-F1", early)).late == (early, late)


def test_outcome_3_brings_a_monitoring_inspection_18_months_after_the_report_was_received() -> None:
    """Overdue from the day after, as long as it has not begun; outcomes 1 and 2 bring none."""
    suffolk, trafford = went("SFK-2023-F1", THREE), went("TRF-2023-F1", TWO)
    received = suffolk.news.report_received_on
    assert received == date(2023, 4, 17)
    (due,) = counted(suffolk, trafford, on=date(2024, 10, 17)).monitoring
    assert (due.area, due.due, due.begun_on, due.overdue) == ("SFK", date(2024, 10, 17), None, False)
    assert counted(suffolk, trafford, on=date(2024, 10, 18)).monitoring[0].overdue


def test_monitoring_that_has_begun_is_overdue_no_more_and_a_full_inspection_takes_its_place() -> None:
    """Begun late it has its day; where a full inspection began first, none is due."""
    suffolk, begun_on = went("SFK-2023-F1", THREE), date(2024, 11, 21)
    monitored = NewsMatter(inspection="SFK-2024-M1", kind=Kind.MONITORING, begun_on=begun_on)
    (begun,) = counted(suffolk, Conduct(monitored, "SFK", None, ())).monitoring
    assert (begun.begun_on, begun.overdue) == (begun_on, False)
    assert counted(suffolk, went("SFK-2024-F1", TWO, date(2024, 9, 27))).monitoring == ()


def test_no_monitoring_is_due_in_an_area_that_is_replaced() -> None:
    """As in its cycle: not before, if it falls due when others have its place; overdue until they have it."""
    suffolk, due = went("SFK-2023-F1", THREE), date(2024, 10, 17)
    day = timedelta(days=1)
    for since, on, owed in (
        (due, due - day, 0),
        (due + 9 * day, due + 8 * day, 1),
        (due + day, due + day, 0),
    ):
        replaced = Story("SFK").entered().do("replace_area", since=since)
        assert len(counted(suffolk, on=on, areas={"SFK": replaced.state}).monitoring) == owed


CONDUCTS = st.lists(
    st.builds(
        lambda area, number, outcome, after, days: (
            goes_on(f"{area}-2023-F{number}")
            if outcome is None
            else went(f"{area}-2023-F{number}", outcome, FRIDAY + timedelta(days=after), days)
        ),
        st.sampled_from(["CON", "SFK", "TRF"]),
        st.integers(1, 99),
        st.none() | st.sampled_from(Outcome),
        st.integers(0, 1200),
        st.integers(0, 101),
    ),
    unique_by=lambda one: one.inspection,
)


@given(CONDUCTS)
def test_nothing_is_counted_twice_or_lost(conducts: list[Conduct]) -> None:
    """The years add up to what is published, the shares to one, and each area has one first inspection."""
    found = counted(*conducts)
    published = [one for one in conducts if one.publication]
    assert sum(found.by_outcome.values()) == len(published)
    for counts in (*found.by_year.values(), *([found.by_outcome] if published else [])):
        assert sum(counts.values()) > 0
        assert sum(shares(counts).values()) == 1
    assert len(found.reinspections) == len(published) - len({one.area for one in published})
    if spread := found.publication_working_days:
        assert spread.minimum <= spread.median <= spread.maximum
