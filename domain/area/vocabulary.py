"""The words of the register of areas: regions, bodies, codes, polls, and what DfE may do about an area."""

from datetime import date
from enum import StrEnum
from typing import Final, Self

from pydantic import model_validator

from domain.values import BodyRef, DfeCode, GssCode, InspectionId, PublicName, Slug, Value


class Region(StrEnum):
    """The nine regions of England, as the official statistics draw them (S)."""

    NORTH_EAST = "north_east"
    NORTH_WEST = "north_west"
    YORKSHIRE_AND_THE_HUMBER = "yorkshire_and_the_humber"
    EAST_MIDLANDS = "east_midlands"
    WEST_MIDLANDS = "west_midlands"
    EAST_OF_ENGLAND = "east_of_england"
    LONDON = "london"
    SOUTH_EAST = "south_east"
    SOUTH_WEST = "south_west"


class PartnerKind(StrEnum):
    """What a partner of the local authority is (section 0 of the facts, S)."""

    INTEGRATED_CARE_BOARD = "integrated_care_board"
    CHILDRENS_TRUST = "childrens_trust"


PREFIXES: Final = {PartnerKind.INTEGRATED_CARE_BOARD: "icb-", PartnerKind.CHILDRENS_TRUST: "trust-"}
"""With what a reference to a partner begins: notices find the seats of a partnership by it."""


class Partner(Value):
    """A body that shares the responsibility for an area with its authority."""

    body: BodyRef
    name: PublicName
    kind: PartnerKind

    @model_validator(mode="after")
    def _reference_says_what_it_is(self) -> Self:
        prefix = PREFIXES[self.kind]
        if not self.body.startswith(prefix):
            raise ValueError(f"body {self.body}: a reference to one of kind {self.kind} begins with {prefix}")
        return self


class CodeKind(StrEnum):
    """A register that gives areas codes of its own. They change, unlike the register code."""

    GSS = "gss"
    DFE = "dfe"


_LENGTHS: Final = {CodeKind.GSS: 9, CodeKind.DFE: 3}


class Code(Value):
    """What another register calls an area: GSS with nine characters (`E10000029`), DfE with three digits."""

    kind: CodeKind
    value: GssCode | DfeCode

    @model_validator(mode="after")
    def _is_of_its_kind(self) -> Self:
        if len(self.value) != _LENGTHS[self.kind]:
            raise ValueError(f"value {self.value} is no {self.kind} code")
        return self


class PollsKind(StrEnum):
    """Who votes: one area, or the whole country."""

    LOCAL = "local"
    GENERAL = "general"


class InterventionKind(StrEnum):
    """What DfE does about an area, from advice to a commissioner, and stocktakes (section 4, S)."""

    ADVISER = "adviser"
    IMPROVEMENT_NOTICE = "improvement_notice"
    DIRECTION = "direction"
    COMMISSIONER = "commissioner"
    STOCKTAKE = "stocktake"


class EntryKind(StrEnum):
    """An entry of the register that can be struck, by its event type."""

    AREA_ENTERED = "area_entered"
    AREA_RENAMED = "area_renamed"
    CODE_GIVEN = "code_given"
    BODY_JOINED = "body_joined"
    BODY_LEFT = "body_left"
    BODY_SUCCEEDED = "body_succeeded"
    AREA_REPLACED = "area_replaced"
    AREAS_TAKEN_OVER = "areas_taken_over"
    POLLS_SET = "polls_set"
    INTERVENTION_RECORDED = "intervention_recorded"
    INSPECTION_SCHEDULED = "inspection_scheduled"
    INSPECTION_BROUGHT_FORWARD = "inspection_brought_forward"
    ENGAGEMENT_MEETING_AGREED = "engagement_meeting_agreed"
    ENGAGEMENT_MEETING_HELD = "engagement_meeting_held"
    MONITORING_VISIT_NOTED = "monitoring_visit_noted"
    SCHOOL_TERM_SET = "school_term_set"
    CYCLE_MOVED_TO_HANDBOOK = "cycle_moved_to_handbook"


class DueKind(StrEnum):
    """What can fall due in the cycle of an area."""

    FULL_INSPECTION = "full_inspection"
    MONITORING_INSPECTION = "monitoring_inspection"
    ENGAGEMENT_MEETING = "engagement_meeting"


class Intelligence(StrEnum):
    """What brings an inspection forward. No list is published; this one is inferred (I)."""

    COMPLAINTS = "complaints"
    SAFEGUARDING = "safeguarding"
    OTHER_INSPECTION = "other_inspection"
    REQUEST_OF_MINISTER = "request_of_minister"
    THEMATIC_REVIEW = "thematic_review"
    DATA = "data"


class StrikeReason(StrEnum):
    """Why an entry of the register is struck."""

    RECORDED_WRONGLY = "recorded_wrongly"
    WRONG_AREA = "wrong_area"
    DID_NOT_HAPPEN = "did_not_happen"


class Entry(Value):
    """Which entry of the register: its kind, what it is about, and the day it names, as far as it has them.

    An entry is known by what it says and not by its place in the stream, because a look back that leaves out
    what had not happened yet numbers the places otherwise. Where an entry names no day (a code that was
    always the area's), `day` is none.
    """

    kind: EntryKind
    about: BodyRef | Slug | InspectionId | None = None
    day: date | None = None

    def __str__(self) -> str:
        return " ".join(str(part) for part in (self.kind, self.about, self.day) if part is not None)
