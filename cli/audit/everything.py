"""Auditors: every stream folded anew, and the stored worklist held against it."""

import time
from dataclasses import asdict
from typing import Final

from cli.access import note, reading
from cli.exits import Exit
from cli.output import Format, console, in_numbers, in_words, print_hanging, print_json, print_table
from cli.progress import progress_of
from workers.audit.recount import Recount, recount

_NAMED: Final = 10
"""As many of the streams that lag are named to people; scripts get all."""


async def replay_all(format: Format, *, rehearsal: bool) -> Exit:
    """Fold every stream, compare, and say what differs."""
    began = time.monotonic()
    async with reading(rehearsal=rehearsal) as stores:
        with progress_of("events") as tell:
            found = await recount(stores.database_url, progress=tell)
        await note(stores, "replay", {"of": "all", "differences": len(found.differences)})
    if format is Format.JSON:
        print_json(asdict(found))
    else:
        _print(found, time.monotonic() - began)
    return Exit.INTEGRITY if found.differences else Exit.DONE


def _print(found: Recount, seconds: float) -> None:
    print_hanging(
        "",
        f"{in_numbers(found.events, 'event')} of {in_numbers(found.streams, 'stream')} folded in "
        f"{seconds:.1f} seconds.",
    )
    if found.lagging:
        names = ", ".join(found.lagging[:_NAMED]) + (", …" if len(found.lagging) > _NAMED else "")
        print_hanging(
            "lagging: ",
            f"the worklist has not taken in the latest of {in_numbers(len(found.lagging), 'stream')}: "
            f"{names}; `inspections list` has it catch up",
        )
    if not found.differences:
        console().print("What is stored is what the ledger folds to.")
        return
    print_table(
        ("stream", "what", "field", "stored", "folded"),
        [(one.stream, in_words(one.row), one.field, one.stored, one.folded) for one in found.differences],
    )
    if any(one.row == "stream" for one in found.differences):
        print_hanging("", "A stream that cannot be read is a matter for `inspections audit verify --live`.")
        return
    what = "thing is" if len(found.differences) == 1 else "things are"
    print_hanging(
        "",
        f"{len(found.differences)} {what} stored otherwise than the ledger says. The ledger is right: "
        "`inspections projections rebuild` derives the worklist anew.",
    )
