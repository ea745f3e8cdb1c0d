"""Auditors: an export that can be examined without any server."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from cli.access import note, reading
from cli.output import Format, console, in_numbers, print_json
from cli.progress import progress
from domain.rulebook import Rulebook
from domain.values import PersonRef, StreamName
from workers.audit.exporting import export as write_export


async def export(
    folder: Path,
    /,
    *,
    inspection: tuple[StreamName, ...] = (),
    recorded_by: PersonRef | None = None,
    format: Format = Format.TABLE,
    rehearsal: Annotated[bool, Parameter(negative=())] = False,
) -> None:
    """Write what the ledger was at its latest checkpoint into a folder.

    Whoever has the folder can examine it with `inspections audit verify`, without any server. It holds sealed
    texts: give it to those alone who may read them.

    Parameters
    ----------
    folder
        Empty, or not there yet. See docs/export-format.md for what will be in it.
    inspection
        Only the entries of this inspection, area or review; again for each further one. Of all others nothing
        but hashes is given away.
    recorded_by
        Who does this; otherwise INSPECTIONS_RECORDED_BY, otherwise the account's name. It is noted.
    format
        table for people, json for scripts.
    rehearsal
        Of the newest rehearsal instead of the live ledger.
    """
    async with reading(rehearsal=rehearsal) as stores:
        with progress() as tell:
            done = await write_export(stores, folder, inspection, Rulebook.released(), tell)
        detail = {"of": sorted(set(inspection)) or "all", "checkpoint": done.checkpoint.number}
        await note(stores, "export", detail, recorded_by)
    head = done.checkpoint.checkpoint.head
    if format is Format.JSON:
        print_json(
            {
                "folder": str(folder),
                "origin": head.origin,
                "checkpoint": done.checkpoint.number,
                "size": head.size,
                "streams": list(inspection) or None,
                "entries": done.entries,
                "texts": done.texts,
                "files": done.files,
            }
        )
        return
    out = console()
    entries = "1 entry" if done.entries == 1 else f"{done.entries:,} entries"
    texts = in_numbers(done.texts, "sealed text")
    out.print(f"{folder} has {entries} of {head.origin}, {texts}, in {done.files:,} files.", soft_wrap=True)
    out.print(f"As of checkpoint {done.checkpoint.number}, over {head.size:,} entries.")
    out.print(f"Examine it anywhere: inspections audit verify {folder}", soft_wrap=True)
