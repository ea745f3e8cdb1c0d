"""Judging a command to the cycle of an area."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, Final

from domain import clock
from domain.area import commands as c
from domain.area import events as e
from domain.area.cycle import MONTHS_AFTER_CONCERN, deadlines, inspections_to_come
from domain.area.decide.register import require_within_life
from domain.area.decide.situation import Situation
from domain.area.planning import in_term, is_awaited, to_open, under_way, visits_within
from domain.area.state import BroughtForward, evolve
from domain.area.vocabulary import Intelligence
from domain.london import add_months, london_date
from domain.values import Kind


def hear(situation: Situation, command: c.HearOfInspections) -> tuple[e.Event, ...]:
    """Note what is new of the area's own inspections, and nothing that is known. What is told last counts."""
    known = situation.state.news
    told = {news.inspection: news for news in command.news}
    others = sorted(name for name in told if not name.startswith(f"{command.area}-"))
    situation.require(
        not others,
        "name_fits",
        f"{', '.join(others)} is of another area",
        f"inspections of {command.area}",
    )
    return tuple(
        situation.record(e.InspectionHeardOf, **dict(news))
        for name, news in told.items()
        if known.get(name) != news
    )


def hear_of_concerns(situation: Situation, command: c.HearOfConcerns) -> tuple[e.Event, ...]:
    """A serious concern brings an inspection forward, once, whatever becomes of that entry afterwards.

    The facts say that it may (section 5, S), and by when nowhere: within these months is assumed (M). Where
    an inspection is not to come earlier, a coordinator strikes the entry.
    """
    fresh = [news for news in dict.fromkeys(command.concerns) if news.ref not in situation.state.concerns]
    for news in fresh:
        situation.handbook_on(news.raised_on)
    return tuple(
        situation.record(
            e.InspectionBroughtForward,
            due_by=add_months(news.raised_on, MONTHS_AFTER_CONCERN),
            because=Intelligence.THEMATIC_REVIEW,
            concern=news.ref,
            raised_on=news.raised_on,
        )
        for news in fresh
    )


def hear_of_struck_concerns(situation: Situation, command: c.HearOfStruckConcerns) -> tuple[e.Event, ...]:
    """What a struck concern has brought forward goes back, unless the inspection is on its way already.

    Then a coordinator decides. If that inspection is withdrawn, this is heard anew.
    """
    return tuple(
        situation.record(e.ConcernStruck, concern=wanted.concern, due_by=wanted.due_by)
        for wanted in situation.state.all(BroughtForward)
        if wanted.concern in command.concerns and is_awaited(situation.state, wanted)
    )


def hear_of_pauses(situation: Situation, command: c.HearOfPauses) -> tuple[e.Event, ...]:
    """Note the pauses, unless they are those that are known."""
    return () if command.pauses == situation.state.pauses else (situation.record(e.PausesHeardOf),)


def _schedule(situation: Situation, command: c.ScheduleInspection) -> None:
    """One inspection at a time, when it is due, in term time, and not more visits than the cap allows."""
    require_within_life(situation, command.on_site.first)
    require_within_life(situation, command.on_site.last)
    situation.handbook_on(command.notify_on)
    horizon = situation.rules.current_calendar.last
    situation.require(
        command.on_site.last <= horizon,
        "calendar_horizon",
        f"the holidays of {command.on_site.last} are not known",
        f"a last day on site until {horizon}",
    )
    _require_name(situation, command)
    busy = under_way(situation.state) - {command.inspection}
    situation.require(
        not busy,
        "one_at_a_time",
        f"{', '.join(sorted(busy))} is planned or under way",
        "an area with no inspection before the end of its fieldwork",
    )
    _require_window(situation, command)
    _require_no_pause(situation, command)
    situation.require(
        in_term(situation.state, command.on_site) is not False,
        "term_time",
        f"{command.on_site.first} to {command.on_site.last} is not within a term of the area",
        "a week on site in term time; set_school_term, if its term is not known yet",
    )
    if command.kind is Kind.MONITORING:
        _require_cap(situation, command)


def _require_name(situation: Situation, command: c.ScheduleInspection) -> None:
    beginning = f"{command.area}-{command.on_site.first.year}-{command.kind.letter}"
    situation.require(
        command.inspection.startswith(beginning),
        "name_fits",
        f"{command.inspection} does not begin with {beginning}",
        f"a name such as {beginning}1",
    )
    situation.require(
        command.inspection not in situation.state.news,
        "recorded_once",
        f"there is a {command.inspection} already",
        "the next number",
    )


def _require_window(situation: Situation, command: c.ScheduleInspection) -> None:
    """A first inspection has no window. Whoever comes before a window opens has intelligence."""
    coming = inspections_to_come(situation.rules, situation.state)
    due = next((one for one in coming if one.kind is command.kind), None)
    known = situation.state.news.values()
    first = not any(one.kind is Kind.FULL and not one.withdrawn for one in known)
    situation.require(
        due is not None or (command.kind is Kind.FULL and first),
        "due",
        f"no {command.kind} inspection of {command.area} is due",
        "what the last outcome brings: " + (", ".join(one.kind for one in coming) or "nothing yet"),
    )
    situation.require(
        due is None or due.opens <= command.on_site.first,
        "window",
        f"the window opens on {due.opens}, around {due.target}" if due else "",
        f"a first day on site from {due.opens} on; bring_forward, on intelligence" if due else "",
    )


