"""The parts that people play in an inspection, and who plays them now.

A notice is written to a seat, and goes to whoever holds it when the notice is sent. A seat that nobody holds
is named, so that somebody can see to it.
"""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Final, NamedTuple, Protocol

from domain.actors import Role
from domain.inspection import events as e
from domain.inspection.record import State
from domain.values import BodyRef, Inspectorate, PersonRef


class Seat(StrEnum):
    """A part that people play in an inspection, as which they hear of it."""

    LEADS = "leads"
    TEAM = "team"
    COORDINATORS = "coordinators"
    DIRECTORS = "directors"
    PRESS_OFFICE = "press_office"
    NOMINATED_OFFICER = "nominated_officer"
    CHILDRENS_SERVICES = "childrens_services"
    INTEGRATED_CARE_BOARDS = "integrated_care_boards"
    DFE = "dfe"
    NHS_ENGLAND = "nhs_england"


PARTNERSHIP: Final = frozenset({Seat.NOMINATED_OFFICER, Seat.CHILDRENS_SERVICES, Seat.INTEGRATED_CARE_BOARDS})
"""The seats of the local area partnership. Whoever is in one hears nothing before the area is notified."""


class FoundBy(StrEnum):
    """How one finds out who holds a seat."""

    LEADING = "leading"
    """Whoever leads the team for an inspectorate."""
    INSPECTING = "inspecting"
    """Whoever is on the team."""
    ACTING = "acting"
    """Whoever has acted in a role in this inspection, or else everybody who has the role."""
    BODY = "body"
    """Whoever has a role at a body of the partnership."""
    ROLE = "role"
    """Everybody who has a role."""


class SeatRule(NamedTuple):
    """How a seat is called, and how one finds out who holds it."""

    words: str
    found_by: FoundBy
    roles: frozenset[Role] = frozenset()
    each_body: str | None = None
    """With what the bodies begin each of which has such a seat. None: the partnership has one in all."""
    works_at: BodyRef | None = None
    """Where whoever holds it works, if that is no body of the partnership."""
    may_be_empty: bool = False
    """Whether it is well if nobody holds it."""


SEATS: Final[dict[Seat, SeatRule]] = {
    Seat.LEADS: SeatRule("lead inspector", FoundBy.LEADING),
    Seat.TEAM: SeatRule("inspector on the team", FoundBy.INSPECTING, may_be_empty=True),
    Seat.COORDINATORS: SeatRule(
        "inspection coordinator", FoundBy.ACTING, frozenset({Role.COORDINATOR}), works_at="ofsted"
    ),
    Seat.DIRECTORS: SeatRule(
        "director", FoundBy.ACTING, frozenset({Role.OFSTED_DIRECTOR, Role.CQC_DIRECTOR})
    ),
    Seat.PRESS_OFFICE: SeatRule(
        "press officer", FoundBy.ROLE, frozenset({Role.PRESS_OFFICE}), works_at="ofsted"
    ),
    Seat.NOMINATED_OFFICER: SeatRule("local area nominated officer", FoundBy.BODY, frozenset({Role.LANO})),
    Seat.CHILDRENS_SERVICES: SeatRule(
        "director of children's services", FoundBy.BODY, frozenset({Role.DCS}), "la-"
    ),
    Seat.INTEGRATED_CARE_BOARDS: SeatRule(
        "chief executive of an integrated care board", FoundBy.BODY, frozenset({Role.ICB_EXECUTIVE}), "icb-"
    ),
    Seat.DFE: SeatRule(
        "official of the Department for Education", FoundBy.ROLE, frozenset({Role.DFE}), works_at="dfe"
    ),
    Seat.NHS_ENGLAND: SeatRule(
        "official of NHS England", FoundBy.ROLE, frozenset({Role.NHS_ENGLAND}), works_at="nhs-england"
    ),
}


class Listed(Protocol):
    """Somebody as the directory lists him or her."""

    @property
    def ref(self) -> PersonRef: ...

    @property
    def role(self) -> Role: ...

    @property
    def organisation(self) -> BodyRef: ...


