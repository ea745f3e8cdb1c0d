"""The outcomes by year as an SVG picture: a stacked bar for each year, and its numbers in words below it.

Nobody needs the colours: the parts of a bar stand in the order of the outcomes and carry their number, and
the line below names each. What a screen reader is told is in the description.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from html import escape
from typing import Final

from domain.values import Outcome

_WIDTH: Final = 760
_LEFT, _RIGHT, _TOP = 80, 30, 50
_LINE: Final = 20
_BAR: Final = 28
_YEAR: Final = 74
"""The height of a year: its bar, the line below it, and the space to the next."""
_INK: Final = "#0b0c0c"
_FILLS: Final = {
    Outcome.TYPICALLY_POSITIVE: ("#12436d", "#ffffff"),
    Outcome.INCONSISTENT: ("#b1d4e5", _INK),
    Outcome.WIDESPREAD_FAILINGS: ("#801650", "#ffffff"),
}
"""What a part is filled with, and the ink of the number on it. A white line divides each from the next."""
_NARROWEST: Final = 24
"""Pixels that a part needs for its number to fit into it."""


def draw(by_year: Mapping[int, Mapping[Outcome, int]], labels: Mapping[Outcome, str], as_at: date) -> str:
    """Return the picture as SVG, of what was published by a day."""
    title = f"Inspections by year of inspection and outcome, published by {as_at}"
    legend = [f"Outcome {one.value}: {label}" for one, label in labels.items()]
    years = [f"{year}: {_in_words(counts)}" for year, counts in by_year.items()]
    first = _TOP + _LINE * len(legend)
    height = first + _YEAR * len(by_year) + 30
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" '
        f'height="{height}" role="img" aria-labelledby="title description" '
        'font-family="Helvetica, Arial, sans-serif" font-size="14">',
        f'<title id="title">{escape(title)}</title>',
        f'<desc id="description">{escape(". ".join([*legend, *years]) or "There are none")}.</desc>',
        f'<rect width="{_WIDTH}" height="{height}" fill="#ffffff"/>',
        _text(30, 32, title, weight="bold"),
        *_legend(labels),
        *_bars(by_year, first + 20),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _in_words(counts: Mapping[Outcome, int]) -> str:
    each = ", ".join(f"outcome {one.value}: {number}" for one, number in counts.items())
    return f"{each}; in all {sum(counts.values())}"


def _legend(labels: Mapping[Outcome, str]) -> Iterator[str]:
    for number, (outcome, label) in enumerate(labels.items()):
        y = _TOP + _LINE * number
        yield _part(30, y, 14, 14, outcome)
        yield _text(52, y + 12, f"Outcome {outcome.value}: {label}")


def _bars(by_year: Mapping[int, Mapping[Outcome, int]], y: int) -> Iterator[str]:
    """Draw the years below each other, all to the same scale."""
    if not by_year:
        yield _text(30, y, "There are none.")
    longest = max((sum(counts.values()) for counts in by_year.values()), default=1)
    for year, counts in by_year.items():
        yield _text(30, y + _BAR - 9, str(year), weight="bold")
        x = float(_LEFT)
        for outcome, number in counts.items():
            width = number * (_WIDTH - _LEFT - _RIGHT) / longest
            if number:
                yield _part(x, y, width, _BAR, outcome)
            if number and width >= _NARROWEST:
                yield _text(x + width / 2, y + _BAR - 9, str(number), _FILLS[outcome][1], anchor="middle")
            x += width
        yield _text(_LEFT, y + _BAR + 18, _in_words(counts).capitalize())
        y += _YEAR


def _part(x: float, y: int, width: float, height: int, outcome: Outcome) -> str:
    return (
        f'<rect x="{x:.6g}" y="{y}" width="{width:.6g}" height="{height}" fill="{_FILLS[outcome][0]}" '
        'stroke="#ffffff" stroke-width="2"/>'
    )


def _text(
    x: float, y: int, text: str, fill: str = _INK, *, anchor: str = "start", weight: str = "normal"
) -> str:
    return (
        f'<text x="{x:.6g}" y="{y}" fill="{fill}" text-anchor="{anchor}" font-weight="{weight}">'
        f"{escape(text)}</text>"
    )
