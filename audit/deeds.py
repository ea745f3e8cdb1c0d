"""An entry as an auditor asks for it: what was done and when, who decided it, and on whose authority."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from domain.actors import Actor, Recorder
from domain.area.events import EntryStruck
from domain.events import DomainEvent, Irregularity
from domain.inspection.events import MilestoneRectified
from domain.national.events import PauseStruck
from domain.streams import require_kind
from domain.thematic.events import ReviewEntryRectified
from eventstore.codecs import CODECS
from eventstore.envelope import Entry


@dataclass(frozen=True, slots=True)
class Correction:
    """What was put right: both values, and why. `now` is none if it never happened."""

    what: str
    was: datetime | None
    """None: what is struck names its day itself, or has none."""
    now: datetime | None
    reason: str


@dataclass(frozen=True, slots=True)
class Deed:
    """One entry, and what its event says of who and why."""

    entry: Entry
    happened_at: datetime
    decided_by: Actor
    recorded_by: Recorder
    irregular: Irregularity | None
    correction: Correction | None
    reason: str | None
    """The reason that was chosen from a list, where the event has one."""


def deed_of(entry: Entry) -> Deed:
    """Read an entry.

    Raises:
        IntegrityError: it cannot be read.
    """
    event: DomainEvent = CODECS[require_kind(entry.stream)].decode(entry)
    reason: Any = getattr(event, "reason", None)
    return Deed(
        entry=entry,
        happened_at=event.occurred_at,
        decided_by=event.decided_by,
        recorded_by=event.recorded_by,
        irregular=event.irregular,
        correction=_correction(event),
        reason=reason if isinstance(reason, str) else None,
    )


def _correction(event: DomainEvent) -> Correction | None:
    match event:
        case MilestoneRectified():
            about = f" ({event.subject})" if event.subject else ""
            return Correction(event.milestone + about, event.was, event.happened_at, event.reason)
        case ReviewEntryRectified():
            return Correction(str(event.entry), event.was, event.happened_at, event.reason)
        case EntryStruck():
            return Correction(str(event.entry), None, None, event.reason)
        case PauseStruck():
            return Correction(str(event.pause), None, None, event.reason)
        case _:
            return None
