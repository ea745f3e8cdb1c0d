"""Writes an export beside its place, and puts it there only when it is whole."""

import hashlib
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from audit import export_format as form
from audit.export_format import FileMark
from domain.errors import MalformedError


class Writer:
    """Writes the files of one export and keeps by what each is known."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.marks: dict[str, FileMark] = {}

    def file(self, name: str, content: bytes) -> None:
        """Write a file."""
        path = self._folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        self.marks[name] = FileMark(size=len(content), sha256=hashlib.sha256(content).hexdigest())

    def manifest(self, text: str) -> None:
        """Write the file that names all others."""
        (self._folder / form.MANIFEST).write_bytes(text.encode())


class Lines:
    """Writes lines into files of `form.LINES` lines, each named by the number of its first one."""

    def __init__(self, writer: Writer, kind: str) -> None:
        self._writer = writer
        self._kind = kind
        self._lines: list[bytes] = []
        self._first = 0
        self.written = 0

    def line(self, text: str, number: int) -> None:
        """Write a line."""
        if not self._lines:
            self._first = number
        self._lines.append(text.encode() + b"\n")
        self.written += 1
        if len(self._lines) == form.LINES:
            self.end()

    def end(self) -> None:
        """End the file that is being written."""
        if self._lines:
            self._writer.file(f"{self._kind}/{self._first}.jsonl", b"".join(self._lines))
            self._lines.clear()


@contextmanager
def written_whole(folder: Path) -> Iterator[Writer]:
    """Write an export that is in its place only when the block has ended well. Its owner alone can open it.

    Raises:
        MalformedError: the place is taken.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise MalformedError(f"{folder} is not empty; accepted is a folder that is empty or not there yet")
    folder.parent.mkdir(parents=True, exist_ok=True)
    unfinished = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        yield Writer(unfinished)
        unfinished.replace(folder)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise
