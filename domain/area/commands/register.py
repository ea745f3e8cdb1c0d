"""What can be asked of the register of areas."""

from typing import Literal

from domain.actors import Verb
from domain.area.commands.base import Command
from domain.area.events import register as happened
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


class EnterArea(Command, EntryMatter):
    """Enter an area in the register, with those whose place it takes from its first day."""

    type: Literal["enter_area"] = "enter_area"
    records = happened.AreaEntered


class RenameArea(Command, NameMatter):
    """Note another name, and from which day."""

    type: Literal["rename_area"] = "rename_area"
    records = happened.AreaRenamed


class GiveCode(Command, CodeMatter):
    """Note a code of another register, and from which day."""

    type: Literal["give_code"] = "give_code"
    records = happened.CodeGiven


class JoinBody(Command, JoiningMatter):
    """Note a body that shares the responsibility."""

    type: Literal["join_body"] = "join_body"
    records = happened.BodyJoined


class LeaveBody(Command, LeavingMatter):
    """Note a body's last day."""

    type: Literal["leave_body"] = "leave_body"
    records = happened.BodyLeft


class SucceedBody(Command, SuccessionMatter):
    """Note that one body takes the place of another."""

    type: Literal["succeed_body"] = "succeed_body"
    records = happened.BodySucceeded


class ReplaceArea(Command, ReplacementMatter):
    """Note which areas take this one's place. Each of them names it among its predecessors."""

    type: Literal["replace_area"] = "replace_area"
    records = happened.AreaReplaced


class TakeOverAreas(Command, TakeOverMatter):
    """Note whose place an existing area takes. Each of them names it among its successors."""

    type: Literal["take_over_areas"] = "take_over_areas"
    records = happened.AreasTakenOver


class SetPolls(Command, PollsMatter):
    """Note a day on which the area votes."""

    type: Literal["set_polls"] = "set_polls"
    records = happened.PollsSet


class CallOffPolls(Command, PollsMatter):
    """Note that polls are not held on their day."""

    type: Literal["call_off_polls"] = "call_off_polls"
    records = happened.PollsCalledOff


class RecordIntervention(Command, InterventionMatter):
    """Note what DfE did about the area."""

    type: Literal["record_intervention"] = "record_intervention"
    verb = Verb.RECORD_INTERVENTION
    records = happened.InterventionRecorded


class StrikeEntry(Command, StrikeMatter):
    """Strike an entry that was wrong; what is right is recorded anew."""

    type: Literal["strike_entry"] = "strike_entry"
    records = happened.EntryStruck
