"""An export in a folder, to be examined without any server."""

import hashlib
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, TypeVar

from audit import export_format as form
from audit.export_format import Contents, ErasedLine, Numbered, SealedLine
from audit.findings import Finding, Step
from audit.proofs import examine_proofs
from audit.source import Block, CommandLine, Line, Places, Statement
from domain.errors import MalformedError, NotFoundError
from proof.checkpoints import Checkpoint
from proof.merkle import HASH_SIZE, Tree
from proof.notes import NoteError, PublicKey
from proof.tiles import WIDTH, Tile, hashes_of, tile_with, tiles_of

_LINES: Final = re.compile(rf"(?:{form.ENTRIES}|{form.SEALED}|{form.ERASED})/([1-9][0-9]{{0,18}})\.jsonl")
_NUMBERED: Final = re.compile(rf"{form.CHECKPOINTS}/([1-9][0-9]{{0,18}})")
_OPEN_AT_ONCE: Final = 200

L = TypeVar("L", SealedLine, ErasedLine)


class Folder:
    """An export. Every file but the manifest is held against the manifest when it is read."""

    def __init__(self, path: Path) -> None:
        """Read the manifest of an export.

        Raises:
            NotFoundError: there is no such folder.
        """
        if not path.is_dir():
            raise NotFoundError(
                f"{path} is no folder; accepted is one that `inspections audit export` has made"
            )
        self._path = path
        self._contents: Contents | None = None
        self._problem: str | None = None
        try:
            self._contents = _with_its_hashes(form.read_manifest((path / form.MANIFEST).read_bytes()))
        except OSError as error:
            self._problem = f"cannot be read: {error.strerror}"
        except MalformedError as error:
            self._problem = f"cannot be read: {error}"
        self._marks = (
            {}
            if self._contents is None
            else {name: (mark.size, mark.sha256) for name, mark in self._contents.files.items()}
        )
        self._tile: tuple[int, bytes] = (-1, b"")
        self._files: dict[int, int] = {}

    @property
    def of(self) -> str:
        """What is examined, in words."""
        if self._contents is None:
            return f"export {self._path}"
        whole = ", ".join(self._contents.streams or ()) or "the whole ledger"
        if self._contents.rehearsal:
            whole += " of a rehearsal"
        return f"export {self._path}: {whole}, made at {self._contents.made_at:%Y-%m-%d %H:%M} UTC"

    @property
    def steps(self) -> Sequence[Step]:
        """The steps that can be taken."""
        left_out = {Step.COMMANDS} if not self.dense else {Step.COMMANDS, Step.PROOFS}
        return [step for step in Step if step not in left_out]

    @property
    def dense(self) -> bool:
        """Whether it has every position from 1 on."""
        return self._contents is None or self._contents.streams is None

    @property
    def size(self) -> int:
        """How many entries the ledger had at the latest checkpoint."""
        return self._contents.size if self._contents else 0

    def statement(self, findings: list[Finding]) -> Statement:
        """Return policy and checkpoints."""
        if self._problem:
            findings.append(Finding(Step.FILES, self._problem, file=form.MANIFEST))
            return Statement(None, (), ())
        origin: str | None = None
        keys: list[PublicKey] = []
        if (raw := self._read(form.POLICY, findings)) is not None:
            try:
                policy, keys = form.read_policy(raw)
                origin = policy.origin
                if self._contents and self._contents.origin != origin:
                    told = f"says that the log is {self._contents.origin}, and the policy {origin}"
                    findings.append(Finding(Step.FILES, told, file=form.MANIFEST))
            except MalformedError as error:
                findings.append(Finding(Step.FILES, str(error), file=form.POLICY))
        return Statement(origin, keys, self._checkpoints(findings))

    def _checkpoints(self, findings: list[Finding]) -> Sequence[Numbered]:
        names = {int(found[1]): name for name in self._marks if (found := _NUMBERED.fullmatch(name))}
        notes = {
            number: raw.decode(errors="replace")
            for number, name in sorted(names.items())
            if (raw := self._read(name, findings)) is not None
        }
        # Not by number: an earlier checkpoint that was cosigned late has a later number.
        ordered = sorted((_size_of(note) or 0, number, note) for number, note in notes.items())
        latest = self._read(form.CHECKPOINT, findings)
        if latest is not None:
            note = latest.decode(errors="replace")
            if not ordered or ordered[-1][2] != note:
                told = f"is not the one in {form.CHECKPOINTS} that is over most entries"
                findings.append(Finding(Step.FILES, told, file=form.CHECKPOINT))
            if _size_of(note) != self.size:
                told = f"says that the ledger has {self.size} entries, and the latest checkpoint does not"
                findings.append(Finding(Step.FILES, told, file=form.MANIFEST))
        return [Numbered(number, note) for _, number, note in ordered]

    def tree(self, findings: list[Finding]) -> Tree | None:
        """Put the tree together from its leaves, and compare its other tiles with it."""
        if self._contents is None:
            return None
        tiles = {tile: self._hashes(tile, findings) for tile in tiles_of(self.size)}
        leaves = [hashes for tile, hashes in tiles.items() if tile.level == 0]
        if None in leaves:
            return None
        tree = Tree(hashes for hashes in leaves if hashes is not None)
        for tile, hashes in tiles.items():
            if tile.level and hashes is not None and hashes != hashes_of(tile, tree):
                told = "is not made of the hashes of the tiles below it"
                findings.append(Finding(Step.TREE, told, file=tile.path))
        return tree

    def _hashes(self, tile: Tile, findings: list[Finding]) -> bytes | None:
        hashes = self._read(tile.path, findings)
        if hashes is not None and len(hashes) != tile.width * HASH_SIZE:
            told = f"has {len(hashes)} bytes; {tile.width} hashes are {tile.width * HASH_SIZE}"
            findings.append(Finding(Step.TREE, told, file=tile.path))
            return None
        return hashes

    def blocks(self) -> Sequence[Block]:
        """Name the files of entries."""
        return [Block(name, number) for number, name in self._numbered(form.ENTRIES)]

    def lines(self, block: Block, findings: list[Finding]) -> Iterator[Line]:
        """Read a file of entries."""
        offset = 0
        for text in _lines_of(self._read(block.name, findings)):
            yield Line(text, (block.first, offset, len(text)))
            offset += len(text) + 1

    def leaf(self, position: int) -> bytes | None:
        """Return the leaf of an entry, from its tile."""
        if not 0 < position <= self.size:
            return None
        tile = tile_with(position - 1, self.size)
        if self._tile[0] != tile.number:
            try:
                self._tile = tile.number, (self._path / tile.path).read_bytes()
            except OSError:  # told where all tiles are read
                self._tile = tile.number, b""
        place = (position - 1) % 256 * HASH_SIZE
        return self._tile[1][place : place + HASH_SIZE]

    def sealed_blocks(self) -> Sequence[str]:
        """Name the files of sealed texts."""
        return [name for _, name in self._numbered(form.SEALED)]

    def sealed(self, block: str, findings: list[Finding]) -> Iterator[SealedLine]:
        """Read a file of sealed texts."""
        return self._each(block, form.read_sealed, findings)

    def erased(self, findings: list[Finding]) -> Iterator[ErasedLine]:
        """Read the records of erased texts."""
        for _, name in self._numbered(form.ERASED):
            yield from self._each(name, form.read_erased, findings)

    def _each(self, name: str, read: Callable[[bytes], L], findings: list[Finding]) -> Iterator[L]:
        for number, line in enumerate(_lines_of(self._read(name, findings)), 1):
            try:
                yield read(line)
            except MalformedError as error:
                findings.append(Finding(Step.SEALED, str(error), file=f"{name}, line {number}"))

    def streams(self, places: Mapping[str, Places]) -> Iterator[tuple[str, list[bytes]]]:
        """Read the entries of streams again, each where it lies."""
        for stream, where in places.items():
            each = zip(where[::3], where[1::3], where[2::3], strict=True)
            yield stream, [os.pread(self._file(block), length, offset) for block, offset, length in each]

    def command_blocks(self) -> Sequence[Block]:
        """An export has no commands."""
        return ()

    def commands(self, block: Block) -> Iterator[CommandLine]:  # noqa: ARG002  there are none
        """An export has no commands."""
        return iter(())

    def also(self, versions: Mapping[str, int], findings: list[Finding]) -> Mapping[Step, str]:
        """Look for files that should not be there, and check the proofs of an extract."""
        if self._contents is None:
            return {}
        there = {
            str((Path(folder) / name).relative_to(self._path))
            for folder, _, names in os.walk(self._path)
            for name in names
        }
        added = sorted(there - self._marks.keys() - {form.MANIFEST})
        findings += [Finding(Step.FILES, "is not in the manifest", file=name) for name in added]
        tiles = {tile.path for tile in tiles_of(self.size)}
        proofs = {f"{form.PROOFS}/{stream}.json": stream for stream in self._contents.streams or ()}
        known = {form.POLICY, form.CHECKPOINT} | tiles | proofs.keys()
        foreign = (name for name in sorted(self._marks.keys() - known) if not _is_numbered(name))
        findings += [Finding(Step.FILES, "is no part of an export", file=name) for name in foreign]
        looked_at = {Step.FILES: f"{len(self._marks) + 1:,} files"}
        if not self.dense:
            for name, stream in proofs.items():
                raw = self._read(name, findings)
                if raw is not None:
                    findings += examine_proofs(
                        raw, name, stream, versions.get(stream, 0), self.leaf, self._latest()
                    )
            looked_at[Step.PROOFS] = "1 stream" if len(proofs) == 1 else f"{len(proofs):,} streams"
        return looked_at

    def _latest(self) -> Checkpoint | None:
        try:
            return Checkpoint.read((self._path / form.CHECKPOINT).read_text())
        except (OSError, ValueError):  # told where checkpoints are read
            return None

    def _read(self, name: str, findings: list[Finding]) -> bytes | None:
        """Read a file, and say so if it is not the one that the manifest names."""
        mark = self._marks.get(name)
        if mark is None:
            findings.append(Finding(Step.FILES, "is not in the manifest, and should be", file=name))
            return None
        try:
            raw = (self._path / name).read_bytes()
        except OSError as error:
            findings.append(Finding(Step.FILES, f"cannot be read: {error.strerror}", file=name))
            return None
        size, sha256 = mark
        if len(raw) != size:
            told = f"has {len(raw)} bytes; the manifest says {size}"
            findings.append(Finding(Step.FILES, told, file=name))
        elif hashlib.sha256(raw).hexdigest() != sha256:
            findings.append(
                Finding(Step.FILES, "is damaged: it has not the SHA-256 of the manifest", file=name)
            )
        return raw

    def _numbered(self, kind: str) -> list[tuple[int, str]]:
        return sorted(
            (int(found[1]), name)
            for name in self._marks
            if name.startswith(f"{kind}/") and (found := _LINES.fullmatch(name))
        )

    def _file(self, block: int) -> int:
        found = self._files.get(block)
        if found is None:
            while len(self._files) >= _OPEN_AT_ONCE:
                os.close(self._files.pop(next(iter(self._files))))
            found = os.open(self._path / form.ENTRIES / f"{block}.jsonl", os.O_RDONLY)
            self._files[block] = found
        return found


def _with_its_hashes(contents: Contents) -> Contents:
    """Refuse a size that would take more tiles than there are files: to name them all would take for ever."""
    if contents.size > len(contents.files) * WIDTH:
        raise MalformedError(f"it says that there are {contents.size} entries, and has no hashes for so many")
    return contents


def _is_numbered(name: str) -> bool:
    return bool(_LINES.fullmatch(name) or _NUMBERED.fullmatch(name))


def _lines_of(raw: bytes | None) -> list[bytes]:
    if not raw:
        return []
    lines = raw.split(b"\n")
    return lines if lines[-1] else lines[:-1]


def _size_of(note: str) -> int | None:
    try:
        return Checkpoint.read(note).head.size
    except NoteError:  # told where signatures are checked
        return None
