"""A stream along time as an SVG picture: a line for each milestone, deadline and pause, with its words.

Nobody needs the colours: every line says in words what it shows, and how a deadline stands has a shape of its
own. What a screen reader is told is in the description, and each line has a title.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from html import escape
from typing import Final

from audit.timeline import Milestone, Paused, Span, Timeline
from cli.output import deadline_in_words, in_words
from domain.deadline import Status
from domain.london import add_months

_AXIS: Final = 640
_LEFT, _RIGHT, _TOP, _LINE = 20, 40, 92, 24
"""How wide the axis is, the space beside the picture and above its lines, and how high a line is."""
_LETTER: Final = 7
"""Pixels that a letter needs, on the safe side."""
_LEAST: Final = 260
"""Of the words: with it, the legend fits above."""
_INK, _RULE = "#0b0c0c", "#b1b4b6"
_MOST_TICKS: Final = 12
_FILLS: Final = {
    Status.MET: "#12436d",
    Status.MISSED: "#801650",
    Status.OPEN: "#ffffff",
    Status.VOID: "#ffffff",
}
_STROKES: Final = {
    Status.MET: "#12436d",
    Status.MISSED: "#801650",
    Status.OPEN: "#12436d",
    Status.VOID: "#505a5f",
}
_DASHES: Final = {Status.VOID: ' stroke-dasharray="3 3"', Status.OPEN: ' stroke-dasharray="8 3"'}
"""Whole: met, or missed; long dashes: open; short ones: void."""


class _Scale:
    """Turns days into places on the axis."""

    def __init__(self, found: Timeline, left: int) -> None:
        self.first = found.first
        self.last = max(found.last, self.first + timedelta(days=1))
        self._left = left
        self._day = _AXIS / (self.last - self.first).days

    def __call__(self, day: date) -> float:
        return self._left + (day - self.first).days * self._day

    def ticks(self) -> Iterator[date]:
        """List first days of months, no more than fit beside each other."""
        months = 1 + (self.last.year - self.first.year) * 12 + self.last.month - self.first.month
        step = -(-months // _MOST_TICKS)
        day = add_months(self.first.replace(day=1), 1)
        while day <= self.last:
            yield day
            day = add_months(day, step)


def draw(found: Timeline) -> str:
    """Return the picture as SVG."""
    words = [
        *map(_milestone_in_words, found.milestones),
        *map(_span_in_words, found.deadlines),
        *map(_pause_in_words, found.pauses),
    ]
    left = _LEFT + max(_LEAST, *(_LETTER * len(one) for one in words))
    width, scale = left + _AXIS + _RIGHT, _Scale(found, left)
    shapes = [
        *(_milestone(one, scale) for one in found.milestones),
        *(_span(one, scale) for one in found.deadlines),
        *(_pause(one, scale) for one in found.pauses),
    ]
    height = _TOP + _LINE * len(words) + 24
    title = f"{found.name} from {found.first} to {found.last}"
    description = ". ".join([f"As of {found.until}", *words])
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}" role="img" aria-labelledby="title description" '
        'font-family="Helvetica, Arial, sans-serif" font-size="13">',
        f'<title id="title">{escape(title)}</title>',
        f'<desc id="description">{escape(description)}.</desc>',
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
        f'<text x="{_LEFT}" y="32" fill="{_INK}" font-size="18" font-weight="bold">{escape(title)}</text>',
        f'<text x="{_LEFT}" y="54" fill="{_INK}">{escape(_legend(found))}</text>',
        *_axis(scale, height),
    ]
    for number, (told, drawn) in enumerate(zip(words, shapes, strict=True)):
        parts += _line(_TOP + _LINE * number, told, drawn)
    return "\n".join([*parts, "</svg>"]) + "\n"


def _legend(found: Timeline) -> str:
    return (
        f"As of {found.until}. A diamond is a milestone; a bar runs to the due day: filled with a tick: met, "
        "with a cross: missed, long dashes: open, short dashes: void; a small line: an earlier due day."
    )


def _axis(scale: _Scale, height: int) -> Iterator[str]:
    for day in scale.ticks():
        x = scale(day)
        yield f'<path d="M{x:.6g} {_TOP - 8}V{height - 16}" stroke="{_RULE}" fill="none"/>'
        yield f'<text x="{x:.6g}" y="{_TOP - 14}" fill="{_INK}" text-anchor="middle">{day:%b %Y}</text>'


def _line(y: int, words: str, shapes: Iterator[str]) -> Iterator[str]:
    yield f'<g transform="translate(0 {y})"><title>{escape(words)}</title>'
    yield f'<text x="{_LEFT}" y="16" fill="{_INK}">{escape(words)}</text>'
    yield from shapes
    yield "</g>"


def _milestone(one: Milestone, scale: _Scale) -> Iterator[str]:
    x = scale(one.on)
    fill = "#ffffff" if one.against else _INK
    yield (f'<path d="M{x:.6g} 5l6 6l-6 6l-6 -6z" fill="{fill}" stroke="{_INK}" stroke-width="1.5"/>')


def _milestone_in_words(one: Milestone) -> str:
    against = f", against {', '.join(one.against)}" if one.against else ""
    return f"{one.on}  {in_words(one.name)}{against}"


def _span(one: Span, scale: _Scale) -> Iterator[str]:
    begins, ends = sorted((scale(one.origin_on), scale(one.due)))
    yield (
        f'<rect x="{begins:.6g}" y="6" width="{max(ends - begins, 2):.6g}" height="10" '
        f'fill="{_FILLS[one.status]}" stroke="{_STROKES[one.status]}" stroke-width="1.5"'
        f"{_DASHES.get(one.status, '')}/>"
    )
    for day in one.was_due:
        yield f'<path d="M{scale(day):.6g} 1V21" stroke="{_INK}" stroke-width="2" fill="none"/>'
    if one.met_on:
        # White below the ink, so that it can be seen on a bar and beside it.
        tick = f"M{scale(one.met_on) - 5:.6g} 11l4 5l7 -11"
        yield f'<path d="{tick}" stroke="#ffffff" stroke-width="5" fill="none"/>'
        yield f'<path d="{tick}" stroke="{_INK}" stroke-width="2" fill="none"/>'
    if one.status is Status.MISSED:
        cross = f"M{scale(one.due) - 5:.6g} 6l10 10m0 -10l-10 10"
        yield f'<path d="{cross}" stroke="#ffffff" stroke-width="5" fill="none"/>'
        yield f'<path d="{cross}" stroke="{_INK}" stroke-width="2" fill="none"/>'


def _span_in_words(one: Span) -> str:
    moved = f" (before: {', '.join(map(str, one.was_due))})" if one.was_due else ""
    met = f", met on {one.met_on}" if one.met_on else ""
    status = "" if one.status is Status.MET and one.met_on else f", {one.status}"
    return f"{one.due}  {deadline_in_words(one.kind, one.subject)} due{moved}{status}{met}"


def _pause(one: Paused, scale: _Scale) -> Iterator[str]:
    begins, ends = scale(one.first), scale(min(one.last or scale.last, scale.last))
    yield (
        f'<rect x="{begins:.6g}" y="3" width="{max(ends - begins, 2):.6g}" height="16" fill="none" '
        f'stroke="{_INK}" stroke-width="1.5" stroke-dasharray="1 3"/>'
    )


def _pause_in_words(one: Paused) -> str:
    return f"{one.first}  paused" + (f" until {one.last}" if one.last else ", not yet resumed")
