"""Which thematic review the programme is to have planned next, and when."""

from typing import Final

from domain.london import london_date, start_of_day
from domain.national.state import State
from domain.terms import DayOfYear
from domain.thematic.matters import year_of
from domain.values import Instant, ThematicReviewId

PLANNED_ON: Final = DayOfYear(month=1, day=2)
"""On which day of its year a review is planned. The guidance comes out in January or February (section 5 of
the facts, S), so it is no later than that; the day is our assumption (M)."""


def next_review(state: State) -> ThematicReviewId | None:
    """Name the review to be planned next: the first whose day came after the beginning, later than the last.

    None before the programme has begun. One that has begun anew sees to no year again.
    """
    if state.begun is None:
        return None
    begun_on = london_date(state.begun.occurred_at)
    year = begun_on.year if begun_on <= PLANNED_ON.of(begun_on.year) else begun_on.year + 1
    if state.asked_for:
        year = max(year, year_of(state.asked_for) + 1)
    return f"THEMATIC-{year}"


def planned_at(review: ThematicReviewId) -> Instant:
    """Return the moment at which a review is planned, unless somebody has planned it before."""
    return start_of_day(PLANNED_ON.of(year_of(review)))


def review_to_plan(state: State, now: Instant) -> ThematicReviewId | None:
    """Name the review whose day has come and which has not been seen to, if there is one."""
    review = next_review(state)
    return review if review and planned_at(review) <= now else None
