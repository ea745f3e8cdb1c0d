"""What a notice says: which inspection, what happened, what is due and by which rule, in plain words.

It quotes no sealed text, names no person and gives no reason of a deferral, pause or withdrawal: mail is
read by others than those it was meant for.
"""

import textwrap
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final, NamedTuple

from domain.handbook import DeadlineKind
from domain.inspection import events as e
from domain.inspection.deadlines import FOLLOW_UP_KINDS, Deadline, bound_rules, deadlines
from domain.inspection.record import State
from domain.london import london_date
from domain.rulebook import Rulebook
from domain.values import BodyRef, Instant, Slug

_WIDTH: Final = 76
_LONGEST_NAME: Final = 200


class Words(NamedTuple):
    """The words of a notice."""

    subject: str
    paragraphs: tuple[str, ...]
    verbatim: str = ""
    """What comes after the paragraphs, and of which no line may be broken otherwise."""

    @property
    def text(self) -> str:
        """The paragraphs as plain text, in lines that every reader of mail shows whole."""
        filled = "\n\n".join(textwrap.fill(one, _WIDTH, break_on_hyphens=False) for one in self.paragraphs)
        return f"{filled}\n" + (f"\n{self.verbatim}" if self.verbatim else "")


def one_line(text: str) -> str:
    """Bring a text that somebody has typed into one line without any character that steers."""
    seen = "".join(character if character.isprintable() else " " for character in text)
    return " ".join(seen.split())[:_LONGEST_NAME]


def write(
    inspection: str,
    event: e.Event,
    state: State,
    rules: Rulebook,
    *,
    bodies: Mapping[BodyRef, str],
    recorded_at: Instant,
    corrected: bool,
    because: Sequence[str],
) -> Words:
    """Write a notice.

    Args:
        inspection: the inspection's identifier.
        event: what happened.
        state: the inspection with that event, and nothing later.
        rules: the handbooks and calendars.
        bodies: what the partnership's bodies are called.
        recorded_at: when the event was recorded.
        corrected: whether the notice takes back or puts right what an earlier one said.
        because: why the reader hears of it.
    """
    area = ", ".join(one_line(bodies.get(body, body)) for body in state.bodies)
    title, happened = _told(event)
    due = [_due(one, state, rules) for one in deadlines(rules, state) if _is_told(one, event)]
    paragraphs = (
        f"Inspection {inspection}" + (f" ({area})" if area else ""),
        *(["This puts right what an earlier notice said."] if corrected else []),
        *happened,
        *due,
        *(["Why you are told: " + " ".join(because)] if because else []),
        f"Recorded on {day(london_date(recorded_at))}. This notice was written by a machine and nobody reads "
        "answers to it. If something in it is wrong, tell the inspection coordinator.",
    )
    return Words(f"{inspection}: {title}", paragraphs)


def day(value: date) -> str:
    """Write a date as people do: 7 March 2024."""
    return f"{value.day} {value:%B %Y}"


def in_words(name: str) -> str:
    """Write a technical name as people would say it."""
    return name.replace("_", " ")


_ITS_DUE: Final[dict[type[e.Event], frozenset[DeadlineKind]]] = {
    e.InformationRequested: frozenset({DeadlineKind.INFORMATION_ITEM}),
    e.DraftSentForComment: frozenset({DeadlineKind.DRAFT_COMMENTS}),
    e.InspectionPaused: frozenset({DeadlineKind.RESUMPTION}),
    e.FinalReportReceived: FOLLOW_UP_KINDS,
    e.ReportPublished: FOLLOW_UP_KINDS,
    e.StrategicPlanReturned: FOLLOW_UP_KINDS,
    e.PriorityActionPlanReturned: FOLLOW_UP_KINDS,
}
"""Which deadlines a notice speaks of, besides those that are about one."""


def _is_told(one: Deadline, event: e.Event) -> bool:
    if isinstance(
        event, e.DeadlineApproaching | e.DeadlineMissed | e.DeadlineMissTakenBack | e.DeadlineExtended
    ):
        return one.key == (event.kind, event.subject)
    if isinstance(event, e.InformationRequested):
        return one.kind is DeadlineKind.INFORMATION_ITEM and one.subject in {
            item.item for item in event.items
        }
    return one.kind in _ITS_DUE.get(type(event), frozenset()) and one.met_on is None and not one.void


def _due(one: Deadline, state: State, rules: Rulebook) -> str:
    bound = bound_rules(rules, state)
    rule = bound[0].rule(one.kind) if bound else None
    assert rule is not None, "a deadline is derived from a rule of the bound handbook"
    name = _capital(_deadline(one.kind, one.subject))
    if one.extended_from:
        return f"{name}: due {day(one.due)}. By the handbook it was due {day(one.extended_from)}."
    if rule.interval.value is None:
        return f"{name}: due {day(one.due)}, the day that was stated with {in_words(one.origin)}."
    return (
        f"{name}: due {day(one.due)}. That is {rule.interval.value} {in_words(rule.unit)} from "
        f"{in_words(one.origin)} on {day(one.origin_on)}, by the handbook in force from "
        f"{day(date.fromisoformat(one.handbook))} (how sure that is: {_SURENESS[rule.interval.sureness]})."
    )


_SURENESS: Final = {
    "S": "stated on a public page",
    "R": "read in published reports",
    "D": "computed from published dates",
    "I": "inferred",
    "M": "unconfirmed",
}


