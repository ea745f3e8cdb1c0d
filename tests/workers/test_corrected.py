"""A look back at a day knows all corrections, also those that were recorded long afterwards."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, reduce
from typing import Any, Final, TypeVar
from uuid import UUID

from hypothesis import assume, given
from hypothesis import strategies as st

from domain.aggregates import aggregate_of
from domain.area.register import is_open
from domain.events import DomainEvent, event_type
from domain.inspection import State
from domain.inspection.decide.repair import BY_ITEM, BY_THE_CLOCK, STRIKABLE
from domain.inspection.events import Event as InspectionEvent
from domain.inspection.progress import stage
from domain.london import at_time, end_of_day
from domain.national.vocabulary import PauseRef
from domain.refusal import Refusal
from domain.streams import PROGRAMME, require_kind
from domain.thematic import State as ReviewState
from domain.thematic.events import Event as ReviewEvent
from eventstore.codecs import CODECS
from eventstore.envelope import Entry, Provenance, compose, leaf_of
from eventstore.folding import state_of
from tests.domain.area.story import Story as Area
from tests.domain.inspection.story import INSPECTION, RULES, Story, ordinary_steps
from tests.domain.national.story import Story as Programme
from tests.domain.thematic.story import Story as Review
from workers.reading import happened_by

E = TypeVar("E", bound=DomainEvent)
PROVENANCE: Final = Provenance(command_id=UUID(int=1), correlation_id=UUID(int=2), causation_id=UUID(int=3))
RECORDED: Final = datetime(2027, 1, 1, tzinfo=UTC)
REVIEW: Final = "THEMATIC-2023"
LONG_AFTER: Final = date(2025, 3, 3)
STRUCK: Final = sorted({step.milestone for step in ordinary_steps("2")} & STRIKABLE - {BY_ITEM})
DAYS: Final = st.dates(date(2022, 12, 1), date(2024, 6, 1))
SHIFTS: Final = st.timedeltas(timedelta(days=-40), timedelta(days=40))


def seen(stream: str, events: Sequence[DomainEvent], day: date) -> Any:
    """Look at a stream of these events as at a day."""
    codec, entries = CODECS[require_kind(stream)], []
    for version, event in enumerate(events, start=1):
        text = compose(codec.encode(event, PROVENANCE), version, RECORDED, stream, version)
        entries.append(Entry(version, stream, version, event_type(event), RECORDED, text, leaf_of(text)))
    return state_of(stream, happened_by(end_of_day(day), stream, entries))


def now(stream: str, events: Sequence[DomainEvent]) -> Any:
    """Fold all events."""
    aggregate = aggregate_of(stream)
    return reduce(aggregate.evolve, events, aggregate.initial())


def test_a_milestone_put_right_months_later_has_its_true_day_in_every_look_back() -> None:
    """Fieldwork ended on Friday; it was recorded as ended on Tuesday, and found out in March 2025."""
    story = Story().until("feedback_given")
    friday, tuesday = story.day(14), story.day(16)
    story.do("end_fieldwork", at=tuesday).wait(LONG_AFTER)
    story.do("rectify_milestone", **wrong_date("fieldwork_ended", friday))
    ended = {day: seen(INSPECTION, story.events, day).at("fieldwork_ended") for day in (friday, tuesday)}
    assert ended == dict.fromkeys((friday, tuesday), at_time(friday, time(12)))
    assert not seen(INSPECTION, story.events, friday - timedelta(days=1)).has("fieldwork_ended")


def test_each_item_of_information_and_each_round_has_corrections_of_its_own() -> None:
    """What is put right is what counted when it was put right, and not another of the same type."""
    story = Story().before("information_requested")
    due = story.day(5)
    story.do("request_information", items=[{"item": item, "due": due} for item in ("plan", "annex")])
    story.do("receive_information", item="plan", at=story.day(2))
    story.do("receive_information", item="annex", at=story.day(4))
    true = at_time(story.day(3), time(12))
    story.do("rectify_milestone", **wrong_date(BY_ITEM, true.date()), subject="plan")
    as_at = seen(INSPECTION, story.events, story.day(3))
    assert {item.item: item.received_at for item in as_at.information.values()} == {
        "plan": true,
        "annex": None,
    }


def test_what_was_struck_in_an_area_was_never_so() -> None:
    """It was said to be replaced from April 2024 on. What was decided anew keeps the day of that decision."""
    spring = date(2024, 5, 1)
    area = Area(today=date(2024, 1, 8)).entered().do("set_polls").do("replace_area", since=date(2024, 4, 1))
    area.wait(date(2025, 1, 6)).strike("area_replaced", day=date(2024, 4, 1)).do("call_off_polls")
    assert is_open(seen("SRY", area.events, spring), spring)
    assert "polls_set local 2026-05-07" in {
        str(fact.entry) for fact in seen("SRY", area.events, spring).facts
    }


def test_a_pause_that_was_struck_paused_nothing_and_one_that_ended_lasted_until_then() -> None:
    """Striking says that there was none; resuming is decided on a day."""
    story = Programme()
    story.do("pause_scheduling", at=date(2020, 3, 16)).do("begin_programme", at=date(2020, 3, 16))
    ended = [*story.events, *story.do("resume_scheduling", at=date(2021, 4, 1)).latest]
    story.do("strike_beginning")
    struck = [*story.events, *story.do("strike_pause").latest]
    (pause,) = seen(PROGRAMME, ended, date(2020, 9, 1)).pauses
    assert (pause.ref, pause.last) == (PauseRef(kind=None, first=date(2020, 3, 17)), None)
    as_at = seen(PROGRAMME, struck, date(2021, 9, 1))
    assert (as_at.pauses, as_at.begun) == ((), None)


@given(st.data(), DAYS)
def test_an_inspection_put_right_late_looks_as_if_it_had_been_right_from_the_start(
    data: st.DataObject, day: date
) -> None:
    """Whichever date was wrong by whatever, and on whichever day one looks; today it is as it is."""
    right = _inspection()
    milestone = data.draw(st.sampled_from(sorted(now(INSPECTION, right).facts.keys() - {BY_ITEM})))
    wrong, true = _shifted(right, milestone, data.draw(SHIFTS))
    story = Story().record(wrong)
    corrected = _put_right(story, "rectify_milestone", **wrong_date(milestone, true.date()))
    assert _conduct(seen(INSPECTION, corrected, day)) == _conduct(seen(INSPECTION, right, day))
    assert seen(INSPECTION, corrected, LONG_AFTER) == now(INSPECTION, corrected)


@given(st.data(), DAYS)
def test_a_milestone_struck_late_looks_as_if_it_had_never_been_recorded(
    data: st.DataObject, day: date
) -> None:
    """Whichever of those that can be struck, on whichever day one looks."""
    milestone = data.draw(st.sampled_from(STRUCK))
    story = Story().until(milestone)
    events = [*story.events]
    struck = _put_right(story, "rectify_milestone", milestone=milestone)
    without = [event for event in events if event_type(event) != milestone]
    assert _dates(seen(INSPECTION, struck, day)) == _dates(seen(INSPECTION, without, day))


@given(st.data(), DAYS)
def test_a_review_put_right_late_looks_as_if_it_had_been_right_from_the_start(
    data: st.DataObject, day: date
) -> None:
    """As of an inspection."""
    right = _review()
    facts = {str(fact.entry): fact for fact in now(REVIEW, right).facts}
    entry = facts[data.draw(st.sampled_from(sorted(facts)))].entry
    kind = str(entry.kind)
    wrong, true = _shifted(right, kind, data.draw(SHIFTS), about=entry.about)
    story = Review().record(wrong)
    corrected = _put_right(story, "rectify_review_entry", **Review.wrong(kind, entry.about, to=true.date()))
    assert _moments(seen(REVIEW, corrected, day)) == _moments(seen(REVIEW, right, day))


def wrong_date(milestone: str, day: date) -> dict[str, Any]:
    """Say that a milestone happened at noon of a day in truth."""
    return {"milestone": milestone, "happened_at": at_time(day, time(12)), "reason": "wrong_date"}


@cache
def _inspection() -> tuple[InspectionEvent, ...]:
    return tuple(Story().until("strategic_plan_published").events)


@cache
def _review() -> tuple[ReviewEvent, ...]:
    return tuple(Review().until("publish_review_report").events)


def _shifted(
    right: tuple[E, ...], name: str, by: timedelta, about: str | None = None
) -> tuple[tuple[E, ...], datetime]:
    """Let the last event of a type, about something, be recorded on a wrong day; return its true moment."""
    places = (
        place for place, one in enumerate(right) if event_type(one) == name and about in {None, _about(one)}
    )
    place = max(places)
    event = right[place]
    wrong = event.model_copy(update={"occurred_at": event.occurred_at + by})
    return (*right[:place], wrong, *right[place + 1 :]), event.occurred_at


def _about(event: DomainEvent) -> str | None:
    return event.about() if isinstance(event, ReviewEvent) else None


def _put_right(story: Any, command: str, **told: Any) -> list[DomainEvent]:
    """Put something right long afterwards, if the rules let it be put right."""
    story.now = at_time(LONG_AFTER, time(12))
    decided = story.ask(command, **told)
    assume(not isinstance(decided, Refusal))
    story.record(decided)
    return [*story.events]


def _dates(state: State) -> dict[str, datetime]:
    """When people did what counts. What the clock brought, follows from it."""
    return {name: fact.at for name, fact in state.facts.items() if name not in BY_THE_CLOCK}


def _conduct(state: State) -> tuple[object, ...]:
    """What an inspection has come to, and when it is due; by the days that count now."""
    true = state.changed(
        {"facts": {name: replace(fact, first_at=fact.at) for name, fact in state.facts.items()}}
    )
    due = aggregate_of(INSPECTION).deadlines(RULES, true)
    return stage(state), _dates(state), [(one.key, one.due, one.met_on) for one in due]


def _moments(state: ReviewState) -> set[tuple[str, datetime]]:
    return {(str(fact.entry), fact.at) for fact in state.facts}
