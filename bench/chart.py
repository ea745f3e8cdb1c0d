"""The picture of growth: what the same question costs as the ledger grows, relative to the smallest one."""

import math
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any, Final

_WIDTH: Final = 760
_HEIGHT: Final = 380
_LEFT, _RIGHT, _TOP, _BOTTOM = 60, 250, 50, 60
_SERIES: Final = (
    ("load_p50_ms", "time to load one inspection", "#1d70b8", ""),
    ("list_p50_ms", "time to list one stage", "#d4351c", "6 4"),
    ("append_per_second", "appends a second, 32 writers", "#00703c", "2 3"),
)
"""Measure, words, colour, and dashes, so that nobody needs the colours."""
_LEAST, _MOST = 0.25, 16


def draw(rounds: Mapping[str, Any]) -> str:
    """Return the picture as SVG, from the rounds of the growth suite."""
    sizes = sorted(int(name) for name in rounds if name.isdigit())
    lines = {
        measure: [rounds[str(size)][measure] / rounds[str(sizes[0])][measure] for size in sizes]
        for measure, *_ in _SERIES
    }
    said = "; ".join(
        f"{words}: {', '.join(f'{value:.2f}' for value in lines[measure])}" for measure, words, *_ in _SERIES
    )
    description = f"At {', '.join(f'{size:,}' for size in sizes)} inspections, relative to the first. {said}."
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" '
        'aria-labelledby="title description" font-family="system-ui, sans-serif" font-size="13">',
        '<title id="title">What a growing ledger costs</title>',
        f'<desc id="description">{escape(description)}</desc>',
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="white"/>',
        f'<text x="{_LEFT}" y="26" font-size="15" font-weight="bold" fill="#0b0c0c">'
        f"Relative to the ledger of {sizes[0]:,} inspections</text>",
        *_axes(sizes),
        *_drawn(lines, len(sizes)),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _axes(sizes: Sequence[int]) -> list[str]:
    parts = []
    value = _LEAST
    while value <= _MOST:
        y = _y(value)
        parts.append(f'<line x1="{_LEFT}" y1="{y}" x2="{_WIDTH - _RIGHT}" y2="{y}" stroke="#b1b4b6"/>')
        parts.append(f'<text x="{_LEFT - 8}" y="{y + 4}" text-anchor="end" fill="#0b0c0c">{value:g} x</text>')
        value *= 2
    for number, size in enumerate(sizes):
        x = _x(number, len(sizes))
        parts.append(
            f'<text x="{x}" y="{_HEIGHT - _BOTTOM + 22}" text-anchor="middle" fill="#0b0c0c">{size:,}</text>'
        )
    middle = (_LEFT + _WIDTH - _RIGHT) / 2
    parts.append(
        f'<text x="{middle}" y="{_HEIGHT - 14}" text-anchor="middle" fill="#0b0c0c">'
        "inspections in the ledger</text>"
    )
    return parts


def _drawn(lines: Mapping[str, Sequence[float]], count: int) -> list[str]:
    parts = []
    taken: list[float] = []
    for measure, words, colour, dashes in _SERIES:
        points = [(_x(number, count), _y(value)) for number, value in enumerate(lines[measure])]
        path = " ".join(f"{x},{y}" for x, y in points)
        parts.append(
            f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2.5" '
            f'stroke-dasharray="{dashes or "none"}"/>'
        )
        parts += [f'<circle cx="{x}" cy="{y}" r="4" fill="{colour}"/>' for x, y in points]
        label = points[-1][1]
        while any(abs(label - other) < 18 for other in taken):
            label += 6
        taken.append(label)
        value = lines[measure][-1]
        parts.append(
            f'<text x="{points[-1][0] + 12}" y="{label + 4}" fill="{colour}">{words}: {value:.2f} x</text>'
        )
    return parts


def _x(number: int, count: int) -> float:
    return round(_LEFT + 30 + number * (_WIDTH - _RIGHT - _LEFT - 60) / max(1, count - 1), 1)


def _y(value: float) -> float:
    share = math.log(min(_MOST, max(_LEAST, value)) / _LEAST) / math.log(_MOST / _LEAST)
    return round(_HEIGHT - _BOTTOM - share * (_HEIGHT - _BOTTOM - _TOP), 1)
