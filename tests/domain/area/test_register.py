"""An area in the register: its name, its codes and its bodies, from one day to the next."""

from datetime import date

import pytest
from pydantic import ValidationError

from domain.area.register import bodies_on, code_on, is_open, name_on, partners_on, terms
from domain.area.state import Entered
from domain.area.vocabulary import CodeKind, Region
from tests.domain.area.story import USUAL, Story

AUTUMN = date(2025, 10, 1)
BOARD = "icb-surrey-heartlands"
MERGED = "icb-surrey-and-sussex"
TRUST = {"body": "trust-surrey", "name": "Surrey Children's Trust", "kind": "childrens_trust"}


def _board(body: str) -> dict[str, str]:
    return {"body": body, "name": "NHS Board", "kind": "integrated_care_board"}


def test_an_area_is_entered_with_its_authority() -> None:
    """What the public list of authorities says of it: name, region, code. Boards come by themselves."""
    story = Story().entered()
    entered = story.state.one(Entered)
    assert entered is not None
    assert (entered.area, entered.region) == ("SRY", Region.SOUTH_EAST)
    assert name_on(story.state, AUTUMN) == "Surrey"
    assert code_on(story.state, CodeKind.GSS, AUTUMN) == "E10000030"
    assert bodies_on(story.state, AUTUMN) == ("la-sry",)


def test_an_area_without_a_first_day_has_been_there_as_long_as_anybody_remembers() -> None:
    """The public list gives the old counties none."""
    assert is_open(Story().entered().state, date(1889, 4, 1))
    later = Story().entered(since=date(2023, 4, 1)).state
    assert (is_open(later, date(2023, 3, 31)), is_open(later, date(2023, 4, 1))) == (False, True)
    assert name_on(later, date(2023, 3, 31)) is None


def test_what_is_not_in_the_register_is_not_there() -> None:
    """It is not open, and has neither name nor bodies."""
    state = Story().state
    assert not is_open(state, AUTUMN)
    assert name_on(state, AUTUMN) is None
    assert bodies_on(state, AUTUMN) == ()
    assert partners_on(state, AUTUMN) == ()


def test_a_name_holds_from_its_day() -> None:
    """Recorded in whatever order, the latest that has begun counts."""
    story = Story().entered().do("rename_area", name="Surrey Downs", since=date(2025, 4, 1))
    story.do("rename_area", name="Surrey Hills", since=date(2020, 4, 1))
    days = [date(2020, 3, 31), date(2020, 4, 1), date(2025, 3, 31), date(2025, 4, 1)]
    assert [name_on(story.state, day) for day in days] == [
        "Surrey",
        "Surrey Hills",
        "Surrey Hills",
        "Surrey Downs",
    ]


def test_a_name_may_be_recorded_before_its_day_comes() -> None:
    """An order is made in winter and takes effect in spring."""
    story = Story().entered().do("rename_area", since=date(2026, 4, 1))
    assert name_on(story.state, date(2026, 3, 31)) == "Surrey"
    assert name_on(story.state, date(2026, 4, 1)) == "Surrey Downs"


def test_codes_of_other_registers_change_and_the_register_code_does_not() -> None:
    """GSS gave Somerset another code in 2023; DfE's number is a code of its own."""
    story = Story("SMT").entered(name="Somerset", codes=[{"kind": "gss", "value": "E10000027"}])
    story.do("give_code", code={"kind": "gss", "value": "E06000066"}, since=date(2023, 4, 1))
    story.do("give_code", code={"kind": "dfe", "value": "933"})
    assert code_on(story.state, CodeKind.GSS, date(2023, 3, 31)) == "E10000027"
    assert code_on(story.state, CodeKind.GSS, date(2023, 4, 1)) == "E06000066"
    assert code_on(story.state, CodeKind.DFE, date(2000, 1, 1)) == "933"


@pytest.mark.parametrize("code", [{"kind": "gss", "value": "936"}, {"kind": "dfe", "value": "E10000030"}])
def test_a_code_is_of_its_kind(code: dict[str, str]) -> None:
    """Nine characters for GSS, three digits for DfE."""
    with pytest.raises(ValidationError, match="code"):
        Story().command("give_code", code=code)


