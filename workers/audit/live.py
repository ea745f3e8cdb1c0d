"""The database as it is, to be examined like an export. It can be sent to another process."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from typing import Any, Final, TypeVar

import asyncpg

from audit.export_format import LINES, ErasedLine, Numbered, SealedLine
from audit.findings import Finding, Step
from audit.source import Block, CommandLine, Line, Places, Statement
from domain.errors import IntegrityError
from eventstore.books import Head, amiss, commands_between, head_of
from eventstore.checkpoints import Checkpoints
from eventstore.envelope import Entry, verify_entry
from eventstore.erasures import Erasures
from eventstore.pool import open_pool
from eventstore.postgres import PostgresLedger
from eventstore.sealed import Kept, SealedTexts
from proof.merkle import Tree
from workers.privacy.erased_texts import erased_texts

_ENTRIES_AT_ONCE: Final = 4_000
_TEXTS_AT_ONCE: Final = 1_000
_COMMANDS_AT_ONCE: Final = 1_000

R = TypeVar("R")


class Live:
    """A database up to the head that it had when this was made. Each call opens a connection of its own.

    Nothing of it may be called where an event loop runs.
    """

    def __init__(self, database_url: str) -> None:
        """Ask how far the ledger has come.

        Raises:
            UnavailableError: PostgreSQL cannot be reached.
        """
        self._url = database_url
        self._head: Head = self._ask(head_of)
        self._leaves: dict[int, bytes] = {}

    @property
    def of(self) -> str:
        """What is examined, in words."""
        return "the database as it is"

    @property
    def steps(self) -> Sequence[Step]:
        """The steps that can be taken."""
        return [step for step in Step if step not in (Step.FILES, Step.PROOFS)]

    @property
    def dense(self) -> bool:
        """It has every position from 1 on."""
        return True

    @property
    def size(self) -> int:
        """How many entries the ledger has."""
        return self._head.position

    def statement(self, findings: list[Finding]) -> Statement:
        """Return the checkpoints and the keys that are stored."""
        try:
            issued = self._ask(lambda pool: Checkpoints(pool).all())
            keys = self._ask(lambda pool: Checkpoints(pool).keys())
        except IntegrityError as error:
            findings.append(Finding(Step.SIGNATURES, str(error)))
            return Statement(None, (), ())
        origin = issued[-1].checkpoint.head.origin if issued else None
        # Not by number: an earlier checkpoint that was cosigned late has a later number.
        issued.sort(key=lambda one: (one.checkpoint.head.size, one.number))
        return Statement(origin, keys, [Numbered(one.number, str(one.checkpoint)) for one in issued])

    def tree(self, findings: list[Finding]) -> Tree | None:
        """Put the tree together from the stored leaves."""
        try:
            return self._ask(lambda pool: Checkpoints(pool).tree(self.size))
        except IntegrityError as error:
            findings.append(Finding(Step.TREE, str(error)))
            return None

    def blocks(self) -> Sequence[Block]:
        """Name ranges of positions."""
        firsts = range(1, self.size + 1, LINES)
        return [Block(f"positions from {first}", first) for first in firsts]

    def lines(self, block: Block, findings: list[Finding]) -> Iterator[Line]:
        """Read a range, and compare each row with its text."""
        after, last = block.first - 1, min(block.first + LINES - 1, self.size)
        while after < last:
            page = self._page(after, min(_ENTRIES_AT_ONCE, last - after), last)
            self._leaves = {entry.position: entry.leaf for entry in page}
            for entry in page:
                try:
                    verify_entry(entry)
                except IntegrityError as error:
                    problem = str(error).removeprefix(f"position {entry.position}: ")
                    findings.append(Finding(Step.ENTRIES, problem, entry.position))
                yield Line(entry.text.encode())
            after = page[-1].position if page else last

    def _page(self, after: int, limit: int, last: int) -> list[Entry]:
        entries = self._ask(lambda pool: _ledger(pool).read_all(after=after, limit=limit))
        return [entry for entry in entries if entry.position <= last]

    def leaf(self, position: int) -> bytes | None:
        """Return the leaf that is stored in the row of an entry which was just read."""
        return self._leaves.get(position)

    def sealed_blocks(self) -> Sequence[str]:
        """Name ranges of digests: of each the first digit."""
        return [f"texts of which the digest begins with {digit}" for digit in "0123456789abcdef"]

    def sealed(self, block: str, findings: list[Finding]) -> Iterator[SealedLine]:  # noqa: ARG002
        """Read the texts of which the digest has this first digit."""
        digit = block[-1]
        after = bytes([int(digit, 16) * 16]) + bytes(31)
        while page := self._texts(after):
            for kept in page:
                if kept.digest.hex()[0] != digit:
                    return
                yield SealedLine(digest=kept.digest.hex(), salt=kept.salt.hex(), text=kept.text)
            after = page[-1].digest

    def _texts(self, after: bytes) -> list[Kept]:
        return self._ask(lambda pool: SealedTexts(pool).page(after, _TEXTS_AT_ONCE))

    def erased(self, findings: list[Finding]) -> Iterator[ErasedLine]:  # noqa: ARG002
        """Read the records of erased texts."""
        return erased_texts(self._ask(lambda pool: Erasures(pool).all()))

    def streams(self, places: Mapping[str, Places]) -> Iterator[tuple[str, list[bytes]]]:
        """Read streams again, up to the head."""
        found = self._ask(lambda pool: _ledger(pool).read_streams(list(places)))
        for stream, entries in found.items():
            yield stream, [entry.text.encode() for entry in entries if entry.position <= self.size]

    def command_blocks(self) -> Sequence[Block]:
        """Name ranges of the numbers of commands."""
        firsts = range(1, self._head.commands + 1, _COMMANDS_AT_ONCE)
        return [Block(f"commands from {first}", first) for first in firsts]

    def commands(self, block: Block) -> Iterator[CommandLine]:
        """Read a range of commands, each with the entries that lie where its events should be."""
        before, last = block.first - 1, min(block.first + _COMMANDS_AT_ONCE - 1, self._head.commands)
        for number, kept, events in self._ask(lambda pool: commands_between(pool, before, last)):
            yield CommandLine(
                number,
                kept.stream,
                kept.command_id,
                kept.digest.hex(),
                kept.request,
                kept.answer,
                events,
                kept.first_position,
            )

    def also(self, versions: Mapping[str, int], findings: list[Finding]) -> Mapping[Step, str]:  # noqa: ARG002
        """Compare the commands and the head with the entries."""
        for problem, position in self._ask(self._amiss):
            findings.append(Finding(Step.COMMANDS, problem, position))
        return {Step.COMMANDS: f"{self._head.commands:,} commands"}

    async def _amiss(self, pool: asyncpg.Pool) -> list[Any]:
        return [one async for one in amiss(pool, self._head)]

    def _ask(self, question: Callable[[asyncpg.Pool], Awaitable[R]]) -> R:
        async def ask() -> R:
            pool = await open_pool(self._url, maximum=1, timeout=600)
            try:
                return await question(pool)
            finally:
                await pool.close()

        return asyncio.run(ask())


def _ledger(pool: asyncpg.Pool) -> PostgresLedger:
    return PostgresLedger(pool, rehearsal=False)  # read only: whose time it is does not matter
