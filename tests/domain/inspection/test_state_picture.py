"""The picture of the stages in `docs/` says what the rules say."""

from functools import cache
from xml.etree import ElementTree

from domain.inspection.vocabulary import Stage
from scripts.draw_states import DOCS, files
from scripts.explore_states import Picture, explore

SVG = "{http://www.w3.org/2000/svg}"


@cache
def _generated() -> dict[str, str]:
    return {path.name: text for path, text in files().items()}


def test_the_picture_is_not_stale() -> None:
    """Otherwise: python -m scripts.draw_states"""
    assert {name: (DOCS / name).read_text(encoding="utf-8") for name in _generated()} == _generated()


def test_every_stage_leads_somewhere_and_is_led_to() -> None:
    """Nothing gets stuck: there is a way into every stage and out of it, from closed and withdrawn too."""
    picture: Picture = explore()
    edges = {*picture.by_events, *picture.by_striking}
    assert {before for before, _ in edges} == set(Stage)
    assert {after for _, after in edges} == set(Stage) - {Stage.UNKNOWN}


def test_the_picture_can_be_heard_and_runs_nothing() -> None:
    """It has a title and a description, no script, and nothing lies outside its frame."""
    root = ElementTree.fromstring(_generated()["states.svg"])
    assert root.findtext(f"{SVG}title") == "The stages of an inspection"
    assert "planned to notified by area notified" in (root.findtext(f"{SVG}desc") or "")
    assert root.find(f".//{SVG}script") is None
    _, _, width, height = map(int, root.attrib["viewBox"].split())
    for text in root.iter(f"{SVG}text"):
        assert float(text.attrib["x"]) + 7.5 * len(text.text or "") < width
        assert float(text.attrib["y"]) < height
