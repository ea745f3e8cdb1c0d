"""Examines entries in the order of the ledger, a part at a time: hashes, form, positions, times, versions.

Whether each body is one whole JSON object shows when it is read for the fold: to parse it twice takes long.
"""

import hashlib
from array import array
from dataclasses import dataclass, field

from audit.export_format import sealed_in
from audit.findings import MOST, Finding, Step
from audit.lines import NotComposedError, Place, is_instant, place_of
from audit.source import Block, Source


@dataclass(slots=True)
class Part:
    """What a part has of one stream."""

    first_version: int
    first_position: int
    version: int
    places: "array[int]" = field(default_factory=lambda: array("q"))


@dataclass(slots=True)
class Seen:
    """What was seen in a part. Several parts, one after the other, make one."""

    entries: int = 0
    first: Place | None = None
    last: Place | None = None
    streams: dict[str, Part] = field(default_factory=dict)
    spoilt: set[str] = field(default_factory=set)
    """Streams that cannot be folded, because something is missing or not readable in them."""
    sealed: dict[bytes, int] = field(default_factory=dict)
    """The digests of the sealed texts to which entries refer, with the position of the first that does."""
    findings: list[Finding] = field(default_factory=list)
    found: dict[Step, int] = field(default_factory=dict)

    def find(self, finding: Finding) -> None:
        """Note something that is wrong; of many of one kind the first are told."""
        self.found[finding.step] = number = self.found.get(finding.step, 0) + 1
        if number <= MOST:
            self.findings.append(finding)

    def find_all(self, findings: list[Finding]) -> None:
        """Note what was found elsewhere, and empty that list."""
        while findings:
            self.find(findings.pop(0))

    def add(self, later: "Seen", *, dense: bool) -> None:
        """Take what was seen in the part that follows."""
        untold = dict(later.found)
        for finding in later.findings:
            self.find(finding)
            untold[finding.step] -= 1
        for step, number in untold.items():
            self.found[step] += number
        if later.first:
            _follow(self, later.first, dense=dense)
            self.first, self.last = self.first or later.first, later.last
        self.entries += later.entries
        self.spoilt |= later.spoilt
        for digest, position in later.sealed.items():
            self.sealed.setdefault(digest, position)
        for stream, part in later.streams.items():
            known = self.streams.get(stream)
            if known is None:
                _require_version(self, stream, part.first_position, part.first_version, 0)
                self.streams[stream] = part
            else:
                _require_version(self, stream, part.first_position, part.first_version, known.version)
                known.version = part.version
                known.places.extend(part.places)


def examine_block(source: Source, block: Block) -> Seen:
    """Examine the entries of a part."""
    seen = Seen()
    of_source: list[Finding] = []
    _examine(seen, source, block, of_source)
    seen.find_all(of_source)
    return seen


def _examine(seen: Seen, source: Source, block: Block, of_source: list[Finding]) -> None:
    sha256 = hashlib.sha256
    for number, line in enumerate(source.lines(block, of_source), 1):
        seen.find_all(of_source)
        text = line.text
        seen.entries += 1
        try:
            place = place_of(text)
        except NotComposedError as error:
            where = f"{block.name}, line {number}"
            seen.find(Finding(Step.ENTRIES, str(error), _after(seen, block, source.dense), where))
            continue
        if sha256(b"\x00" + text).digest() != source.leaf(place.position):
            told = (
                f"the text is not the one that the tree has there (version {place.version} of {place.stream})"
            )
            seen.find(Finding(Step.ENTRIES, told, place.position))
        if b'"sealed":"' in text:
            for digest in sealed_in(text):
                seen.sealed.setdefault(bytes.fromhex(digest.decode()), place.position)
        _take(seen, place, line.place, dense=source.dense)


def _after(seen: Seen, block: Block, dense: bool) -> int | None:
    """Say at which position a text stands that does not say it itself, if that can be known."""
    return block.first + seen.entries - 1 if dense else None


def _take(seen: Seen, place: Place, where: tuple[int, ...], *, dense: bool) -> None:
    if seen.last is None:
        seen.first = place
    else:
        _follow(seen, place, dense=dense)
    if (seen.last is None or place.recorded_at != seen.last.recorded_at) and not is_instant(
        place.recorded_at
    ):
        seen.find(Finding(Step.ENTRIES, f"recorded_at is no time: {place.recorded_at}", place.position))
    seen.last = place
    part = seen.streams.get(place.stream)
    if part is None:
        part = seen.streams[place.stream] = Part(place.version, place.position, place.version)
    else:
        _require_version(seen, place.stream, place.position, place.version, part.version)
        part.version = place.version
    part.places.extend(where)


def _follow(seen: Seen, place: Place, *, dense: bool) -> None:
    """Check that an entry comes after the last one that was seen."""
    last = seen.last
    expected = last.position + 1 if last else 1
    if (place.position != expected) if dense else (place.position < expected):
        seen.find(
            Finding(Step.ORDER, _out_of_place(place.position, expected, last), min(place.position, expected))
        )
    if last and place.recorded_at < last.recorded_at:
        told = f"recorded at {place.recorded_at}, before position {last.position} at {last.recorded_at}"
        seen.find(Finding(Step.ORDER, told, place.position))


def _out_of_place(position: int, expected: int, last: Place | None) -> str:
    after = f"after position {last.position}" if last else "first"
    if position < expected:
        return f"position {position} comes {after}: it is there twice, or out of order"
    return f"position {expected} is missing: position {position} comes {after}"


def _require_version(seen: Seen, stream: str, position: int, version: int, last: int) -> None:
    if version != last + 1:
        seen.spoilt.add(stream)
        told = (
            f"version {version} of {stream} comes after version {last}"
            if last
            else (f"{stream} begins with version {version}")
        )
        seen.find(Finding(Step.ORDER, told, position))
