"""Erasing: what of a subject goes, what is left of it elsewhere, and doing it."""

import asyncio
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from domain.errors import MalformedError
from domain.privacy import SubjectKind
from domain.values import PersonRef
from eventstore.erasures import Decision
from workers.privacy.held import Held, HeldText, still_there
from workers.privacy.places import Place, letters_to, published_with, remaining
from workers.settings import Settings
from workers.stores import Stores


@dataclass(frozen=True, slots=True)
class Plan:
    """What an erasure takes away, and where copies stay for a time."""

    persons: tuple[PersonRef, ...]
    texts: tuple[HeldText, ...]
    letters: tuple[Path, ...]
    remaining: tuple[Place, ...]

    @property
    def empty(self) -> bool:
        """Whether nothing is left to erase."""
        return not (self.persons or self.texts or self.letters)


async def plan_of(found: Held, *, with_texts: bool, settings: Settings, today: date) -> Plan:
    """Say what is erased of a subject.

    Of a person: the entry in the directory and the letters to him or her; the texts only if it is asked for,
    because most of what people wrote is about others. Of a child: the texts of the events that name it. Of a
    stream: its texts, if they are asked for.

    Raises:
        MalformedError: a stream without its texts, which cannot be erased.
    """
    kind = found.subject.kind
    if kind is SubjectKind.STREAM and not with_texts:
        raise MalformedError(
            f"{found.subject.name} itself is in the ledger, which forgets nothing; accepted is --texts, "
            "to erase its texts"
        )
    texts = still_there(found.texts) if with_texts or kind is not SubjectKind.PERSON else ()
    letters: list[Path] = []
    words = [one.text for one in texts if one.text]
    if kind is SubjectKind.PERSON:
        letters = await asyncio.to_thread(letters_to, settings.notices_folder, found.subject.name)
    if found.person:
        words += [found.person.name, found.person.email or ""]
    pages = await asyncio.to_thread(published_with, settings.publication_dir, words)
    return Plan(
        persons=(found.person.ref,) if found.person else (),
        texts=texts,
        letters=tuple(letters),
        remaining=remaining(settings, pages, today),
    )


async def carry_out(stores: Stores, plan: Plan, decision: Decision) -> None:
    """Erase what a plan says: letters first, so that what was broken off is found again by their person.

    Raises:
        UnavailableError: PostgreSQL cannot be reached.
        OSError: a letter cannot be deleted.
    """
    for letter in plan.letters:
        letter.unlink(missing_ok=True)
    if plan.persons or plan.texts:
        digests = [one.digest for one in plan.texts]
        await stores.erasures.erase(decision, texts=digests, persons=plan.persons)


async def require_decider(stores: Stores, decided_by: PersonRef, subject: str | None = None) -> None:
    """Refuse a decision after which the record would name nobody.

    Raises:
        MalformedError: the directory does not have the reference, or is to lose it by this.
    """
    if decided_by == subject:
        raise MalformedError(
            f"--decided-by {decided_by} is to be erased, and the record would name nobody; accepted is "
            "somebody else"
        )
    if await stores.directory.find(decided_by) is None:
        raise MalformedError(
            f"--decided-by {decided_by} is not in the directory; accepted is somebody whom "
            "`inspections people list` names"
        )
