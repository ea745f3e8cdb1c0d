"""What the clock brings to any aggregate: deadlines that come near, are missed, or were not missed after all.

An aggregate has an event of its own for each of these, so that an entry of the ledger says by its type what
it is about. What they say, and when they are due, is the same everywhere.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import reduce
from typing import Any, Protocol, TypeVar

from domain.actors import ENGINE, ENGINE_RECORDER
from domain.deadline import Deadline, Status, paired
from domain.events import DomainEvent
from domain.values import Instant, Slug, Value


class DeadlineEvent(DomainEvent):
    """What the clock brings about one deadline. Each aggregate narrows `kind` to its own kinds."""

    kind: Slug
    subject: Slug | None = None
    due: date


class DeadlineMove(Value):
    """A deadline's due day before and after. None: it did not exist before, or does not any more."""

    kind: Slug
    subject: Slug | None = None
    was: date | None
    now: date | None


class Noted(Protocol):
    """A state that notes for which due day a deadline was warned of or missed."""

    @property
    def warned(self) -> Mapping[Any, date]:
        """The due day of which each deadline was last warned, by its key."""

    @property
    def missed(self) -> Mapping[Any, date]:
        """The due day on which each deadline is on record as missed, by its key."""


S = TypeVar("S")
E = TypeVar("E", bound=DomainEvent)
M = TypeVar("M", bound=DeadlineMove)


def warnings_and_misses(
    register: Iterable[Deadline[Any]], noted: Noted, now: Instant, *, near: type[E], missed: type[E]
) -> Iterator[E]:
    """Make an event for each deadline that has come near or was missed by now and is not noted yet.

    A moment is the deadline's own, not the moment of looking. What was missed before anybody looked is not
    warned of any more (ADR 5), nor what is noted as missed: a process may come late with a time from before
    that. What lapses is neither warned of nor missed.
    """
    for one in register:
        if one.lapses or noted.missed.get(one.key) == one.due:
            continue
        status = one.status(now)
        if status is Status.MISSED:
            yield by_the_clock(missed, one.due_at, **_named(one))
        elif status is Status.OPEN and one.warn_at <= now and noted.warned.get(one.key) != one.due:
            yield by_the_clock(near, one.warn_at, **_named(one))


def lapsed(register: Iterable[Deadline[Any]], now: Instant) -> Iterator[Deadline[Any]]:
    """List what has lapsed by now: its days are over and nothing came of it."""
    for one in register:
        if one.lapses and one.met_on is None and not one.void and now > one.due_at:
            yield one


def misses_not_borne_out(
    register: Sequence[Deadline[Any]], noted: Noted, now: Instant, taken_back: type[E]
) -> tuple[E, ...]:
    """Make an event for each recorded miss that the register does not bear out any more.

    That by now it would still be open speaks for a time from before the miss, and not against the miss.
    """
    standing = {one.key: one for one in register}
    found = []
    for (kind, subject), due in noted.missed.items():
        one = standing.get((kind, subject))
        if one is None or one.due != due or one.status(now) in {Status.MET, Status.VOID}:
            met_on = one.met_on if one else None
            found.append(by_the_clock(taken_back, now, kind=kind, subject=subject, due=due, met_on=met_on))
    return tuple(found)


def moves(before: Iterable[Deadline[Any]], after: Iterable[Deadline[Any]], move: type[M]) -> tuple[M, ...]:
    """Say which deadlines have another due day in one register than in another, or only exist in one."""
    return tuple(
        move(kind=pair.one.kind, subject=pair.one.subject, was=pair.was, now=pair.now)
        for pair in paired(before, after)
        if pair.was != pair.now
    )


def time_comes_first(
    state: S,
    *,
    evolve: Callable[[S, E], S],
    brings: Callable[[S], tuple[E, ...]],
    judge: Callable[[S], tuple[E, ...]],
    taken_back: Callable[[S], tuple[E, ...]],
) -> tuple[E, ...]:
    """Judge a command after what has fallen due before it, and list all events in their order.

    Whatever time has brought is recorded first, so that a ledger reads the same whether the clock was watched
    all along or only looked at late. After the command's own events comes what these show not to have been
    missed, and what they show to be. What judges to nothing, as a tick does, brings what is due and no more.
    """
    events = brings(state)
    current = reduce(evolve, events, state)
    own = judge(current)
    if not own:
        return events
    after = reduce(evolve, own, current)
    back = taken_back(after)
    return (*events, *own, *back, *brings(reduce(evolve, back, after)))


def by_the_clock(event_type: type[E], at: Instant, **matter: Any) -> E:
    """Make an event that nobody but the clock brings."""
    return event_type(occurred_at=at, decided_by=ENGINE, recorded_by=ENGINE_RECORDER, **matter)


def _named(one: Deadline[Any]) -> dict[str, Any]:
    return {"kind": one.kind, "subject": one.subject, "due": one.due}
