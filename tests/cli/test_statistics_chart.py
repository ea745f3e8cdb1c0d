"""The picture of the outcomes by year, whatever the numbers are."""

from datetime import date
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from cli.statistics_chart import draw
from domain.values import Outcome

SVG = "{http://www.w3.org/2000/svg}"
LABELS = {
    Outcome.TYPICALLY_POSITIVE: "Good & well",
    Outcome.INCONSISTENT: "<b>",
    Outcome.WIDESPREAD_FAILINGS: '"',
}

counts = st.lists(st.integers(0, 200), min_size=3, max_size=3).filter(any)


@given(st.dictionaries(st.integers(2023, 2040), counts, max_size=8))
def test_it_is_well_formed_and_nothing_leaves_it(numbers: dict[int, list[int]]) -> None:
    """Labels are text, whatever they say; an outcome without inspections has no part of the bar."""
    by_year = {year: dict(zip(Outcome, each, strict=True)) for year, each in sorted(numbers.items())}
    root = ElementTree.fromstring(draw(by_year, LABELS, date(2026, 1, 1)))
    assert [one.text for one in root.iter(f"{SVG}text")][1:4] == [
        f"Outcome {outcome.value}: {label}" for outcome, label in LABELS.items()
    ]
    width, height = int(root.attrib["width"]), int(root.attrib["height"])
    _, *parts = root.iter(f"{SVG}rect")
    assert len(parts) == len(LABELS) + sum(1 for each in numbers.values() for one in each if one)
    for part in parts:
        assert float(part.attrib["x"]) + float(part.attrib["width"]) <= width
        assert float(part.attrib["y"]) + float(part.attrib["height"]) <= height
    for text in root.iter(f"{SVG}text"):
        assert float(text.attrib["y"]) <= height


def test_with_nothing_published_it_says_so() -> None:
    """In the picture and in its description."""
    root = ElementTree.fromstring(draw({}, {}, date(2022, 1, 1)))
    assert "There are none." in [one.text for one in root.iter(f"{SVG}text")]
    assert root.findtext(f"{SVG}desc") == "There are none."
