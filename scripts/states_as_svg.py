"""The stages of an inspection as an SVG picture: from above to below, with the ways back beside them."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Final
from xml.sax.saxutils import escape

from domain.inspection.progress import PATH
from domain.inspection.vocabulary import Stage
from scripts.explore_states import Picture

LEFT, BOX, LINE, PAD, GAP = 270, 250, 17, 12, 34
"""Where the column of stages begins, how wide it is, the height of a line, and the space within, between."""

LANE: Final = 215
"""How wide a lane for a way back is, with what is written beside it."""

TRUNK: Final = 95
"""Where the ways to what is withdrawn come together."""

WIDTH: Final = LEFT + BOX + 30 + 2 * LANE


def words(name: str) -> str:
    """Return a technical name in words."""
    return name.replace("_", " ")


def svg(picture: Picture) -> str:
    """Return the picture: the stages from above to below, the ways back beside them."""
    column = [one for one in Stage if one not in {Stage.UNKNOWN, Stage.WITHDRAWN}]
    boxes: dict[Stage, tuple[int, int]] = {}
    parts: list[str] = []
    y = 60
    for number, one in enumerate(column):
        before = column[number - 1] if number else Stage.UNKNOWN
        events = picture.by_events.get((before, one), ())
        below = y + max(GAP, LINE * len(events) + 14)
        parts += _forward(y, below, events)
        height = PAD * 2 + LINE * (1 + len(PATH[one]))
        boxes[one] = below, below + height
        parts += _box(LEFT, below, BOX, height, one, PATH[one])
        y = below + height
    parts += _ways_back(picture, boxes)
    parts += _withdrawal(picture, boxes)
    return _page("\n".join(parts), y + 30, _description(picture))


def _page(content: str, height: int, description: str) -> str:
    return f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" \
height="{height}" role="img" aria-labelledby="title desc" font-family="Helvetica, Arial, sans-serif" \
font-size="13">
<title id="title">The stages of an inspection</title>
<desc id="desc">{escape(description)}</desc>
<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto">\
<path d="M0 0L8 4L0 8z" fill="#1d3557"/></marker></defs>
<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>
<text x="30" y="36" font-size="20" font-weight="bold" fill="#1d3557">The stages of an inspection</text>
{content}
</svg>
"""


def _description(picture: Picture) -> str:
    ways = [
        f"{words(before)} to {words(after)} by {' or '.join(words(event) for event in events)}"
        for (before, after), events in picture.by_events.items()
        if before is not Stage.UNKNOWN
    ]
    return f"Each stage lists what it waits for. An inspection goes from {'; from '.join(ways)}."


def _text(x: int, y: int, text: str, style: str = "", fill: str = "#333333") -> str:
    return f'<text x="{x}" y="{y}" fill="{fill}"{style}>{escape(text)}</text>'


def _box(x: int, y: int, width: int, height: int, one: Stage, waits_for: tuple[str, ...]) -> Iterator[str]:
    yield (
        f'<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="8" fill="#eef4fa" stroke="#1d3557" '
        f'stroke-width="1.5"/>'
    )
    yield _text(
        x + PAD, y + PAD + 11, words(one).capitalize(), ' font-weight="bold" font-size="15"', "#1d3557"
    )
    for number, name in enumerate(waits_for, start=1):
        yield _text(x + PAD, y + PAD + 11 + LINE * number, f"waits for: {words(name)}")


def _line(path: str, style: str = "") -> str:
    return f'<path d="{path}" fill="none" stroke="#1d3557" stroke-width="1.5"{style}/>'


def _arrow(path: str, style: str = "") -> str:
    return _line(path, style + ' marker-end="url(#tip)"')


def _forward(above: int, below: int, events: tuple[str, ...]) -> Iterator[str]:
    x = LEFT + 60
    yield _arrow(f"M{x} {above}V{below}")
    first = (above + below - LINE * len(events)) // 2 + 13
    for number, event in enumerate(events):
        yield _text(x + 12, first + LINE * number, words(event), ' font-style="italic"')


def _ways_back(picture: Picture, boxes: dict[Stage, tuple[int, int]]) -> Iterator[str]:
    """Draw each way back in a lane on the right, with what leads along it. Ways apart share a lane."""
    edge, order = LEFT + BOX, list(boxes)
    taken: dict[Stage, int] = defaultdict(int)
    lowest: list[int] = []
    for (before, after), events in picture.by_events.items():
        if before not in boxes or after not in boxes or order.index(after) >= order.index(before):
            continue
        leaves = boxes[before][0] + 20 + 16 * taken[before]
        arrives = boxes[after][1] - 20 - 16 * taken[after]
        taken[before] += 1
        taken[after] += 1
        number = next((n for n, low in enumerate(lowest) if low < arrives), len(lowest))
        lowest[number : number + 1] = [leaves]
        lane = edge + 30 + LANE * number
        yield _arrow(f"M{edge} {leaves}H{lane}V{arrives}H{edge}")
        first = max(arrives, leaves - LINE * len(events) - 4) + 14
        for line, event in enumerate(events):
            yield _text(lane + 8, first + LINE * line, words(event), ' font-style="italic"')


def _withdrawal(picture: Picture, boxes: dict[Stage, tuple[int, int]]) -> Iterator[str]:
    """Draw the box of what is withdrawn on the left, and the stages that lead to it."""
    leaving = [before for before, after in picture.by_events if after is Stage.WITHDRAWN]
    middles = [(boxes[one][0] + boxes[one][1]) // 2 for one in leaving]
    middle, height = (min(middles) + max(middles)) // 2, PAD * 2 + LINE
    yield from _box(30, middle - height // 2, 130, height, Stage.WITHDRAWN, ())
    dashed = ' stroke-dasharray="5 4"'
    for y in middles:
        yield _line(f"M{LEFT} {y}H{TRUNK}", dashed)
    # One line for all: dashes drawn over each other would fill their gaps.
    yield _arrow(f"M{TRUNK} {min(middles)}V{middle - height // 2}", dashed)
    yield _arrow(f"M{TRUNK} {max(middles)}V{middle + height // 2}", dashed)
    yield _text(105, min(middles) - 8, "inspection withdrawn", ' font-style="italic"')
