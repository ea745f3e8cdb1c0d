"""A file of cases: what its rows mean, and how a row that cannot be read is named."""

from pathlib import Path

import pytest

from domain.errors import MalformedError
from tests.cli.conftest import HEADER, write_cases
from workers.rehearsal.cases import read_cases

SUFFOLK = "SFK,Suffolk,935,2023-11-13,2023-11-17,2024-01-30,3"


def test_the_examples_can_be_read() -> None:
    """At least twelve real inspections, the Cornwall re-inspection among them."""
    cases = read_cases(Path("examples/published-inspections.csv"))
    assert len(cases) >= 12
    assert [case.published.year for case in cases if case.area == "CON"] == [2023, 2026]


def test_optional_columns_may_be_missing_or_empty(tmp_path: Path) -> None:
    """Only seven columns are needed."""
    header = ",".join(HEADER.split(",")[:7])
    (case,) = read_cases(write_cases(tmp_path / "c.csv", [SUFFOLK], header))
    assert case.final_report_received is None
    (case,) = read_cases(write_cases(tmp_path / "c.csv", [SUFFOLK + ",,,,2023-05-04;2024-05-02"]))
    assert [day.year for day in case.polls] == [2023, 2024]


@pytest.mark.parametrize(
    ("row", "names"),
    [
        (SUFFOLK[:-1] + "4,,,,", ("line 2", "column outcome", "1, 2 or 3")),
        (SUFFOLK.replace("2023-11-13", "13/11/2023") + ",,,,", ("line 2", "column fieldwork_start")),
        (SUFFOLK.replace("2023-11-13", "2023-02-30") + ",,,,", ("line 2", "column fieldwork_start")),
        (SUFFOLK.replace("2023-11-13", "20231113") + ",,,,", ("line 2", "column fieldwork_start")),
        (SUFFOLK.replace("SFK", "Sfk") + ",,,,", ("line 2", "column area", "SFK")),
        (SUFFOLK.replace("Suffolk", "[bold]Suffolk") + ",,,,", ("column name", "letters, digits, spaces")),
        (SUFFOLK.replace("2024-01-30", "9999-12-31") + ",,,,", ("column published", "a date")),
        (SUFFOLK.replace("2023-11-17", "2023-11-10") + ",,,,", ("column fieldwork_end", "not before")),
        (SUFFOLK.replace("2024-01-30", "2023-11-16") + ",,,,", ("column published", "after")),
        (SUFFOLK + ",,2024-02-01,,", ("column strategic_plan_published", "outcome 3")),
        (SUFFOLK[:-1] + "2,,,2024-02-01,", ("column plan_submitted", "outcome is 3")),
        (SUFFOLK + ",soon,,,", ("column final_report_received", "2023-11-13")),
        (SUFFOLK, ("line 2", "fewer fields")),
        (SUFFOLK + ",,,,,,", ("line 2", "more fields")),
    ],
)
def test_a_malformed_row_is_named(tmp_path: Path, row: str, names: tuple[str, ...]) -> None:
    """File, line and column, and what would be accepted."""
    file = write_cases(tmp_path / "cases.csv", [row])
    with pytest.raises(MalformedError) as refused:
        read_cases(file)
    assert all(name in str(refused.value) for name in (str(file), *names)), refused.value


def test_an_inspection_that_is_there_twice_is_named_by_its_second_line(tmp_path: Path) -> None:
    """An area is not on site twice from one day on; another area may be, and the same area another day."""
    other, again = SUFFOLK.replace("SFK", "SRY"), SUFFOLK.replace("2023-11-13", "2023-11-14")
    rows = [row + ",,,," for row in (SUFFOLK, other, again)]
    assert len(read_cases(write_cases(tmp_path / "good.csv", rows))) == 3
    twice = write_cases(tmp_path / "twice.csv", [*rows, SUFFOLK.replace("2024-01-30", "2024-01-31") + ",,,,"])
    with pytest.raises(
        MalformedError, match=r"line 5: column fieldwork_start is '2023-11-13'.* line 2 has it"
    ):
        read_cases(twice)


@pytest.mark.parametrize(
    ("header", "names"),
    [
        (HEADER.replace("outcome", "grade"), ("line 1", "outcome", "missing")),
        (HEADER + ",area", ("line 1", "area", "twice")),
        (HEADER + ",weather", ("line 1", "weather", "not known")),
    ],
)
def test_a_malformed_header_is_named(tmp_path: Path, header: str, names: tuple[str, ...]) -> None:
    """A column that is missing, unknown or there twice."""
    file = write_cases(tmp_path / "cases.csv", [], header)
    with pytest.raises(MalformedError) as refused:
        read_cases(file)
    assert all(name in str(refused.value) for name in names), refused.value


def test_what_is_no_table_is_named(tmp_path: Path) -> None:
    """No file, no text, no row, no such area."""
    with pytest.raises(MalformedError, match="no such file"):
        read_cases(tmp_path / "nowhere.csv")
    (tmp_path / "b.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(MalformedError, match="UTF-8"):
        read_cases(tmp_path / "b.csv")
    with pytest.raises(MalformedError, match="no case"):
        read_cases(write_cases(tmp_path / "c.csv", []))
    with pytest.raises(MalformedError, match="SFK"):
        read_cases(write_cases(tmp_path / "d.csv", [SUFFOLK + ",,,,"]), ["XXX"])
