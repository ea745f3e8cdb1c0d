"""What holds of every thematic review, whatever is asked of it and in whatever order."""

from copy import deepcopy
from datetime import date, time, timedelta
from functools import reduce
from typing import Any, Final

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from domain.actors import Role
from domain.deadline import Deadline
from domain.london import at_time, end_of_day, london_date
from domain.refusal import Refusal
from domain.thematic import State, decide, evolve, initial
from domain.thematic.clock import what_the_clock_brings
from domain.thematic.commands import COMMAND_TYPES
from domain.thematic.deadlines import deadlines
from domain.thematic.events import AnyEvent, DeadlineEvent, Event, ReviewEntryRectified, ReviewPlanned
from domain.thematic.register import areas, awaiting_publication, concerns, current_report
from domain.thematic.rules import RULES as RULE_TEXTS
from domain.thematic.standing import stands
from domain.thematic.vocabulary import EntryKind, RectificationReason, ReviewDeadline
from eventstore.sifting import sifted
from tests.audit.streams import stream_of
from tests.domain.thematic.story import ORDINARY, RULES, TEXT, Story, who

EVENTS: Final[TypeAdapter[Event]] = TypeAdapter(AnyEvent)

days = st.dates(date(2022, 12, 1), date(2025, 12, 31))
moments = st.builds(at_time, days | st.sampled_from([date(2, 1, 1), date(9998, 12, 30)]), st.just(time(12)))
areas_ = st.sampled_from(["SRY", "SFK", "TRF"])
abouts = st.none() | areas_ | st.sampled_from(["1", "2", "2024-07-04"])

MATTERS: Final[dict[str, dict[str, st.SearchStrategy[Any]]]] = {
    "plan_review": {"publish_by": st.none() | days},
    "choose_review_area": {"area": areas_},
    "withdraw_review_consent": {"area": areas_},
    "begin_review_visit": {"area": areas_},
    "end_review_visit": {"area": areas_},
    "record_review_findings": {"area": st.none() | areas_},
    "raise_concern": {"area": areas_},
    "submit_review_report": {"text": st.sampled_from([TEXT, {"sealed": "1" * 64}])},
    "record_general_election": {"polls_on": days},
    "rectify_review_entry": {
        "entry": st.fixed_dictionaries({"kind": st.sampled_from(EntryKind), "about": abouts}),
        "reason": st.sampled_from(RectificationReason),
        "happened_at": st.none() | moments,
    },
}
"""For some commands, values that their fields may take: sensible, odd and absurd."""


def _put(story: Story, data: st.DataObject) -> None:
    """Ask for anything, twice: the answer is the same, and only an acceptance changes anything."""
    command = data.draw(st.sampled_from(sorted(COMMAND_TYPES)), label="command")
    told = {name: data.draw(values, label=name) for name, values in MATTERS.get(command, {}).items()}
    if command == "rectify_review_entry" and story.state.facts and data.draw(st.booleans()):
        told["entry"] = data.draw(st.sampled_from(story.state.facts)).entry
    role = data.draw(st.none() | st.none() | st.sampled_from(Role))
    at = story.now + timedelta(days=data.draw(st.integers(-90, 200)))
    contrary = tuple(RULE_TEXTS) if data.draw(st.booleans()) else ()
    try:
        made = story.command(command, at=at, by=who(role) if role else None, contrary_to=contrary, **told)
    except ValidationError:
        return
    story.now = max(story.now, made.now)
    before = deepcopy(story.state)
    answer = decide(RULES, story.state, made)
    assert answer == decide(RULES, story.state, made)
    assert story.state == before
    if isinstance(answer, Refusal):
        assert answer.code in RULE_TEXTS
        assert answer.because
        assert answer.accepted
        return
    for event in answer:
        after = evolve(story.state, event)
        _check(story.state, event, after)
        story.record((event,))
    assert what_the_clock_brings(RULES, story.state, story.now) == ()


