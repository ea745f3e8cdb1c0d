"""Fieldwork: what can be asked."""

from typing import Literal

from domain.actors import Verb
from domain.inspection.commands.base import Command, between
from domain.inspection.events import fieldwork as happened
from domain.inspection.matters import (
    ActivityMatter,
    ConcernMatter,
    IncompleteMatter,
    PauseMatter,
)
from domain.inspection.vocabulary import Stage


class BeginFieldwork(Command):
    """Begin fieldwork formally."""

    type: Literal["begin_fieldwork"] = "begin_fieldwork"
    verb = Verb.RECORD
    stages = frozenset({Stage.NOTIFIED})
    records = happened.FieldworkBegun
    once = True


class ComeOnSite(Command):
    """Come into the area."""

    type: Literal["come_on_site"] = "come_on_site"
    verb = Verb.RECORD
    stages = frozenset({Stage.FIELDWORK})
    records = happened.OnSiteBegun
    once = True


class RecordActivity(Command, ActivityMatter):
    """Record a meeting, visit or reading, with evidence by digest."""

    type: Literal["record_activity"] = "record_activity"
    verb = Verb.RECORD
    stages = between(Stage.NOTIFIED, Stage.MODERATION)
    records = happened.ActivityRecorded


class ReferSafeguardingConcern(Command, ConcernMatter):
    """Refer a safeguarding concern. It runs beside the inspection and never holds it."""

    type: Literal["refer_safeguarding_concern"] = "refer_safeguarding_concern"
    verb = Verb.REFER_CONCERN
    stages = between(Stage.PLANNED, Stage.WITHDRAWN)
    records = happened.SafeguardingConcernReferred


class PauseInspection(Command, PauseMatter):
    """Stop fieldwork; the inspectors leave and mean to come back."""

    type: Literal["pause_inspection"] = "pause_inspection"
    verb = Verb.AUTHORISE
    stages = frozenset({Stage.FIELDWORK})
    records = happened.InspectionPaused


class ResumeInspection(Command):
    """Take fieldwork up again."""

    type: Literal["resume_inspection"] = "resume_inspection"
    verb = Verb.AUTHORISE
    stages = frozenset({Stage.FIELDWORK})
    records = happened.InspectionResumed


class DeclareIncomplete(Command, IncompleteMatter):
    """Say that a pause ran past its limit. Fieldwork may still be resumed, or the inspection withdrawn."""

    type: Literal["declare_incomplete"] = "declare_incomplete"
    verb = Verb.AUTHORISE
    stages = frozenset({Stage.FIELDWORK})
    records = happened.InspectionDeclaredIncomplete


class GiveFeedback(Command):
    """Give the provisional, embargoed feedback."""

    type: Literal["give_feedback"] = "give_feedback"
    verb = Verb.RECORD
    stages = frozenset({Stage.FIELDWORK})
    records = happened.FeedbackGiven
    once = True


class EndFieldwork(Command):
    """End fieldwork."""

    type: Literal["end_fieldwork"] = "end_fieldwork"
    verb = Verb.RECORD
    stages = frozenset({Stage.FIELDWORK})
    records = happened.FieldworkEnded
    once = True
