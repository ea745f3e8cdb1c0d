"""Judging a command about an area: the events that it brings, or a refusal in words.

Time comes first, as with inspections: whatever has fallen due by `now` is recorded before the command itself
is judged.
"""

from functools import reduce

from domain.area import commands as c
from domain.area import events as e
from domain.area.clock import misses_taken_back, what_the_clock_brings
from domain.area.decide import cycle, register
from domain.area.decide.situation import Situation
from domain.area.state import Entered, State, evolve
from domain.deciding import RefusedError, require_past, require_permission
from domain.refusal import Refusal
from domain.rulebook import Rulebook

_CHECKS = {**register.CHECKS, **cycle.CHECKS}


def decide(rules: Rulebook, state: State, command: c.Command) -> tuple[e.Event, ...] | Refusal:
    """Return the events that a command brings to an area, or the refusal that answers it.

    Pure: the same rules, state and command give the same answer. A tick brings what is due and nothing else,
    which may be no event at all.
    """
    due = what_the_clock_brings(rules, state, command.now)
    try:
        own = _judge(Situation(rules, reduce(evolve, due, state), command), command)
    except RefusedError as refused:
        return refused.refusal
    after = reduce(evolve, own, reduce(evolve, due, state))
    taken_back = misses_taken_back(rules, after, command.now)
    return (
        *due,
        *own,
        *taken_back,
        *what_the_clock_brings(rules, reduce(evolve, taken_back, after), command.now),
    )


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
    if isinstance(command, c.HearOfInspections):
        return cycle.hear(situation, command)
    if isinstance(command, c.HearOfConcerns):
        return cycle.hear_of_concerns(situation, command)
    check = _CHECKS.get(type(command))
    if check:
        check(situation, command)
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
