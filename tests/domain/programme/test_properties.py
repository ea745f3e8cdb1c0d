"""What holds of every plan, whatever the areas have behind them."""

from datetime import date, timedelta
from functools import reduce
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.area import State, decide, evolve
from domain.london import london_date
from domain.programme import plan
from domain.programme.plan import confirmation
from domain.refusal import Refusal
from domain.values import Period
from tests.domain.area.story import RULES, TODAY
from tests.domain.programme.making import Area

published = st.dates(date(2023, 3, 10), date(2025, 11, 28))
near = st.dates(TODAY - timedelta(days=60), TODAY + timedelta(days=200))


def _area(code: str, data: st.DataObject) -> Area:
    """An area with anything behind it: never inspected, due, overdue, wanted, busy, out of term, replaced."""
    area = Area(code)
    if data.draw(st.booleans()):
        area.inspected(data.draw(published), data.draw(st.sampled_from("123")))
    if data.draw(st.booleans()):
        area.in_term(*sorted([data.draw(near), data.draw(near)]))
    if data.draw(st.integers(0, 3)) == 0:
        wanted = TODAY + timedelta(days=data.draw(st.integers(1, 150)))
        answer = area.ask("bring_forward", due_by=wanted, because="data")
        if not isinstance(answer, Refusal):  # it is due by an earlier day already
            area.record(answer)
    if data.draw(st.integers(0, 3)) == 0:
        first = data.draw(near)
        area.hears(f"{code}-{first.year}-F7", on_site=Period(first=first, last=first + timedelta(days=4)))
    for days in data.draw(st.sets(st.integers(0, 300), max_size=3)):
        area.tell("note_monitoring_visit", visited_on=TODAY - timedelta(days=days))
    if data.draw(st.integers(0, 5)) == 0:
        area.do("replace_area", successors=["NEW"], since=data.draw(near))
    return area


@settings(deadline=None)
@given(st.data())
def test_every_proposal_can_be_confirmed_as_it_is(data: st.DataObject) -> None:
    """In any order, once for an area, from a Monday to a Friday in time, and never too many in a week."""
    areas = {code: _area(code, data) for code in ("AAA", "BBB", "CCC", "DDD")}
    states = {code: area.state for code, area in areas.items()}
    period = Period(first=TODAY, last=TODAY + timedelta(days=data.draw(st.integers(20, 150))))
    weekly = data.draw(st.integers(1, 3))
    now = areas["AAA"].now
    programme = plan(RULES, states, period, now, weekly=weekly)

    assert programme == plan(RULES, dict(reversed(states.items())), period, now, weekly=weekly)
    assert len({one.area for one in programme.proposals}) == len(programme.proposals)
    assert all(a.on_site.first <= b.on_site.first for a, b in pairwise(programme.proposals))
    for one in programme.proposals:
        assert london_date(now) <= one.notify_on
        assert period.first <= one.on_site.first
        assert one.on_site.last <= period.last
        assert (one.on_site.first.weekday(), one.on_site.last.weekday()) == (0, 4)
        answer = decide(RULES, states[one.area], confirmation(one, now))
        assert not isinstance(answer, Refusal), answer
        states[one.area] = reduce(evolve, answer, states[one.area])
    _require_no_more(states, weekly, [one.on_site.first for one in programme.proposals])
    assert plan(RULES, states, period, now, weekly=weekly).proposals == ()


def _require_no_more(states: dict[str, State], weekly: int, mondays: list[date]) -> None:
    """Whoever scheduled by hand may have filled a week beyond that; then nothing is added to it."""
    for monday in mondays:
        week = Period(first=monday, last=monday + timedelta(days=6))
        begun = [
            one.inspection
            for state in states.values()
            for one in state.news.values()
            if one.on_site and one.on_site.first in week
        ]
        assert len(begun) + mondays.count(monday) <= weekly
