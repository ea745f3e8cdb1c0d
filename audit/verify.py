"""Examines a ledger, exported or live: is it what was signed, and does it make sense?"""

import itertools
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Sized
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final, TypeVar

from audit.blocks import Seen, examine_block
from audit.commands import examine_commands
from audit.findings import Examined, Finding, Report, Step, first_of
from audit.folds import fold_streams
from audit.roots import examine_roots
from audit.sealed import examine_sealed
from audit.signatures import Trust, examine_kept, examine_signatures
from audit.source import Places, Source, Statement
from audit.spread import Spread, spread
from proof.checkpoints import Checkpoint
from proof.merkle import Tree
from proof.notes import PublicKey

FEW: Final = 20_000
"""Entries that one process has examined before others have started."""

STREAMS_AT_ONCE: Final = 500

Progress = Callable[[str, int, int], None]
"""Told what is being done, how much of it is done, and out of how much."""

R = TypeVar("R")

_NONE_SIGNED: Final = "No checkpoint has been issued yet, so nothing is signed."
_MISSING: Final = "is missing, and no erasure of it is recorded"
_EXTRACT: Final = (
    "This is of some streams only. It shows that what is in it is in the ledger; it cannot show that these "
    "streams have no later entries."
)


@dataclass(frozen=True, slots=True)
class Brought:
    """What the auditor brings from elsewhere: public keys that count, and checkpoints kept from before."""

    keys: Sequence[PublicKey] = ()
    checkpoints: Mapping[str, str] = field(default_factory=dict)
    """The notes, by the names of the files."""


def verify(source: Source, brought: Brought, progress: Progress) -> Report:
    """Examine a ledger in all respects. What is wrong is in the report; nothing is raised for it."""
    began = time.perf_counter()
    examination = _Examination(source, brought, progress)
    with spread(source, alone=source.size <= FEW) as spreading:
        examination.run(spreading)
    return Report(source.of, examination.told(), tuple(examination.remarks), time.perf_counter() - began)


