"""What has happened in a thematic review: past tense, each event with the matter of its command.

Most make an entry, which stands until it is put right or struck. An event rests on others (`rests_on`): it
makes no sense without them and may not have happened before them. Where there are several of a type, it
rests on those that concern the same: a visit's end on that area's visit, a release on that report.
"""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from domain import clock
from domain.events import DomainEvent, event_type, event_types
from domain.thematic.matters import (
    AreaMatter,
    ChoiceMatter,
    ConcernMatter,
    FindingsMatter,
    GeneralElectionMatter,
    GuidanceMatter,
    PlanMatter,
    PublicationMatter,
    RectificationMatter,
    ReportMatter,
    ReportNamedMatter,
    WithdrawalMatter,
)
from domain.thematic.vocabulary import Entry, EntryKind, Number, ReportRef, ReviewDeadline
from domain.values import Instant, Pin, Sha256, Theme

_KINDS = frozenset(EntryKind)


class DeadlineMove(clock.DeadlineMove):
    """How a deadline of a review moved."""

    kind: ReviewDeadline


class Event(DomainEvent):
    """What has happened in a review."""

    def made(self) -> Entry | None:
        """Return the entry that this event makes, if it makes one."""
        name = event_type(self)
        return Entry(kind=EntryKind(name), about=self.about()) if name in _KINDS else None


class NumberedEvent(Event):
    """An event of which there may be several, counted by the review."""

    number: Number

    def about(self) -> str:
        """The number stays, also in a look back that leaves out others."""
        return str(self.number)


class ReviewPlanned(Event, PlanMatter):
    """The review is planned, or planned anew: its theme, the day for its report, and the terms it runs by."""

    type: Literal["review_planned"] = "review_planned"
    theme: Theme
    publish_by: date
    terms: Pin


class ReviewGuidancePublished(Event, GuidanceMatter):
    """Everybody can read how the review is going to be done."""

    type: Literal["review_guidance_published"] = "review_guidance_published"
    rests_on = frozenset({"review_planned"})


class ReviewAreaChosen(Event, ChoiceMatter):
    """An area takes part, and has consented to it."""

    type: Literal["review_area_chosen"] = "review_area_chosen"
    rests_on = frozenset({"review_planned"})

    def about(self) -> str:
        """An area takes part once."""
        return self.area


class ReviewConsentWithdrawn(Event, AreaMatter):
    """The area takes part no longer, and is not named."""

    type: Literal["review_consent_withdrawn"] = "review_consent_withdrawn"
    rests_on = frozenset({"review_area_chosen"})

    def about(self) -> str:
        """Chosen again, the area takes part again."""
        return self.area


class ReviewVisitBegun(Event, AreaMatter):
    """The inspectors are in the area."""

    type: Literal["review_visit_begun"] = "review_visit_begun"
    rests_on = frozenset({"review_area_chosen"})

    def about(self) -> str:
        """An area is visited once."""
        return self.area


class ReviewVisitEnded(Event, AreaMatter):
    """The inspectors have left the area. It has no outcome, and owes nothing."""

    type: Literal["review_visit_ended"] = "review_visit_ended"
    rests_on = frozenset({"review_visit_begun"})

    def about(self) -> str:
        """The visit of this area."""
        return self.area


class ReviewFindingsRecorded(NumberedEvent, FindingsMatter):
    """What was found is on record."""

    type: Literal["review_findings_recorded"] = "review_findings_recorded"
    rests_on = frozenset({"review_visit_begun"})

    def rests_about(self) -> str | None:
        """The visit of that area; across several, any visit."""
        return self.area


class ConcernRaised(NumberedEvent, ConcernMatter):
    """Something is seriously wrong in an area. Its cycle may bring an inspection forward because of it."""

    type: Literal["concern_raised"] = "concern_raised"
    rests_on = frozenset({"review_area_chosen"})

    def rests_about(self) -> str:
        """That the area was chosen."""
        return self.area


