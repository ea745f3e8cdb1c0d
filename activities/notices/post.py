"""The post: takes notices from the outbox, finds out to whom they go, and has them sent.

A notice is taken up by one at a time and given back with what became of it. If a process ends in between,
or alone is cut off from PostgreSQL for long, it is taken up anew after a while and may be sent a second time,
under the same name; otherwise never. So what has begun is brought to its end also when the post is closed
meanwhile.
"""

import asyncio
import hashlib
from collections.abc import Callable, Coroutine, Mapping, Sequence
from datetime import date, timedelta
from functools import reduce
from typing import Any, Final, NamedTuple, Protocol

from activities.commands import Interruption, go_on
from activities.notices.letters import Letter, Sender, UndeliverableError
from domain.errors import InspectionsError, IntegrityError, UnavailableError
from domain.inspection.events import Event
from domain.inspection.record import State
from domain.inspection.state import evolve, initial
from domain.london import london_date
from domain.notices.rules import because, hearings, puts_right
from domain.notices.seats import (
    PARTNERSHIP,
    Listed,
    Listing,
    Place,
    area_knows,
    holders,
    listing_for,
    listing_of,
)
from domain.notices.words import write
from domain.rulebook import Rulebook
from domain.values import BodyRef
from eventstore.codec import Codec
from eventstore.envelope import Entry
from eventstore.errors import RehearsalError
from eventstore.ledger import Ledger
from eventstore.outbox import Notice, Outbox, Taken

FIRST_PAUSE: Final = timedelta(seconds=5)
LONGEST_PAUSE: Final = timedelta(minutes=15)
FINISH_SECONDS: Final = 60.0
"""How long the post may go on with what it has begun when it is closed."""
_NOTE_AGAIN_SECONDS: Final = 0.5


class Somebody(Listed, Protocol):
    """Somebody as the directory knows him or her, with the address."""

    @property
    def name(self) -> str: ...

    @property
    def email(self) -> str | None: ...


class People(Protocol):
    """The directory, as far as the post needs it."""

    async def find(self, ref: str) -> Somebody | None: ...

    async def list(self, *, here_on: date) -> Sequence[Listed]: ...

    async def bodies(self) -> Mapping[BodyRef, str]: ...


class _Matter(NamedTuple):
    """What a notice is about."""

    entry: Entry
    event: Event
    before: tuple[Event, ...]
    then: State
    """The inspection with that event."""
    now: State

    @property
    def day(self) -> date:
        """The day on which it was recorded: whoever had left by then plays no part any more."""
        return london_date(self.entry.recorded_at)


