"""What is owed by and to the areas: the worklists of the cycle.

What comes next is read from each area, and the plans that a report asked for from each inspection.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Final

from domain.area.cycle import deadlines as deadlines_of_area
from domain.area.matters import PauseNews
from domain.area.planning import OnSite, weeks_on_site
from domain.area.register import is_replaced
from domain.area.state import Replaced
from domain.area.state import State as AreaState
from domain.area.vocabulary import DueKind
from domain.deadline import Deadline, Status
from domain.inspection.deadlines import FOLLOW_UP_KINDS
from domain.inspection.deadlines import deadlines as deadlines_of_inspection
from domain.inspection.state import State as InspectionState
from domain.london import london_date
from domain.rulebook import Rulebook
from domain.values import AreaCode, InspectionId, Instant


class What(StrEnum):
    """Which worklist: inspections, meetings, plans, weeks to be moved, or areas whose cycle nobody keeps."""

    FULL = "full"
    MONITORING = "monitoring"
    MEETING = "meeting"
    PLANS = "plans"
    WEEKS = "weeks"
    AREAS = "areas"


class Stands(StrEnum):
    """How something that is owed stands at a moment."""

    OVERDUE = "overdue"
    NEAR = "near"
    """Its window has opened, or its day is near."""
    AHEAD = "ahead"


@dataclass(frozen=True, slots=True)
class Owed:
    """Something that is to come and has not come. Dates are days in London.

    `inspection` is the one whose report asked for it, or whose week it is; for what is due in a cycle, the
    area is enough. No handbook says by when a week is to be moved.
    """

    what: What
    area: AreaCode
    inspection: InspectionId | None
    kind: str
    origin: str
    origin_on: date
    due: date
    stands: Stands
    working_days: int | None
    """How many have passed since the due day, if it is overdue."""
    handbook: str | None


_WHAT: Final = {
    DueKind.FULL_INSPECTION: What.FULL,
    DueKind.MONITORING_INSPECTION: What.MONITORING,
    DueKind.ENGAGEMENT_MEETING: What.MEETING,
}


def owed_in_cycle(rules: Rulebook, area: AreaCode, state: AreaState, now: Instant) -> tuple[Owed, ...]:
    """List the inspections and the engagement meetings that are to come in an area.

    Nothing is in one whose place others have taken: what it had missed by then nobody can do any more.
    """
    if is_replaced(state, london_date(now)):
        return ()
    return tuple(
        _owed(rules, _WHAT[one.kind], one, area, None, now)
        for one in deadlines_of_area(rules, state)
        if one.is_owed(now)
    )


def owed_plans(
    rules: Rulebook, inspection: InspectionId, state: InspectionState, now: Instant
) -> tuple[Owed, ...]:
    """List the plans that the report of an inspection asked for and that have not been received."""
    return tuple(
        _owed(rules, What.PLANS, one, state.area, inspection, now)
        for one in deadlines_of_inspection(rules, state)
        if state.area and one.kind in FOLLOW_UP_KINDS and one.is_owed(now)
    )


def owed_weeks(
    rules: Rulebook, area: AreaCode, state: AreaState, pauses: Iterable[PauseNews], now: Instant
) -> tuple[Owed, ...]:
    """List the weeks on site in a pause, or from the day on which others take the area's place.

    Neither moves what is scheduled (our reading, I): somebody puts it off, or gives it up, or lets it be.
    """
    weeks = weeks_on_site(state)
    paused = (
        ("week_in_pause", "scheduling_paused", pause.first, one)
        for one in weeks
        if not one.begun
        for pause in pauses
        if pause.covers(one.kind, one.week)
    )
    replaced = state.one(Replaced)
    taken = (
        ("week_after_replacement", "area_replaced", replaced.since, one)
        for one in weeks
        if replaced and replaced.since <= one.week.last
    )
    return tuple(_week(rules, area, *found, now) for found in (*paused, *taken))


def _week(
    rules: Rulebook, area: AreaCode, kind: str, origin: str, origin_on: date, one: OnSite, now: Instant
) -> Owed:
    due, today = one.week.first, london_date(now)
    overdue = due < today
    return Owed(
        what=What.WEEKS,
        area=area,
        inspection=one.inspection,
        kind=kind,
        origin=origin,
        origin_on=origin_on,
        due=due,
        stands=Stands.OVERDUE if overdue else Stands.NEAR,
        working_days=rules.current_calendar.working_days_between(due, today) if overdue else None,
        handbook=None,
    )


def _owed(
    rules: Rulebook,
    what: What,
    one: Deadline[Any],
    area: AreaCode,
    inspection: InspectionId | None,
    now: Instant,
) -> Owed:
    overdue = one.status(now) is Status.MISSED
    since = rules.current_calendar.working_days_between(one.due, london_date(now)) if overdue else None
    return Owed(
        what=what,
        area=area,
        inspection=inspection,
        kind=one.kind.value,
        origin=one.origin,
        origin_on=one.origin_on,
        due=one.due,
        stands=Stands.OVERDUE if overdue else Stands.NEAR if one.warn_at <= now else Stands.AHEAD,
        working_days=since,
        handbook=one.handbook,
    )
