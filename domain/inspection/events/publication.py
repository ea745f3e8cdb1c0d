"""From the final report to its publication and correction: what has happened."""

from typing import Literal

from domain.inspection.events.base import Event
from domain.inspection.matters import (
    CorrectionMatter,
    DraftNamedMatter,
    PollsMatter,
    PublicationMatter,
    PublishedElsewhereMatter,
)
from domain.inspection.vocabulary import DraftRef


class FinalReportSent(Event, DraftNamedMatter):
    """The final report is on its way to the partnership."""

    type: Literal["final_report_sent"] = "final_report_sent"
    rests_on = frozenset({"outcome_decided"})


class FinalReportReceived(Event):
    """The partnership has the final report."""

    type: Literal["final_report_received"] = "final_report_received"
    rests_on = frozenset({"final_report_sent"})


class PollsRecorded(Event, PollsMatter):
    """There are polls in the area; publication is embargoed in the weeks before."""

    type: Literal["polls_recorded"] = "polls_recorded"


class ReportReleased(Event, DraftNamedMatter):
    """The report may be published, and the system does so."""

    type: Literal["report_released"] = "report_released"
    rests_on = frozenset({"final_report_received"})
    comes_after = frozenset({"draft_approved", "outcome_signed_off", "complaint_resolved"})


class ReportPublished(Event, PublicationMatter):
    """A version of the report is published."""

    type: Literal["report_published"] = "report_published"
    rests_on = frozenset({"report_released"})

    def about(self) -> str:
        """A corrected report is published beside the first, which is kept."""
        return str(self.report_version)


class ReportPublishedElsewhere(Event, PublishedElsewhereMatter):
    """Another publisher has published the report too."""

    type: Literal["report_published_elsewhere"] = "report_published_elsewhere"
    rests_on = frozenset({"report_published"})


class ReportCorrected(Event, CorrectionMatter):
    """A corrected draft stands beside the published report."""

    type: Literal["report_corrected"] = "report_corrected"
    rests_on = frozenset({"report_published"})
    comes_after = frozenset({"draft_returned", "report_released"})
    draft: DraftRef
