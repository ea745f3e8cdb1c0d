"""The register as a whole: what a file or a call has still to tell it, and under which ids."""

from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from domain.streams import StreamKind
from eventstore.codecs import CODECS
from eventstore.envelope import Provenance
from eventstore.ledger import Append
from eventstore.memory import MemoryLedger
from tests.domain.area.story import Story
from workers.areas import read_areas
from workers.register import (
    Register,
    differences,
    read_register,
    to_enter,
    to_poll,
    to_replace,
    to_take_over,
)
from workers.telling import Telling, requests

TODAY = date(2026, 3, 2)
ELECTION = date(2029, 5, 3)
GENERAL = {"polls_on": ELECTION, "kind": "general"}
PROVENANCE = Provenance(command_id=UUID(int=1), correlation_id=UUID(int=2), causation_id=UUID(int=3))
FILE = """area,name,gss,region,start_date,replaces
SRY,Surrey,E10000030,South East,,
KEN,Kent,E10000016,South East,,
CBD,Cumberland,E06000063,North West,2030-04-01,ALL CMA
"""


async def _register(*stories: Story) -> Register:
    ledger = MemoryLedger()
    for story in stories:
        bodies = tuple(CODECS[StreamKind.AREA].encode(event, PROVENANCE) for event in story.events)
        await ledger.append([Append(story.area, uuid4(), bytes(32), 0, "{}", "{}", bodies)])
    return await read_register(ledger)


def _rows(folder: Path) -> Any:
    file = folder / "areas.csv"
    file.write_text(FILE)
    return read_areas(file)


def _told(tellings: tuple[Telling, ...]) -> dict[str, list[str]]:
    return {one.stream: [command["type"] for command in one.commands] for one in tellings}


async def test_who_is_not_in_the_register_is_entered_and_votes_with_the_others(tmp_path: Path) -> None:
    """Who is there is left alone; an area that begins after an election does not vote in it."""
    register = await _register(Story().entered().do("set_polls", **GENERAL))
    found = to_enter(register, _rows(tmp_path))
    assert _told(found) == {"KEN": ["enter_area", "set_polls"], "CBD": ["enter_area"]}
    assert found[0].commands[1]["polls_on"] == "2029-05-03"


async def test_a_load_that_was_broken_off_is_finished_by_the_next(tmp_path: Path) -> None:
    """Entered, and then nothing more: the election is still to be set."""
    kent = Story("KEN").entered(name="Kent")
    register = await _register(Story().entered().do("set_polls", **GENERAL), kent)
    assert _told(to_enter(register, _rows(tmp_path)))["KEN"] == ["set_polls"]


async def test_an_election_that_was_called_off_somewhere_is_not_set_there_again(tmp_path: Path) -> None:
    """Elsewhere it stands still, because nobody has come that far."""
    off = Story("KEN").entered(name="Kent").do("set_polls", **GENERAL).do("call_off_polls", **GENERAL)
    register = await _register(Story().entered().do("set_polls", **GENERAL), off)
    assert "KEN" not in _told(to_enter(register, _rows(tmp_path)))


async def test_an_area_that_was_struck_is_entered_again(tmp_path: Path) -> None:
    """Under another id than before, or the ledger would take it for the same."""
    register = await _register(Story().entered().strike("area_entered"))
    (surrey, *_) = to_enter(register, _rows(tmp_path))
    assert (surrey.stream, surrey.version, surrey.commands[0]["type"]) == ("SRY", 2, "enter_area")


async def test_an_election_is_set_where_it_is_not_set_yet() -> None:
    """And not for an area that others have replaced by then."""
    gone = Story("OLA").entered().do("replace_area", successors=["NEA"], since=date(2028, 4, 1))
    has = Story("KEN").entered().do("set_polls", **GENERAL)
    register = await _register(Story().entered(), has, gone)
    assert [one.stream for one in to_poll(register, ELECTION)] == ["SRY"]


async def test_where_a_file_contradicts_the_register_is_said(tmp_path: Path) -> None:
    """Of a name the one that holds today counts."""
    story = (
        Story().entered(region="south_west").do("rename_area", name="Surrey Downs", since=date(2025, 4, 1))
    )
    known = (await _register(story))["SRY"]
    row = _rows(tmp_path)[0]
    assert [one[1:] for one in differences(known, row, TODAY)] == [
        ("name", "Surrey Downs", "Surrey"),
        ("region", "south_west", "south_east"),
    ]
    before = [one.what for one in differences(known, row, date(2024, 1, 1))]
    assert before == ["region"]


async def test_both_sides_of_a_replacement_are_told_what_they_do_not_know() -> None:
    """A successor that was entered with one predecessor is told of the other; called again, nobody is."""
    since = date(2027, 4, 1)
    new = Story("NEA").entered(predecessors=["OLA"], since=since)
    old, other = Story("OLA").entered(), Story("OLB").entered()
    register = await _register(new, old, other)
    assert [one.stream for one in to_replace(register, ["OLA", "OLB"], ["NEA"], since)] == ["OLA", "OLB"]
    (taking,) = to_take_over(register, ["OLA", "OLB"], ["NEA"], since)
    assert taking.commands[0]["predecessors"] == ["OLB"]

    for story in (old, other):
        story.do("replace_area", successors=["NEA"], since=since)
    new.do("take_over_areas", predecessors=["OLB"], since=since)
    register = await _register(new, old, other)
    assert to_replace(register, ["OLA", "OLB"], ["NEA"], since) == ()
    assert to_take_over(register, ["OLA", "OLB"], ["NEA"], since) == ()


async def test_the_same_told_again_is_the_same_command(tmp_path: Path) -> None:
    """A call that is repeated while the first is under way tells nothing twice; another person is another."""
    telling = to_enter({}, _rows(tmp_path))[0]

    def ids(person: str) -> list[str]:
        return [one.command_id for one in requests(telling, {"decided_by": {"person": person}})]

    assert ids("p-ada") == ids("p-ada")
    assert ids("p-ada") != ids("p-bob")
