"""Auditors: a stream along time, as a picture."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from audit.points import Point
from audit.timeline import timeline
from cli.access import note, reading
from cli.audit.timeline_chart import draw
from cli.looking import look
from cli.output import console
from domain.rulebook import Rulebook
from domain.values import StreamName


async def draw_timeline(
    name: StreamName,
    /,
    *,
    svg: Path,
    rehearsal: Annotated[bool, Parameter(negative=())] = False,
) -> None:
    """Draw one stream along time: milestones, deadlines and how they stand, pauses.

    Parameters
    ----------
    name
        Such as SFK-2023-F1, SFK, THEMATIC-2025 or PROGRAMME.
    svg
        The file to draw into.
    rehearsal
        That of the newest rehearsal.
    """
    async with reading(rehearsal=rehearsal) as stores:
        found = timeline(Rulebook.released(), await look(stores, name, Point()))
        await note(stores, "timeline", {"of": name})
    _write(svg, draw(found))
    console().print(f"{name} from {found.first} to {found.last} is drawn into {svg}", markup=False)


def _write(file: Path, picture: str) -> None:
    file.write_text(picture, encoding="utf-8")