def test_boards_and_trusts_share_the_responsibility_from_their_first_day() -> None:
    """The authority comes first, the others by reference."""
    story = Story().entered().do("join_body")
    story.do("join_body", partner=TRUST, since=None).do("join_body", partner=_board("icb-frimley"))
    assert bodies_on(story.state, date(2022, 6, 30)) == ("la-sry", "trust-surrey")
    assert bodies_on(story.state, AUTUMN) == ("la-sry", "icb-frimley", BOARD, "trust-surrey")
    assert [partner.name for partner in partners_on(story.state, date(2022, 6, 30))] == [
        "Surrey Children's Trust"
    ]


def test_partners_may_come_with_the_area() -> None:
    """Each named once."""
    story = Story().entered(partners=[TRUST])
    assert bodies_on(story.state, AUTUMN) == ("la-sry", "trust-surrey")
    with pytest.raises(ValidationError, match="named twice"):
        Story().command("enter_area", partners=[TRUST, TRUST])


def test_the_reference_to_a_partner_says_what_it_is() -> None:
    """Notices find those who are to hear of an inspection by it."""
    with pytest.raises(ValidationError, match="begins with icb-"):
        Story().command("join_body", partner={**TRUST, "kind": "integrated_care_board"})


def test_a_body_leaves_after_its_last_day() -> None:
    """That day is included."""
    story = Story().entered().do("join_body").do("leave_body", last_day=date(2026, 3, 31))
    assert bodies_on(story.state, date(2026, 3, 31)) == ("la-sry", BOARD)
    assert bodies_on(story.state, date(2026, 4, 1)) == ("la-sry",)


def test_a_body_may_come_again() -> None:
    """Each term has its own days; what ended the first does not end the second."""
    story = Story().entered().do("join_body").do("leave_body", last_day=date(2023, 3, 31))
    story.do("join_body", since=date(2024, 4, 1)).do("leave_body", last_day=date(2026, 3, 31))
    days = [date(2023, 3, 31), date(2023, 4, 1), date(2024, 4, 1), date(2026, 4, 1)]
    assert [BOARD in bodies_on(story.state, day) for day in days] == [True, False, True, False]


def test_two_boards_merge_and_one_takes_the_place_of_both() -> None:
    """As on 1 April 2026: each of the two is succeeded, and the successor is there once."""
    story = Story().entered().do("join_body").do("join_body", partner=_board("icb-frimley"))
    story.do("succeed_body").do("succeed_body", body="icb-frimley")
    assert bodies_on(story.state, date(2026, 3, 31)) == ("la-sry", "icb-frimley", BOARD)
    assert bodies_on(story.state, date(2026, 4, 1)) == ("la-sry", MERGED)
    ended = {term.partner.body: term.successor for term in terms(story.state) if term.last_day}
    assert ended == {BOARD: MERGED, "icb-frimley": MERGED}


def test_a_body_can_be_succeeded_by_one_that_is_there_already() -> None:
    """One of two boards takes the other in."""
    story = Story().entered().do("join_body").do("join_body", partner=_board("icb-frimley"))
    story.do("succeed_body", successor=_board("icb-frimley"))
    assert bodies_on(story.state, date(2026, 4, 1)) == ("la-sry", "icb-frimley")


def test_a_body_does_not_follow_itself() -> None:
    """It goes on."""
    with pytest.raises(ValidationError, match="does not follow itself"):
        Story().command("succeed_body", successor=USUAL["join_body"]["partner"])


@pytest.mark.parametrize(
    "name",
    ["surrey", "Surrey ", "Surrey\nDowns", "p.smith@surrey.example", "S" * 101, "", "Surrey: see my note"],
)
def test_a_public_name_is_a_name_and_no_note(name: str) -> None:
    """It stands in the ledger for ever."""
    with pytest.raises(ValidationError, match="name"):
        Story().command("rename_area", name=name)


@pytest.mark.parametrize(
    "name",
    [
        "Bournemouth, Christchurch and Poole",
        "St. Helens",
        "Stoke-on-Trent",
        "NHS Coventry and Warwickshire",
        "2gether NHS Foundation Trust",
        "South West London and St George's",
        "Cheshire (East)",
    ],
)
def test_public_names_as_public_registers_print_them(name: str) -> None:
    """With commas, points, hyphens and apostrophes."""
    assert name_on(Story().entered(name=name).state, AUTUMN) == name
