"""What is proposed for a period, what could not be, and why."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from domain.handbook import Sureness
from domain.values import AreaCode, HandbookVersion, InspectionId, Kind, Period


class Why(StrEnum):
    """What a reason for a proposal is about."""

    BROUGHT_FORWARD = "brought_forward"
    DUE = "due"
    OVERDUE = "overdue"
    NEVER_INSPECTED = "never_inspected"
    WINDOW = "window"
    AFTER_WINDOW = "after_window"
    WEEK = "week"
    TERM_NOT_KNOWN = "term_not_known"
    BANK_HOLIDAY = "bank_holiday"
    PAUSED_BEFORE = "paused_before"
    NOTICE = "notice"
    EMBARGO = "embargo"


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason in words; if a handbook says it, the version that does and how sure that is."""

    why: Why
    says: str
    handbook: HandbookVersion | None = None
    sureness: Sureness | None = None


@dataclass(frozen=True, slots=True)
class Proposal:
    """An inspection that a coordinator can confirm as it is. `due` is none where no day asks for it."""

    inspection: InspectionId
    area: AreaCode
    kind: Kind
    notify_on: date
    on_site: Period
    due: date | None
    why: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class NotProposed:
    """An inspection for which the period has no week, and the rule that speaks against it."""

    area: AreaCode
    kind: Kind
    due: date | None
    rule: str
    because: str


@dataclass(frozen=True, slots=True)
class Programme:
    """The proposals in the order of their weeks, and what could not be proposed, the most urgent first."""

    proposals: tuple[Proposal, ...]
    not_proposed: tuple[NotProposed, ...]
