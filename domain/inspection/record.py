"""What is on record of an inspection: the shape of its state."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from domain.actors import Role
from domain.handbook import DeadlineKind
from domain.inspection.vocabulary import (
    AreaForAction,
    Draft,
    DraftRef,
    InformationItem,
    TeamMember,
    TrackedChild,
)
from domain.values import (
    AreaCode,
    BodyRef,
    InspectionId,
    Inspectorate,
    Instant,
    Kind,
    MonitoringResult,
    Outcome,
    Period,
    PersonRef,
    Pin,
    Sha256,
    Value,
)

DeadlineKey = tuple[DeadlineKind, str | None]
"""What tells a deadline from the inspection's others: its kind, and what it is about."""


@dataclass(frozen=True, slots=True)
class Fact:
    """A milestone as it now stands on record.

    `version` is the inspection's version with which it was recorded, so that of two milestones one can
    say which was recorded first; `first_at` is the moment that was given then, rectified or not.

    It is made for nearly every event of a fold, out of what the event has validated: so it is no model.
    """

    version: int
    at: Instant
    first_at: Instant
    decided_by: PersonRef
    recorded_by: PersonRef


class Item(InformationItem):
    """An item of information, when it was asked for, and whether it has come."""

    version: int
    requested_at: Instant
    received_at: Instant | None = None


class Pause(Value):
    """One pause of fieldwork: until when it was agreed, and whether it is over."""

    version: int
    paused_at: Instant
    resume_by: date
    resumed_at: Instant | None = None


class Complaint(Value):
    """When a complaint was lodged."""

    version: int
    lodged_at: Instant


class Extension(Value):
    """A later day for a deadline. It holds for the run of the deadline in which it was given."""

    version: int
    to: date


class Voice(Value):
    """Somebody's word on a draft in the name of one inspectorate."""

    person: PersonRef
    inspectorate: Inspectorate
    draft: DraftRef


class Published(Value):
    """One published version of the report."""

    report_version: int
    draft: DraftRef
    sha256: Sha256
    address: str


@dataclass(frozen=True)
class State:
    """An inspection. `facts` holds the milestones that count now, by event type.

    One is made for each event of a fold, out of what the event has validated: so it is no model.
    """

    version: int = 0
    area: AreaCode | None = None
    kind: Kind = Kind.FULL
    follows: InspectionId | None = None
    scope: tuple[AreaForAction, ...] = ()
    notify_on: date | None = None
    on_site: Period | None = None
    bodies: tuple[BodyRef, ...] = ()
    school_holidays: tuple[Period, ...] = ()
    handbook: Pin | None = None
    calendar: Pin | None = None
    facts: dict[str, Fact] = field(default_factory=dict)
    team: tuple[TeamMember, ...] = ()
    left_the_team: tuple[PersonRef, ...] = ()
    information: dict[str, Item] = field(default_factory=dict)
    children: tuple[TrackedChild, ...] = ()
    pauses: tuple[Pause, ...] = ()
    evidence_open: bool = False
    draft: Draft | None = None
    drafts: int = 0
    approvals: dict[Inspectorate, DraftRef] = field(default_factory=dict)
    sign_offs: dict[Inspectorate, DraftRef] = field(default_factory=dict)
    voices: tuple[Voice, ...] = ()
    roles: dict[PersonRef, frozenset[Role]] = field(default_factory=dict)
    comments: int = 0
    complaints: dict[str, bool] = field(default_factory=dict)
    lodged: dict[str, Complaint] = field(default_factory=dict)
    polls: tuple[date, ...] = ()
    released: DraftRef | None = None
    published: tuple[Published, ...] = ()
    principal_authority: BodyRef | None = None
    extensions: dict[DeadlineKey, Extension] = field(default_factory=dict)
    warned: dict[DeadlineKey, date] = field(default_factory=dict)
    missed: dict[DeadlineKey, date] = field(default_factory=dict)

    def changed(self, change: dict[str, Any]) -> "State":
        """Return a copy in which some fields have other values.

        Faster than `dataclasses.replace`, which would set each of the others anew.
        """
        copy = object.__new__(State)
        object.__setattr__(copy, "__dict__", self.__dict__ | change)
        return copy

    def has(self, milestone: str) -> bool:
        """Say whether a milestone counts now."""
        return milestone in self.facts

    def at(self, milestone: str) -> Instant | None:
        """Return when a milestone happened, if it counts now."""
        fact = self.facts.get(milestone)
        return fact.at if fact else None

    def has_since(self, milestone: str, earlier: str) -> bool:
        """Say whether a milestone counts and was recorded after another that counts.

        So what settled one round (a comment, a complaint) does not settle the next.
        """
        return (
            milestone in self.facts
            and earlier in self.facts
            and (self.facts[milestone].version > self.facts[earlier].version)
        )

    @property
    def outcome(self) -> Outcome | None:
        """The outcome, once it is decided. A monitoring inspection has none."""
        return self.draft.findings.outcome if self.draft and self.has("outcome_decided") else None

    @property
    def result(self) -> MonitoringResult | None:
        """The result of a monitoring inspection, once it is decided. A full inspection has none."""
        return self.draft.findings.result if self.draft and self.has("outcome_decided") else None

    @property
    def paused_until(self) -> date | None:
        """The day until which fieldwork is paused, as agreed with the pause; none if it goes on."""
        if self.pauses and self.pauses[-1].resumed_at is None:
            return self.pauses[-1].resume_by
        return None

    @property
    def open_complaints(self) -> tuple[str, ...]:
        """References of the complaints that are not resolved."""
        return tuple(reference for reference, is_open in self.complaints.items() if is_open)
