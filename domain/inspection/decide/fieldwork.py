"""Decisions from notification to the end of fieldwork."""

from datetime import date

from domain.handbook import DeadlineKind
from domain.inspection import commands as c
from domain.inspection import events as e
from domain.inspection.deadlines import deadlines
from domain.inspection.decide.situation import Situation
from domain.inspection.vocabulary import IncompleteReason
from domain.london import london_date
from domain.values import Instant


def request_information(situation: Situation, command: c.RequestInformation) -> e.Event:
    """Each item is asked for once; a later day for it is an extension."""
    again = [line.item for line in command.items if line.item in situation.state.information]
    situation.require(
        not again,
        "recorded_once",
        f"{', '.join(again)} was already asked for",
        "extend_deadline with kind information_item to move its day",
    )
    day = london_date(command.occurred_at)
    early = [line.item for line in command.items if line.due < day]
    situation.require(
        not early, "order", f"{', '.join(early)} is due before it is asked for", f"due on {day} or later"
    )
    return situation.record(e.InformationRequested)


def receive_information(situation: Situation, command: c.ReceiveInformation) -> e.Event:
    """An item that was asked for comes once."""
    _require_requested(situation, command.item)
    item = situation.state.information[command.item]
    situation.require(
        item.received_at is None,
        "recorded_once",
        f"{command.item} has already come",
        "an item that is still outstanding",
    )
    return situation.record(e.InformationReceived)


def chase_information(situation: Situation, command: c.ChaseInformation) -> e.Event:
    """An item that was asked for can be asked for again."""
    _require_requested(situation, command.item)
    return situation.record(e.InformationChased)


def _require_requested(situation: Situation, item: str) -> None:
    asked = situation.state.information
    situation.require(
        item in asked,
        "item_requested",
        f"{item} was not asked for",
        "one of " + (", ".join(asked) or "none yet"),
    )


def choose_children(situation: Situation, command: c.ChooseTrackedChildren) -> e.Event:
    """The handbook says how many children are followed."""
    number = situation.handbook.tracked_children.value
    chosen = {child.child for child in command.children}
    situation.require(
        len(chosen) == len(command.children) == number,
        "number_of_children",
        f"{len(chosen)} different children are named",
        f"{number} different children",
    )
    return situation.record(e.TrackedChildrenChosen)


def replace_child(situation: Situation, command: c.ReplaceTrackedChild) -> e.Event:
    """A child that was chosen is replaced by one that was not."""
    chosen = [child.child for child in situation.state.children]
    situation.require(
        command.leaves.child in chosen and command.joins.child not in chosen,
        "child_chosen",
        f"{command.leaves.child} for {command.joins.child} is no replacement",
        "one that leaves of " + ", ".join(chosen) + "; one that joins of none of them",
    )
    return situation.record(e.TrackedChildReplaced)


def begin_fieldwork(situation: Situation, command: c.BeginFieldwork) -> e.Event:
    """Fieldwork begins eight working days after notification at the earliest."""
    require_notice(
        situation, "fieldwork_begun", since=situation.state.at("area_notified"), to=command.occurred_at
    )
    return situation.record(e.FieldworkBegun)


def come_on_site(situation: Situation, command: c.ComeOnSite) -> e.Event:
    """Inspectors come ten working days after notification at the earliest."""
    require_notice(
        situation, "on_site_begun", since=situation.state.at("area_notified"), to=command.occurred_at
    )
    return situation.record(e.OnSiteBegun)


def require_notice(
    situation: Situation, milestone: str, *, since: Instant | None, to: Instant | None
) -> None:
    """Refuse fieldwork, or a coming, without the working days of notice that the handbook gives the area."""
    if since is None or to is None:
        return
    notice = situation.handbook.notice
    needed, rule = {
        "fieldwork_begun": (notice.fieldwork_working_days.value, "notice_before_fieldwork"),
        "on_site_begun": (notice.on_site_working_days.value, "notice_before_on_site"),
    }[milestone]
    notified, day = london_date(since), london_date(to)
    given = situation.calendar.working_days_between(notified, day)
    situation.require(
        given >= needed,
        rule,
        f"{day} is {given} working days after notification on {notified}",
        f"{needed} working days, so from {situation.calendar.add_working_days(notified, needed)}",
    )


def pause(situation: Situation, command: c.PauseInspection) -> e.Event:
    """Only fieldwork that is going on can be paused."""
    _require_not_paused(situation)
    day = london_date(command.occurred_at)
    situation.require(
        command.resume_by >= day,
        "order",
        f"{command.resume_by} is before the pause",
        f"resume_by on {day} or later",
    )
    return situation.record(e.InspectionPaused)


def resume(situation: Situation, _: c.ResumeInspection) -> e.Event:
    """Fieldwork that was paused, or found incomplete, is taken up again."""
    _require_paused(situation)
    return situation.record(e.InspectionResumed)


def declare_incomplete(situation: Situation, command: c.DeclareIncomplete) -> e.Event:
    """A pause that ran past the day on which it was to end makes the inspection incomplete."""
    _require_paused(situation)
    until = _paused_until(situation)
    situation.require(
        command.reason is not IncompleteReason.PAUSE_RAN_OUT
        or (until is not None and london_date(command.occurred_at) > until),
        "pause_limit",
        f"the pause was agreed until {until}",
        f"a day after {until}",
    )
    return situation.record(e.InspectionDeclaredIncomplete)


def _paused_until(situation: Situation) -> date | None:
    """The day for resuming, extended or as it was agreed with the pause."""
    ends = [
        one.due
        for one in deadlines(situation.rules, situation.state)
        if one.kind is DeadlineKind.RESUMPTION and one.met_on is None
    ]
    return max(ends, default=situation.state.paused_until)


def end_fieldwork(situation: Situation, _: c.EndFieldwork) -> e.Event:
    """Fieldwork ends after the final feedback, and not while it is paused."""
    _require_not_paused(situation)
    situation.require(
        situation.state.has("feedback_given"),
        "feedback_given",
        "no final feedback is on record",
        "give_feedback before end_fieldwork",
    )
    return situation.record(e.FieldworkEnded)


def _require_paused(situation: Situation) -> None:
    situation.require(
        situation.state.paused_until is not None,
        "paused",
        "fieldwork is not paused",
        "pause_inspection first",
    )


def _require_not_paused(situation: Situation) -> None:
    until = situation.state.paused_until
    situation.require(
        until is None, "not_paused", f"fieldwork is paused until {until}", "resume_inspection first"
    )
