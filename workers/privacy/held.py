"""What is held about somebody, or in connection with a text or a stream."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from domain.errors import NotFoundError
from domain.london import london_date
from domain.privacy import Subject, SubjectKind
from domain.values import SealedText, Sha256
from eventstore.envelope import Entry
from eventstore.erasures import Erasure
from eventstore.holdings import Holdings, NoticeTo
from eventstore.ledger import CommandRecord
from eventstore.mentions import places_of, sealed_in
from eventstore.people import Person
from workers.stores import Stores

_GIVES: Final = {"decided_by.person", "recorded_by.person"}


@dataclass(frozen=True, slots=True)
class InEvent:
    """An event that names the subject, or belongs to it."""

    stream: str
    version: int
    type: str
    on: date
    named_as: tuple[str, ...]
    """The fields in which the subject stands, such as `decided_by.person`."""


@dataclass(frozen=True, slots=True)
class InCommand:
    """A command that names the subject, or belongs to it."""

    stream: str
    command_id: UUID
    recorded_at: datetime
    refused: bool
    named_as: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HeldText:
    """A sealed text to which an event or a command refers."""

    digest: Sha256
    where: str
    given: bool
    """Whether the subject gave it. Otherwise it stands where he or she is named, or belongs to the stream."""
    text: str | None
    erasure: Erasure | None


@dataclass(frozen=True, slots=True)
class Held:
    """All that is held. What was erased is listed with the record of it."""

    subject: Subject
    person: Person | None
    erasure: Erasure | None
    """That the person was erased from the directory."""
    events: tuple[InEvent, ...]
    commands: tuple[InCommand, ...]
    texts: tuple[HeldText, ...]
    notices: tuple[NoticeTo, ...]


async def held(stores: Stores, subject: Subject) -> Held:
    """Gather what is held. Reads the whole ledger.

    Raises:
        NotFoundError: nothing is.
        IntegrityError: an entry or a text is not what it claims to be.
        UnavailableError: PostgreSQL cannot be reached.
    """
    holdings = Holdings(stores.pool)
    entries, commands = await _records(stores, holdings, subject)
    person = await stores.directory.find(subject.name) if subject.kind is SubjectKind.PERSON else None
    found = Held(
        subject=subject,
        person=person,
        erasure=(await stores.erasures.of([subject.name])).get(subject.name),
        events=tuple(_in_event(subject, entry) for entry in entries),
        commands=tuple(_in_command(subject, one) for one in commands),
        texts=await _texts(stores, holdings, subject, entries, commands),
        notices=tuple(await holdings.notices_to(subject.name)),
    )
    if not (found.person or found.erasure or entries or commands or found.texts or found.notices):
        raise NotFoundError(f"nothing is held of {subject.name}")
    return found


async def _records(
    stores: Stores, holdings: Holdings, subject: Subject
) -> tuple[list[Entry], list[CommandRecord]]:
    if subject.kind is SubjectKind.STREAM:
        return await stores.ledger.read_stream(subject.name), await stores.ledger.commands(subject.name)
    return await holdings.entries_naming(subject.name), await holdings.commands_naming(subject.name)


def _in_event(subject: Subject, entry: Entry) -> InEvent:
    event = entry.body.event
    return InEvent(
        stream=entry.stream,
        version=entry.version,
        type=entry.type,
        on=london_date(datetime.fromisoformat(event["occurred_at"])),
        named_as=tuple(places_of(subject.name, event)),
    )


def _in_command(subject: Subject, one: CommandRecord) -> InCommand:
    return InCommand(
        stream=one.stream,
        command_id=one.command_id,
        recorded_at=one.recorded_at,
        refused=one.refused,
        named_as=tuple(places_of(subject.name, _command_of(one))),
    )


def _command_of(one: CommandRecord) -> Any:
    return json.loads(one.request).get("command")


async def _texts(
    stores: Stores,
    holdings: Holdings,
    subject: Subject,
    entries: Sequence[Entry],
    commands: Sequence[CommandRecord],
) -> tuple[HeldText, ...]:
    """List each text once: where the ledger refers to it, otherwise in the command that was refused."""
    documents = [(f"{one.stream} version {one.version}", one.body.event) for one in entries]
    documents += [(f"{one.stream} command {one.command_id}", _command_of(one)) for one in commands]
    found: dict[Sha256, tuple[str, bool]] = {}
    for where, document in documents:
        for digest, at, given in _referred(subject, document):
            found.setdefault(digest, (f"{where}: {at}", given))
    if subject.kind is SubjectKind.TEXT:
        for kept in await holdings.texts([subject.name]):
            found.setdefault(kept.digest, (f"sealed for {kept.sealed_for}", False))
    opened = await stores.texts.open_many([SealedText(sealed=digest) for digest in found])
    erased = await stores.erasures.of(found)
    return tuple(
        HeldText(digest, where, given, opened[SealedText(sealed=digest)], erased.get(digest))
        for digest, (where, given) in found.items()
    )


def _referred(subject: Subject, document: Any) -> Iterator[tuple[Sha256, str, bool]]:
    given = bool(_GIVES & set(places_of(subject.name, document)))
    for at, digest in sealed_in(document):
        if subject.kind is not SubjectKind.TEXT or digest == subject.name:
            yield digest, at, given


def still_there(texts: Iterable[HeldText]) -> tuple[HeldText, ...]:
    """Return those that can be read."""
    return tuple(one for one in texts if one.text is not None)
