"""The statistics of a rehearsal: for people, for scripts, for a spreadsheet, and as a picture."""

import csv
import io
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from tests.cli.conftest import Inspections

Rehearsed = tuple[Inspections, dict[str, Any]]

SVG = {"svg": "http://www.w3.org/2000/svg"}


def test_scripts_get_the_outcomes_by_year_of_inspection(rehearsed: Rehearsed) -> None:
    """Suffolk's report of 2024 counts for 2023; Cornwall's second inspection is a re-inspection."""
    ended = rehearsed[0]("statistics", "--rehearsal", "--format", "json")
    data = ended.data
    counted = ["by_year", "shares", "reinspections", "publication_working_days"]
    assert list(data) == [*counted, "monitoring", "late", "as_at"]
    assert [data["monitoring"][how] for how in ("begun", "due", "overdue")] == [0, 0, 2]
    assert ("SFK", "2025-07-18") in [(one["area"], one["due"]) for one in data["monitoring"]["inspections"]]
    assert data["by_year"] == {"2023": {"1": 1, "2": 3, "3": 2}, "2026": {"1": 0, "2": 1, "3": 0}}
    assert data["shares"]["by_year"]["2023"] == {"1": 1 / 6, "2": 0.5, "3": 1 / 3}
    assert data["shares"]["all"] == {"1": 1 / 7, "2": 4 / 7, "3": 2 / 7}
    assert data["reinspections"] == ["CON-2026-F1"]
    assert data["publication_working_days"] == {"min": 36, "median": 45, "max": 68}
    assert (data["late"], data["as_at"]) == ([], "2026-05-27")


def test_a_day_in_the_past_knows_no_more_than_that_day(rehearsed: Rehearsed) -> None:
    """On 30 June 2023 two reports were published; Cornwall's plan was due on 27 June and came in August."""
    data = rehearsed[0]("statistics", "--rehearsal", "--as-at", "2023-06-30", "--format", "json").data
    assert data["by_year"] == {"2023": {"1": 0, "2": 1, "3": 1}}
    assert data["late"] == [
        {
            "inspection_id": "CON-2023-F1",
            "kind": "strategic_plan",
            "subject": None,
            "due": "2023-06-27",
            "working_days": 3,
        }
    ]
    before = rehearsed[0]("statistics", "--rehearsal", "--as-at", "2022-01-01", "--format", "json").data
    assert before["by_year"] == before["shares"]["by_year"] == before["shares"]["all"] == {}
    assert before["publication_working_days"] == {"min": None, "median": None, "max": None}


def test_people_get_a_table_that_fits_their_terminal(rehearsed: Rehearsed) -> None:
    """With what the outcomes are called, and who is late."""
    inspections = Inspections(rehearsed[0].folder, {"COLUMNS": "80"})
    told = inspections("statistics", "--rehearsal", "--as-at", "2023-07-14").out
    lines = [line.rstrip() for line in told.splitlines()]
    assert max(map(len, lines)) <= 80
    assert ["2023", "1", "33.3%", "1", "33.3%", "1", "33.3%", "3"] in [line.split() for line in lines]
    assert "outcome 3  Widespread and/or systemic failings" in told
    assert "CON-2023-F1 strategic plan" in told
    assert "median" in told


def test_a_spreadsheet_gets_a_row_for_each_outcome_of_a_year(rehearsed: Rehearsed) -> None:
    """The numbers of a column can be added up: there is no line of totals."""
    told = rehearsed[0]("statistics", "--rehearsal", "--format", "csv").out
    rows = list(csv.DictReader(io.StringIO(told)))
    assert [(row["year"], row["outcome"], row["inspections"], row["share"]) for row in rows] == [
        ("2023", "1", "1", "0.1667"),
        ("2023", "2", "3", "0.5000"),
        ("2023", "3", "2", "0.3333"),
        ("2026", "1", "0", "0.0000"),
        ("2026", "2", "1", "1.0000"),
        ("2026", "3", "0", "0.0000"),
    ]
    assert rows[0]["label"] == "Typically positive experiences and outcomes"


def test_the_chart_says_in_words_what_it_shows(rehearsed: Rehearsed, tmp_path: Path) -> None:
    """To a screen reader and to whoever sees no colours; nothing else is printed for it."""
    chart = tmp_path / "outcomes.svg"
    inspections, _ = rehearsed
    ended = inspections("statistics", "--rehearsal", "--format", "json", "--chart", str(chart))
    assert ended.data["reinspections"] == ["CON-2026-F1"]
    root = ElementTree.parse(chart).getroot()
    title, description = root.find("svg:title", SVG), root.find("svg:desc", SVG)
    assert title is not None
    assert description is not None
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == f"{title.get('id')} {description.get('id')}"
    assert "2023: outcome 1: 1, outcome 2: 3, outcome 3: 2; in all 6" in (description.text or "")
    texts = [text.text for text in root.findall("svg:text", SVG)]
    assert {"2023", "2026", "Outcome 1: 1, outcome 2: 3, outcome 3: 2; in all 6"} <= set(texts)
    assert texts.count("1") == 2  # the number stands on its part of the bar


def test_a_chart_that_cannot_be_written_is_named(rehearsed: Rehearsed, tmp_path: Path) -> None:
    """And no half answer is given."""
    nowhere = tmp_path / "no" / "chart.svg"
    ended = rehearsed[0]("statistics", "--rehearsal", "--chart", str(nowhere))
    assert (ended.code, ended.out) == (5, "")
    assert str(nowhere) in ended.err
