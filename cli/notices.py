"""Operators: who has been told of what, and what keeps a notice from its way."""

from collections.abc import Sequence
from typing import Annotated

from cyclopts import App
from cyclopts.types import NonNegativeInt

from cli.access import not_here, reading
from cli.matter import AS_IN_LEDGER
from cli.output import Format, console, in_words, print_hanging, print_json, print_table
from domain.errors import MalformedError
from domain.values import InspectionId
from eventstore.notices import PostgresOutbox, begin_after
from eventstore.outbox import NoticeState, Record
from workers.stores import Stores

notices = App(name="notices", help="Who is told of what, by mail.")

STUCK = (NoticeState.WAITING, NoticeState.FAILED)


@notices.command(name="list")
async def list_notices(
    inspection: InspectionId | None = None,
    /,
    *,
    state: Annotated[NoticeState | None, AS_IN_LEDGER] = None,
    format: Format = Format.TABLE,
) -> None:
    """List the notices that wait or have failed, and why; the last thousand at most.

    Parameters
    ----------
    inspection
        Only those about this one.
    state
        Those in this state instead.
    format
        table for people, json for scripts.
    """
    async with reading(rehearsal=False) as stores:
        await _must_exist(stores, inspection)
        outbox = PostgresOutbox(stores.pool)
        found = await outbox.list(STUCK if state is None else (state,), inspection=inspection)
        counts = await outbox.counts(inspection=inspection)
    if format is Format.JSON:
        print_json([_as_data(one) for one in found])
        return
    if found:
        print_table(
            ("event", "inspection", "about", "to", "state", "sent, or next try"),
            [
                (
                    one.notice.position,
                    one.notice.inspection,
                    in_words(one.notice.reason),
                    in_words(one.notice.recipient),
                    one.state,
                    _when(one),
                )
                for one in found
            ],
        )
    _print_reasons(found)
    if any(one.state is NoticeState.FAILED for one in found):
        console().print("`inspections notices retry` has it tried again when that is mended.")
    counted = (NoticeState.WAITING, NoticeState.FAILED, NoticeState.SENT)
    console().print(", ".join(f"{counts[one]} {one}" for one in counted))


@notices.command
async def retry(inspection: InspectionId | None = None, /) -> None:
    """Have what has failed, and what waits for its next try, tried now.

    Parameters
    ----------
    inspection
        Only what is about this one.
    """
    async with reading(rehearsal=False) as stores:
        await _must_exist(stores, inspection)
        number = await PostgresOutbox(stores.pool).retry(inspection=inspection)
    console().print(f"{number} to be tried now, by the workers")


@notices.command
async def begin(*, after: NonNegativeInt | None = None) -> None:
    """Write notices of what is recorded from now on, and of nothing before.

    For when nothing was sent for a while and old news should not be. A new installation begins by itself
    with what is recorded after its first worker has started.

    Parameters
    ----------
    after
        Begin behind this position of the ledger instead; 0 is the beginning. Nobody is told anything twice.
    """
    async with reading(rehearsal=False) as stores:
        head = await stores.ledger.head()
        if after is not None and after > head:
            raise MalformedError(
                f"--after is {after}; accepted is a position from 0 to {head}, the ledger's last"
            )
        chosen = head if after is None else after
        await begin_after(stores.pool, chosen)
    console().print(f"Notices are written of what comes after position {chosen}.")


def _print_reasons(found: Sequence[Record]) -> None:
    """Print what keeps notices, and the command that helps on a line of its own, to be copied."""
    kept: dict[tuple[str, str], list[str]] = {}
    for one in found:
        if one.problem:
            kept.setdefault((one.notice.recipient, one.problem), []).append(str(one.notice.position))
    for (recipient, problem), events in kept.items():
        told, _, command = problem.partition(": `")
        print_hanging(f"{', '.join(events)} to {in_words(recipient)}: ", told)
        if command:
            console().print(f"  {command.rstrip('`')}", soft_wrap=True, markup=False)


async def _must_exist(stores: Stores, inspection: str | None) -> None:
    if inspection and not await stores.ledger.read_stream(inspection, up_to=1):
        raise not_here(inspection)


def _when(one: Record) -> str | None:
    moment = one.sent_at or (one.next_try if one.state is NoticeState.WAITING else None)
    return None if moment is None else f"{moment:%Y-%m-%d %H:%M}"


def _as_data(one: Record) -> dict[str, object]:
    waits = one.state is NoticeState.WAITING
    return {
        "position": one.notice.position,
        "inspection_id": one.notice.inspection,
        "reason": one.notice.reason,
        "recipient": one.notice.recipient,
        "state": one.state.value,
        "attempts": one.attempts,
        "next_try": one.next_try.isoformat() if waits else None,
        "problem": one.problem,
        "sent_at": one.sent_at.isoformat() if one.sent_at else None,
        "sha256": one.digest.hex() if one.digest else None,
    }
