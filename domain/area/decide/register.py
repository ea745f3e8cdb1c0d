"""Judging a command to the register."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, Final

from domain.area import commands as c
from domain.area.decide.situation import Situation
from domain.area.register import stranded, successors, terms
from domain.area.state import Entered, Polls, Replaced
from domain.area.vocabulary import EntryKind, PollsKind
from domain.london import london_date
from domain.values import AreaCode, BodyRef


def _enter(situation: Situation, command: c.EnterArea) -> None:
    """An area that is entered anew, because its entry was struck, still begins before it is replaced."""
    replaced = situation.state.one(Replaced)
    situation.require(
        replaced is None or command.since is None or command.since < replaced.since,
        "within_life",
        f"{command.area} is replaced from {replaced.since}" if replaced else "",
        "an earlier first day",
    )


def _rename(situation: Situation, command: c.RenameArea) -> None:
    require_within_life(situation, command.since)


def _give_code(situation: Situation, command: c.GiveCode) -> None:
    require_within_life(situation, command.since)


def _join(situation: Situation, command: c.JoinBody) -> None:
    """A body joins from a day on which it does not share the responsibility."""
    require_within_life(situation, command.since)
    day = command.since or date.min
    body = command.partner.body
    situation.require(
        not any(term.partner.body == body and term.covers(day) for term in terms(situation.state)),
        "body_not_yet",
        f"{body} shares the responsibility on {day}",
        "a body that does not",
    )


def _leave(situation: Situation, command: c.LeaveBody) -> None:
    require_within_life(situation, command.last_day)
    _require_responsible(situation, command.body, command.last_day)


def _succeed(situation: Situation, command: c.SucceedBody) -> None:
    require_within_life(situation, command.since)
    _require_responsible(situation, command.body, command.since - timedelta(days=1))


def _replace(situation: Situation, command: c.ReplaceArea) -> None:
    """An area is replaced once, by others, and not on its first day."""
    _require_not_itself(situation, command.successors)
    names = ", ".join(kin.area for kin in successors(situation.state))
    situation.require(
        not names,
        "recorded_once",
        f"{command.area} is replaced by {names}",
        "strike_entry for that first, if it is wrong",
    )
    require_within_life(situation, command.since - timedelta(days=1))


def _take_over(situation: Situation, command: c.TakeOverAreas) -> None:
    _require_not_itself(situation, command.predecessors)
    require_within_life(situation, command.since)


def _set_polls(situation: Situation, command: c.SetPolls) -> None:
    require_within_life(situation, command.polls_on)


def _call_off_polls(situation: Situation, command: c.CallOffPolls) -> None:
    """Polls that are set and not over can be called off."""
    known = [(polls.on, polls.kind) for polls in situation.state.all(Polls)]
    situation.require(
        (command.polls_on, command.kind) in known,
        "polls_known",
        f"no {command.kind} polls are set for {command.polls_on}",
        "one of " + _listed(known),
    )
    day = london_date(command.occurred_at)
    situation.require(
        day <= command.polls_on,
        "polls_to_come",
        f"on {day} the polls of {command.polls_on} are over",
        f"a moment on {command.polls_on} or before; strike_entry, if they never were set",
    )


def _record_intervention(situation: Situation, command: c.RecordIntervention) -> None:
    require_within_life(situation, london_date(command.occurred_at))


def _strike(situation: Situation, command: c.StrikeEntry) -> None:
    """An entry that stands is struck, unless a body has left or an inspection is open that came by it."""
    state, entry = situation.state, command.entry
    standing = sorted({str(fact.entry) for fact in state.facts})
    situation.require(
        str(entry) in standing,
        "entry_recorded",
        f"{entry} is not in the register",
        "one of " + ", ".join(standing),
    )
    opened = entry.kind is EntryKind.INSPECTION_SCHEDULED and next(
        (one for one in state.news.values() if one.inspection == entry.about and not one.withdrawn), None
    )
    situation.require(
        not opened,
        "not_opened_yet",
        f"{entry.about} is opened",
        f"withdraw_inspection of {entry.about}, if it is not to take place",
    )
    resting = ", ".join(str(left.entry) for left in stranded(state.without(entry)))
    situation.require(
        not resting, "nothing_rests_on_it", f"{resting} rests on {entry}", f"strike_entry for {resting} first"
    )


CHECKS: Final[dict[type[c.Command], Callable[[Situation, Any], None]]] = {
    c.EnterArea: _enter,
    c.RenameArea: _rename,
    c.GiveCode: _give_code,
    c.JoinBody: _join,
    c.LeaveBody: _leave,
    c.SucceedBody: _succeed,
    c.ReplaceArea: _replace,
    c.TakeOverAreas: _take_over,
    c.SetPolls: _set_polls,
    c.CallOffPolls: _call_off_polls,
    c.RecordIntervention: _record_intervention,
    c.StrikeEntry: _strike,
}
"""What has to hold before what a command says is recorded."""


def require_within_life(situation: Situation, day: date | None) -> None:
    """Refuse a day before the area's first, or one on which others have taken its place."""
    entered, replaced = situation.state.one(Entered), situation.state.one(Replaced)
    first = entered.since if entered else None
    situation.require(
        day is None or first is None or first <= day,
        "within_life",
        f"{day} lies before the first day of {situation.command.area}, {first}",
        f"{first} or later",
    )
    situation.require(
        day is None or replaced is None or day < replaced.since,
        "within_life",
        f"on {day} others have taken the place of {situation.command.area}",
        f"a day before {replaced.since}" if replaced else "",
    )


def _require_responsible(situation: Situation, body: BodyRef, last_day: date) -> None:
    """Refuse when a body's term does not run on a day, or when its end is known already."""
    entered = situation.state.one(Entered)
    situation.require(
        entered is None or body != entered.authority,
        "authority_stays",
        f"{body} is the local authority",
        "replace_area",
    )
    own = [term for term in terms(situation.state) if term.partner.body == body and term.covers(last_day)]
    ending = next((term.last_day for term in own if term.last_day is not None), None)
    running = sorted({term.partner.body for term in terms(situation.state) if term.last_day is None})
    situation.require(
        bool(own) and ending is None,
        "body_responsible",
        f"{body} leaves on {ending}" if ending else f"{body} does not share the responsibility on {last_day}",
        "one of " + (", ".join(running) or "none: no partner is known"),
    )


def _require_not_itself(situation: Situation, named: tuple[AreaCode, ...]) -> None:
    area = situation.command.area
    situation.require(area not in named, "not_itself", f"{area} is named in its own lineage", "other areas")


def _listed(polls: list[tuple[date, PollsKind]]) -> str:
    return ", ".join(f"{kind} polls on {day}" for day, kind in sorted(polls)) or "none: no polls are set"
