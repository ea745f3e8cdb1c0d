"""The statistics of all inspections together.

Only what is published counts, because before that an outcome is not known to the world. Outcomes are those of
full inspections.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from statistics import median

from domain.area.state import State
from domain.rulebook import Rulebook
from domain.statistics.conduct import Conduct, Late, Publication
from domain.statistics.monitoring import Monitoring, monitoring
from domain.values import AreaCode, InspectionId, Kind, Outcome


@dataclass(frozen=True, slots=True)
class Spread:
    """The least, the middle and the greatest of some numbers. The middle may lie between two of them."""

    minimum: int
    median: int | float
    maximum: int


@dataclass(frozen=True, slots=True)
class Statistics:
    """What the official statistics count, and who is late on what."""

    by_year: Mapping[int, Mapping[Outcome, int]]
    """Inspections by year of inspection and outcome. Years without any are left out, outcomes are not."""
    reinspections: tuple[InspectionId, ...]
    """Those of an area that had been inspected before, under this framework and as this area."""
    publication_working_days: Spread | None
    """From the end of fieldwork to the first publication; None if nothing is published."""
    monitoring: tuple[Monitoring, ...]
    """The monitoring inspections that outcomes have brought, made or not; what is due first comes first."""
    late: tuple[Late, ...]
    """What has been due longest comes first."""

    @property
    def by_outcome(self) -> Mapping[Outcome, int]:
        """Inspections of all years by outcome."""
        return {one: sum(year[one] for year in self.by_year.values()) for one in Outcome}


def statistics(
    conducts: Iterable[Conduct], areas: Mapping[AreaCode, State], rules: Rulebook, on: date
) -> Statistics:
    """Count inspections at the end of a day in London; working days by the latest calendar.

    Args:
        conducts: how each inspection went.
        areas: the areas of the register, as far as they say whether others have taken their place.
        rules: handbooks and calendars.
        on: the day.

    Raises:
        CalendarHorizonError: fieldwork or publication lies outside its years.
    """
    every = list(conducts)
    calendar = rules.current_calendar
    known = [(one, one.publication) for one in every if one.kind is Kind.FULL and one.publication]
    published = [publication for _, publication in known]
    return Statistics(
        by_year=_by_year(published),
        reinspections=_reinspections(known),
        publication_working_days=_spread(
            [calendar.working_days_between(one.fieldwork_ended_on, one.published_on) for one in published]
        ),
        monitoring=monitoring(rules, (one.news for one in every), areas, on),
        late=tuple(
            sorted(
                (late for one in every for late in one.late),
                key=lambda late: (late.due, late.inspection, late.kind, late.subject or ""),
            )
        ),
    )


def shares(counts: Mapping[Outcome, int]) -> Mapping[Outcome, Fraction]:
    """Return which part of all inspections had each outcome; nothing, if there are none."""
    in_all = sum(counts.values())
    return {outcome: Fraction(number, in_all) for outcome, number in counts.items()} if in_all else {}


def _by_year(published: Sequence[Publication]) -> dict[int, dict[Outcome, int]]:
    counted = Counter((one.year, one.outcome) for one in published)
    years = sorted({year for year, _ in counted})
    return {year: {outcome: counted[year, outcome] for outcome in Outcome} for year in years}


def _reinspections(known: Sequence[tuple[Conduct, Publication]]) -> tuple[InspectionId, ...]:
    """An area is inspected anew if fieldwork of an earlier inspection, published too, ended before."""
    seen: set[AreaCode] = set()
    found = []
    for one, _ in sorted(known, key=lambda pair: (pair[1].fieldwork_ended_on, pair[0].inspection)):
        if one.area in seen:
            found.append(one.inspection)
        seen.add(one.area)
    return tuple(found)


def _spread(numbers: Sequence[int]) -> Spread | None:
    if not numbers:
        return None
    middle = median(numbers)
    return Spread(min(numbers), int(middle) if middle == int(middle) else middle, max(numbers))
