"""Draw the stages of an inspection and what leads from one to another, out of the rules themselves.

    python -m scripts.draw_states          writes docs/states.md and docs/states.svg
    python -m scripts.draw_states --check  says whether they are stale, and writes nothing

What leads where is found out in `scripts.explore_states`, the picture is made in `scripts.states_as_svg`.
"""

import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from domain.actors import Verb
from domain.inspection.commands import COMMAND_TYPES
from domain.inspection.progress import PATH
from domain.inspection.vocabulary import Stage
from scripts.explore_states import Picture, explore
from scripts.states_as_svg import svg, words

DOCS: Final = Path(__file__).parent.parent / "docs"


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

A monitoring inspection goes the same way. Its `outcome decided` says whether effective action was taken, and
no plan is received after its report.

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
