"""Before a deployment: would what is under way go on with this release?"""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING

from cli.access import settings, temporal
from cli.exits import Exit
from cli.output import Format, console, in_numbers, print_json, print_table
from cli.progress import progress_of

if TYPE_CHECKING:
    from temporalio.converter import DataConverter

    from workers.audit.determinism import Replayed, Stored

    _Histories = tuple[AsyncIterator[Stored], int, DataConverter]


async def determinism(folder: Path | None = None, /, *, format: Format = Format.TABLE) -> Exit:
    """Replay Temporal's histories with this release, before it is deployed. Nothing is changed by it.

    Ends with 4 if one does not replay: its process would come to a halt.

    Parameters
    ----------
    folder
        A folder of exported histories, NAME.json each; otherwise all processes that are running.
    format
        table for people, json for scripts.
    """
    # Imported when it is needed: loading the workflows takes longer than helping.
    from workers.audit.determinism import replay, replayer_of

    replayed = 0
    misfits: list[Replayed] = []
    histories, number, converter = await _histories(folder)
    with progress_of("histories") as tell:
        tell(0, number)
        async for one in replay(histories, replayer_of(converter)):
            replayed += 1
            tell(replayed, max(number, replayed))
            if one.reason:
                misfits.append(one)
    _tell(replayed, misfits, format)
    return Exit.INTEGRITY if misfits else Exit.DONE


async def _histories(folder: Path | None) -> "_Histories":
    """Return the histories that are meant, about how many there are, and what their content is read by."""
    from workers.audit.determinism import count_running, exported, files_in, running
    from workers.payloads.codec import converter_with

    if folder is not None:
        files = files_in(folder)
        return exported(files), len(files), converter_with(settings().payload_keys)
    client, task_queue = await temporal()
    return running(client, task_queue), await count_running(client, task_queue), client.data_converter


def _tell(replayed: int, misfits: "list[Replayed]", format: Format) -> None:
    if format is Format.JSON:
        found = [
            {
                "workflow_id": one.workflow_id,
                "run_id": one.run_id,
                "event": one.event,
                "reason": one.reason,
            }
            for one in misfits
        ]
        print_json({"replayed": replayed, "misfits": found})
        return
    if misfits:
        rows = [(one.workflow_id, one.run_id, one.event, one.reason) for one in misfits]
        print_table(("process", "run", "event", "does not replay because"), rows)
    ending = f"; {len(misfits)} would come to a halt" if misfits else ", all to the end"
    console().print(f"{in_numbers(replayed, 'run')} replayed{ending}.")
