"""Operators: what has come to a halt, and what is derived from the ledger."""

from cyclopts import App

from cli.access import examining, not_here, reading
from cli.exits import Exit
from cli.output import Format, console, print_hanging, print_json, print_table
from cli.progress import progress_of
from domain.rulebook import Rulebook
from domain.values import StreamName
from eventstore.worklist import Worklist
from workers.stores import Stores
from workers.summary import summariser

stuck = App(name="stuck", help="Find inspections whose process has come to a halt.")
projections = App(name="projections", help="What is derived from the ledger for quick reading.")


@stuck.default
async def list_stuck(*, format: Format = Format.TABLE) -> None:
    """List inspections whose process is missing, behind or ahead of the ledger, failing, silent or waiting.

    So is a process of which the ledger has never heard: its events were lost with a restored backup.

    Parameters
    ----------
    format
        table for people, json for scripts.
    """
    from workers.troubles import REPAIRS

    async with examining() as (processes, _):
        with progress_of("looking at each inspection's process"):
            found = [finding async for finding in processes.examine_all()]
    if format is Format.JSON:
        print_json(
            [
                {
                    "inspection_id": one.inspection,
                    "trouble": one.trouble.value,
                    "detail": one.detail,
                    "repair": REPAIRS[one.trouble],
                }
                for one in found
            ]
        )
        return
    if not found:
        console().print("Nothing is stuck.")
        return
    print_table(
        ("inspection", "process is", "because", "repair"),
        [(one.inspection, one.trouble, one.detail, REPAIRS[one.trouble]) for one in found],
    )
    if any(not REPAIRS[one.trouble].startswith("none") for one in found):
        console().print("`inspections stuck repair` puts right what can be put right from here.")


@stuck.command
async def repair(*names: StreamName, format: Format = Format.TABLE) -> Exit:
    """Put stuck processes right, and keep note of it. The ledger's streams are not touched.

    Parameters
    ----------
    names
        Only these inspections, areas or reviews; otherwise all that are stuck, but for those that would end.
    format
        table for people, json for scripts.
    """
    done: list[dict[str, str | None]] = []
    async with examining() as (processes, stores):
        with progress_of("looking at each inspection's process"):
            found = (
                await processes.examine(names)
                if names
                else [finding async for finding in processes.examine_all()]
            )
            for name in {*names} - {one.inspection for one in found}:
                if not await stores.ledger.read_stream(name, up_to=1):
                    raise not_here(name)
            for one in found:
                did = await processes.repair(one) if names or not one.ends_when_repaired else None
                done.append({"inspection_id": one.inspection, "trouble": one.trouble.value, "done": did})
    if format is Format.JSON:
        print_json(done)
        return Exit.DONE
    for line in done:
        begins = f"{line['inspection_id']}  was {line['trouble']}: "
        print_hanging(begins, line["done"] or "nothing was done; `inspections stuck` says what helps")
    if not done:
        console().print("Nothing is stuck.")
    return Exit.DONE


@projections.command
async def lag(*, format: Format = Format.TABLE) -> None:
    """Say how far the worklist is behind the ledger, and what it could not read.

    Parameters
    ----------
    format
        table for people, json for scripts.
    """
    async with reading(rehearsal=False) as stores:
        worklist = _worklist(stores)
        behind, head = await worklist.lag(), await stores.ledger.head()
        unreadable = await worklist.unreadable()
    if format is Format.JSON:
        left_out = [{"stream": one.stream, "problem": one.problem} for one in unreadable]
        print_json([{"projection": "worklist", "lag": behind, "head": head, "unreadable": left_out}])
        return
    columns = ("projection", "events behind", "of", "unreadable")
    print_table(columns, [("worklist", behind, head, len(unreadable))])
    for one in unreadable:
        print_hanging(f"{one.stream} cannot be read: ", one.problem)


@projections.command
async def rebuild() -> None:
    """Derive the worklist from nothing, beside the one that is read, then put it in its place."""
    async with reading(rehearsal=False) as stores:
        with progress_of("streams") as tell:
            number = await _worklist(stores).rebuild(tell)
    console().print(f"The worklist is derived anew from {number} stream{'' if number == 1 else 's'}.")


def _worklist(stores: Stores) -> Worklist:
    return Worklist(stores.pool, stores.ledger, summariser(Rulebook.released()))