class _Examination:
    """One examination: what was found so far, and what was looked at."""

    def __init__(self, source: Source, brought: Brought, progress: Progress) -> None:
        self._source = source
        self._brought = brought
        self._progress = progress
        self._findings: list[Finding] = []
        self._untold: dict[Step, int] = {}
        self._looked_at: dict[Step, str] = {}
        self._seconds: dict[Step, float] = {}
        self.remarks: list[str] = []

    def run(self, spreading: Spread) -> None:
        """Take all steps, so far as each can be taken."""
        source, found = self._source, self._findings
        statement = source.statement(found)
        with self._timed(Step.SIGNATURES):
            trust = self._signatures(statement)
        blocks = source.blocks()
        examined = spreading(examine_block, blocks)  # goes on while the tree is made
        with self._timed(Step.TREE):
            self._progress("reading hashes", 0, 1)
            tree = source.tree(found)
            if tree:
                self._tree(tree, trust)
        with self._timed(Step.ENTRIES):
            seen = self._entries(self._shown("entries", examined, blocks))
        with self._timed(Step.SEALED):
            self._sealed(spreading, seen)
        with self._timed(Step.FOLD):
            self._fold(spreading, seen)
        with self._timed(Step.COMMANDS):
            self._commands(spreading)
        self._looked_at |= source.also({name: part.version for name, part in seen.streams.items()}, found)
        if tree:
            with self._timed(Step.CONSISTENCY):
                self._consistency(tree, trust, statement.origin)
        if not source.dense:
            self.remarks.append(_EXTRACT)

    def told(self) -> tuple[Examined, ...]:
        """Return what each step came to."""
        return tuple(self._told(step) for step in self._source.steps)

    def _told(self, step: Step) -> Examined:
        findings = [one for one in self._findings if one.step is step]
        found = len(findings) + self._untold.get(step, 0)
        seconds = self._seconds.get(step)
        return Examined(step, self._looked_at.get(step), tuple(first_of(findings)), found, seconds)

    def _signatures(self, statement: Statement) -> Trust:
        trust = examine_signatures(statement, self._brought.keys, self._findings)
        self.remarks += trust.remarks
        if not statement.checkpoints and not self._findings:
            self.remarks.append(_NONE_SIGNED)
        if statement.origin or not self._findings:
            self._looked_at[Step.SIGNATURES] = _count(statement.checkpoints, "checkpoint")
        return trust

    def _tree(self, tree: Tree, trust: Trust) -> None:
        latest = trust.checkpoints[-1:]
        self._findings += examine_roots(Step.TREE, tree, latest, _heads(trust))
        self._looked_at[Step.TREE] = _number(tree.size, "leaf", "leaves")
        if latest and self._source.size > (signed := latest[0][1].head.size):
            since = _number(self._source.size - signed, "entry", "entries")
            self.remarks.append(f"{since} after {latest[0][0]}: not signed yet.")

    def _entries(self, examined: Iterable[Seen]) -> Seen:
        seen = Seen()
        for one in examined:
            seen.add(one, dense=self._source.dense)
        last = seen.last.position if seen.last else 0
        if self._source.dense and last < self._source.size:
            missing = last + 1
            seen.find(Finding(Step.ORDER, f"position {missing} and what comes after it are missing", missing))
        self._findings += seen.findings
        for finding in seen.findings:
            seen.found[finding.step] -= 1
        self._untold = seen.found
        self._looked_at[Step.ENTRIES] = _number(seen.entries, "entry", "entries")
        self._looked_at[Step.ORDER] = _count(seen.streams, "stream")
        return seen

    def _sealed(self, spreading: Spread, seen: Seen) -> None:
        blocks = self._source.sealed_blocks()
        there: set[bytes] = set()
        for texts in self._shown("sealed texts", spreading(examine_sealed, blocks), blocks):
            there |= texts.digests
            self._findings += texts.findings
        gone = seen.sealed.keys() - there
        erased = {bytes.fromhex(one.digest) for one in self._source.erased(self._findings)}
        self._findings += [
            Finding(Step.SEALED, f"the text with digest {digest.hex()} {_MISSING}", seen.sealed[digest])
            for digest in sorted(gone - erased, key=seen.sealed.__getitem__)
        ]
        self._looked_at[Step.SEALED] = f"{_count(there, 'text')}, {len(gone & erased):,} erased"

    def _commands(self, spreading: Spread) -> None:
        blocks = self._source.command_blocks()
        for findings in self._shown("commands", spreading(examine_commands, blocks), blocks):
            self._findings += findings

    def _fold(self, spreading: Spread, seen: Seen) -> None:
        whole = {name: part.places for name, part in seen.streams.items() if name not in seen.spoilt}
        groups = _groups(whole)
        events = 0
        for folded in self._shown("folding streams", spreading(fold_streams, groups), groups):
            events += folded.events
            self._findings += folded.findings
        self._looked_at[Step.FOLD] = f"{_count(whole, 'stream')}, {_number(events, 'event', 'events')}"
        if seen.spoilt:
            left_out = ", ".join(sorted(seen.spoilt)[:3]) + (" …" if len(seen.spoilt) > 3 else "")
            self.remarks.append(f"Not folded, because something is missing in them: {left_out}.")

    def _consistency(self, tree: Tree, trust: Trust, origin: str | None) -> None:
        kept = [
            (name, checkpoint)
            for name, note in self._brought.checkpoints.items()
            if (checkpoint := examine_kept(name, note, trust, origin, self._findings))
        ]
        older = [*trust.checkpoints[:-1], *kept]
        known = [*_heads(trust), *(checkpoint for _, checkpoint in kept)]
        self._findings += examine_roots(Step.CONSISTENCY, tree, older, known)
        brought = len(self._brought.checkpoints)
        within = _number(len(older) - len(kept), "older checkpoint", "older checkpoints")
        self._looked_at[Step.CONSISTENCY] = f"{within}, {brought} kept elsewhere"

    def _shown(self, what: str, results: Iterable[R], tasks: Sized) -> Iterator[R]:
        self._progress(what, 0, len(tasks))
        for done, result in enumerate(results, 1):
            yield result
            self._progress(what, done, len(tasks))

    @contextmanager
    def _timed(self, step: Step) -> Iterator[None]:
        began = time.perf_counter()
        yield
        self._seconds[step] = time.perf_counter() - began


def _heads(trust: Trust) -> list[Checkpoint]:
    return [checkpoint for _, checkpoint in trust.checkpoints]


def _groups(streams: Mapping[str, Places]) -> Sequence[Mapping[str, Places]]:
    each = iter(streams.items())
    groups: list[Mapping[str, Places]] = []
    while group := dict(itertools.islice(each, STREAMS_AT_ONCE)):
        groups.append(group)
    return groups


def _count(many: Sized, what: str) -> str:
    return _number(len(many), what, f"{what}s")


def _number(count: int, one: str, more: str) -> str:
    return f"{count:,} {one if count == 1 else more}"
