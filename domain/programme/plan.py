"""Proposing inspections for a period. A coordinator confirms a proposal or takes another week.

What speaks against a week is not judged here: every proposal is put to the area itself, as the command by
which it would be confirmed, and what the area refuses is not proposed.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Final
from uuid import UUID

from domain.actors import Actor, Recorder, Role
from domain.area.commands import ScheduleInspection
from domain.area.decide import decide
from domain.area.state import Scheduled, State
from domain.errors import MalformedError
from domain.london import london_date
from domain.programme.proposals import NotProposed, Programme, Proposal
from domain.programme.reasons import reasons
from domain.programme.weeks import Week, monday_of, weeks
from domain.programme.wishes import Wish, wishes
from domain.refusal import Refusal
from domain.rulebook import Rulebook
from domain.values import AreaCode, InspectionId, Instant, Period

WEEKLY: Final = 2
"""How many inspections begin in a week in all England at most, unless told otherwise. No page says how many
teams there are; this is this engine's assumption (M)."""

_WHOEVER_CONFIRMS: Final = Actor(person="p-coordinator", role=Role.COORDINATOR, organisation="ofsted")


def plan(
    rules: Rulebook, areas: Mapping[AreaCode, State], period: Period, now: Instant, *, weekly: int = WEEKLY
) -> Programme:
    """Propose inspections that are wholly on site within a period. The same input gives the same plan.

    An area is proposed once: what comes after that can be planned when its fieldwork is over.

    Args:
        rules: handbooks and calendars.
        areas: every area of the register, by its code.
        period: in which inspectors are to be on site.
        now: the moment of planning; nobody is notified before its day.
        weekly: how many inspections, of whatever kind, may begin in a week, those on record included.

    Raises:
        MalformedError: the period has no week for which an area can still be notified.
        NotFoundError: a day lies before the first handbook.
        CalendarHorizonError: a day lies outside the years of the calendar.
    """
    today = london_date(now)
    known = weeks(rules, period, today)
    if not known:
        raise MalformedError(
            f"{period.first} to {period.last} has no whole week of which areas can still be told on {today}; "
            "accepted is a period with one, some weeks ahead"
        )
    planner = _Planner(rules, known, now, weekly, _begun(areas))
    for wish in wishes(rules, areas, since=known[0].on_site.first, until=known[-1].on_site.first):
        planner.place(wish)
    proposals = sorted(planner.placed.values(), key=lambda one: (one.on_site.first, one.inspection))
    return Programme(tuple(proposals), tuple(planner.left_over))


def confirmation(proposal: Proposal, now: Instant) -> ScheduleInspection:
    """Return the command that a coordinator gives to confirm a proposal."""
    return ScheduleInspection(
        area=proposal.area,
        inspection=proposal.inspection,
        kind=proposal.kind,
        notify_on=proposal.notify_on,
        on_site=proposal.on_site,
        command_id=UUID(int=0),
        occurred_at=now,
        now=now,
        decided_by=_WHOEVER_CONFIRMS,
        recorded_by=Recorder(person=_WHOEVER_CONFIRMS.person),
    )


class _Planner:
    """Fills the weeks, wish by wish."""

    def __init__(
        self, rules: Rulebook, known: tuple[Week, ...], now: Instant, weekly: int, begun: Counter[date]
    ) -> None:
        self._rules = rules
        self._weeks = known
        self._now = now
        self._weekly = weekly
        self._begun = begun
        self.placed: dict[AreaCode, Proposal] = {}
        self.left_over: list[NotProposed] = []

    def place(self, wish: Wish) -> None:
        """Propose a wish for the best of the weeks that the area takes and that have room."""
        earlier = self.placed.get(wish.area)
        if earlier:
            return self._leave(wish, "one_at_a_time", f"{earlier.inspection} is proposed before it")
        refusals, full = [], False
        for week in self._by_preference(wish):
            proposal = _proposal(wish, week)
            answer = decide(self._rules, wish.state, confirmation(proposal, self._now))
            if isinstance(answer, Refusal):
                refusals.append(answer)
            elif self._load(week) >= self._weekly:
                full = True
            else:
                why = reasons(self._rules, wish, week, london_date(self._now))
                self.placed[wish.area] = replace(proposal, why=why)
                self._begun[monday_of(week.on_site.first)] += 1
                return None
        if full:
            return self._leave(
                wish, "weekly", f"{self._weekly} inspections begin in each week that the area could take"
            )
        others = f", and so with {len(refusals) - 1} more weeks" if len(refusals) > 1 else ""
        return self._leave(wish, refusals[0].code, refusals[0].because + others)

    def _by_preference(self, wish: Wish) -> list[Week]:
        """The earliest week of the window comes first, one without a bank holiday before one with.

        What is due by no day goes where there is most room.
        """
        return sorted(
            (one for one in self._weeks if wish.opens_by(one.on_site.first)),
            key=lambda week: (
                wish.closed_before(week.on_site.last),
                bool(week.holidays),
                0 if wish.coming else self._load(week),
                week.on_site.first,
            ),
        )

    def _load(self, week: Week) -> int:
        return self._begun[monday_of(week.on_site.first)]

    def _leave(self, wish: Wish, rule: str, because: str) -> None:
        self.left_over.append(NotProposed(wish.area, wish.kind, wish.due, rule, because))


def _begun(areas: Mapping[AreaCode, State]) -> Counter[date]:
    """Count the inspections that begin in each week, as far as the areas know, by the Monday."""
    found: dict[InspectionId, date] = {}
    for state in areas.values():
        found |= {one.inspection: one.on_site.first for one in state.all(Scheduled)}
        for one in state.news.values():
            if one.withdrawn:
                found.pop(one.inspection, None)
            elif one.on_site:
                found[one.inspection] = one.on_site.first
    return Counter(map(monday_of, found.values()))


def _proposal(wish: Wish, week: Week) -> Proposal:
    return Proposal(
        inspection=_next_name(wish, week.on_site.first.year),
        area=wish.area,
        kind=wish.kind,
        notify_on=week.notify_on,
        on_site=week.on_site,
        due=wish.due,
        why=(),
    )


def _next_name(wish: Wish, year: int) -> InspectionId:
    beginning = f"{wish.area}-{year}-{wish.kind.letter}"
    names = {*wish.state.news, *(one.inspection for one in wish.state.all(Scheduled))}
    numbers = [int(name.removeprefix(beginning)) for name in names if name.startswith(beginning)]
    return f"{beginning}{max(numbers, default=0) + 1}"
