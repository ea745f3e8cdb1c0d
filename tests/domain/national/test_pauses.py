"""Scheduling is paused for all areas at once, and resumed; clocks of what is done are not in it at all."""

from datetime import date, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.area.news import pauses_of
from domain.national import decide, evolve, initial
from domain.national.standing import stands
from domain.refusal import Refusal
from domain.values import Kind, Period
from tests.domain.national.story import RULES, Story

FIRST = date(2020, 3, 17)
WEEK = Period(first=date(2021, 5, 10), last=date(2021, 5, 14))


def test_a_pause_without_a_last_day_lasts_until_it_is_resumed() -> None:
    """It covers every kind, unless one is named; a later resumption gives it another last day."""
    story = Story().do("pause_scheduling")
    (pause,) = pauses_of(story.state)
    assert pause.covers(Kind.FULL, WEEK)
    assert stands(RULES, story.state, story.now).standing.held_by == (
        "the pause of all inspections from 2020-03-17",
    )
    (pause,) = pauses_of(story.do("resume_scheduling").state)
    assert not pause.covers(Kind.FULL, WEEK)
    (pause,) = pauses_of(story.do("resume_scheduling", last=date(2021, 5, 10)).state)
    assert pause.covers(Kind.MONITORING, WEEK)
    (pause,) = pauses_of(story.do("resume_scheduling", last=FIRST).state)
    assert (pause.first, pause.last) == (FIRST, FIRST)


def test_monitoring_alone_was_paused_until_summer_2025() -> None:
    """Full inspections went on."""
    told: dict[str, Any] = {"kind": "monitoring", "first": date(2024, 9, 2), "last": date(2025, 7, 31)}
    (pause,) = pauses_of(Story().do("pause_scheduling", **told, reason="framework_changes").state)
    week = Period(first=date(2025, 3, 3), last=date(2025, 3, 7))
    assert pause.covers(Kind.MONITORING, week)
    assert not pause.covers(Kind.FULL, week)


def test_a_pause_that_never_was_is_struck() -> None:
    """And may be recorded anew."""
    story = Story().do("pause_scheduling").do("strike_pause")
    assert pauses_of(story.state) == ()
    assert len(pauses_of(story.do("pause_scheduling").state)) == 1


kinds = st.none() | st.sampled_from(["full", "monitoring"])
days = st.integers(0, 3).map(lambda number: FIRST + timedelta(days=number))


@given(st.data())
def test_whatever_is_asked_each_pause_stands_once_and_ends_after_it_begins(data: st.DataObject) -> None:
    """And a look back may leave out any event."""
    story = Story()
    for _ in range(data.draw(st.integers(1, 12))):
        ref = {"kind": data.draw(kinds), "first": data.draw(days)}
        command = data.draw(st.sampled_from(["pause_scheduling", "resume_scheduling", "strike_pause"]))
        told: dict[str, Any] = {"last": data.draw(days)} if command != "strike_pause" else {}
        told |= ref if command == "pause_scheduling" else {"pause": ref}
        try:
            decision = decide(RULES, story.state, story.command(command, **told))
        except ValidationError:
            continue
        if not isinstance(decision, Refusal):
            story.record(decision)
    refs = [one.ref for one in story.state.pauses]
    assert len(refs) == len(set(refs))
    assert all(one.last is None or one.last >= one.ref.first for one in story.state.pauses)
    state = initial()
    for event in story.events:
        if data.draw(st.booleans()):
            state = evolve(state, event)
    pauses_of(state)
