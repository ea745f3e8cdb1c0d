"""What a command about an area says and its event keeps.

All days are days in London. A `since` is the first day on which something holds; none means: as long as
anybody remembers. It may lie in the future, because orders and mergers are known before they take effect.
"""

from datetime import date
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from domain.area.vocabulary import (
    Code,
    Entry,
    Intelligence,
    InterventionKind,
    Partner,
    PollsKind,
    Region,
    StrikeReason,
)
from domain.handbook import HandbookMoveReason
from domain.values import (
    AreaCode,
    BodyRef,
    HandbookVersion,
    InspectionId,
    Kind,
    MonitoringResult,
    Outcome,
    Period,
    PublicName,
    Reference,
    SealedText,
    Slug,
    ThematicReviewId,
    Value,
)

Day = Annotated[date, Field(gt=date.min, lt=date.max)]
"""A day that has a day before it and one after it."""

AreaCodes = Annotated[tuple[AreaCode, ...], Field(min_length=1)]
"""Areas by their register codes. The register need not have them: districts had such codes too."""

AuthorityRef = Annotated[str, StringConstraints(pattern=r"^la-[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
"""The local authority of an area, e.g. `la-sfk`. It goes by the name of its area."""


def _require_each_once(named: tuple[str, ...], field: str) -> None:
    if len(named) != len(set(named)):
        raise ValueError(f"{field}: something is named twice")


class EntryMatter(Value):
    """An area as it comes into the register: since when it is, who is responsible for it, whom it follows.

    Without a region, nobody has said in which it lies.
    """

    area: AreaCode
    name: PublicName
    region: Region | None = None
    since: Day | None = None
    authority: AuthorityRef
    partners: tuple[Partner, ...] = ()
    codes: tuple[Code, ...] = ()
    predecessors: tuple[AreaCode, ...] = ()

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        _require_each_once(tuple(one.body for one in self.partners), "partners")
        _require_each_once(tuple(one.kind for one in self.codes), "codes")
        _require_each_once(self.predecessors, "predecessors")
        if self.area in self.predecessors:
            raise ValueError(f"predecessors: {self.area} does not follow itself")
        if self.predecessors and self.since is None:
            raise ValueError("since: an area that follows others has a first day")
        return self


class NameMatter(Value):
    name: PublicName
    since: Day


class CodeMatter(Value):
    code: Code
    since: Day | None = None


class JoiningMatter(Value):
    partner: Partner
    since: Day | None = None


class LeavingMatter(Value):
    """The last day on which a body shares the responsibility, that day included."""

    body: BodyRef
    last_day: Day


class SuccessionMatter(Value):
    """One body takes the place of another. In a merger each of those that merge has the same successor."""

    body: BodyRef
    successor: Partner
    since: Day

    @model_validator(mode="after")
    def _two_bodies(self) -> Self:
        if self.body == self.successor.body:
            raise ValueError(f"successor: {self.body} does not follow itself")
        return self


class ReplacementMatter(Value):
    """The areas that take the place of this one: one after a merger or a reform, several after a split."""

    successors: AreaCodes
    since: Day

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        _require_each_once(self.successors, "successors")
        return self


class TakeOverMatter(Value):
    """The areas whose place an existing one takes beside its own."""

    predecessors: AreaCodes
    since: Day

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        _require_each_once(self.predecessors, "predecessors")
        return self


class PollsMatter(Value):
    polls_on: Day
    kind: PollsKind


class InterventionMatter(Value):
    """What DfE did on the day on which it happened, with its reference in DfE's own files."""

    kind: InterventionKind
    reference: Reference | None = None


class StrikeMatter(Value):
    entry: Entry
    reason: StrikeReason
    note: SealedText | None = None


class NewsMatter(Value):
    """What the cycle of an area knows of one inspection: read from that inspection's stream, all of it anew.

    Days are days in London. `begun_on`: when fieldwork began. Outcome and result are known
    once they are published.
    """

    inspection: InspectionId
    kind: Kind
    on_site: Period | None = None
    notified_on: date | None = None
    begun_on: date | None = None
    fieldwork_ended_on: date | None = None
    report_received_on: date | None = None
    published_on: date | None = None
    outcome: Outcome | None = None
    result: MonitoringResult | None = None
    handbook: HandbookVersion | None = None
    withdrawn: bool = False
    closed: bool = False
    # Left out where there are none, as before the field was added.
    polls: Annotated[tuple[date, ...], Field(exclude_if=lambda polls: not polls)] = ()


class PauseNews(Value):
    """Days on which no inspection of a kind, or of any, is on site: read from the programme's stream."""

    kind: Kind | None = None
    first: date
    last: date | None = None

    def covers(self, kind: Kind, on_site: Period) -> bool:
        """Say whether an inspection of a kind on these days would fall into the pause."""
        over = self.last is not None and self.last < on_site.first
        return self.kind in {None, kind} and self.first <= on_site.last and not over

    def __str__(self) -> str:
        until = f"to {self.last}" if self.last else "until further notice"
        return f"{self.kind or 'all'} inspections are paused from {self.first} {until}"


class PausesMatter(Value):
    """All pauses that count now. What is not named any more is struck."""

    pauses: tuple[PauseNews, ...]


class ScheduleMatter(Value):
    """When an inspection is to take place. Its name says of which area, which kind and which year it is."""

    inspection: InspectionId
    kind: Kind
    notify_on: Day
    on_site: Period

    @model_validator(mode="after")
    def _notified_before_on_site(self) -> Self:
        if self.notify_on >= self.on_site.first:
            raise ValueError(
                f"notify_on {self.notify_on} is not before the first day on site {self.on_site.first}"
            )
        return self


class NotOpenedMatter(Value):
    """Which inspection was not opened, and the rule of the inspection that refused it."""

    inspection: InspectionId
    rule: Slug


class ConcernRef(Value):
    """A serious concern that a thematic review has raised, by its number there."""

    review: ThematicReviewId
    number: Annotated[int, Field(ge=1)]


class ConcernNews(ConcernRef):
    """A concern about the area, and the day on which it was raised: read from the review's stream."""

    raised_on: date

    @property
    def ref(self) -> ConcernRef:
        """Which concern it is."""
        return ConcernRef(review=self.review, number=self.number)


class BringForwardMatter(Value):
    """By which day the next full inspection is wanted, and because of what."""

    due_by: Day
    because: Intelligence
    note: SealedText | None = None
    # Left out where there is none, as before the field was added.
    concern: Annotated[ConcernRef | None, Field(exclude_if=lambda concern: concern is None)] = None

    @model_validator(mode="after")
    def _concern_is_of_a_review(self) -> Self:
        if self.concern is not None and self.because is not Intelligence.THEMATIC_REVIEW:
            raise ValueError(f"concern: a concern of a review is because of {Intelligence.THEMATIC_REVIEW}")
        return self


class CycleMoveMatter(Value):
    to: HandbookVersion
    reason: HandbookMoveReason


class StruckConcernMatter(Value):
    """The concern that a review has struck, and by which day an inspection was wanted because of it."""

    concern: ConcernRef
    due_by: Day


class AgreementMatter(Value):
    due_by: Day


class MeetingMatter(Value):
    held_on: Day


class VisitMatter(Value):
    """A monitoring visit under another framework, on its first day."""

    visited_on: Day


class SchoolTermMatter(Value):
    term: Period
