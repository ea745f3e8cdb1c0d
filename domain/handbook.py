"""What a handbook version says, as data: every number with its source and how sure we are of it.

Nothing here counts days or looks at an inspection. `domain.due` reckons with these rules, and
`domain.rulebook` keeps the versions that have been released.
"""

from collections.abc import Mapping
from datetime import date, time
from enum import StrEnum
from typing import Annotated, Generic, Literal, Self, TypeVar

from pydantic import Field, StringConstraints, model_validator

from domain.calendar import MustBeWorkingDay
from domain.released import ReleasedValue
from domain.values import BodyRef, HandbookVersion, Kind, Outcome, Slug, Value

T = TypeVar("T")

Text = Annotated[str, StringConstraints(min_length=1)]
Days = Annotated[int, Field(ge=0)]
Number = Annotated[int, Field(ge=1)]

Sureness = Literal["S", "R", "D", "I", "M"]
"""S: stated on a public page. R: read in published reports. D: computed from both. I: inferred.
M: remembered or assumed, unconfirmed."""


class Sourced(Value, Generic[T]):
    """A value with where it comes from and how sure that is."""

    value: T
    source: Text
    sureness: Sureness


class Weekday(StrEnum):
    """A day of the week, spelled as a date prints it."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"

    @classmethod
    def of(cls, day: date) -> "Weekday":
        """Return the day of the week on which a date falls."""
        return tuple(cls)[day.weekday()]


class HandbookMoveReason(StrEnum):
    """Why something is moved to another handbook version."""

    TRANSITIONAL_PROVISION = "transitional_provision"
    BOUND_IN_ERROR = "bound_in_error"


class GivesWay(StrEnum):
    """What yields when a bank holiday in the notice makes the weekday and the notice impossible at once."""

    NOTIFICATION_WEEKDAY = "notification_weekday"
    NOTICE = "notice"


class DeferralGround(StrEnum):
    """Why an inspection may be put off before it starts. Circumstances must be exceptional in any case."""

    MAJOR_INCIDENT = "major_incident"
    DEATH_OR_SERIOUS_HARM = "death_or_serious_harm"
    POLICE_INVESTIGATION = "police_investigation"
    CONCERN_OF_ANOTHER_AGENCY = "concern_of_another_agency"
    PUBLIC_HEALTH = "public_health"
    LEADERS_WELLBEING = "leaders_wellbeing"
    NATIONAL_REFORMS = "national_reforms"
    OTHER_EXCEPTIONAL = "other_exceptional"


class PlanKind(StrEnum):
    """The plan that a report asks the partnership for."""

    STRATEGIC_PLAN = "strategic_plan"
    PRIORITY_ACTION_PLAN = "priority_action_plan"


class EngagementMeetings(StrEnum):
    """How often the inspectorates meet the partnership between inspections."""

    ANNUAL = "annual"
    ADJUSTED_TO_NEED = "adjusted_to_need"


class DeadlineKind(StrEnum):
    """What can fall due in an inspection."""

    INFORMATION_ITEM = "information_item"
    DRAFT_COMMENTS = "draft_comments"
    RESUMPTION = "resumption"
    STRATEGIC_PLAN = "strategic_plan"
    PRIORITY_ACTION_PLAN_SUBMISSION = "priority_action_plan_submission"
    PRIORITY_ACTION_PLAN_PUBLICATION = "priority_action_plan_publication"
    PUBLICATION = "publication"


class Unit(StrEnum):
    """In what an interval is counted. `stated`: the due day is named with the origin itself."""

    WORKING_DAYS = "working_days"
    CALENDAR_DAYS = "calendar_days"
    MONTHS = "months"
    STATED = "stated"


class OnExpiry(StrEnum):
    """What becomes of it when the due day ends: a duty is missed, a right lapses."""

    MISSED = "missed"
    LAPSE = "lapse"


class OutcomeText(Value):
    """One of the three outcomes: its short label in the statistics, and its wording word for word."""

    label: Sourced[Text]
    wording: Sourced[Text]


class Notice(Value):
    """How long beforehand, and on which days of the week, an area hears and inspectors come."""

    fieldwork_working_days: Sourced[Days]
    on_site_working_days: Sourced[Days]
    fieldwork_before_on_site: Sourced[Days]
    notification_weekday: Sourced[Weekday]
    on_site_weekday: Sourced[Weekday]
    gives_way: Sourced[GivesWay]


class SurveysClose(Value):
    """When the surveys close, counted in weeks from the week in which the area was notified."""

    weeks_after_notification: Number
    weekday: Weekday
    at: time


class DeadlineTerms(Value):
    """How one kind of deadline runs: from which milestone, for how long, and what ends it.

    Without an interval, either the due day is stated with the origin (an information item's day, the day
    agreed for resuming), or nothing is published and nothing falls due. `warn_before` is in working days.
    `recalculated` says whether the due day moves when the origin's date is put right.
    """

    kind: Slug
    origin: Slug
    interval: Sourced[Number | None]
    unit: Unit
    must_be_working_day: MustBeWorkingDay
    time_of_day: Literal["end_of_day"] | time
    warn_before: Sourced[Days]
    on_expiry: OnExpiry
    met_by: Annotated[tuple[Slug, ...], Field(min_length=1)]
    recalculated: bool

    @model_validator(mode="after")
    def _stated_has_no_interval(self) -> Self:
        if self.unit is Unit.STATED and self.interval.value is not None:
            raise ValueError(f"{self.kind}: a stated day and an interval exclude each other")
        return self


class DeadlineRule(DeadlineTerms):
    """How one kind of deadline of an inspection runs, and with which outcomes; with any, if none is named."""

    kind: DeadlineKind
    outcomes: tuple[Outcome, ...]

    def applies_to(self, outcome: Outcome | None) -> bool:
        """Say whether the rule concerns an inspection with this outcome, or with none so far."""
        return not self.outcomes or outcome in self.outcomes


class NextInspectionRule(Value):
    """What an outcome brings next: a target, counted in months, and a window around it.

    The target is approximate and missed in practice. Inspectorates may come earlier on intelligence.
    """

    kind: Kind
    outcomes: Annotated[tuple[Outcome, ...], Field(min_length=1)]
    origin: Slug
    months: Sourced[Number]
    approximate: bool
    window_months: Sourced[Days]


class VisitsCap(Value):
    """No more than so many monitoring visits within so many months."""

    visits: Number
    months: Number


class Handbook(ReleasedValue):
    """One version of the framework and handbook, complete in itself."""

    version: HandbookVersion
    title: Text
    in_force_from: date
    published: date | None
    changes: tuple[Text, ...]
    outcomes: Mapping[Outcome, OutcomeText]
    follow_up: Mapping[Outcome, Sourced[PlanKind]]
    notice: Notice
    tracked_children: Sourced[Number]
    surveys_close: Sourced[SurveysClose]
    embargo_days_before_polls: Sourced[Days]
    deferral_grounds: Sourced[tuple[DeferralGround, ...]]
    plan_feedback_by: Sourced[tuple[BodyRef, ...]]
    deadlines: tuple[DeadlineRule, ...]
    next_inspections: tuple[NextInspectionRule, ...]
    engagement_meetings: Sourced[EngagementMeetings]
    monitoring_visits_cap: Sourced[VisitsCap | None]

    @model_validator(mode="after")
    def _is_complete(self) -> Self:
        if self.version != self.in_force_from.isoformat():
            raise ValueError(f"version {self.version} is not named after {self.in_force_from}")
        for name, entries in (("outcomes", self.outcomes), ("follow_up", self.follow_up)):
            if set(entries) != set(Outcome):
                raise ValueError(f"{name} must speak of each of the three outcomes")
        kinds = [rule.kind for rule in self.deadlines]
        if len(kinds) != len(set(kinds)):
            raise ValueError("two deadline rules are of the same kind")
        return self

    def rule(self, kind: DeadlineKind) -> DeadlineRule | None:
        """Return the rule for one kind of deadline, or none if this version has none."""
        return next((rule for rule in self.deadlines if rule.kind is kind), None)

    def next_after(self, outcome: Outcome) -> tuple[NextInspectionRule, ...]:
        """List what an outcome brings next."""
        return tuple(rule for rule in self.next_inspections if outcome in rule.outcomes)
