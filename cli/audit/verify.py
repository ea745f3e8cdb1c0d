"""Auditors: is the ledger what was signed, and does it make sense? For an export this needs no server."""

import asyncio
from pathlib import Path
from typing import Annotated, Any, Final

from cyclopts import Parameter

from audit.findings import Examined, Finding, Report, Step
from audit.folder import Folder
from audit.keys import read_checkpoint, read_public_key
from audit.verify import Brought
from audit.verify import verify as examine
from cli.exits import Exit
from cli.output import Format, console, print_hanging, print_json
from cli.progress import progress
from domain.errors import MalformedError
from domain.values import PersonRef

_TITLES: Final = {
    Step.FILES: "every file is the one that the manifest names",
    Step.SIGNATURES: "checkpoints are signed by keys that are trusted",
    Step.TREE: "the hashes make the root that was signed last",
    Step.ENTRIES: "each entry has its hash, and the form of the ledger",
    Step.SEALED: "each sealed text is the one of its digest",
    Step.ORDER: "positions and versions have no gap, and time never goes back",
    Step.COMMANDS: "commands and the head agree with the entries",
    Step.FOLD: "each stream folds, event by event",
    Step.PROOFS: "each entry is proved to be in the ledger",
    Step.CONSISTENCY: "the ledger has only grown since each older checkpoint",
}

Flag = Annotated[bool, Parameter(negative=())]


def verify(
    folder: Path | None = None,
    /,
    *,
    live: Flag = False,
    since: tuple[Path, ...] = (),
    key: tuple[str, ...] = (),
    recorded_by: PersonRef | None = None,
    format: Format = Format.TABLE,
    rehearsal: Flag = False,
) -> Exit:
    """Examine an export, or the database: is it what was signed, and does it make sense?

    Ends with 4 if anything is wrong, and names the first bad position. For an export neither a server nor a
    network is needed.

    Parameters
    ----------
    folder
        An export, as `inspections audit export` has made it.
    live
        Examine the database instead, its columns and commands too.
    since
        A file with a checkpoint that you kept from before; again for each further one. Only that shows that
        nothing signed since then was taken away or written anew.
    key
        A public key that you have from elsewhere, or a file with it: the log's, or that of somebody who
        cosigns. Without the log's, the key comes from what is examined.
    recorded_by
        Who does this, with --live; otherwise INSPECTIONS_RECORDED_BY, otherwise the account's name.
    format
        table for people, json for scripts.
    rehearsal
        With --live: the newest rehearsal.
    """
    if live is (folder is not None):
        raise MalformedError("accepted is either the folder of an export, or --live")
    brought = Brought(
        keys=[read_public_key(one) for one in key],
        checkpoints={str(file): str(read_checkpoint(file)) for file in since},
    )
    if folder is None:
        report = asyncio.run(_examine_live(brought, recorded_by, rehearsal=rehearsal))
    else:
        with progress() as tell:
            report = examine(Folder(folder), brought, tell)
    if format is Format.JSON:
        print_json(_as_data(report))
    else:
        _print(report)
    return Exit.DONE if report.ok else Exit.INTEGRITY


async def _examine_live(brought: Brought, recorded_by: str | None, *, rehearsal: bool) -> Report:
    # An export is examined where none of this is installed.
    from cli.access import note, reading
    from workers.audit.live import Live

    async with reading(rehearsal=rehearsal) as stores:
        with progress() as tell:
            report = await asyncio.to_thread(lambda: examine(Live(stores.database_url), brought, tell))
        await note(stores, "verify", {"ok": report.ok}, recorded_by)
    return report


def _print(report: Report) -> None:
    out = console()
    out.print(report.of, soft_wrap=True, markup=False)
    for step in report.steps:
        mark = "✓" if step.ok else "?" if step.looked_at is None and not step.found else "✗"
        took = "" if step.seconds is None else f", {step.seconds:.1f} s"
        print_hanging(f"  {mark} ", f"{_TITLES[step.step]} ({step.looked_at or 'not examined'}{took})")
        for one in step.findings:
            print_hanging("      ", _told(one))
        if step.found > len(step.findings):
            out.print(f"      and {step.found - len(step.findings):,} more")
    for remark in report.remarks:
        print_hanging("  ! ", remark)
    out.print(f"{_verdict(report)} ({report.seconds:.1f} s)")


def _verdict(report: Report) -> str:
    if report.ok:
        return "Nothing is wrong."
    first = report.first_bad
    if first is None:
        return "Something is wrong."
    if first.up_to:
        return f"Something is wrong, first in positions {first.position} to {first.up_to}."
    return f"Something is wrong, first at position {first.position}."


def _told(one: Finding) -> str:
    places = [one.file, f"position {one.position}" if one.position else None]
    return ": ".join([", ".join(filter(None, places)), one.problem]) if any(places) else one.problem


def _as_data(report: Report) -> dict[str, Any]:
    first = report.first_bad
    return {
        "of": report.of,
        "ok": report.ok,
        "first_bad_position": first.position if first else None,
        "first_bad_up_to": first.up_to if first else None,
        "steps": [_step_as_data(step) for step in report.steps],
        "remarks": list(report.remarks),
        "seconds": round(report.seconds, 3),
    }


def _step_as_data(step: Examined) -> dict[str, Any]:
    return {
        "step": step.step.value,
        "ok": step.ok,
        "looked_at": step.looked_at,
        "found": step.found,
        "findings": [
            {"position": one.position, "up_to": one.up_to, "file": one.file, "problem": one.problem}
            for one in step.findings
        ],
        "seconds": None if step.seconds is None else round(step.seconds, 3),
    }
