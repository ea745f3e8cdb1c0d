"""What the register says of an area: who it is, who is responsible for it, when it votes, what DfE did."""

from typing import Literal

from domain.area.events.base import Event
from domain.area.matters import (
    CodeMatter,
    EntryMatter,
    InterventionMatter,
    JoiningMatter,
    LeavingMatter,
    NameMatter,
    PollsMatter,
    ReplacementMatter,
    StrikeMatter,
    SuccessionMatter,
    TakeOverMatter,
)
from domain.area.vocabulary import Entry, EntryKind
from domain.london import london_date


class AreaEntered(Event, EntryMatter):
    """The register has the area. If it follows others, it starts without their inspections."""

    type: Literal["area_entered"] = "area_entered"

    def made(self) -> Entry:
        """There is one such entry at a time."""
        return Entry(kind=EntryKind.AREA_ENTERED)


class AreaRenamed(Event, NameMatter):
    """The area has another name."""

    type: Literal["area_renamed"] = "area_renamed"

    def made(self) -> Entry:
        """A day brings one name."""
        return Entry(kind=EntryKind.AREA_RENAMED, day=self.since)


class CodeGiven(Event, CodeMatter):
    """Another register has given the area a code."""

    type: Literal["code_given"] = "code_given"

    def made(self) -> Entry:
        """A day brings one code of each kind."""
        return Entry(kind=EntryKind.CODE_GIVEN, about=self.code.kind, day=self.since)


class BodyJoined(Event, JoiningMatter):
    """A body shares the responsibility for the area."""

    type: Literal["body_joined"] = "body_joined"

    def made(self) -> Entry:
        """A body may join, leave, and join again on another day."""
        return Entry(kind=EntryKind.BODY_JOINED, about=self.partner.body, day=self.since)


class BodyLeft(Event, LeavingMatter):
    """A body shares the responsibility no longer, and none takes its place."""

    type: Literal["body_left"] = "body_left"

    def made(self) -> Entry:
        """Known by the body and its last day."""
        return Entry(kind=EntryKind.BODY_LEFT, about=self.body, day=self.last_day)


class BodySucceeded(Event, SuccessionMatter):
    """One body has taken the place of another, as on 1 April 2026 when boards merged."""

    type: Literal["body_succeeded"] = "body_succeeded"

    def made(self) -> Entry:
        """Known by the body whose place was taken, and the successor's first day."""
        return Entry(kind=EntryKind.BODY_SUCCEEDED, about=self.body, day=self.since)


class AreaReplaced(Event, ReplacementMatter):
    """Other areas take the place of this one; it stays in the register, and is open no longer."""

    type: Literal["area_replaced"] = "area_replaced"

    def made(self) -> Entry:
        """Known by the successors' first day."""
        return Entry(kind=EntryKind.AREA_REPLACED, day=self.since)


class AreasTakenOver(Event, TakeOverMatter):
    """The area, which was there before, has taken the place of others too."""

    type: Literal["areas_taken_over"] = "areas_taken_over"

    def made(self) -> Entry:
        """Known by the day; who is taken over on one day is named together."""
        return Entry(kind=EntryKind.AREAS_TAKEN_OVER, day=self.since)


class PollsSet(Event, PollsMatter):
    """The area votes on a day. A general election is set for each area."""

    type: Literal["polls_set"] = "polls_set"

    def made(self) -> Entry:
        """Known by who votes and when."""
        return Entry(kind=EntryKind.POLLS_SET, about=self.kind, day=self.polls_on)


class PollsCalledOff(Event, PollsMatter):
    """The area does not vote on that day after all. Put off, they are set anew for their new day."""

    type: Literal["polls_called_off"] = "polls_called_off"


class InterventionRecorded(Event, InterventionMatter):
    """DfE has done something about the area. It brings no duty of the inspectorates with it."""

    type: Literal["intervention_recorded"] = "intervention_recorded"

    def made(self) -> Entry:
        """Known by what DfE did, and on which day in London."""
        kind, day = EntryKind.INTERVENTION_RECORDED, london_date(self.occurred_at)
        return Entry(kind=kind, about=self.kind, day=day)


class EntryStruck(Event, StrikeMatter):
    """An entry of the register was wrong. It counts no longer, and stays readable."""

    type: Literal["entry_struck"] = "entry_struck"
    is_correction = True
