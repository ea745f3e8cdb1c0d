"""From the final report to its publication and correction: what can be asked."""

from typing import Literal

from domain.actors import Verb
from domain.inspection.commands.base import Command, between
from domain.inspection.events import publication as happened
from domain.inspection.matters import (
    CorrectionMatter,
    DraftNamedMatter,
    PollsMatter,
    PublicationMatter,
    PublishedElsewhereMatter,
)
from domain.inspection.vocabulary import Stage


class SendFinalReport(Command, DraftNamedMatter):
    """Send the final report to the partnership."""

    type: Literal["send_final_report"] = "send_final_report"
    verb = Verb.DESPATCH
    stages = frozenset({Stage.PUBLICATION, Stage.FOLLOW_UP})
    records = happened.FinalReportSent
    once = True


class AcknowledgeFinalReport(Command):
    """Note that the partnership has received the final report; its plan's days run from here."""

    type: Literal["acknowledge_final_report"] = "acknowledge_final_report"
    verb = Verb.ACKNOWLEDGE
    stages = frozenset({Stage.PUBLICATION, Stage.FOLLOW_UP})
    records = happened.FinalReportReceived
    once = True


class RecordPolls(Command, PollsMatter):
    """Note a day of polls in the area. Nothing is published in the weeks before."""

    type: Literal["record_polls"] = "record_polls"
    verb = Verb.SCHEDULE
    stages = between(Stage.PLANNED, Stage.CLOSED)
    records = happened.PollsRecorded


class ReleaseReport(Command, DraftNamedMatter):
    """Release the report; the system then renders and publishes it."""

    type: Literal["release_report"] = "release_report"
    verb = Verb.RELEASE
    stages = between(Stage.PUBLICATION, Stage.CLOSED)
    records = happened.ReportReleased


class ConfirmPublication(Command, PublicationMatter):
    """The system notes what it published, where, and with which digest."""

    type: Literal["confirm_publication"] = "confirm_publication"
    verb = Verb.RUN
    stages = between(Stage.PUBLICATION, Stage.CLOSED)
    records = happened.ReportPublished


class RecordPublicationElsewhere(Command, PublishedElsewhereMatter):
    """Note that CQC or a body of the partnership has published the report too."""

    type: Literal["record_publication_elsewhere"] = "record_publication_elsewhere"
    verb = Verb.PUBLISH
    stages = frozenset({Stage.FOLLOW_UP, Stage.CLOSED})
    records = happened.ReportPublishedElsewhere


class CorrectReport(Command, CorrectionMatter):
    """Correct a published report: a draft that goes the whole way; the first version is kept."""

    type: Literal["correct_report"] = "correct_report"
    verb = Verb.DRAFT
    stages = frozenset({Stage.FOLLOW_UP, Stage.CLOSED})
    records = happened.ReportCorrected
