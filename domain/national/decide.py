"""Judging a command to the national programme: the event that it brings, or a refusal in words."""

from domain import deciding
from domain.deciding import RefusedError, require_past, require_permission
from domain.london import london_date
from domain.national import commands as c
from domain.national import events as e
from domain.national.reviews import review_to_plan
from domain.national.rules import RULES
from domain.national.state import State
from domain.national.vocabulary import PauseRef
from domain.refusal import Refusal
from domain.rulebook import Rulebook


class Situation(deciding.Situation[State, c.Command]):
    """One command before the programme."""

    texts = RULES
    aggregate = "programme"


def decide(rules: Rulebook, state: State, command: c.Command) -> tuple[e.Event, ...] | Refusal:
    """Return the event that a command brings to the programme, or the refusal that answers it.

    Pure: the same state and command give the same answer.
    """
    try:
        return _judge(Situation(rules, state, command), command)
    except RefusedError as refused:
        return refused.refusal


def _judge(situation: Situation, command: c.Command) -> tuple[e.Event, ...]:
    require_past(situation)
    require_permission(situation)
    match command:
        case c.Tick():
            return ()
        case c.BeginProgramme():
            begun = situation.state.begun
            situation.require(
                begun is None,
                "recorded_once",
                f"the programme has begun on {london_date(begun.occurred_at)}" if begun else "",
                "strike_beginning first, if that is wrong",
            )
        case c.StrikeBeginning():
            situation.require(
                situation.state.begun is not None,
                "begun",
                "the programme has not begun",
                "begin_programme first",
            )
        case c.NoteReviewAskedFor():
            due = review_to_plan(situation.state, command.now)
            situation.require(
                command.review == due,
                "review_due",
                f"{command.review} is not to be planned now",
                due or "none: no review is to be planned now",
            )
        case c.PauseScheduling():
            ref = PauseRef(kind=command.kind, first=command.first)
            situation.require(
                situation.state.pause(ref) is None,
                "recorded_once",
                f"{ref} stands already",
                "resume_scheduling, for another last day; strike_pause, if it is wrong",
            )
        case c.ResumeScheduling():
            _require_known(situation, command.pause)
            situation.require(
                command.last >= command.pause.first,
                "order",
                f"{command.last} is before the first day of {command.pause}",
                f"{command.pause.first} or later; strike_pause, if there was none",
            )
        case c.StrikePause():
            _require_known(situation, command.pause)
    return (situation.record(command.records),)


def _require_known(situation: Situation, ref: PauseRef) -> None:
    known = "; ".join(str(one.ref) for one in situation.state.pauses)
    situation.require(
        situation.state.pause(ref) is not None,
        "pause_known",
        f"{ref} is not known",
        known or "none: nothing is paused",
    )
