"""A file of areas: what its rows mean, and how a row that cannot be read is named."""

from datetime import date
from pathlib import Path

import pytest

from domain.area.vocabulary import Region
from domain.errors import MalformedError
from workers.areas import REGIONS, read_areas

HEADER = "area,name,gss,region,start_date,replaces"
SUFFOLK = "SFK,Suffolk,E10000029,East of England,,"
CUMBERLAND = "CBD,Cumberland,E06000063,North West,2023-04-01,ALL CAR CMA COP"


def _write(path: Path, *rows: str, header: str = HEADER) -> Path:
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


def test_a_row_says_what_is_entered_in_the_register(tmp_path: Path) -> None:
    """The authority is known by the area's code; GSS's code comes along."""
    (suffolk,) = read_areas(_write(tmp_path / "a.csv", SUFFOLK))
    assert (suffolk.area, suffolk.name, suffolk.region) == ("SFK", "Suffolk", Region.EAST_OF_ENGLAND)
    assert (suffolk.authority, suffolk.since, suffolk.predecessors) == ("la-sfk", None, ())
    assert [(code.kind, code.value) for code in suffolk.codes] == [("gss", "E10000029")]


def test_a_successor_names_whose_place_it_took_and_when(tmp_path: Path) -> None:
    """Districts too, of which the register knows nothing else."""
    _, cumberland = read_areas(_write(tmp_path / "a.csv", SUFFOLK, CUMBERLAND))
    assert cumberland.since == date(2023, 4, 1)
    assert cumberland.predecessors == ("ALL", "CAR", "CMA", "COP")


def test_a_name_may_have_commas(tmp_path: Path) -> None:
    """Then it stands in quotes, as in any such file."""
    row = 'BPC,"Bournemouth, Christchurch and Poole",E06000058,South West,2019-04-01,BMH CHC POL'
    assert read_areas(_write(tmp_path / "a.csv", row))[0].name == "Bournemouth, Christchurch and Poole"


def test_the_file_knows_all_regions() -> None:
    """As the official statistics spell them."""
    assert set(REGIONS.values()) == set(Region)


@pytest.mark.parametrize(
    ("row", "names"),
    [
        (SUFFOLK.replace("SFK", "Sfk"), ("column area is 'Sfk'", "three capital letters")),
        (SUFFOLK.replace("Suffolk", "suffolk; call me"), ("column name", "up to 100 characters")),
        (SUFFOLK.replace("E10000029", "W06000015"), ("column gss", "E and eight digits")),
        (SUFFOLK.replace("East of England", "Anglia"), ("column region is 'Anglia'", "East of England")),
        (SUFFOLK.replace("East of England", "east_of_england"), ("column region", "one of")),
        (CUMBERLAND.replace("2023-04-01", "1/4/2023"), ("column start_date is '1/4/2023'", "2023-04-01")),
        (CUMBERLAND.replace("2023-04-01", "0001-01-01"), ("column start_date is '0001-01-01'",)),
        (CUMBERLAND.replace("2023-04-01", "9999-12-31"), ("column start_date is '9999-12-31'",)),
        (CUMBERLAND.replace("2023-04-01", ""), ("column start_date is ''", "first day")),
        (CUMBERLAND.replace("ALL CAR", "ALL;CAR"), ("column replaces", "separated by spaces")),
        (CUMBERLAND.replace("ALL", "CBD"), ("column replaces", "other than CBD")),
        (CUMBERLAND.replace("ALL", "CAR"), ("column replaces", "each code once")),
        (SUFFOLK.replace("SFK", "CBD"), ("column area is 'CBD'", "line 2 has it")),
        (SUFFOLK.replace("E10000029", "E06000063"), ("column gss", "line 2 has it")),
        (SUFFOLK[:-1], ("fewer fields",)),
        (SUFFOLK + ",", ("more fields",)),
    ],
)
def test_a_bad_row_is_named_and_nothing_is_loaded(tmp_path: Path, row: str, names: tuple[str, ...]) -> None:
    """File, line and column, and what would be accepted; the good row above it does not count either."""
    good = CUMBERLAND if "CBD" in row or "E06000063" in row else SUFFOLK.replace("SFK", "AAA")
    if row.startswith("CBD,Cumberland"):
        good = SUFFOLK
    file = _write(tmp_path / "areas.csv", good, row)
    with pytest.raises(MalformedError) as refused:
        read_areas(file)
    assert all(name in str(refused.value) for name in (str(file), "line 3", *names)), refused.value


def test_a_malformed_header_or_an_empty_file_is_named(tmp_path: Path) -> None:
    """All six columns are needed, and at least one row."""
    with pytest.raises(MalformedError, match="line 1: column gss is missing"):
        read_areas(_write(tmp_path / "a.csv", SUFFOLK, header=HEADER.replace("gss", "ons")))
    with pytest.raises(MalformedError, match="there is no area"):
        read_areas(_write(tmp_path / "b.csv"))
    with pytest.raises(MalformedError, match="CSV file of areas"):
        read_areas(tmp_path / "nowhere.csv")
