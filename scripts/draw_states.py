"""Draw the stages of an inspection and what leads from one to another, out of the rules themselves.

    python -m scripts.draw_states          writes docs/states.md and docs/states.svg
    python -m scripts.draw_states --check  says whether they are stale, and writes nothing

Nothing is typed in: ordinary inspections are played, everything that can be asked is asked after each of
their milestones, and where an answer leads elsewhere, the way from there is followed to the close.
"""

import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple
from xml.sax.saxutils import escape

from domain.actors import Verb
from domain.inspection import State, evolve
from domain.inspection.commands import COMMAND_TYPES
from domain.inspection.decide.repair import STRIKABLE
from domain.inspection.events import Event, event_type
from domain.inspection.progress import PATH, approved_by_both, current_draft, held_by, stage
from domain.inspection.vocabulary import Stage
from domain.refusal import Refusal
from tests.domain.inspection.story import Story, findings, ordinary_steps
from tests.domain.inspection.way_to_close import next_step

DOCS: Final = Path(__file__).parent.parent / "docs"

Edges = Mapping[tuple[Stage, Stage], tuple[str, ...]]
"""For each pair of stages, the events that lead from the first to the second."""


class Picture(NamedTuple):
    """What leads where: by what happens, and by striking what never happened."""

    by_events: Edges
    by_striking: Edges


# Exploring.


@cache
def explore() -> Picture:
    """Play inspections and try everything, and note what leads from one stage to another."""
    found = _Found()
    for outcome in ("2", "3"):
        for complains in (False, True):
            for story in _ordinary_stories(outcome, complains, found):
                _deviate(story, found)
    return Picture(_sorted(found.by_events), _sorted(found.by_striking))


class _Found:
    def __init__(self) -> None:
        self.by_events: dict[tuple[Stage, Stage], set[str]] = defaultdict(set)
        self.by_striking: dict[tuple[Stage, Stage], set[str]] = defaultdict(set)
        self._seen: set[object] = set()

    def is_new(self, story: Story) -> bool:
        """Say whether nobody has yet gone on from a place like this one."""
        state = story.state
        place = (
            *(story.stage(), held_by(state), frozenset(state.facts), frozenset(state.sign_offs)),
            *(current_draft(state) is None, approved_by_both(state), state.released is None),
        )
        known = place in self._seen
        self._seen.add(place)
        return not known

    def note(self, before: State, command: str, events: tuple[Event, ...]) -> None:
        """Note where events lead: the clock's one by one, a command's own with what it settles."""
        own = COMMAND_TYPES[command].records
        state = before
        for number, event in enumerate(events):
            if isinstance(event, own) and command != "tick":
                after = state
                for one in events[number:]:
                    after = evolve(after, one)
                self._note(state, after, event)
                return
            after = evolve(state, event)
            self._note(state, after, event)
            state = after

    def _note(self, before: State, after: State, event: Event) -> None:
        edge = stage(before), stage(after)
        if edge[0] is edge[1]:
            return
        struck = getattr(event, "milestone", None)
        if struck:
            self.by_striking[edge].add(struck)
        else:
            self.by_events[edge].add(event_type(event))


def _sorted(edges: Mapping[tuple[Stage, Stage], set[str]]) -> Edges:
    order = list(Stage)
    return {
        edge: tuple(sorted(edges[edge]))
        for edge in sorted(edges, key=lambda one: (order.index(one[0]), order.index(one[1])))
    }


def _ordinary_stories(outcome: str, complains: bool, found: _Found) -> Iterator[Story]:
    """Yield an ordinary inspection after each of its steps; in one, the partnership complains."""
    story = Story(outcome=outcome)
    yield story
    for step in ordinary_steps(outcome):
        command = step.command
        if complains and command == "receive_comments":
            command = "lodge_complaint"
        if complains and command == "answer_comments":
            continue
        if complains and command == "release_report":
            _put(story, "resolve_complaint", {}, found)
        _put(story, command, {"at": story.day(step.day), **step.matter}, found)
        yield story


def _put(story: Story, command: str, told: dict[str, Any], found: _Found) -> bool:
    """Put a command; record what it brings if it is accepted, and say whether it was."""
    before = story.state
    if story.stage() not in COMMAND_TYPES[command].stages:
        return False
    answer = story.ask(command, **told)
    if isinstance(answer, Refusal):
        return False
    found.note(before, command, answer)
    story.record(answer)
    return True


def _deviate(story: Story, found: _Found) -> None:
    """Ask for everything there, and once more from wherever that leads elsewhere or holds."""
    for command, told in _everything(story):
        aside = _copy(story)
        if _put(aside, command, told, found) and _is_elsewhere(story, aside) and found.is_new(aside):
            for then, more in _everything(aside):
                _put(_copy(aside), then, more, found)
            _go_on_to_close(aside, found)


def _is_elsewhere(before: Story, after: Story) -> bool:
    return after.stage() is not before.stage() or held_by(after.state) != held_by(before.state)


def _go_on_to_close(story: Story, found: _Found) -> None:
    while story.stage() is not Stage.CLOSED:
        command, told = next_step(story)
        _put(story, command, {**told, "recorded_by": "p-newsupport"}, found)


def _copy(story: Story) -> Story:
    copy = Story(outcome=story.outcome)
    copy.state, copy.now = story.state, story.now
    return copy


