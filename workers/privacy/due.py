"""What has been kept for as long as the rules say, and is to be erased."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from domain.london import london_date, start_of_day
from domain.privacy import ErasureReason
from domain.retention import Kept, RetentionRules
from domain.rulebook import Rulebook
from domain.thematic import events as e
from domain.thematic.deadlines import deadlines
from domain.thematic.state import State
from domain.thematic.vocabulary import ReviewDeadline
from domain.values import PersonRef
from eventstore.erasures import Decision
from eventstore.folding import state_of
from eventstore.holdings import Holdings
from workers.privacy.places import letters_in, letters_to
from workers.settings import Settings
from workers.stores import Stores

SURVEY_DATA: Final = "survey_data"
"""That of thematic reviews. It lies with the inspectorates, so it is listed here and erased there."""


@dataclass(frozen=True, slots=True)
class Due:
    """Something that is kept no longer."""

    what: str
    """A text's digest, a person's reference, the name of a letter's file, or a review."""
    kept: str
    since: date
    due: date
    rule: str
    """The rule, and its version."""
    source: str
    sureness: str

    @property
    def here(self) -> bool:
        """Whether it can be erased from here."""
        return self.kept != SURVEY_DATA


async def all_due(stores: Stores, rules: Rulebook, settings: Settings, today: date) -> list[Due]:
    """List what is due for erasure today, by rule, the oldest first.

    Raises:
        NotFoundError: no rules were in force.
        IntegrityError: an entry of a thematic review cannot be read.
        UnavailableError: PostgreSQL cannot be reached.
    """
    retention = rules.retention_on(today)
    found = [
        *[one async for one in _unrecorded(stores, retention, today)],
        *[one async for one in _people(stores, retention, today)],
        *await asyncio.to_thread(_letters, settings, retention, today),
        *[one async for one in _surveys(stores, rules, today)],
    ]
    return sorted(found, key=lambda one: (one.kept, one.due, one.what))


async def erase_due(stores: Stores, settings: Settings, one: Due, decided_by: PersonRef) -> None:
    """Erase one thing that is due. What is not here stays.

    Raises:
        UnavailableError: PostgreSQL cannot be reached.
        OSError: a letter cannot be deleted.
    """
    decision = Decision(one.what, ErasureReason.RETENTION_OVER, decided_by, one.rule)
    match one.kept:
        case Kept.UNRECORDED_TEXTS:
            await stores.erasures.erase(decision, texts=[one.what])
        case Kept.PEOPLE_WHO_LEFT:
            for letter in letters_to(settings.notices_folder, one.what):
                letter.unlink(missing_ok=True)
            await stores.erasures.erase(decision, persons=[one.what])
        case Kept.NOTICE_COPIES:
            (settings.notices_folder / one.what).unlink(missing_ok=True)


async def _unrecorded(stores: Stores, rules: RetentionRules, today: date) -> AsyncIterator[Due]:
    for text in await Holdings(stores.pool).unrecorded(start_of_day(today)):
        if rules.due(Kept.UNRECORDED_TEXTS, london_date(text.since)) <= today:
            yield _due(rules, Kept.UNRECORDED_TEXTS, text.digest, london_date(text.since))


async def _people(stores: Stores, rules: RetentionRules, today: date) -> AsyncIterator[Due]:
    for person in await stores.directory.list():
        if person.left_on and rules.due(Kept.PEOPLE_WHO_LEFT, person.left_on) <= today:
            yield _due(rules, Kept.PEOPLE_WHO_LEFT, person.ref, person.left_on)


def _letters(settings: Settings, rules: RetentionRules, today: date) -> list[Due]:
    return [
        _due(rules, Kept.NOTICE_COPIES, letter.name, written)
        for letter, written in letters_in(settings.notices_folder)
        if rules.due(Kept.NOTICE_COPIES, written) <= today
    ]


def _due(rules: RetentionRules, kept: Kept, what: str, since: date) -> Due:
    rule = rules.months[kept]
    return Due(what, kept, since, rules.due(kept, since), rules.named(kept), rule.source, rule.sureness)


async def _surveys(stores: Stores, rules: Rulebook, today: date) -> AsyncIterator[Due]:
    """List the reviews whose survey data is to be deleted, by the deadlines that they live by."""
    streams = await stores.ledger.read_streams(tuple(await stores.ledger.stream_versions("THEMATIC-")))
    for name, entries in streams.items():
        state: State = state_of(name, entries)
        plan = state.one(e.ReviewPlanned)
        if plan is None:
            continue
        kept = rules.pinned_terms(plan.terms).survey_data_kept_months
        for one in deadlines(rules, state):
            begun = one.kind is ReviewDeadline.SURVEY_DATA_DELETION
            over = one.kind is ReviewDeadline.SURVEY_DATA_RETENTION and one.due <= today and not one.void
            if one.met_on is None and (begun or over):
                rule = f"survey_data_kept_months {plan.terms.version}"
                yield Due(name, SURVEY_DATA, one.origin_on, one.due, rule, kept.source, kept.sureness)
