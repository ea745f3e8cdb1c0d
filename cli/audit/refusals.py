"""Auditors: the commands that were refused."""

from typing import Annotated, Any

from cyclopts import Parameter

from cli.access import not_here, note, reading
from cli.output import Format, console, in_numbers, in_words, print_hanging, print_json
from domain.london import LONDON
from domain.values import PersonRef, StreamName
from eventstore.refusals import RefusedCommand, refused_commands


async def refusals(
    name: StreamName | None = None,
    /,
    *,
    recorded_by: PersonRef | None = None,
    format: Format = Format.TABLE,
    rehearsal: Annotated[bool, Parameter(negative=())] = False,
) -> None:
    """List the commands that were refused: who asked for what, when, and which rule said no. Noted as an act.

    Parameters
    ----------
    name
        Only those to this inspection, area or review.
    recorded_by
        Who reads; otherwise INSPECTIONS_RECORDED_BY, otherwise the account's name.
    format
        table for people, json for scripts.
    rehearsal
        Read the newest rehearsal instead of the live ledger.
    """
    async with reading(rehearsal=rehearsal) as stores:
        found = await refused_commands(stores.pool, name)
        if name and not found and not await stores.ledger.read_stream(name, up_to=1):
            raise not_here(name)
        await note(stores, "read_refusals", {"of": name or "all"}, recorded_by)
    if format is Format.JSON:
        print_json([_as_data(one) for one in found])
        return
    for one in found:
        _tell(one)
    console().print(in_numbers(len(found), "command") + " refused")


def _tell(one: RefusedCommand) -> None:
    at = f"{one.recorded_at.astimezone(LONDON):%Y-%m-%d %H:%M}"
    asked = in_words(str(one.command.get("type", "something")))
    print_hanging(f"{at}  ", f"{one.stream}: {asked}, asked by {_asked_by(one.command)}")
    print_hanging("    refused by  ", f"{one.refused.code}: {one.refused.rule}")
    print_hanging("    because     ", one.refused.because)
    print_hanging("    accepted    ", one.refused.accepted)


def _asked_by(command: dict[str, Any]) -> str:
    """Say who decided and who recorded. What was refused may lack either, or have it in no known form."""
    decided, recorded = (_part(command, name) for name in ("decided_by", "recorded_by"))
    who = str(decided.get("person", "nobody that can be read"))
    role = f" ({in_words(str(decided['role']))})" if "role" in decided else ""
    by = recorded.get("person")
    return who + role + (f", recorded by {by}" if by and by != decided.get("person") else "")


def _part(command: dict[str, Any], name: str) -> dict[str, Any]:
    found = command.get(name)
    return found if isinstance(found, dict) else {}


def _as_data(one: RefusedCommand) -> dict[str, Any]:
    return {
        "name": one.stream,
        "command_id": str(one.command_id),
        "recorded_at": one.recorded_at.isoformat(),
        "command": one.command,
        "refused": one.refused.model_dump(mode="json"),
    }