class ReviewReportSubmitted(NumberedEvent, ReportMatter):
    """There is a report, to be released or replaced."""

    type: Literal["review_report_submitted"] = "review_report_submitted"
    rests_on = frozenset({"review_visit_begun"})
    digest: Sha256

    def rests_about(self) -> None:
        """Any visit."""
        return

    @property
    def report(self) -> ReportRef:
        """How a release and a publication name this report."""
        return ReportRef(number=self.number, digest=self.digest)


class ReviewReportReleased(Event, ReportNamedMatter):
    """The report may be published."""

    type: Literal["review_report_released"] = "review_report_released"
    rests_on = frozenset({"review_report_submitted"})

    def about(self) -> str:
        """Each report is released by itself."""
        return str(self.report.number)


class ReviewReportPublished(Event, PublicationMatter):
    """The report is published. The first time, the years begin for which survey data is kept."""

    type: Literal["review_report_published"] = "review_report_published"
    rests_on = frozenset({"review_report_released"})

    def about(self) -> str:
        """A corrected report is another one; the first is kept."""
        return str(self.report.number)


class GeneralElectionRecorded(Event, GeneralElectionMatter):
    """The whole country votes; nothing is published in the weeks before."""

    type: Literal["general_election_recorded"] = "general_election_recorded"
    rests_on = frozenset({"review_planned"})

    def about(self) -> str:
        """Known by its day; called off, it is struck."""
        return self.polls_on.isoformat()

    def rests_about(self) -> None:
        """Nothing but the review."""
        return


class SurveyDataDeletionDue(Event):
    """Survey data has been kept for its years; somebody is to delete it now."""

    type: Literal["survey_data_deletion_due"] = "survey_data_deletion_due"
    rests_on = frozenset({"review_report_published"})


class SurveyDataDeleted(Event):
    """Somebody has deleted the survey data."""

    type: Literal["survey_data_deleted"] = "survey_data_deleted"
    rests_on = frozenset({"review_report_published"})


class ReviewWithdrawn(Event, WithdrawalMatter):
    """The review is given up."""

    type: Literal["review_withdrawn"] = "review_withdrawn"
    rests_on = frozenset({"review_planned"})


class ReviewEntryRectified(Event, RectificationMatter):
    """An entry was wrong; both values stay readable, and which deadlines moved."""

    type: Literal["review_entry_rectified"] = "review_entry_rectified"
    is_correction = True
    was: Instant
    moved: tuple[DeadlineMove, ...] = ()


class DeadlineEvent(Event, clock.DeadlineEvent):
    """What the clock brings about one deadline of a review."""

    rests_on = frozenset({"review_planned"})
    kind: ReviewDeadline


class ReviewDeadlineApproaching(DeadlineEvent):
    """A deadline is near."""

    type: Literal["review_deadline_approaching"] = "review_deadline_approaching"


class ReviewDeadlineMissed(DeadlineEvent):
    """A deadline fell due and was not known to be met. The review goes on."""

    type: Literal["review_deadline_missed"] = "review_deadline_missed"


class ReviewDeadlineMissTakenBack(DeadlineEvent):
    """A recorded miss was none: met in time and recorded late, moved, or no longer owed."""

    type: Literal["review_deadline_miss_taken_back"] = "review_deadline_miss_taken_back"
    met_on: date | None = None


AnyEvent = Annotated[
    ReviewPlanned
    | ReviewGuidancePublished
    | ReviewAreaChosen
    | ReviewConsentWithdrawn
    | ReviewVisitBegun
    | ReviewVisitEnded
    | ReviewFindingsRecorded
    | ConcernRaised
    | ReviewReportSubmitted
    | ReviewReportReleased
    | ReviewReportPublished
    | GeneralElectionRecorded
    | SurveyDataDeletionDue
    | SurveyDataDeleted
    | ReviewWithdrawn
    | ReviewEntryRectified
    | ReviewDeadlineApproaching
    | ReviewDeadlineMissed
    | ReviewDeadlineMissTakenBack,
    Field(discriminator="type"),
]

EVENT_TYPES: dict[str, type[Event]] = event_types(Event)
"""Every event class by its type, as the ledger names it."""
