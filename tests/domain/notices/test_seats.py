"""Who holds a seat, and that a seat nobody holds is named."""

import pytest

from domain.actors import Role
from domain.inspection.state import State
from domain.notices.seats import SEATS, Holders, Place, Seat, holders, listing_for, listing_of
from tests.domain.inspection.story import Story
from tests.domain.notices.looking import PEOPLE, person, state_after


@pytest.fixture
def state() -> State:
    return state_after(Story().until("area_notified").events)


@pytest.mark.parametrize(
    ("seat", "persons"),
    [
        (Seat.LEADS, {"p-ofstedlead", "p-cqclead"}),
        (Seat.TEAM, {"p-ofstedlead", "p-inspector", "p-cqclead"}),
        (Seat.DIRECTORS, {"p-ofsteddirector", "p-cqcdirector"}),
        (Seat.PRESS_OFFICE, {"p-press"}),
        (Seat.NOMINATED_OFFICER, {"p-lano"}),
        (Seat.CHILDRENS_SERVICES, {"p-dcs"}),
        (Seat.INTEGRATED_CARE_BOARDS, {"p-icb"}),
        (Seat.DFE, {"p-dfe"}),
    ],
)
def test_a_seat_is_held_by_those_of_this_inspection(state: State, seat: Seat, persons: set[str]) -> None:
    found = holders(Place(seat), state, PEOPLE)
    assert set(found.persons) == persons
    assert found.vacant == ()


def test_whoever_acted_in_this_inspection_goes_before_others_in_that_role(state: State) -> None:
    assert holders(Place(Seat.COORDINATORS), state, PEOPLE).persons == ("p-coordinator",)

    others = [one for one in PEOPLE if one.ref != "p-coordinator"]
    assert holders(Place(Seat.COORDINATORS), state, others).persons == ("p-othercoordinator",)


def test_a_seat_that_nobody_holds_is_named(state: State) -> None:
    found = holders(Place(Seat.NHS_ENGLAND), state, PEOPLE)
    assert found == Holders(persons=(), vacant=(Place(Seat.NHS_ENGLAND),))


def test_each_board_without_a_chief_executive_is_named(state: State) -> None:
    three = state.changed({"bodies": ("la-sry", "icb-surrey-heartlands", "icb-frimley", "icb-b")})
    found = holders(Place(Seat.INTEGRATED_CARE_BOARDS), three, PEOPLE)
    assert found.persons == ("p-icb",)
    assert [one.text for one in found.vacant] == [
        "integrated_care_boards/icb-frimley",
        "integrated_care_boards/icb-b",
    ]

    added = [*PEOPLE, person("p-new", Role.ICB_EXECUTIVE, "icb-frimley")]
    place = Place.parse("integrated_care_boards/icb-frimley")
    assert place is not None
    assert holders(place, three, added) == Holders(persons=("p-new",), vacant=())


@pytest.mark.parametrize("seat", [seat for seat, rule in SEATS.items() if rule.roles])
@pytest.mark.parametrize("bodies", [("la-sry", "icb-frimley", "icb-b"), ("trust-sry",)])
def test_whoever_is_listed_as_it_says_holds_a_vacant_place(
    state: State, seat: Seat, bodies: tuple[str, ...]
) -> None:
    state = state.changed({"bodies": bodies})
    vacant = holders(Place(seat), state, []).vacant
    assert vacant
    for place in vacant:
        listing = listing_for(place, state)
        assert listing is not None
        added = person("p-new", *listing)
        assert place not in holders(Place(seat), state, [added]).vacant


def test_who_leads_is_said_by_the_team_and_not_by_the_directory(state: State) -> None:
    assert listing_for(Place(Seat.LEADS, "cqc"), state) is None
    assert listing_of("p-cqclead", state) == (Role.CQC_LEAD, "cqc")
    assert listing_of("p-inspector", state) == (Role.INSPECTOR, "ofsted")
    assert listing_of("p-elsewhere", state) is None


def test_a_partnership_whose_bodies_are_named_otherwise_is_asked_as_one(state: State) -> None:
    other = state.changed({"bodies": ("trust-sry",)})
    people = [*PEOPLE, person("p-trust", Role.DCS, "trust-sry")]
    assert holders(Place(Seat.CHILDRENS_SERVICES), other, people).persons == ("p-trust",)


def test_a_team_that_is_not_named_yet_is_no_vacancy() -> None:
    planned = state_after(Story().until("inspection_planned").events)
    assert holders(Place(Seat.TEAM), planned, PEOPLE) == Holders((), ())


def test_a_place_is_read_as_it_was_written() -> None:
    for place in (Place(Seat.LEADS), Place(Seat.INTEGRATED_CARE_BOARDS, "icb-frimley")):
        assert Place.parse(place.text) == place
    assert Place.parse("p-7k2m") is None