def _begun_somewhere(data: st.DataObject) -> Story:
    command = data.draw(st.sampled_from([None, *dict.fromkeys(step[0] for step in ORDINARY)]))
    return Story().until(command) if command else Story()


@settings(deadline=None)
@given(st.data())
def test_the_record_tells_the_same_as_the_state(data: st.DataObject) -> None:
    """Written and read again it folds to the same state, with nothing left that the clock would bring."""
    story = _begun_somewhere(data)
    for _ in range(data.draw(st.integers(1, 20))):
        _put(story, data)
    read = [EVENTS.validate_json(EVENTS.dump_json(event)) for event in story.events]
    assert read == story.events
    assert reduce(evolve, read, initial()) == story.state
    assert story.state.version == len(read)


@settings(deadline=None)
@given(st.data())
def test_a_look_back_may_leave_out_any_event(data: st.DataObject) -> None:
    """`evolve` only takes note, and what is derived from the state can still be asked for."""
    story = _begun_somewhere(data)
    for _ in range(data.draw(st.integers(1, 20))):
        _put(story, data)
    kept = [event for event in story.events if data.draw(st.booleans())]
    state = reduce(evolve, kept, initial())
    assert state.version == len(kept)
    stands(RULES, state, story.now)
    for derived in (areas, concerns, current_report, awaiting_publication):
        derived(state)


@settings(deadline=None)
@given(st.data())
def test_a_look_back_leaves_out_only_what_went_against_the_order_of_things(data: st.DataObject) -> None:
    """What a decision took for the foundation of an event, a look back at any day takes for it too.

    A moment that was put right against a rule may turn any order round, so there is none of that here.
    """
    story = _begun_somewhere(data)
    for _ in range(data.draw(st.integers(1, 20))):
        _put(story, data)
    assume(story.events)
    assume(not any(one.irregular for one in story.events if isinstance(one, ReviewEntryRectified)))
    day = data.draw(st.sampled_from(sorted({london_date(event.occurred_at) for event in story.events})))
    odd = set[int]()
    for one in sifted(end_of_day(day), story.review, stream_of(story.review, story.events)).left_out:
        event = story.events[one.entry.version - 1]
        assert event.irregular or isinstance(event, DeadlineEvent) or one.rests_on.version in odd
        odd.add(one.entry.version)


def _check(before: State, event: Event, after: State) -> None:
    assert after.version == before.version + 1
    _check_order(before, event)
    _check_deadlines(before, event, after)
    entries = [fact.entry for fact in after.facts]
    assert len(entries) == len(set(map(str, entries)))
    numbers = [one.number for one in concerns(after)]
    assert numbers == sorted(set(numbers))


def _check_order(before: State, event: Event) -> None:
    """What an event rests on is on record and not later, unless the event says that it is irregular."""
    if (event.irregular and "order" in event.irregular.rules) or isinstance(event, DeadlineEvent):
        return
    about = event.rests_about()
    for kind in event.rests_on:
        found = [fact for fact in before.facts if fact.entry.kind == kind]
        found = [fact for fact in found if about is None or fact.entry.about in {None, about}]
        assert found, f"{event} without {kind}"
        assert min(london_date(fact.at) for fact in found) <= london_date(event.occurred_at)


def _check_deadlines(before: State, event: Event, after: State) -> None:
    """A due day moves, and goes, only with a new plan or by an event that says so."""
    was, now = _by_kind(before), _by_kind(after)
    told = {}
    if isinstance(event, ReviewEntryRectified):
        told = {move.kind: (move.was, move.now) for move in event.moved}
    for kind, one in was.items():
        due = now[kind].due if kind in now else None
        if due != one.due and not isinstance(event, ReviewPlanned):
            assert told[kind] == (one.due, due)


def _by_kind(state: State) -> dict[ReviewDeadline, Deadline[ReviewDeadline]]:
    return {one.kind: one for one in deadlines(RULES, state)}
