"""The picture of a stream along time can be read by everybody and runs nothing."""

import re
from datetime import date
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from audit.timeline import Milestone, Paused, Span, Timeline
from cli.audit.timeline_chart import draw
from domain.deadline import Status
from tests.cli.conftest import Inspections

SVG = "{http://www.w3.org/2000/svg}"


def _span(status: Status, met_on: date | None = None, *was_due: date) -> Span:
    due = date(2024, 3, 7)
    return Span("strategic_plan", status.value, date(2024, 1, 18), due, met_on, status, was_due)


FOUND = Timeline(
    "SFK-2023-F1",
    date(2024, 3, 8),
    (
        Milestone(1, date(2023, 10, 16), "inspection_planned", ()),
        Milestone(2, date(2023, 10, 30), "area_notified", ("<script>", "b&c")),
    ),
    (
        _span(Status.MET, date(2024, 3, 1)),
        _span(Status.MISSED, date(2024, 3, 8), date(2024, 3, 1)),
        _span(Status.OPEN),
        _span(Status.VOID),
    ),
    (Paused(date(2023, 11, 13), date(2023, 11, 14)), Paused(date(2023, 11, 20), None)),
)


def test_every_line_says_in_words_what_it_shows() -> None:
    """Its title is its text; the description has all of them; nothing is said by a colour alone."""
    root = ElementTree.fromstring(draw(FOUND))
    lines = root.findall(f"{SVG}g")
    words = [line.findtext(f"{SVG}title") or "" for line in lines]
    assert [line.findtext(f"{SVG}text") for line in lines] == words
    assert root.get("role") == "img"
    assert (root.get("aria-labelledby") or "").split() == [
        root.findall(f"{SVG}{name}")[0].get("id") for name in ("title", "desc")
    ]
    description = root.findtext(f"{SVG}desc") or ""
    assert all(one in description for one in words)
    assert words[2:6] == [
        "2024-03-07  strategic plan (met) due, met on 2024-03-01",
        "2024-03-07  strategic plan (missed) due (before: 2024-03-01), missed, met on 2024-03-08",
        "2024-03-07  strategic plan (open) due, open",
        "2024-03-07  strategic plan (void) due, void",
    ]
    shapes = [re.sub(r'(fill|stroke)="#[0-9a-f]+"', "", str(_drawn(line))) for line in lines[2:6]]
    assert len(set(shapes)) == 4, "without its colours each status still looks different"


def _drawn(line: ElementTree.Element) -> list[str]:
    return [ElementTree.tostring(one).decode() for one in line if one.tag in {f"{SVG}rect", f"{SVG}path"}]


def test_what_comes_from_the_ledger_is_escaped() -> None:
    """Names cannot bring markup; there is no script and nothing is fetched."""
    picture = draw(FOUND)
    assert "&lt;script&gt;" in picture
    assert not re.search(r"<script|href=|onload|style=", picture)


def test_an_inspection_is_drawn_into_a_file(
    rehearsed: tuple[Inspections, dict[str, Any]], tmp_path: Path
) -> None:
    """With its deadlines."""
    inspections, _ = rehearsed
    file = tmp_path / "suffolk.svg"
    drawn = inspections("audit", "timeline", "SFK-2023-F1", "--svg", str(file), "--rehearsal")
    assert drawn.code == 0, drawn.err
    root = ElementTree.fromstring(file.read_text())
    assert "2024-03-07  priority action plan submission due, open" in (root.findtext(f"{SVG}desc") or "")