_WHAT: Final = {
    DeadlineKind.INFORMATION_ITEM: "the information item",
    DeadlineKind.DRAFT_COMMENTS: "the partnership's comment on the draft report",
    DeadlineKind.RESUMPTION: "the resumption of fieldwork",
    DeadlineKind.STRATEGIC_PLAN: "the publication of the strategic plan",
    DeadlineKind.PRIORITY_ACTION_PLAN_SUBMISSION: "the submission of the priority action plan",
    DeadlineKind.PRIORITY_ACTION_PLAN_PUBLICATION: "the publication of the priority action plan",
    DeadlineKind.PUBLICATION: "the publication of the report",
}


def _deadline(kind: DeadlineKind, subject: Slug | None) -> str:
    named = kind is DeadlineKind.INFORMATION_ITEM and subject
    return f'{_WHAT[kind]} "{in_words(subject)}"' if subject and named else _WHAT[kind]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _told(event: e.Event) -> tuple[str, tuple[str, ...]]:
    """Return the title, and what happened."""
    on = day(london_date(event.occurred_at))
    match event:
        case e.AreaNotified():
            return "the area is notified", (f"The local area partnership was notified of it on {on}.",)
        case e.InformationRequested():
            return "information is requested", (f"Information was requested on {on}.",)
        case e.DraftSentForComment():
            return "the draft report is with you", (
                f"The draft report was sent to the partnership on {on}. Until the day below you may comment "
                "on its factual accuracy, or complain formally. The draft is confidential.",
            )
        case e.CommentWindowLapsed():
            return "the days for comment are over", (
                "The days for comment on the draft report are over, and no comments are on record.",
            )
        case e.FinalReportReceived():
            return "the final report is received", (
                f"The partnership received the final report on {on}. It is confidential until published.",
            )
        case e.ReportPublished(report_version=1):
            return "the report is published", (f"The report was published on {on}.",)
        case e.ReportPublished():
            return "a corrected report is published", (
                f"A corrected report, version {event.report_version}, was published on {on}. "
                "Please use it instead of the earlier one.",
            )
        case e.ComplaintLodged():
            return "a complaint is lodged", (
                f"Complaint {event.reference} was lodged on {on}. It holds publication until it is resolved.",
            )
        case e.ComplaintResolved():
            return "a complaint is resolved", (f"Complaint {event.reference} was resolved on {on}.",)
        case e.SafeguardingConcernReferred():
            return "a safeguarding concern is referred", (
                f"A safeguarding concern was referred on {on}. This notice says no more, on purpose.",
            )
        case e.MilestoneRectified():
            return "a record is put right", (_rectified(event),)
        case _:
            return _course_told(event, on) or _plan_told(event, on) or _deadline_told(event)


def _course_told(event: e.Event, on: str) -> tuple[str, tuple[str, ...]] | None:
    match event:
        case e.InspectionDeferred():
            return "the inspection is deferred", (
                f"The inspection was deferred on {on}. It will be planned anew.",
            )
        case e.InspectionWithdrawn():
            return "the inspection is withdrawn", (
                f"The inspection was withdrawn on {on}. It will not go on.",
            )
        case e.InspectionPaused():
            return "the inspection is paused", (
                f"Fieldwork was paused on {on}. It is to go on by {day(event.resume_by)}.",
            )
        case e.InspectionResumed():
            return "the inspection goes on", (f"Fieldwork goes on, from {on}.",)
        case e.InspectionDeclaredIncomplete():
            return "the inspection is incomplete", (
                f"The inspection was declared incomplete on {on}. It stays so until fieldwork is resumed.",
            )
    return None


def _plan_told(event: e.Event, on: str) -> tuple[str, tuple[str, ...]] | None:
    match event:
        case e.StrategicPlanReturned() | e.PriorityActionPlanReturned():
            plan = "strategic" if isinstance(event, e.StrategicPlanReturned) else "priority action"
            reasons = "; ".join(in_words(reason) for reason in event.reasons)
            return f"the {plan} plan is returned", (f"The {plan} plan was returned on {on}: {reasons}.",)
        case e.StrategicPlanVerified():
            return "the strategic plan is accepted", (
                f"The strategic plan was found on {on} to take up the report's recommendations.",
            )
        case e.PriorityActionPlanAccepted():
            return "the priority action plan is accepted", (
                f"The priority action plan was accepted on {on} as fit for purpose.",
            )
    return None


def _deadline_told(event: e.Event) -> tuple[str, tuple[str, ...]]:
    assert isinstance(
        event, e.DeadlineApproaching | e.DeadlineMissed | e.DeadlineMissTakenBack | e.DeadlineExtended
    ), f"no words for {type(event).__name__}"
    what = _deadline(event.kind, event.subject)
    match event:
        case e.DeadlineApproaching():
            return f"due soon: {what}", (
                f"{_capital(what)} is due on {day(event.due)}, and is not recorded as done.",
            )
        case e.DeadlineMissed():
            return f"deadline missed: {what}", (
                f"{_capital(what)} was due on {day(event.due)}, and was not recorded as done when that "
                "day ended.",
                "If it was done in time, have that recorded: it takes the miss back.",
            )
        case e.DeadlineMissTakenBack():
            how = (
                f"It was done on {day(event.met_on)}."
                if event.met_on
                else "It was moved, or is owed no more."
            )
            return f"not missed after all: {what}", (
                f"{_capital(what)} was recorded as missed on {day(event.due)}. It was not missed. {how}",
            )
        case e.DeadlineExtended():
            return f"more time: {what}", (f"{_capital(what)} is now due on {day(event.to)}.",)


def _rectified(event: e.MilestoneRectified) -> str:
    what = in_words(event.milestone) + (f" ({in_words(event.subject)})" if event.subject else "")
    was = day(london_date(event.was))
    if event.happened_at is None:
        return f"This was recorded by mistake for {was} and does not count: {what}."
    return f"This happened on {day(london_date(event.happened_at))}, not on {was}: {what}."
