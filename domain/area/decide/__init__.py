"""Judging a command about an area: the events that it brings, or a refusal in words."""

from domain.area import commands as c
from domain.area import events as e
from domain.area.clock import misses_taken_back, what_the_clock_brings
from domain.area.decide import cycle, register
from domain.area.decide.situation import Situation
from domain.area.state import Entered, State, evolve
from domain.clock import time_comes_first
from domain.deciding import RefusedError, require_past, require_permission
from domain.refusal import Refusal
from domain.rulebook import Rulebook

_CHECKS = {**register.CHECKS, **cycle.CHECKS}


def decide(rules: Rulebook, state: State, command: c.Command) -> tuple[e.Event, ...] | Refusal:
    """Return the events that a command brings to an area, or the refusal that answers it.

    Pure: the same rules, state and command give the same answer. A tick brings what is due and nothing else,
    which may be no event at all.
    """
    try:
        return time_comes_first(
            state,
            evolve=evolve,
            brings=lambda state: what_the_clock_brings(rules, state, command.now),
            judge=lambda state: _judge(Situation(rules, state, command), command),
            taken_back=lambda state: misses_taken_back(rules, state, command.now),
        )
    except RefusedError as refused:
        return refused.refusal


def _judge(situation: Situation, command: c.Command) -> tuple[e.Event, ...]:
    situation.require(
        isinstance(command, c.EnterArea) or situation.state.one(Entered) is not None,
        "area_exists",
        f"{command.area} is not in the register",
        "enter_area first",
    )
    require_past(situation)
    require_permission(situation)
    if isinstance(command, c.Tick):
        return ()
    hears = cycle.HEARS.get(type(command))
    if hears:
        return hears(situation, command)
    check = _CHECKS.get(type(command))
    if check:
        check(situation, command)
    if isinstance(command, c.MoveCycleToHandbook):
        event = cycle.move_to_handbook(situation, command)
    else:
        event = situation.record(command.records)
    made = event.made()
    standing = {fact.entry for fact in situation.state.facts}
    situation.require(
        made not in standing,
        "recorded_once",
        f"{made} stands already",
        "strike_entry for it first, if it is wrong",
    )
    return (event,)
