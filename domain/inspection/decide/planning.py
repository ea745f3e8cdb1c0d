"""Decisions before the area knows, and the notification itself."""

from datetime import date

from domain.due import is_day_of_notification, latest_notification
from domain.inspection import commands as c
from domain.inspection import events as e
from domain.inspection.decide.situation import Situation
from domain.inspection.vocabulary import TeamMember
from domain.london import london_date
from domain.values import Inspectorate, Kind


def plan(situation: Situation, command: c.PlanInspection) -> e.Event:
    """An inspection is planned for a week on site, in term time, from a Monday."""
    handbook = situation.handbook
    first = command.on_site.first
    situation.require_within_calendar(command.notify_on, first, command.on_site.last)
    situation.require(
        command.inspection.startswith(f"{command.area}-"),
        "id_fits_area",
        f"{command.inspection} does not begin with {command.area}",
        f"an identifier such as {command.area}-{first.year}-{command.kind.letter}1",
    )
    _require_kind(situation, command)
    weekday = handbook.notice.on_site_weekday.value
    situation.require(
        first.strftime("%A").lower() == weekday,
        "on_site_week",
        f"{first} is a {first:%A}",
        f"a first day on site that is a {weekday.capitalize()}",
    )
    holiday = next(
        (one for one in command.school_holidays if one.first <= command.on_site.last and first <= one.last),
        None,
    )
    situation.require(
        holiday is None,
        "term_time",
        f"{first} to {command.on_site.last} falls into the school holidays"
        + (f" from {holiday.first} to {holiday.last}" if holiday else ""),
        "a week on site in term time",
    )
    return situation.record(e.InspectionPlanned)


def _require_kind(situation: Situation, command: c.PlanInspection) -> None:
    """A monitoring inspection follows a full one, with areas for priority action of that one as its scope.

    That it is about these areas is in section 5 of the facts, without a letter there (I). The identifier's
    letters are this engine's own.
    What another stream has found is not known here: whoever plans copies it.
    """
    fitting = " or ".join(f"{kind} with {kind.letter}" for kind in Kind)
    situation.require(
        command.inspection.split("-")[2].startswith(command.kind.letter),
        "id_fits_kind",
        f"{command.inspection} is not the identifier of a {command.kind} inspection",
        f"kind {fitting} before the number",
    )
    followed, areas = command.follows, len(command.scope)
    situation.require(
        _follows_full_inspection(command) if command.kind is Kind.MONITORING else not (followed or areas),
        "follows_full_inspection",
        f"it follows {followed or 'none'}, and its scope has {areas} areas for priority action",
        f"follows a full inspection of {command.area}, and at least one area in scope"
        if command.kind is Kind.MONITORING
        else f"neither follows nor scope, or kind {Kind.MONITORING}",
    )


def _follows_full_inspection(command: c.PlanInspection) -> bool:
    followed = command.follows or ""
    is_full = followed.startswith(f"{command.area}-") and f"-{Kind.FULL.letter}" in followed
    return is_full and bool(command.scope)


def appoint_team(situation: Situation, command: c.AppointTeam) -> e.Event:
    """A team is led by a lead of Ofsted and a lead of CQC, none with an interest in the area."""
    _require_team(situation, command.members)
    return situation.record(e.TeamAppointed)


def replace_team_member(situation: Situation, command: c.ReplaceTeamMember) -> e.Event:
    """Whoever leaves is on the team, and the team that is left is complete."""
    state = situation.state
    situation.require(
        any(member.person == command.leaves for member in state.team),
        "on_the_team",
        f"{command.leaves} is not on the team",
        "one of " + ", ".join(member.person for member in state.team),
    )
    stay = tuple(member for member in state.team if member.person != command.leaves)
    situation.require(
        all(member.person != command.joins.person for member in stay),
        "recorded_once",
        f"{command.joins.person} is on the team already",
        "somebody who is not on the team",
    )
    _require_team(situation, (*stay, command.joins))
    return situation.record(e.TeamMemberReplaced)


def _require_team(situation: Situation, members: tuple[TeamMember, ...]) -> None:
    area = situation.state.area
    missing = [
        one.value.upper() if one is Inspectorate.CQC else one.value.capitalize()
        for one in Inspectorate
        if not any(member.lead and member.inspectorate is one for member in members)
    ]
    situation.require(
        not missing,
        "team_complete",
        f"no lead of {' and of '.join(missing)} is named",
        "a team with a lead of each inspectorate",
    )
    barred = [member.person for member in members if area in member.interests]
    situation.require(
        not barred,
        "interest_declared",
        f"{', '.join(barred)} declared an interest in {area}",
        "inspectors without an interest in the area",
    )


def defer(situation: Situation, command: c.DeferInspection) -> e.Event:
    """An inspection is put off on a ground that the handbook knows."""
    grounds = situation.handbook.deferral_grounds.value
    situation.require(
        command.ground in grounds,
        "deferral_ground",
        f"{command.ground} is no ground under handbook {situation.handbook.version}",
        ", ".join(grounds),
    )
    return situation.record(e.InspectionDeferred)


def notify(situation: Situation, command: c.NotifyArea) -> e.Event:
    """The area is notified by a complete team once there is a plan, on the right day."""
    state, handbook = situation.state, situation.handbook
    situation.require(
        state.on_site is not None,
        "order",
        "the inspection was deferred and has no plan",
        "plan_inspection before notify_area",
    )
    situation.require(
        state.has("team_appointed"),
        "team_complete",
        "no team is appointed",
        "appoint_team before notify_area",
    )
    if state.on_site is not None:
        _require_notice(situation, london_date(command.occurred_at), state.on_site.first)
    return situation.record(
        e.AreaNotified,
        handbook=situation.rules.pin(handbook),
        calendar=situation.rules.pin(situation.calendar),
    )


def _require_notice(situation: Situation, day: date, first: date) -> None:
    """An area is notified on a Monday, ten working days before inspectors come.

    A bank holiday in the notice makes both impossible at once; then the notice counts and the Monday
    yields.
    """
    handbook, calendar = situation.handbook, situation.calendar
    needed = handbook.notice.on_site_working_days.value
    given = calendar.working_days_between(day, first)
    situation.require(
        given >= needed,
        "notice_before_on_site",
        f"{day} is {given} working days before {first}",
        f"{needed} working days, so no later than {latest_notification(handbook, calendar, first)}",
    )
    situation.require(
        is_day_of_notification(handbook, calendar, day, first),
        "notification_day",
        f"{day} is a {day:%A} and no bank holiday falls into the notice",
        f"a {handbook.notice.notification_weekday.value.capitalize()}",
    )
