"""What the register says of an area on a day in London: its name, its bodies, its lineage, its polls.

All of it is derived from the facts that count now. A fact without a first day holds as long as anybody
remembers.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Protocol, TypeVar

from domain.area.state import Coded, Entered, Fact, Follows, Joined, Left, Named, Polls, Replaced, State
from domain.area.vocabulary import CodeKind, Partner
from domain.due import embargoing_polls
from domain.rulebook import Rulebook
from domain.values import AreaCode, BodyRef, PublicName


class _Dated(Protocol):
    @property
    def since(self) -> date | None: ...


D = TypeVar("D", bound=_Dated)


@dataclass(frozen=True, slots=True)
class Term:
    """How long a partner shares the responsibility. Both days are included; none means no end is known."""

    partner: Partner
    since: date | None
    last_day: date | None
    successor: BodyRef | None

    def covers(self, day: date) -> bool:
        """Say whether the partner shares the responsibility on a day."""
        return has_begun(self, day) and (self.last_day is None or day <= self.last_day)


@dataclass(frozen=True, slots=True)
class Kin:
    """An area of the lineage: one whose place was taken or that takes the place, and from which day."""

    area: AreaCode
    since: date | None


def has_begun(dated: _Dated, day: date) -> bool:
    """Say whether what holds from a day, or as long as anybody remembers, holds on another day."""
    return dated.since is None or dated.since <= day


def is_open(state: State, day: date) -> bool:
    """Say whether the area exists on a day: it has begun, and nobody has taken its place."""
    entered = state.one(Entered)
    return entered is not None and has_begun(entered, day) and not is_replaced(state, day)


def is_replaced(state: State, day: date) -> bool:
    """Say whether others have taken the area's place by a day."""
    replaced = state.one(Replaced)
    return replaced is not None and replaced.since <= day


def name_on(state: State, day: date) -> PublicName | None:
    """Return the name of the area on a day, or none if it had none yet. What is replaced keeps its last."""
    latest = _latest(state.all(Named), day)
    return latest.name if latest else None


def code_on(state: State, kind: CodeKind, day: date) -> str | None:
    """Return what another register calls the area on a day, or none if that is not known."""
    latest = _latest((one for one in state.all(Coded) if one.code.kind is kind), day)
    return latest.code.value if latest else None


def terms(state: State) -> tuple[Term, ...]:
    """List for how long each partner shares the responsibility, in the order of recording."""
    return tuple(_term(state, joined) for joined in state.all(Joined))


def partners_on(state: State, day: date) -> tuple[Partner, ...]:
    """List the authority's partners on a day, by reference; none if the area is not open on that day."""
    if not is_open(state, day):
        return ()
    found = {term.partner.body: term.partner for term in terms(state) if term.covers(day)}
    return tuple(found[body] for body in sorted(found))


def bodies_on(state: State, day: date) -> tuple[BodyRef, ...]:
    """List the responsible bodies on a day, the authority first; none if the area is not open on that day."""
    entered = state.one(Entered)
    if entered is None or not is_open(state, day):
        return ()
    return (entered.authority, *(partner.body for partner in partners_on(state, day)))


def predecessors(state: State) -> tuple[Kin, ...]:
    """List the areas whose place this one has taken. It inherits their lineage and none of their outcomes."""
    return tuple(Kin(area, fact.since) for fact in state.all(Follows) for area in fact.areas)


def successors(state: State) -> tuple[Kin, ...]:
    """List the areas that take this one's place: none, one, or several after a split."""
    return tuple(Kin(area, fact.since) for fact in state.all(Replaced) for area in fact.by)


def polls_that_embargo(rules: Rulebook, state: State, day: date) -> date | None:
    """Return the polls because of which nothing is published about the area on a day, if any.

    By the handbook in force on that day; local polls and general elections alike (section 3 of the facts, S).

    Raises:
        NotFoundError: the day lies before the first handbook.
    """
    return embargoing_polls(rules.in_force(day), sorted(polls.on for polls in state.all(Polls)), day)


def stranded(facts: Iterable[Fact]) -> tuple[Left, ...]:
    """List the leavings among some facts of bodies that, by these facts, were not there to leave."""
    known = tuple(facts)
    return tuple(
        left
        for left in known
        if isinstance(left, Left)
        and not any(isinstance(joined, Joined) and _ended_by(joined, left) for joined in known)
    )


def _latest(dated: Iterable[D], day: date) -> D | None:
    """Return what holds on a day: the latest to have begun, and of two from one day the later recorded."""
    begun = sorted((one for one in dated if has_begun(one, day)), key=lambda one: one.since or date.min)
    return begun[-1] if begun else None


def _term(state: State, joined: Joined) -> Term:
    leavings = (left for left in state.all(Left) if _ended_by(joined, left))
    end = min(leavings, key=lambda left: left.last_day, default=None)
    return Term(
        partner=joined.partner,
        since=joined.since,
        last_day=end.last_day if end else None,
        successor=end.successor if end else None,
    )


def _ended_by(joined: Joined, left: Left) -> bool:
    return joined.partner.body == left.body and has_begun(joined, left.last_day)
