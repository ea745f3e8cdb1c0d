"""Where entries come from: an export, or the database itself. What examines them does not care."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, Protocol
from uuid import UUID

from audit.export_format import ErasedLine, Numbered, SealedLine
from audit.findings import Finding, Step
from proof.merkle import Tree
from proof.notes import PublicKey

Places = Sequence[int]
"""Where a source finds the entries of a stream again, in numbers that only it can read."""


class Line(NamedTuple):
    """The text of an entry, and where the source finds it again."""

    text: bytes
    place: tuple[int, ...] = ()


class CommandLine(NamedTuple):
    """A command as it is kept, and the entries that lie where it says that its events are."""

    number: int
    stream: str
    command_id: UUID
    digest: str
    request: str
    answer: str
    events: tuple[tuple[int, str, str], ...]
    """Of each its version, its type and its text."""
    first_position: int | None


class Statement(NamedTuple):
    """What is said of the ledger, and by whose keys."""

    origin: str | None
    keys: Sequence[PublicKey]
    checkpoints: Sequence[Numbered]


class Block(NamedTuple):
    """A part of the entries that is examined at a time."""

    name: str
    first: int
    """The position with which it begins."""


class Source(Protocol):
    """Gives what is to be examined, and examines what only it has. It can be sent to another process.

    What cannot be read becomes a finding in the list that a method is given, never an error.
    """

    @property
    def of(self) -> str:
        """What is examined, in words."""
        ...

    @property
    def steps(self) -> Sequence[Step]:
        """The steps that can be taken."""
        ...

    @property
    def dense(self) -> bool:
        """Whether it has every position from 1 on."""
        ...

    @property
    def size(self) -> int:
        """How many entries the ledger has, or had at the latest checkpoint of an export."""
        ...

    def statement(self, findings: list[Finding]) -> Statement:
        """Return what is said of the ledger."""
        ...

    def tree(self, findings: list[Finding]) -> Tree | None:
        """Return the tree over all leaves, or nothing if they are not all there."""
        ...

    def blocks(self) -> Sequence[Block]:
        """Name the parts in which the entries are examined."""
        ...

    def lines(self, block: Block, findings: list[Finding]) -> Iterator[Line]:
        """Read the entries of a part."""
        ...

    def leaf(self, position: int) -> bytes | None:
        """Return the leaf of an entry, if it is there."""
        ...

    def sealed_blocks(self) -> Sequence[str]:
        """Name the parts in which sealed texts are examined."""
        ...

    def sealed(self, block: str, findings: list[Finding]) -> Iterator[SealedLine]:
        """Read the sealed texts of a part."""
        ...

    def erased(self, findings: list[Finding]) -> Iterator[ErasedLine]:
        """Read the records of erased texts. What was there when the texts were read is recorded by now."""
        ...

    def streams(self, places: Mapping[str, Places]) -> Iterator[tuple[str, list[bytes]]]:
        """Read the entries of streams again, each stream whole and in order."""
        ...

    def command_blocks(self) -> Sequence[Block]:
        """Name the parts in which commands are examined; none where there are no commands."""
        ...

    def commands(self, block: Block) -> Iterator[CommandLine]:
        """Read the commands of a part."""
        ...

    def also(self, versions: Mapping[str, int], findings: list[Finding]) -> Mapping[Step, str]:
        """Examine what only this source has.

        Args:
            versions: for each stream the last version that was seen.
            findings: what is wrong is added to it.

        Returns:
            For each step that is its own, how much was looked at.
        """
        ...
