"""What holds of every area, whatever is asked of it, whatever is heard, and in whatever order."""

from copy import deepcopy
from datetime import date, timedelta
from functools import reduce
from typing import Any, Final

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from domain.actors import Role
from domain.area import decide, evolve, initial
from domain.area.commands import COMMAND_TYPES
from domain.area.cycle import deadlines
from domain.area.events import AnyEvent, CycleDeadlineMissed, Event
from domain.area.register import bodies_on, is_open, name_on, stranded, terms
from domain.area.rules import RULES as RULE_TEXTS
from domain.area.standing import stands
from domain.area.state import Entered, Named, Replaced
from domain.area.vocabulary import EntryKind, InterventionKind, PollsKind
from domain.deadline import Status
from domain.refusal import Refusal
from domain.values import Kind, MonitoringResult, Outcome
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


def _of_its_kind(told: dict[str, Any]) -> dict[str, Any]:
    """Say what is heard of an inspection: of a full one an outcome, of a monitoring one a result."""
    rest = {name: value for name, value in told.items() if name != "found"}
    if "-M" in rest["inspection"]:
        return {**rest, "kind": Kind.MONITORING, "result": told["found"][1]}
    return {**rest, "kind": Kind.FULL, "outcome": told["found"][0]}


near = st.dates(date(2023, 1, 1), date(2029, 12, 31))
past = st.dates(date(2023, 1, 1), TODAY)
weeks = st.builds(lambda first: {"first": first, "last": min(first, date(9999, 1, 1))}, near | days)
names = st.sampled_from(["SRY-2023-F1", "SRY-2024-M1", "SRY-2025-F1", "SRY-2026-M1", "SFK-2023-F1"])
heard = st.fixed_dictionaries(
    {
        "inspection": names,
        "found": st.tuples(
            st.none() | st.sampled_from(Outcome), st.none() | st.sampled_from(MonitoringResult)
        ),
    },
    optional={
        "on_site": weeks,
        "begun_on": past,
        "fieldwork_ended_on": past,
        "report_received_on": past,
        "published_on": past,
        "handbook": st.sampled_from([*RULES.handbooks]),
        "withdrawn": st.booleans(),
        "closed": st.booleans(),
    },
).map(_of_its_kind)
concerns = {"review": st.sampled_from(["THEMATIC-2024", "THEMATIC-2025"]), "number": st.integers(1, 2)}
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
    "hear_of_concerns": {
        "concerns": st.lists(st.fixed_dictionaries({**concerns, "raised_on": days}), min_size=1, max_size=3)
    },
    "hear_of_struck_concerns": {"concerns": st.lists(st.fixed_dictionaries(concerns), min_size=1)},
    "hear_of_pauses": {"pauses": st.lists(st.fixed_dictionaries({"first": days}), max_size=2)},
    "hear_of_inspections": {"news": st.lists(heard, min_size=1, max_size=3)},
    "schedule_inspection": {
        "inspection": names,
        "kind": st.sampled_from(Kind),
        "notify_on": near | some_days,
        "on_site": weeks,
    },
    "note_not_opened": {"inspection": names},
    "bring_forward": {"due_by": near | some_days},
    "agree_engagement_meeting": {"due_by": near | some_days},
    "hold_engagement_meeting": {"held_on": near | some_days},
    "note_monitoring_visit": {"visited_on": near | some_days},
    "set_school_term": {"term": weeks},
    "move_cycle_to_handbook": {"to": st.sampled_from(sorted(RULES.handbooks))},
    "tick": {},
    "strike_entry": {
        "entry": st.fixed_dictionaries(
            {"kind": st.sampled_from(EntryKind), "about": st.none() | bodies | names, "day": st.none() | days}
        )
    },
}


commands = st.sampled_from(sorted(COMMAND_TYPES)) | st.sampled_from(
    ["hear_of_inspections", "hear_of_inspections", "tick", "replace_area", "strike_entry"]
)


def _inspected() -> Story:
    """An area of which a monitoring and a full inspection are due, and a meeting."""
    return Story().entered().heard("SRY-2023-F1", published_on=date(2023, 11, 24), outcome="3")


def _put(story: Story, data: st.DataObject) -> None:
    """Ask for anything, twice: the answer is the same, and only an acceptance changes anything."""
    command = data.draw(commands, label="command")
    told = {name: data.draw(values, label=name) for name, values in MATTERS[command].items()}
    if command == "strike_entry" and story.state.facts and data.draw(st.booleans()):
        told["entry"] = data.draw(st.sampled_from(story.state.facts)).entry
    role = data.draw(st.none() | st.none() | st.sampled_from([Role.LANO, Role.DFE]))
    story.now += timedelta(days=data.draw(st.sampled_from([0, 0, 0, 1, 30, 400])))
    at = story.now - timedelta(days=data.draw(st.integers(-1, 1300)))
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
        return
    story.record(answer)
    _check_clock(story)
    if command == "hear_of_inspections":
        assert decide(RULES, story.state, made) == ()


@settings(deadline=None)
@given(st.data())
def test_the_record_tells_the_same_as_the_state_and_contradicts_itself_nowhere(data: st.DataObject) -> None:
    """Written and read again it folds to the same state, and what is derived from it hangs together."""
    story = data.draw(st.sampled_from([Story, _inspected]))()
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
    story = _inspected()
    for _ in range(data.draw(st.integers(1, 25))):
        _put(story, data)
    kept = [event for event in story.events if data.draw(st.booleans())]
    state = reduce(evolve, kept, initial())
    assert state.version == len(kept)
    for day in (TODAY, date.min, date.max):
        bodies_on(state, day)
        name_on(state, day)
    stands(RULES, state, story.now)


@settings(deadline=None)
@given(st.data())
def test_what_the_clock_brings_does_not_depend_on_when_it_is_looked_at(data: st.DataObject) -> None:
    """Ticks in between bring the misses that one tick later brings. Only their warnings come besides."""
    story = _inspected()
    for _ in range(data.draw(st.integers(1, 15))):
        _put(story, data)
    assume(story.state.one(Entered))
    watched, now = deepcopy(story, {id(RULES): RULES}), story.now
    for days_later in sorted(data.draw(st.lists(st.integers(0, 2500), min_size=1, max_size=6))):
        watched.now = now + timedelta(days=days_later)
        watched.do("tick")
    story.now = watched.now
    story.do("tick")
    assert story.state.missed == watched.state.missed
    assert _misses(story) == _misses(watched)
    assert watched.do("tick").latest == ()


def _misses(story: Story) -> list[Event]:
    return [event for event in story.events if isinstance(event, CycleDeadlineMissed)]


def _check_clock(story: Story) -> None:
    """What is on record as missed is what is missed, and nothing is owed of what is no more."""
    register = deadlines(RULES, story.state)
    missed = {one.key: one.due for one in register if one.status(story.now) is Status.MISSED}
    assert story.state.missed == missed
    assert len(register) == len({one.key for one in register})
    assert all(event.occurred_at <= story.now for event in story.latest)
    replaced = story.state.one(Replaced)
    for one in register:
        assert not replaced or one.due < replaced.since or one.met_on or one.void


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
