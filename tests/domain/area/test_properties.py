"""What holds of every area, whatever is asked of the register and in whatever order."""

from copy import deepcopy
from datetime import date, timedelta
from functools import reduce
from typing import Any, Final

from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from domain.actors import Role
from domain.area import decide, evolve, initial
from domain.area.commands import COMMAND_TYPES
from domain.area.events import AnyEvent, Event
from domain.area.register import bodies_on, is_open, name_on, stranded, terms
from domain.area.rules import RULES as RULE_TEXTS
from domain.area.state import Entered, Named, Replaced
from domain.area.vocabulary import EntryKind, InterventionKind, PollsKind
from domain.refusal import Refusal
from tests.domain.area.story import RULES, TODAY, Story, who

EVENTS: Final[TypeAdapter[Event]] = TypeAdapter(AnyEvent)

days = st.sampled_from(
    [
        date(2022, 7, 1),
        date(2024, 4, 1),
        date(2026, 3, 31),
        date(2026, 4, 1),
        date(2026, 5, 7),
        date(2030, 1, 1),
    ]
)
far = st.sampled_from([date.min, date.min + timedelta(days=1), date.max - timedelta(days=1), date.max])
some_days = days | days | days | far
partners = st.sampled_from(["icb-a", "icb-b", "trust-c"]).map(
    lambda body: {
        "body": body,
        "name": body.upper(),
        "kind": "childrens_trust" if body.startswith("trust") else "integrated_care_board",
    }
)
bodies = st.sampled_from(["icb-a", "icb-b", "trust-c", "la-sry"])
areas = st.lists(st.sampled_from(["AAA", "BBB", "SRY"]), min_size=1, max_size=2)
codes = st.sampled_from([{"kind": "gss", "value": "E10000030"}, {"kind": "dfe", "value": "936"}])

MATTERS: Final[dict[str, dict[str, st.SearchStrategy[Any]]]] = {
    "enter_area": {
        "since": st.none() | some_days,
        "partners": st.lists(partners, max_size=2),
        "predecessors": st.just([]) | areas,
    },
    "rename_area": {"name": st.sampled_from(["Surrey", "Surrey Downs"]), "since": some_days},
    "give_code": {"code": codes, "since": st.none() | some_days},
    "join_body": {"partner": partners, "since": st.none() | some_days},
    "leave_body": {"body": bodies, "last_day": some_days},
    "succeed_body": {"body": bodies, "successor": partners, "since": some_days},
    "replace_area": {"successors": areas, "since": some_days},
    "take_over_areas": {"predecessors": areas, "since": some_days},
    "set_polls": {"polls_on": some_days, "kind": st.sampled_from(PollsKind)},
    "call_off_polls": {"polls_on": some_days, "kind": st.sampled_from(PollsKind)},
    "record_intervention": {"kind": st.sampled_from(InterventionKind)},
    "strike_entry": {
        "entry": st.fixed_dictionaries(
            {"kind": st.sampled_from(EntryKind), "about": st.none() | bodies, "day": st.none() | days}
        )
    },
}


def _put(story: Story, data: st.DataObject) -> None:
    """Ask for anything, twice: the answer is the same, and only an acceptance changes anything."""
    command = data.draw(st.sampled_from(sorted(COMMAND_TYPES)), label="command")
    told = {name: data.draw(values, label=name) for name, values in MATTERS[command].items()}
    if command == "strike_entry" and story.state.facts and data.draw(st.booleans()):
        told["entry"] = data.draw(st.sampled_from(story.state.facts)).entry
    role = data.draw(st.none() | st.none() | st.sampled_from([Role.LANO, Role.DFE]))
    at = story.now - timedelta(days=data.draw(st.integers(-1, 900)))
    try:
        made = story.command(
            command, at=at, by=who(role) if role else None, contrary_to=tuple(RULE_TEXTS), **told
        )
    except ValidationError:
        return
    before = deepcopy(story.state)
    answer = decide(RULES, story.state, made)
    assert answer == decide(RULES, story.state, made)
    assert story.state == before
    if isinstance(answer, Refusal):
        assert answer.code in RULE_TEXTS
        assert answer.because
        assert answer.accepted
    else:
        story.record(answer)


@settings(deadline=None)
@given(st.data())
def test_the_record_tells_the_same_as_the_state_and_contradicts_itself_nowhere(data: st.DataObject) -> None:
    """Written and read again it folds to the same state, and what is derived from it hangs together."""
    story = Story()
    if data.draw(st.booleans()):
        story.entered()
    for _ in range(data.draw(st.integers(1, 25))):
        _put(story, data)
    read = [EVENTS.validate_json(EVENTS.dump_json(event)) for event in story.events]
    assert read == story.events
    assert reduce(evolve, read, initial()) == story.state
    assert story.state.version == len(read)
    _check(story, data.draw(days))


@settings(deadline=None)
@given(st.data())
def test_a_look_back_may_leave_out_any_event(data: st.DataObject) -> None:
    """`evolve` only takes note; it never fails on what is in the ledger."""
    story = Story().entered()
    for _ in range(data.draw(st.integers(1, 25))):
        _put(story, data)
    kept = [event for event in story.events if data.draw(st.booleans())]
    state = reduce(evolve, kept, initial())
    assert state.version == len(kept)
    for day in (TODAY, date.min, date.max):
        bodies_on(state, day)
        name_on(state, day)


def _check(story: Story, day: date) -> None:
    state = story.state
    assert len(state.all(Entered)) <= 1
    assert len(state.all(Replaced)) <= 1
    assert stranded(state.facts) == ()
    assert all(
        term.since is None or term.last_day is None or term.since <= term.last_day for term in terms(state)
    )
    responsible = bodies_on(state, day)
    assert len(responsible) == len(set(responsible))
    assert bool(responsible) is is_open(state, day)
    if is_open(state, day):
        assert responsible[0] == "la-sry"
        assert name_on(state, day) in {named.name for named in state.all(Named)}