class Post:
    """Sends what waits in the outbox."""

    def __init__(
        self,
        outbox: Outbox,
        ledger: Ledger,
        codec: Codec[Event],
        rules: Rulebook,
        people: People,
        sender: Sender,
        interruption: Interruption = go_on,
    ) -> None:
        """Put the post together.

        Raises:
            RehearsalError: the ledger is a rehearsal's, and the sender would write to people.
        """
        if ledger.rehearsal and sender.reaches_people:
            raise RehearsalError("a rehearsal writes to nobody; its notices can go into a folder only")
        self._outbox = outbox
        self._ledger = ledger
        self._codec = codec
        self._rules = rules
        self._people = people
        self._sender = sender
        self._at = interruption

    async def deliver(self) -> int:
        """Send what waits, and return how many notices were taken up.

        Raises:
            SenderAwayError: nothing can be sent at present. Everything waits.
            UnavailableError: PostgreSQL cannot be reached.
        """
        number = 0
        while (taken := await self._outbox.take()) is not None:
            number += 1
            await _to_its_end(self._deal_with(taken))
        return number

    async def _deal_with(self, taken: Taken) -> None:
        try:
            matter = await self._matter(taken.notice)
            place = Place.parse(taken.notice.recipient)
            if place is None:
                sent = await self._send(taken, matter)
                self._at("after sending")
                await _until_noted(lambda: self._outbox.sent(taken, hashlib.sha256(sent).digest()))
            else:
                await self._address(taken, place, matter)
        except UndeliverableError as error:
            problem = str(error)
            await _until_noted(lambda: self._outbox.failed(taken, problem))
        except InspectionsError as error:
            problem = str(error)
            await _until_noted(lambda: self._outbox.later(taken, problem, pause_after(taken.attempt)))
            if isinstance(error, UnavailableError):
                raise

    async def _matter(self, notice: Notice) -> _Matter:
        """Read what a notice is about.

        Raises:
            IntegrityError: this release cannot read the inspection.
        """
        entries = await self._ledger.read_stream(notice.inspection)
        events = [self._codec.decode(entry) for entry in entries]
        place = next(
            (number for number, entry in enumerate(entries) if entry.position == notice.position), None
        )
        if place is None:
            raise IntegrityError(f"{notice.inspection} has no event at position {notice.position}")
        then = reduce(evolve, events[: place + 1], initial())
        return _Matter(
            entry=entries[place],
            event=events[place],
            before=tuple(events[:place]),
            then=then,
            now=reduce(evolve, events[place + 1 :], then),
        )

    async def _address(self, taken: Taken, place: Place, matter: _Matter) -> None:
        if place.seat in PARTNERSHIP and not area_knows(matter.before, matter.event):
            await self._outbox.addressed(taken, (), {}, "the area was not notified at that time")
            return
        found = holders(place, matter.now, await self._people.list(here_on=matter.day))
        vacant = {one.text: _vacant(one, taken.notice.inspection, matter.now) for one in found.vacant}
        await self._outbox.addressed(taken, found.persons, vacant)

    async def _send(self, taken: Taken, matter: _Matter) -> bytes:
        notice = taken.notice
        person = await self._people.find(notice.recipient)
        if person is None:
            known = listing_of(notice.recipient, matter.now)
            raise UndeliverableError(
                f"the directory has nobody with the reference {notice.recipient}: "
                + _to_add(known, f"--ref {notice.recipient} ")
            )
        if person.email is None:
            raise UndeliverableError(
                f"the directory has no address: `inspections people change {notice.recipient} --email …`"
            )
        listed = await self._people.list(here_on=matter.day)
        seats = frozenset(
            one.seat
            for one in hearings(matter.event)
            if notice.recipient in holders(Place(one.seat), matter.now, listed).persons
        )
        words = write(
            notice.inspection,
            matter.event,
            matter.then,
            self._rules,
            bodies=await self._people.bodies(),
            recorded_at=matter.entry.recorded_at,
            corrected=puts_right(notice.reason),
            because=because(matter.event, notice.reason, seats),
        )
        letter = Letter(
            id=letter_id(notice, matter.entry.leaf),
            name=person.name,
            email=person.email,
            words=words,
            recorded_at=matter.entry.recorded_at,
        )
        return await self._sender.send(letter, again=taken.attempt > 1)


def _vacant(place: Place, inspection: str, state: State) -> str:
    """Say that nobody plays a part, and what to do about it."""
    listing = listing_for(place, state)
    if listing is None:
        return f"the team has no {place.words}: `inspections record {inspection} appoint_team`"
    return f"the directory has no {place.words}: {_to_add(listing)}"


def _to_add(listing: Listing | None, ref: str = "") -> str:
    role, organisation = listing or ("…", "…")
    return f"`inspections people add {ref}--name … --role {role} --organisation {organisation} --email …`"


def letter_id(notice: Notice, leaf: bytes) -> str:
    """Name a letter: position, recipient, reason, and of the event's digest what tells ledgers apart.

    Two installations that write to the same people must not use the same name for different letters.
    """
    return f"{notice.position}-{leaf[:8].hex()}.{notice.recipient}.{notice.reason}"


def pause_after(attempt: int) -> timedelta:
    """Say how long a notice waits after an attempt in vain: each time twice as long, up to a bound."""
    doubled: int = 2 ** min(attempt - 1, 20)
    return min(FIRST_PAUSE * doubled, LONGEST_PAUSE)


async def _until_noted(note: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Note what became of a notice, again and again if need be: what is not noted is done twice."""
    while True:
        try:
            return await note()
        except UnavailableError:
            await asyncio.sleep(_NOTE_AGAIN_SECONDS)


async def _to_its_end(doing: Coroutine[Any, Any, None]) -> None:
    """Do something to its end, also if whoever waits for it is cancelled, but then not for ever."""
    task = asyncio.ensure_future(doing)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task], timeout=FINISH_SECONDS)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        raise
