"""A deadline, whatever it is about: how it stands, and what of a register of deadlines comes next.

Each aggregate lists its own kinds of deadline and derives them from its state; they are never stored. A
deadline's status comes from the day on which it was met against the day on which it is due. A recorded miss
says only that nobody knew better when the day ended.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, Generic, NamedTuple, TypeVar

from domain import messages
from domain.calendar import WorkingCalendar
from domain.due import due
from domain.handbook import DeadlineTerms, OnExpiry
from domain.london import london_date
from domain.values import Instant

K = TypeVar("K", bound=StrEnum)

JUST_AFTER = timedelta(seconds=1)
"""A deadline is kept until its last second is over, so the clock looks one second later."""


class Status(StrEnum):
    """How a deadline stands."""

    MET = "met"
    MISSED = "missed"
    OPEN = "open"
    VOID = "void"


@dataclass(frozen=True)  # no slots: with them, Python 3.11 cannot make one by an alias such as Deadline[Kind]
class Deadline(Generic[K]):
    """One deadline with all that explains it. Dates are London dates.

    `handbook` is the version of the rules that speak of it, `rule` the one that does. `calendar` is the one
    by which its working days are counted; none, if it has none. `superseded_on` is the day after the due day
    from which nobody owes it any more, though it was not met: the miss stays.
    """

    kind: K
    subject: str | None
    rule: str
    origin: str
    origin_on: date
    due: date
    due_at: Instant
    warn_at: Instant
    extended_from: date | None
    met_on: date | None
    void: bool
    lapses: bool
    handbook: str
    calendar: str | None
    superseded_on: date | None = None

    @property
    def key(self) -> tuple[K, str | None]:
        """What tells this deadline from the others of its aggregate."""
        return self.kind, self.subject

    def status(self, now: Instant) -> Status:
        """Say how the deadline stands at a moment."""
        if self.met_on is not None and self.met_on <= self.due:
            return Status.MET
        if self.met_on is not None:
            return Status.VOID if self.lapses else Status.MISSED
        if self.void:
            return Status.VOID
        return Status.MISSED if now > self.due_at and not self.lapses else Status.OPEN

    def is_owed(self, now: Instant) -> bool:
        """Say whether it is still to be done at a moment: open, or missed and neither met nor superseded."""
        superseded = self.superseded_on is not None and self.superseded_on <= london_date(now)
        return self.met_on is None and not superseded and self.status(now) in {Status.OPEN, Status.MISSED}


class Run(NamedTuple):
    """One run of a rule: what it is about, with which version of the aggregate it began, from which day
    it counts, whether its due day was stated, and when it was met."""

    subject: str | None
    since: int
    origin_on: date
    stated: date | None
    met_on: date | None


def reckon(
    kind: K,
    terms: DeadlineTerms,
    run: Run,
    calendar: WorkingCalendar,
    *,
    handbook: str,
    void: bool,
    extended: date | None = None,
) -> Deadline[K]:
    """Reckon one run of a rule. A day to which it was extended takes the place of the due day.

    Raises:
        MalformedError: the rule has no interval and no day is stated, so nothing falls due.
        CalendarHorizonError: the reckoning leaves the years of the calendar.
    """
    reckoned = due(terms, run.origin_on, calendar, stated=run.stated)
    final = due(terms, run.origin_on, calendar, stated=extended) if extended else reckoned
    return Deadline(
        kind=kind,
        subject=run.subject,
        rule=kind.value,
        origin=terms.origin,
        origin_on=run.origin_on,
        due=final.on,
        due_at=final.at,
        warn_at=final.warn_at,
        extended_from=reckoned.on if extended else None,
        met_on=run.met_on,
        void=void,
        lapses=terms.on_expiry is OnExpiry.LAPSE,
        handbook=handbook,
        calendar=calendar.version,
    )


class Paired(NamedTuple):
    """One deadline in two registers. None: it is in one of them only."""

    before: Deadline[Any] | None
    after: Deadline[Any] | None

    @property
    def one(self) -> Deadline[Any]:
        """The deadline, as the later register has it if it does."""
        found = self.after or self.before
        assert found is not None, "a pair is made from a deadline of one register or of both"
        return found

    @property
    def was(self) -> date | None:
        """The due day in the earlier register."""
        return self.before.due if self.before else None

    @property
    def now(self) -> date | None:
        """The due day in the later register."""
        return self.after.due if self.after else None

    def how(self, then: Instant, now: Instant) -> str:
        """Say what becomes of the deadline between the moments of the two registers."""
        if self.before is None:
            return "begins"
        if self.after is None:
            return "ends"
        if self.was != self.now:
            return "moves"
        status = self.after.status(now)
        return "stays" if self.before.status(then) is status else f"is {status}"


def paired(before: Iterable[Deadline[Any]], after: Iterable[Deadline[Any]]) -> tuple[Paired, ...]:
    """Put each deadline of one register beside the same one of another, in the order of their names."""
    earlier, later = ({one.key: one for one in register} for register in (before, after))
    return tuple(
        Paired(earlier.get(key), later.get(key)) for key in sorted(earlier.keys() | later.keys(), key=str)
    )


def next_due(register: Sequence[Deadline[K]], now: Instant) -> Deadline[K] | None:
    """Return the open deadline that falls due first, of a register in the order of the due days."""
    return next((one for one in register if one.status(now) is Status.OPEN), None)


def next_wake(register: Sequence[Deadline[Any]], now: Instant) -> Instant | None:
    """Return the first instant at which the clock alone brings something to these deadlines.

    That is a warning or the end of a due day; of what lapses nobody is warned.
    """
    instants = [
        instant
        for one in register
        if one.status(now) is Status.OPEN
        for instant in ((one.due_at + JUST_AFTER,) if one.lapses else (one.warn_at, one.due_at + JUST_AFTER))
        if instant > now
    ]
    return min(instants, default=None)


def what_is_due(register: Sequence[Deadline[Any]], now: Instant) -> tuple[messages.Due, ...]:
    """List what is owed at a moment: what is open, and what was missed and is still to be done."""
    return tuple(
        messages.Due(kind=one.kind, subject=one.subject, due=one.due.isoformat(), status=one.status(now))
        for one in register
        if one.is_owed(now)
    )
