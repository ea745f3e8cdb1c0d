"""The register of areas as a whole: read from the ledger, compared with a file, and what it is to be told."""

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from domain.area.matters import EntryMatter
from domain.area.register import code_on, has_begun, is_open, name_on, predecessors, successors
from domain.area.state import Entered, Polls, State, initial
from domain.area.vocabulary import CodeKind, PollsKind
from domain.streams import StreamKind
from domain.thematic.register import concerned
from domain.values import AreaCode, InspectionId, StreamName
from eventstore.envelope import Entry
from eventstore.folding import state_of
from eventstore.ledger import Ledger
from workers.reading import streams_of
from workers.reviews import Reviews
from workers.telling import Command, Telling


@dataclass(frozen=True, slots=True)
class Registered:
    """An area of which the ledger has a stream. It is in the register unless its entry was struck."""

    area: AreaCode
    version: int = 0
    state: State = field(default_factory=initial)
    once_set: frozenset[date] = frozenset()
    """General elections that were ever set, called off or not."""

    @property
    def entered(self) -> Entered | None:
        """The entry of the area, if it stands."""
        return self.state.one(Entered)


Register = Mapping[AreaCode, Registered]


async def read_register(ledger: Ledger) -> Register:
    """Read the streams of all areas.

    Raises:
        IntegrityError: an entry cannot be read.
        UnavailableError: the ledger cannot be reached.
    """
    areas = streams_of(ledger, StreamKind.AREA)
    return {area: _registered(area, entries) async for area, entries in areas}


def _registered(area: AreaCode, entries: Sequence[Entry]) -> Registered:
    state: State = state_of(area, entries)
    return Registered(area, len(entries), state, frozenset(_elections_set(entries)))


def _elections_set(entries: Sequence[Entry]) -> Iterator[date]:
    for entry in entries:
        event = entry.body.event
        if entry.type == "polls_set" and event["kind"] == PollsKind.GENERAL:
            yield date.fromisoformat(event["polls_on"])


def elections(register: Register) -> tuple[date, ...]:
    """List the days of the general elections that stand in any area."""
    known = (polls for one in register.values() for polls in one.state.all(Polls))
    return tuple(sorted({polls.on for polls in known if polls.kind is PollsKind.GENERAL}))


def strangers(
    registered: Container[AreaCode], inspections: Iterable[InspectionId], reviews: Reviews
) -> dict[AreaCode, tuple[StreamName, ...]]:
    """List the areas that are in no register, each with its inspections and then the reviews that touch it.

    Nobody keeps the cycle of such an area: what an outcome brings nobody plans, of a concern nobody hears.
    """
    found: dict[AreaCode, list[StreamName]] = defaultdict(list)
    for name in sorted(inspections):
        found[name.partition("-")[0]].append(name)
    for name, review in sorted(reviews.items()):
        for area in concerned(review):
            found[area].append(name)
    return {area: tuple(names) for area, names in sorted(found.items()) if area not in registered}


class Difference(NamedTuple):
    """What the register says of an area, and what a file says instead."""

    area: AreaCode
    what: str
    register: str
    file: str


def differences(known: Registered, row: EntryMatter, today: date) -> tuple[Difference, ...]:
    """List where a file contradicts the register about an area. The register is not changed by it."""
    state, entered = known.state, known.entered
    day = max(today, row.since or today)
    gss = {code.kind: code.value for code in row.codes}.get(CodeKind.GSS)
    told = (
        ("name", name_on(state, day), row.name),
        ("region", entered.region if entered else None, row.region),
        ("gss", code_on(state, CodeKind.GSS, day), gss),
        ("start_date", entered.since if entered else None, row.since),
        (
            "replaces",
            " ".join(sorted(one.area for one in predecessors(state))),
            " ".join(sorted(row.predecessors)),
        ),
    )
    return tuple(
        Difference(known.area, what, str(ours or ""), str(theirs or ""))
        for what, ours, theirs in told
        if ours != theirs
    )


def to_enter(register: Register, rows: Iterable[EntryMatter]) -> tuple[Telling, ...]:
    """Say what enters the areas of a file that are not in the register yet.

    Each area of the file also gets the general elections that the register knows and that it never had: also
    one that was entered when an earlier call was broken off.
    """
    known = elections(register)
    found = (_to_enter(register.get(row.area, Registered(row.area)), row, known) for row in rows)
    return tuple(one for one in found if one.commands)


def _to_enter(before: Registered, row: EntryMatter, known: Iterable[date]) -> Telling:
    entering = [] if before.entered else [_entering(row)]
    polls = [
        _polls(day)
        for day in known
        if day not in before.once_set
        and (is_open(before.state, day) if before.entered else has_begun(row, day))
    ]
    return Telling(before.area, before.version, (*entering, *polls))


def _entering(row: EntryMatter) -> Command:
    return {"type": "enter_area", **row.model_dump(mode="json", exclude={"area"})}


def to_poll(register: Register, day: date) -> tuple[Telling, ...]:
    """Say what sets a general election for every area that is open on its day and does not have it."""
    return tuple(
        Telling(one.area, one.version, (_polls(day),))
        for one in register.values()
        if is_open(one.state, day) and not _votes(one.state, day)
    )


def _polls(day: date) -> Command:
    return {"type": "set_polls", "polls_on": day.isoformat(), "kind": PollsKind.GENERAL.value}


def _votes(state: State, day: date) -> bool:
    return any((polls.on, polls.kind) == (day, PollsKind.GENERAL) for polls in state.all(Polls))


def to_replace(
    register: Register, old: Sequence[AreaCode], new: Sequence[AreaCode], since: date
) -> tuple[Telling, ...]:
    """Say what tells areas that others take their place. Whoever knows it already is told nothing."""
    replacing = {"type": "replace_area", "successors": list(new), "since": since.isoformat()}
    wanted = {(area, since) for area in new}
    return tuple(
        Telling(area, register[area].version, (replacing,))
        for area in old
        if {(kin.area, kin.since) for kin in successors(register[area].state)} != wanted
    )


def to_take_over(
    register: Register, old: Sequence[AreaCode], new: Sequence[AreaCode], since: date
) -> tuple[Telling, ...]:
    """Say what tells areas whose place they take. One that was entered with its predecessors knows it."""
    found = (_taking_over(register[area], old, since) for area in new)
    return tuple(one for one in found if one)


def _taking_over(known: Registered, old: Sequence[AreaCode], since: date) -> Telling | None:
    has = {kin.area for kin in predecessors(known.state)}
    missing = [area for area in old if area not in has]
    if not missing:
        return None
    taking = {"type": "take_over_areas", "predecessors": missing, "since": since.isoformat()}
    return Telling(known.area, known.version, (taking,))
