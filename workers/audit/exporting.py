"""An export for auditors: what the ledger was at its latest checkpoint, in files that need no server."""

from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Final, NamedTuple

from audit import export_format as form
from audit.export_format import Contents, Manifest, Policy, SealedLine, sealed_in
from audit.proofs import prove
from audit.verify import Progress
from audit.writing import Lines, Writer, written_whole
from domain.canonical import canonical_model
from domain.errors import IntegrityError, NotFoundError
from domain.rulebook import Rulebook
from eventstore.checkpoints import Issued
from eventstore.envelope import Entry
from proof.merkle import Tree
from proof.tiles import hashes_of, tiles_of
from workers.privacy.erased_texts import erased_texts
from workers.stores import Stores

PAGE: Final = 5_000
"""Entries that are read at once."""


class Exported(NamedTuple):
    """What was exported, and up to which checkpoint."""

    checkpoint: Issued
    entries: int
    texts: int
    files: int


async def export(
    stores: Stores, folder: Path, streams: Sequence[str], rules: Rulebook, progress: Progress
) -> Exported:
    """Write an export of the whole ledger, or of some streams.

    The same ledger and checkpoint give the same bytes, but for the time in the manifest, and for texts that
    were erased meanwhile.

    Raises:
        MalformedError: the folder is not empty.
        NotFoundError: there is no checkpoint, or no such stream by the latest one.
        IntegrityError: the ledger is not what its latest checkpoint says.
        UnavailableError: PostgreSQL cannot be reached.
        OSError: the folder cannot be written.
    """
    issued = await stores.checkpoints.all()
    if not issued:
        how = "inspections audit checkpoint" + (" --rehearsal" if stores.ledger.rehearsal else "")
        raise NotFoundError(
            f"there is no checkpoint yet, and an export is of what one says; issue one with `{how}`"
        )
    latest = max(issued, key=lambda one: (one.checkpoint.head.size, one.number))
    with written_whole(folder) as writer:
        origin = latest.checkpoint.head.origin
        keys = await stores.checkpoints.keys()
        writer.file(form.POLICY, Policy(origin=origin, keys=tuple(map(str, keys))).text.encode())
        for one in issued:
            writer.file(f"{form.CHECKPOINTS}/{one.number}", str(one.checkpoint).encode())
        writer.file(form.CHECKPOINT, str(latest.checkpoint).encode())
        tree = await _write_tree(stores, latest, writer, progress)
        entries, texts = await _write_entries(stores, sorted(set(streams)), tree, writer, progress)
        contents = Contents(
            made_at=datetime.now(UTC),
            made_by=metadata.version("inspection-lifecycle"),
            origin=origin,
            rehearsal=stores.ledger.rehearsal,
            size=tree.size,
            streams=tuple(sorted(set(streams))) or None,
            entries=entries,
            handbooks={one.version: one.digest for one in rules.handbooks.values()},
            calendars={one.version: one.digest for one in rules.calendars.values()},
            terms={one.version: one.digest for one in rules.terms.values()},
            files=writer.marks,
        )
        writer.manifest(Manifest.of(contents).text)
    return Exported(latest, entries, texts, len(writer.marks) + 1)


async def _write_tree(stores: Stores, latest: Issued, writer: Writer, progress: Progress) -> Tree:
    head = latest.checkpoint.head
    progress("reading hashes", 0, 1)
    tree = await stores.checkpoints.tree(head.size)
    if tree.root() != head.root:
        raise IntegrityError(
            f"the first {head.size} entries are not those of checkpoint {latest.number}: something in them "
            "was changed; `inspections audit verify --live` says what"
        )
    tiles = list(tiles_of(tree.size))
    for done, tile in enumerate(tiles, 1):
        writer.file(tile.path, hashes_of(tile, tree))
        progress("tiles", done, len(tiles))
    return tree


async def _write_entries(
    stores: Stores, streams: Sequence[str], tree: Tree, writer: Writer, progress: Progress
) -> tuple[int, int]:
    """Write entries, the texts to which they refer, and proofs if it is of some streams."""
    entries, texts = Lines(writer, form.ENTRIES), Lines(writer, form.SEALED)
    positions: dict[str, list[int]] = {stream: [] for stream in streams}
    referred: set[bytes] = set()
    there: set[bytes] = set()
    pages = _some(stores, streams, tree.size) if streams else _all(stores, tree.size)
    async for page in pages:
        new: dict[bytes, None] = {}
        for entry in page:
            entries.line(entry.text, entry.position)
            new |= dict.fromkeys(bytes.fromhex(one.decode()) for one in sealed_in(entry.text.encode()))
            if streams:
                positions[entry.stream].append(entry.position)
        for kept in await stores.texts.kept([digest for digest in new if digest not in referred]):
            line = SealedLine(digest=kept.digest.hex(), salt=kept.salt.hex(), text=kept.text)
            texts.line(canonical_model(line), texts.written + 1)
            there.add(kept.digest)
        referred |= new.keys()
        progress("entries", page[-1].position, tree.size)
    entries.end()
    texts.end()
    await _write_erased(stores, referred - there, writer)
    for stream, where in positions.items():
        writer.file(f"{form.PROOFS}/{stream}.json", prove(stream, where, tree).text.encode())
    return entries.written, texts.written


async def _write_erased(stores: Stores, gone: Iterable[bytes], writer: Writer) -> None:
    """Write the records of texts that are gone. What is gone without one is missed by whoever examines it."""
    erased = Lines(writer, form.ERASED)
    recorded = await stores.erasures.of(sorted(digest.hex() for digest in gone))
    for line in sorted(erased_texts(recorded.values()), key=lambda one: one.digest):
        erased.line(canonical_model(line), erased.written + 1)
    erased.end()


async def _all(stores: Stores, size: int) -> AsyncIterator[Sequence[Entry]]:
    read = 0
    while read < size and (page := await stores.ledger.read_all(after=read, limit=min(PAGE, size - read))):
        yield page
        read = page[-1].position


async def _some(stores: Stores, streams: Sequence[str], size: int) -> AsyncIterator[Sequence[Entry]]:
    found = await stores.ledger.read_streams(streams)
    entries = sorted(entry for each in found.values() for entry in each if entry.position <= size)
    missing = set(streams) - {entry.stream for entry in entries}
    if missing:
        raise NotFoundError(
            f"{', '.join(sorted(missing))}: not in this ledger by its latest checkpoint; a newer one may "
            "have it (`inspections audit checkpoint`)"
        )
    for start in range(0, len(entries), PAGE):
        yield entries[start : start + PAGE]
