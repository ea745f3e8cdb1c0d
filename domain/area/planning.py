"""What speaks for and against a week on site in an area, as far as the area's own record knows."""

from datetime import date, timedelta
from typing import Final, NamedTuple

from domain.area.state import BroughtForward, Polls, Scheduled, SchoolTerm, State, Visited
from domain.london import add_months
from domain.values import InspectionId, Kind, Period

_TERMS_ARE_KNOWN_FOR: Final = timedelta(days=365)
"""Terms are entered a school year at a time. So where one begins no further than this from a week, a week in
none is out of term; where none does, nobody has entered that year. Our reading (I), no framework's rule."""


def under_way(state: State) -> frozenset[InspectionId]:
    """List the inspections that are planned or begun and whose fieldwork is not over."""
    heard = {
        one.inspection
        for one in state.news.values()
        if not (one.withdrawn or one.closed or one.fieldwork_ended_on)
    }
    return frozenset(heard | {one.inspection for one in to_open(state)})


def has_unfinished(state: State) -> bool:
    """Say whether an inspection goes on, be it in what follows its report."""
    return any(not (one.withdrawn or one.closed) for one in state.news.values())


def to_open(state: State) -> tuple[Scheduled, ...]:
    """List what is scheduled and not opened yet, as far as the cycle has heard."""
    return tuple(one for one in state.all(Scheduled) if one.inspection not in state.news)


class OnSite(NamedTuple):
    """A week on site that is still to come or goes on, and whether fieldwork has begun."""

    inspection: InspectionId
    kind: Kind
    week: Period
    begun: bool


def weeks_on_site(state: State) -> tuple[OnSite, ...]:
    """List the weeks on site of what is scheduled or opened and whose fieldwork is not over."""
    waiting = (OnSite(one.inspection, one.kind, one.on_site, begun=False) for one in to_open(state))
    opened = (
        OnSite(one.inspection, one.kind, one.on_site, begun=one.begun_on is not None)
        for one in state.news.values()
        if one.on_site and one.inspection in under_way(state)
    )
    return (*waiting, *opened)


def is_awaited(state: State, wanted: BroughtForward) -> bool:
    """Say whether the full inspection that is wanted earlier is neither scheduled nor opened."""
    return not any(one.kind is Kind.FULL for one in to_open(state)) and not any(
        one.kind is Kind.FULL
        and not one.withdrawn
        and (one.begun_on > wanted.on if one.begun_on else not one.closed)
        for one in state.news.values()
    )


class Untold(NamedTuple):
    """An inspection that does not know of polls in its area."""

    inspection: InspectionId
    polls: Polls


def polls_to_tell(state: State) -> tuple[Untold, ...]:
    """List the polls because of which an inspection may have to wait with its report, and does not know.

    Those before the first day on site are over before there is anything to publish. That polls were called
    off is told to nobody: an inspection cannot unlearn them, and may be released against the rule.
    """
    return tuple(
        Untold(one.inspection, polls)
        for one in state.news.values()
        if one.on_site is not None and not one.withdrawn and not one.closed
        for polls in state.all(Polls)
        if polls.on >= one.on_site.first and polls.on not in one.polls
    )


def in_term(state: State, on_site: Period) -> bool | None:
    """Say whether a week lies within one term of the area; nothing if no term of that year is known."""
    terms = [one.term for one in state.all(SchoolTerm)]
    near = [one for one in terms if abs(one.first - on_site.first) <= _TERMS_ARE_KNOWN_FOR]
    if not near:
        return None
    return any(one.first <= on_site.first and on_site.last <= one.last for one in near)


def visits_within(state: State, day: date, months: int) -> tuple[date, ...]:
    """List the days of monitoring visits, of either framework, in the fullest span of months around a day.

    The span is so many months long, and the day lies in it.
    """
    days = {one.on for one in state.all(Visited)}
    days |= {
        one.on_site.first
        for one in state.news.values()
        if one.kind is Kind.MONITORING and one.on_site and not one.withdrawn
    }
    begins = [one for one in {*days, day} if one <= day < add_months(one, months)]
    spans = [
        tuple(sorted(one for one in days if first <= one < add_months(first, months))) for first in begins
    ]
    return max(spans, key=len)
