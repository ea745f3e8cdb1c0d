"""The programme from the ledger: what is proposed for a period, and what is owed as at a day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from domain.area.matters import NewsMatter
from domain.area.news import news_of, pauses_of
from domain.area.state import Entered
from domain.area.state import State as AreaState
from domain.london import london_date
from domain.programme import Programme, plan
from domain.programme.owed import Owed, owed_in_cycle, owed_plans, owed_weeks
from domain.rulebook import Rulebook
from domain.streams import PROGRAMME, StreamKind
from domain.values import AreaCode, Period, StreamName
from eventstore.envelope import Entry
from eventstore.folding import state_of
from eventstore.ledger import Ledger
from workers.informed import by_area, informed, read_news
from workers.reading import happened_by, moment_as_at, streams_of
from workers.register import strangers
from workers.summary import moment_of_reading


@dataclass(frozen=True, slots=True)
class Planned:
    """A programme, and the day in London on which it was planned."""

    programme: Programme
    on: date


@dataclass(frozen=True, slots=True)
class Worklist:
    """What is owed, what is due first at the top, and the day in London as at which that holds.

    `strangers`: the areas of inspections and reviews that are in no register: nobody keeps their cycle.
    """

    owed: tuple[Owed, ...]
    strangers: dict[AreaCode, tuple[StreamName, ...]]
    on: date


async def propose(ledger: Ledger, rules: Rulebook, period: Period, *, weekly: int) -> Planned:
    """Propose inspections for a period, by what has happened up to now; in a rehearsal, up to its end.

    Raises:
        MalformedError: the period has no week for which an area can still be notified.
        NotFoundError: a day lies before the first handbook.
        CalendarHorizonError: a day lies outside the years of the calendar.
        IntegrityError: a stream cannot be read; a plan without its area would be wrong.
        UnavailableError: the ledger cannot be reached.
    """
    moment = await moment_as_at(ledger, None)
    news = await read_news(ledger)
    areas: dict[AreaCode, AreaState] = {}
    async for name, entries in streams_of(ledger, StreamKind.AREA):
        areas[name] = informed(name, state_of(name, entries), news)
    return Planned(plan(rules, areas, period, moment, weekly=weekly), london_date(moment))


async def list_owed(ledger: Ledger, rules: Rulebook, *, as_at: date | None = None) -> Worklist:
    """List what is owed by what had happened up to now, or by the end of a day, as far as is known today.

    It does not matter when an area's cycle heard of it.

    Raises:
        MalformedError: the day is still to come.
        IntegrityError: a stream cannot be read; a worklist without it would be wrong.
        UnavailableError: the ledger cannot be reached.
    """
    moment = await moment_as_at(ledger, as_at)
    owed: list[Owed] = []
    told: list[NewsMatter] = []
    async for name, entries in streams_of(ledger, StreamKind.INSPECTION):
        state = _as_at(name, entries, as_at, moment)
        now = min(moment, moment_of_reading(entries, rehearsal=ledger.rehearsal))
        owed += owed_plans(rules, name, state, now)
        told += [news_of(name, state)] if state.version else []
    news, end = by_area(told), await moment_as_at(ledger, None)
    programme = await ledger.read_stream(PROGRAMME)
    pauses = pauses_of(_as_at(PROGRAMME, programme, as_at, moment))
    registered: set[AreaCode] = set()
    async for name, entries in streams_of(ledger, StreamKind.AREA):
        if state_of(name, entries).one(Entered):
            registered.add(name)
        area = informed(name, _as_at(name, entries, as_at, moment), news)
        owed += owed_in_cycle(rules, name, area, min(moment, end))
        owed += owed_weeks(rules, name, area, pauses, min(moment, end))
    reviews = {
        name: _as_at(name, entries, as_at, moment)
        async for name, entries in streams_of(ledger, StreamKind.THEMATIC_REVIEW)
    }
    return Worklist(
        owed=tuple(sorted(owed, key=lambda one: (one.due, one.area, one.kind))),
        strangers=strangers(registered, [one.inspection for one in told], reviews),
        on=london_date(moment),
    )


def _as_at(name: str, entries: Sequence[Entry], as_at: date | None, moment: datetime) -> Any:
    return state_of(name, entries if as_at is None else happened_by(moment, name, entries))