def _everything(story: Story) -> Iterator[tuple[str, dict[str, Any]]]:
    """List what can be asked, in its variants where they lead to different places."""
    for command in COMMAND_TYPES:
        match command:
            case "rectify_milestone":
                for milestone in sorted(STRIKABLE & story.state.facts.keys() - {"information_received"}):
                    yield command, {"milestone": milestone}
            case "resolve_complaint":
                for resolution in ("not_upheld", "evidence_to_gather"):
                    yield command, {"resolution": resolution}
            case "decide_outcome":
                for told in ({}, {"findings": findings("1")}, {"findings": findings("3")}):
                    yield command, told
            case "extend_deadline":
                for one in story.deadlines:
                    later = max(one.due, story.now.date()) + timedelta(days=30)
                    yield command, {"kind": one.kind, "subject": one.subject, "to": later}
            case "tick":
                yield command, {"at": story.now + timedelta(days=15)}
            case _:
                yield command, {}


# Writing.


def words(name: str) -> str:
    """Return a technical name in words."""
    return name.replace("_", " ")


def mermaid(picture: Picture) -> str:
    """Return the Mermaid diagram of what leads where. Striking is left to the table."""
    lines = ["stateDiagram-v2", "    direction TB"]
    lines += [f"    {one}: {words(one).capitalize()}" for one in Stage if one is not Stage.UNKNOWN]
    for (before, after), events in picture.by_events.items():
        origin = "[*]" if before is Stage.UNKNOWN else before
        lines.append(f"    {origin} --> {after}: {'<br/>'.join(words(event) for event in events)}")
    lines += [f"    {one} --> [*]" for one in (Stage.CLOSED, Stage.WITHDRAWN)]
    return "\n".join(lines)


def markdown(picture: Picture) -> str:
    """Return the page: the diagram, what each stage waits for, and what can be recorded at it."""
    return f"""# The stages of an inspection

Drawn by `scripts/draw_states.py` from the rules in `domain/inspection`; a test says when it is stale. The
same as a picture: [states.svg](states.svg).

Nobody moves an inspection from stage to stage. Its stage follows from what has happened, so a milestone
that is struck or a draft that falls takes it back by itself.

```mermaid
{mermaid(picture)}
```

## What each stage waits for

| stage | waits for, in this order | leads to |
|---|---|---|
{_rows(_waiting(picture))}

## The way back from a wrong record

What never happened is struck (`rectify_milestone`), and the inspection stands where it stood without it.

| struck | leads from | to |
|---|---|---|
{_rows(_striking(picture))}

## What can be recorded at each stage

| stage | commands |
|---|---|
{_rows(_commands())}
"""


def _rows(rows: Iterator[tuple[str, ...]]) -> str:
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def _waiting(picture: Picture) -> Iterator[tuple[str, ...]]:
    for one in PATH:
        if one is Stage.UNKNOWN:
            continue
        leads = [
            f"**{words(after)}** by {', '.join(words(event) for event in events)}"
            for (before, after), events in picture.by_events.items()
            if before is one
        ]
        yield (
            words(one),
            ", ".join(words(name) for name in PATH[one]) or "nothing",
            "; ".join(leads) or "nothing",
        )


def _striking(picture: Picture) -> Iterator[tuple[str, ...]]:
    places: dict[tuple[str, Stage], list[Stage]] = defaultdict(list)
    for (before, after), milestones in picture.by_striking.items():
        for milestone in milestones:
            places[milestone, before].append(after)
    for (milestone, before), reached in places.items():
        yield words(milestone), words(before), ", ".join(words(one) for one in reached)


def _commands() -> Iterator[tuple[str, ...]]:
    for one in Stage:
        allowed = [
            f"`{name}`"
            for name, kind in COMMAND_TYPES.items()
            if one in kind.stages and kind.verb is not Verb.RUN
        ]
        yield words(one), ", ".join(allowed)


# Drawing.

LEFT, BOX, LINE, PAD, GAP = 270, 250, 17, 12, 34
"""Where the column of stages begins, how wide it is, the height of a line, and the space within, between."""

LANE: Final = 215
"""How wide a lane for a way back is, with what is written beside it."""

WIDTH: Final = LEFT + BOX + 30 + 2 * LANE


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


def _arrow(path: str, dashed: bool = False) -> str:
    dash = ' stroke-dasharray="5 4"' if dashed else ""
    return f'<path d="{path}" fill="none" stroke="#1d3557" stroke-width="1.5"{dash} marker-end="url(#tip)"/>'


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
    for y in middles:
        end = f"V{middle - height // 2 if y < middle else middle + height // 2}"
        yield _arrow(f"M{LEFT} {y}H95{end}", dashed=True)
    yield _text(105, min(middles) - 8, "inspection withdrawn", ' font-style="italic"')


def files() -> dict[Path, str]:
    """Return what the generated files hold."""
    picture = explore()
    return {DOCS / "states.md": markdown(picture), DOCS / "states.svg": svg(picture)}


def stale() -> list[str]:
    """Name the generated files that are missing or no longer say what the rules say."""
    return [
        path.name
        for path, text in files().items()
        if not path.is_file() or path.read_text(encoding="utf-8") != text
    ]


def main(arguments: list[str]) -> int:
    """Write the files, or check them."""
    if arguments == ["--check"]:
        for name in (found := stale()):
            print(f"docs/{name} is stale; run python -m scripts.draw_states", file=sys.stderr)
        return int(bool(found))
    if arguments:
        print(__doc__, file=sys.stderr)
        return 2
    for path, text in files().items():
        path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
