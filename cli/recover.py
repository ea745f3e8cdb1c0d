"""Operators: everything that is open is raised from the ledger again, after Temporal has lost it."""

from collections.abc import Sequence
from typing import Annotated, Any

from cyclopts import Parameter

from cli.access import examining
from cli.exits import Exit
from cli.output import Format, console, in_words, print_hanging, print_json, print_table
from cli.progress import progress_of
from workers.recovery import Fate, Recovered
from workers.recovery import recover as raise_what_is_missing


async def recover(
    *, dry_run: Annotated[bool, Parameter(negative=())] = False, format: Format = Format.TABLE
) -> Exit:
    """Raise every inspection, area, review and the programme that is open in the ledger and has no process.

    For when Temporal's data is lost, or a new namespace is to be used. Each goes on at its stage, with what
    is left of its deadlines; what runs is left alone. Call it as often as you like, also beside workers. It
    ends with 4 if the events of some cannot be read, and has raised all others then.

    Parameters
    ----------
    dry_run
        Only say what is missing. Nothing is started.
    format
        table for people, json for scripts.
    """
    async with examining() as (processes, stores):
        with progress_of("streams") as tell:
            recovered = await raise_what_is_missing(processes, stores.ledger, dry_run=dry_run, tell=tell)
    done = Fate.MISSING if dry_run else Fate.RAISED
    shown = (done, Fate.RUNNING, Fate.OVER, Fate.UNREADABLE)
    if format is Format.JSON:
        print_json({"dry_run": dry_run, **_as_data(recovered, shown)})
    else:
        _show(recovered, shown)
    return Exit.INTEGRITY if recovered.unreadable else Exit.DONE


def _as_data(recovered: Recovered, shown: Sequence[Fate]) -> dict[str, Any]:
    return {
        "streams": {
            kind.value: {fate.value: fates[fate] for fate in shown} for kind, fates in recovered.fates.items()
        },
        "unreadable": [{"stream": one.inspection, "problem": one.detail} for one in recovered.unreadable],
    }


def _show(recovered: Recovered, shown: Sequence[Fate]) -> None:
    columns = ("of each kind", *(fate.value for fate in shown))
    print_table(
        columns,
        [(in_words(kind), *(fates[fate] for fate in shown)) for kind, fates in recovered.fates.items()],
    )
    for one in recovered.unreadable:
        print_hanging(f"{one.inspection} cannot be read: ", one.detail)
    if any(fates[Fate.MISSING] for fates in recovered.fates.values()):
        console().print("Nothing is started. `inspections recover` starts what is missing.")
    if any(fates[Fate.RAISED] for fates in recovered.fates.values()):
        console().print("`inspections stuck` says whether all of them go on.")
