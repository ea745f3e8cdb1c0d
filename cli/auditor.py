"""Auditors: read the ledger as it is stored."""

import sys
from collections.abc import Sequence
from typing import Annotated, Final

from cyclopts import Parameter

from cli.access import not_here, reading
from cli.erased import told
from cli.output import Format, in_words, print_hanging, print_table
from domain.london import LONDON
from domain.streams import StreamKind, kind_of
from domain.values import StreamName
from eventstore.envelope import Entry
from eventstore.mentions import sealed_in

_TOLD: Final = (
    "inspectorate",
    "kind",
    "subject",
    "item",
    "due",
    "polls_on",
    "inspection",
    "review",
    "refused_by",
)
"""Fields that tell events of one kind apart. An area does so in a review, and nowhere else."""


async def log(
    name: StreamName,
    /,
    *,
    format: Format = Format.TABLE,
    rehearsal: Annotated[bool, Parameter(negative=())] = False,
) -> None:
    """Print the ledger of one inspection, area or thematic review in order.

    Parameters
    ----------
    name
        Such as SFK-2023-F1, SFK or THEMATIC-2025.
    format
        table for people; json for the entries exactly as they are stored.
    rehearsal
        Read the newest rehearsal instead of the live ledger.
    """
    async with reading(rehearsal=rehearsal) as stores:
        entries = await stores.ledger.read_stream(name)
        gone = await stores.erasures.of(_erasable(entries)) if format is Format.TABLE else {}
    if not entries:
        raise not_here(name)
    if format is Format.JSON:
        sys.stdout.write("[" + ",\n".join(entry.text for entry in entries) + "]\n")
        return
    print_table(
        ("version", "position", "happened", "recorded", "event", "decided by", "against rule"),
        map(_row, entries),
    )
    for entry in entries:
        for at, digest in sealed_in(entry.body.event):
            if digest in gone:
                print_hanging(f"version {entry.version}, {at}: ", f"text {told(gone[digest])}")
    for person in sorted(ref for ref in gone if ref.startswith("p-")):
        print_hanging(f"{person}: ", told(gone[person]))


def _erasable(entries: Sequence[Entry]) -> set[str]:
    """List the texts and people that entries refer to, by digest and reference."""
    events = [entry.body.event for entry in entries]
    texts = {digest for event in events for _, digest in sealed_in(event)}
    return texts | {event[by]["person"] for event in events for by in ("decided_by", "recorded_by")}


def _row(entry: Entry) -> tuple[object, ...]:
    event = entry.body.event
    names = _TOLD if kind_of(entry.stream) is not StreamKind.THEMATIC_REVIEW else (*_TOLD, "area")
    by = event["decided_by"]
    irregular = event.get("irregular")
    happened = entry.body.event["occurred_at"]
    return (
        entry.version,
        entry.position,
        happened[:10],
        f"{entry.recorded_at.astimezone(LONDON):%Y-%m-%d %H:%M}",
        in_words(entry.type) + _matter(event, names),
        f"{in_words(by['role'])} ({by['person']})",
        ", ".join(irregular["rules"]) if irregular else None,
    )


def _matter(event: dict[str, object], names: Sequence[str]) -> str:
    """Say the little that tells events of one kind apart."""
    told = [str(event[name]) for name in names if event.get(name)]
    return f" ({', '.join(map(in_words, told))})" if told else ""