class Place(NamedTuple):
    """A seat at a body, where each body or each inspectorate has one of its own."""

    seat: Seat
    body: BodyRef | None = None

    @property
    def text(self) -> str:
        """The place as the outbox keeps it, such as `integrated_care_boards/icb-sfk`."""
        return self.seat.value if self.body is None else f"{self.seat.value}/{self.body}"

    @classmethod
    def parse(cls, text: str) -> "Place | None":
        """Read a place. None: the text is none, but a person's reference."""
        seat, _, body = text.partition("/")
        return cls(Seat(seat), body or None) if seat in SEATS else None

    @property
    def words(self) -> str:
        """Name the place in words."""
        words = SEATS[self.seat].words
        return words if self.body is None else f"{words} at {self.body}"


class Listing(NamedTuple):
    """As what the directory lists somebody who plays a part."""

    role: Role
    organisation: BodyRef


class Holders(NamedTuple):
    """Who holds a seat, and the places that nobody holds."""

    persons: tuple[PersonRef, ...]
    vacant: tuple[Place, ...]


def holders(place: Place, state: State, people: Sequence[Listed]) -> Holders:
    """Say who holds a seat of an inspection, at one body or at each that has it."""
    places = [place] if place.body else _places(place.seat, state)
    found = {one: tuple(dict.fromkeys(_at(one, state, people))) for one in places}
    return Holders(
        persons=tuple(dict.fromkeys(person for persons in found.values() for person in persons)),
        vacant=tuple(
            one for one, persons in found.items() if not persons and not SEATS[place.seat].may_be_empty
        ),
    )


def listing_for(place: Place, state: State) -> Listing | None:
    """Say as what the directory lists whoever is to hold a place. None: the team says who does."""
    rule = SEATS[place.seat]
    if not rule.roles:
        return None
    organisation = place.body or rule.works_at or state.bodies[0]
    # Directors have the name of their inspectorate in that of their role.
    role = min(rule.roles, key=lambda one: (not one.startswith(organisation), one))
    return Listing(role, organisation)


def listing_of(person: PersonRef, state: State) -> Listing | None:
    """Say as what the directory lists somebody on the team. None: he or she is not on it."""
    for one in state.team:
        if one.person == person:
            lead = {Inspectorate.OFSTED: Role.OFSTED_LEAD, Inspectorate.CQC: Role.CQC_LEAD}[one.inspectorate]
            return Listing(lead if one.lead else Role.INSPECTOR, one.inspectorate.value)
    return None


def area_knows(before: Iterable[e.Event], event: e.Event) -> bool:
    """Say whether the partnership may hear of an event: it was notified before or by it, and not in error.

    The event by which a notification is struck is heard by those who heard of the notification.
    """
    knows = False
    for one in before:
        knows = _knows_after(knows, one)
    return knows or _knows_after(knows, event)


def _knows_after(knows: bool, event: e.Event) -> bool:
    if isinstance(event, e.AreaNotified):
        return True
    if isinstance(event, e.MilestoneRectified) and event.milestone == "area_notified":
        return knows and event.happened_at is not None
    return knows


def _places(seat: Seat, state: State) -> list[Place]:
    """List the places of a seat. Without bodies that are named as expected, there is one in all."""
    rule = SEATS[seat]
    bodies: list[str] = []
    if seat in {Seat.LEADS, Seat.DIRECTORS}:
        bodies = [one.value for one in Inspectorate]
    elif rule.each_body:
        bodies = [body for body in state.bodies if body.startswith(rule.each_body)]
    return [Place(seat, body) for body in bodies] or [Place(seat)]


def _at(place: Place, state: State, people: Sequence[Listed]) -> list[PersonRef]:
    rule = SEATS[place.seat]
    match rule.found_by:
        case FoundBy.LEADING:
            return [one.person for one in state.team if one.lead and one.inspectorate == place.body]
        case FoundBy.INSPECTING:
            return [one.person for one in state.team]
        case FoundBy.BODY:
            bodies = {place.body} if place.body else set(state.bodies)
            return [one.ref for one in people if one.role in rule.roles and one.organisation in bodies]
        case FoundBy.ACTING:
            fitting = [
                one for one in people if one.role in rule.roles and place.body in {None, one.organisation}
            ]
            acting = [one.ref for one in fitting if one.role in state.roles.get(one.ref, frozenset())]
            return acting or [one.ref for one in fitting]
        case FoundBy.ROLE:
            return [one.ref for one in people if one.role in rule.roles]
