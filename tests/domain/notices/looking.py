"""People to hear of an inspection, and the words in which they would."""

from typing import Final

from domain.actors import Role
from domain.inspection.events import Event, event_type
from domain.inspection.state import State, evolve, initial
from domain.notices.rules import because, hearings, puts_right
from domain.notices.seats import Place, Seat, holders
from domain.notices.words import Words, write
from eventstore.people import Person
from tests.domain.inspection.story import BODIES, INSPECTION, RULES, Story

NAMES: Final = {"la-sry": "Surrey County Council", "icb-surrey-heartlands": "NHS Surrey Heartlands"}


def person(ref: str, role: Role, organisation: str, email: str | None = None) -> Person:
    """Make somebody."""
    return Person(
        ref=ref, name=ref.removeprefix("p-").title(), role=role, organisation=organisation, email=email
    )


PEOPLE: Final = (
    person("p-coordinator", Role.COORDINATOR, "ofsted"),
    person("p-othercoordinator", Role.COORDINATOR, "ofsted"),
    person("p-ofsteddirector", Role.OFSTED_DIRECTOR, "ofsted"),
    person("p-cqcdirector", Role.CQC_DIRECTOR, "cqc"),
    person("p-press", Role.PRESS_OFFICE, "ofsted"),
    person("p-lano", Role.LANO, BODIES[0]),
    person("p-dcs", Role.DCS, BODIES[0]),
    person("p-icb", Role.ICB_EXECUTIVE, BODIES[1]),
    person("p-dfe", Role.DFE, "dfe"),
    person("p-elsewhere", Role.DCS, "la-sfk"),
)


def state_after(events: list[Event]) -> State:
    """Fold events."""
    state = initial()
    for event in events:
        state = evolve(state, event)
    return state


def last(story: Story, kind: str) -> int:
    """Return the place of the last event of a type in a story."""
    return max(place for place, event in enumerate(story.events) if event_type(event) == kind)


def who_hears(story: Story, kind: str) -> set[str]:
    """Name the people who hear of the last event of a type."""
    event, state = story.events[last(story, kind)], state_after(story.events)
    return {ref for one in hearings(event) for ref in holders(Place(one.seat), state, PEOPLE).persons}


def words_of(story: Story, kind: str, *seats: Seat) -> Words:
    """Write the notice of the last event of a type."""
    place = last(story, kind)
    event = story.events[place]
    (reason,) = {one.reason for one in hearings(event)}
    return write(
        INSPECTION,
        event,
        state_after(story.events[: place + 1]),
        RULES,
        bodies=NAMES,
        recorded_at=story.now,
        corrected=puts_right(reason),
        because=because(event, reason, frozenset(seats)),
    )