def _require_no_pause(situation: Situation, command: c.ScheduleInspection) -> None:
    pauses = situation.state.pauses
    pause = next((one for one in pauses if one.covers(command.kind, command.on_site)), None)
    situation.require(
        pause is None,
        "scheduling_paused",
        str(pause),
        f"a week on site after {pause.last}" if pause and pause.last else "a week on site before the pause",
    )


def _require_cap(situation: Situation, command: c.ScheduleInspection) -> None:
    first = command.on_site.first
    cap = situation.handbook_on(command.notify_on).monitoring_visits_cap.value
    if cap is None:
        return
    found = visits_within(situation.state, first, cap.months)
    situation.require(
        len(found) < cap.visits,
        "visits_cap",
        f"in {cap.months} months around {first} there are visits on " + ", ".join(map(str, found)),
        f"no more than {cap.visits} monitoring visits within {cap.months} months",
    )


def _not_opened(situation: Situation, command: c.NoteNotOpened) -> None:
    """What is heard of was opened, whoever comes late with the news that it was not."""
    waiting = [one.inspection for one in to_open(situation.state)]
    situation.require(
        command.inspection in waiting,
        "entry_recorded",
        f"{command.inspection} is not waiting to be opened",
        "one of " + (", ".join(waiting) or "none: nothing waits"),
    )


def _bring_forward(situation: Situation, command: c.BringForward) -> None:
    _require_ahead(situation, command.due_by)
    require_within_life(situation, command.due_by)
    coming = inspections_to_come(situation.rules, situation.state)
    target = next((one.target for one in coming if one.kind is Kind.FULL), None)
    first = london_date(command.occurred_at) + timedelta(days=1)
    situation.require(
        target is None or command.due_by < target,
        "earlier",
        f"the next full inspection is due by {target} already",
        f"a day from {first} on and before {target}"
        if target and first < target
        else "no day: it is near or overdue; schedule_inspection",
    )


def move_to_handbook(situation: Situation, command: c.MoveCycleToHandbook) -> e.Event:
    """What past inspections have brought is reckoned by another released handbook, and it is said what moves.

    A new handbook moves no cycle by itself: no page says that it reaches back (inferred, I). Engagement
    meetings follow the handbook in force on their day, whatever the cycle is moved to.
    """
    rules, state = situation.rules, situation.state
    ahead = {one.handbook for one in inspections_to_come(rules, state) if one.after is not None}
    others = [version for version in rules.handbooks if ahead - {version}]
    situation.require(
        command.to in others,
        "handbook_known",
        f"{command.to} is not a released handbook by which anything would be reckoned anew",
        "one of " + (", ".join(sorted(others)) or "none: no published inspection has brought anything"),
    )
    event = situation.record(e.CycleMovedToHandbook, handbook=rules.pin(rules.handbook(command.to)))
    before, after = deadlines(rules, state), deadlines(rules, evolve(state, event))
    return event.model_copy(update={"moved": clock.moves(before, after, e.CycleDeadlineMove)})


def _agree(situation: Situation, command: c.AgreeEngagementMeeting) -> None:
    _require_ahead(situation, command.due_by)


def _meet(situation: Situation, command: c.HoldEngagementMeeting) -> None:
    _require_over(situation, command.held_on)


def _visit(situation: Situation, command: c.NoteMonitoringVisit) -> None:
    _require_over(situation, command.visited_on)


def _require_ahead(situation: Situation, due_by: date) -> None:
    on = london_date(situation.command.occurred_at)
    situation.handbook_on(on)
    situation.require(
        on < due_by,
        "day_ahead",
        f"{due_by} is not after {on}, when it was decided",
        f"{on + timedelta(days=1)} or later",
    )


def _require_over(situation: Situation, day: date) -> None:
    today = london_date(situation.command.now)
    situation.require(
        day <= today, "not_in_the_future", f"{day} is after today, {today}", "a day that has come"
    )


HEARS: Final[dict[type[c.Command], Callable[[Situation, Any], tuple[e.Event, ...]]]] = {
    c.HearOfInspections: hear,
    c.HearOfConcerns: hear_of_concerns,
    c.HearOfStruckConcerns: hear_of_struck_concerns,
    c.HearOfPauses: hear_of_pauses,
}
"""What comes of hearing, which may be nothing if it is known already."""

CHECKS: Final[dict[type[c.Command], Callable[[Situation, Any], None]]] = {
    c.ScheduleInspection: _schedule,
    c.NoteNotOpened: _not_opened,
    c.BringForward: _bring_forward,
    c.AgreeEngagementMeeting: _agree,
    c.HoldEngagementMeeting: _meet,
    c.NoteMonitoringVisit: _visit,
}
"""What has to hold before what a command says is recorded."""
