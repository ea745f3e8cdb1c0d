"""Who hears of what, as data: each line with the reason, where it comes from and how sure that is.

A notice tells people what is on record. It decides nothing and takes no telephone call's place, and what is
sealed, what was found and why something was put off stay out of it.
"""

from typing import Final, NamedTuple

from domain.handbook import DeadlineKind, Sureness
from domain.inspection import events as e
from domain.inspection.events import Event, event_type
from domain.notices.seats import PARTNERSHIP, Seat
from domain.values import Slug

_HANDBOOK: Final = "Area SEND inspections: framework and handbook"
_OWN_CHOICE: Final = "A choice of this project: no public page says who hears of it"


class NoticeRule(NamedTuple):
    """Some who hear of one kind of event."""

    reason: Slug
    """What the notice is about, and with event and recipient what tells it from every other."""
    event: Slug
    seats: frozenset[Seat]
    because: str
    """Why these people hear of it, in words that they read."""
    source: str = _OWN_CHOICE
    sureness: Sureness = "I"
    kinds: frozenset[DeadlineKind] | None = None
    """Of an event about a deadline: which ones. None: all."""


class Hearing(NamedTuple):
    """Somebody hears of an event for a reason."""

    seat: Seat
    reason: Slug


class _Concern(NamedTuple):
    """Who answers for a deadline, and who else wants to know that it was missed or moved."""

    owing: frozenset[Seat]
    following: frozenset[Seat]
    source: str = _OWN_CHOICE
    sureness: Sureness = "I"


_TEAM_AND_OFFICE: Final = frozenset({Seat.LEADS, Seat.COORDINATORS})
_NATIONAL: Final = frozenset({Seat.DFE, Seat.NHS_ENGLAND})
_PLAN: Final = _Concern(
    PARTNERSHIP,
    _TEAM_AND_OFFICE | _NATIONAL,
    f"{_HANDBOOK}, 7 July 2025: feedback on the priority action plan comes from DfE and NHS England; "
    "that they hear of a miss is inferred",
)

_CONCERNED: Final[dict[DeadlineKind, _Concern]] = {
    DeadlineKind.INFORMATION_ITEM: _Concern(
        frozenset({Seat.NOMINATED_OFFICER}),
        frozenset({Seat.COORDINATORS}),
        f"{_HANDBOOK}, Annex A: information is asked of the partnership with a due day for each item",
        "S",
    ),
    DeadlineKind.DRAFT_COMMENTS: _Concern(PARTNERSHIP, _TEAM_AND_OFFICE),
    DeadlineKind.RESUMPTION: _Concern(_TEAM_AND_OFFICE, PARTNERSHIP | {Seat.DIRECTORS}),
    DeadlineKind.STRATEGIC_PLAN: _Concern(
        PARTNERSHIP,
        _TEAM_AND_OFFICE,
        f"{_HANDBOOK}: the local authority and the integrated care boards update the plan jointly",
        "S",
    ),
    DeadlineKind.PRIORITY_ACTION_PLAN_SUBMISSION: _PLAN,
    DeadlineKind.PRIORITY_ACTION_PLAN_PUBLICATION: _PLAN,
    DeadlineKind.PUBLICATION: _Concern(_TEAM_AND_OFFICE | {Seat.PRESS_OFFICE}, frozenset({Seat.DIRECTORS})),
}

_OWED: Final = "You are among those who answer for it."
_FOLLOWED: Final = "You answer for it, or you follow whether it is done."


def _about_deadlines() -> tuple[NoticeRule, ...]:
    return tuple(
        NoticeRule(event, event, seats, because, one.source, one.sureness, frozenset({kind}))
        for kind, one in _CONCERNED.items()
        for event, seats, because in (
            ("deadline_approaching", one.owing, _OWED),
            ("deadline_missed", one.owing | one.following, _FOLLOWED),
            ("deadline_miss_taken_back", one.owing | one.following, _FOLLOWED),
            ("deadline_extended", one.owing | one.following, _FOLLOWED),
        )
    )


_EVERYBODY: Final = PARTNERSHIP | {Seat.TEAM, Seat.COORDINATORS}
_READERS: Final = PARTNERSHIP | _TEAM_AND_OFFICE | _NATIONAL | {Seat.PRESS_OFFICE}
_PLANNED_ON: Final = "The inspection is, or was, in your calendar."
_PLAN_READERS: Final = PARTNERSHIP | _TEAM_AND_OFFICE
_PLAN_ANSWERED: Final = "You answer for the plan, or you follow whether it is done."

RULES: Final[tuple[NoticeRule, ...]] = (
    NoticeRule(
        "area_notified",
        "area_notified",
        frozenset({Seat.CHILDRENS_SERVICES, Seat.INTEGRATED_CARE_BOARDS}),
        "You are among those who are told of an inspection first. This confirms the telephone call.",
        f"{_HANDBOOK}: notification by telephone to the director of children's services and the chief "
        "executive of each integrated care board",
        "S",
    ),
    NoticeRule(
        "area_notified",
        "area_notified",
        frozenset({Seat.NOMINATED_OFFICER, Seat.COORDINATORS}),
        "You prepare what comes next: the request for information and the surveys.",
    ),
    NoticeRule(
        "information_requested",
        "information_requested",
        frozenset({Seat.NOMINATED_OFFICER}),
        "You see to it that the partnership's documents reach the inspectors.",
        f"{_HANDBOOK}, Annex A",
        "S",
    ),
    NoticeRule(
        "draft_sent_for_comment",
        "draft_sent_for_comment",
        PARTNERSHIP,
        "The partnership may comment on factual accuracy, or complain; the days for that run now.",
        f"{_HANDBOOK}: comments on factual accuracy or a formal complaint; five working days",
        "M",
    ),
    NoticeRule(
        "comment_window_lapsed",
        "comment_window_lapsed",
        frozenset({Seat.NOMINATED_OFFICER}) | _TEAM_AND_OFFICE,
        "You wait for the comments, or would have sent them.",
    ),
    NoticeRule(
        "final_report_received",
        "final_report_received",
        PARTNERSHIP | {Seat.COORDINATORS},
        "From the day on which the partnership receives the final report, its plans may fall due.",
        f"{_HANDBOOK}: the priority action plan is due 35 working days after receipt of the final report",
        "S",
    ),
    NoticeRule(
        "report_published",
        "report_published",
        _READERS,
        "You publish the report on your own pages too, or you follow what comes of it.",
        f"{_HANDBOOK}: each body that received the report publishes it on its own site",
        "S",
    ),
    NoticeRule(
        "corrected_report_published",
        "report_published",
        _READERS,
        "You may have published or used the earlier version.",
    ),
    *(
        NoticeRule(event, event, _PLAN_READERS, _PLAN_ANSWERED)
        for event in ("strategic_plan_returned", "strategic_plan_verified")
    ),
    *(
        NoticeRule(
            event,
            event,
            _PLAN_READERS,
            _PLAN_ANSWERED,
            f"{_HANDBOOK}: the plan is submitted, returned, submitted again, accepted",
            "S",
        )
        for event in ("priority_action_plan_returned", "priority_action_plan_accepted")
    ),
    NoticeRule(
        "complaint_lodged",
        "complaint_lodged",
        _TEAM_AND_OFFICE | {Seat.DIRECTORS, Seat.PRESS_OFFICE},
        "A complaint holds publication until it is resolved.",
        f"{_HANDBOOK}: a complaint holds publication and may reopen evidence",
        "S",
    ),
    NoticeRule(
        "complaint_resolved",
        "complaint_resolved",
        PARTNERSHIP | _TEAM_AND_OFFICE | {Seat.DIRECTORS, Seat.PRESS_OFFICE},
        "You lodged the complaint, or you waited for its end.",
    ),
    *(
        NoticeRule(event, event, _EVERYBODY, _PLANNED_ON)
        for event in (
            "inspection_deferred",
            "inspection_withdrawn",
            "inspection_paused",
            "inspection_resumed",
            "inspection_declared_incomplete",
        )
    ),
    NoticeRule(
        "safeguarding_concern_referred",
        "safeguarding_concern_referred",
        frozenset({Seat.LEADS}),
        "You lead the inspection. Nobody else is told, and nothing but that it was referred.",
    ),
    *_about_deadlines(),
)

RECTIFIED: Final = "milestone_rectified"
"""The reason of a notice to whoever heard of a milestone that turns out to have been recorded wrongly."""

EVENTS_HEARD: Final = frozenset({RECTIFIED, *(rule.event for rule in RULES)})
"""The events of which somebody may hear."""


def hearings(event: Event) -> frozenset[Hearing]:
    """Say who hears of an event, and for which reasons."""
    if isinstance(event, e.MilestoneRectified):
        heard = (rule.seats for rule in RULES if rule.event == event.milestone)
        return frozenset(Hearing(seat, RECTIFIED) for seats in heard for seat in seats)
    return frozenset(
        Hearing(seat, rule.reason) for rule in RULES if _fits(rule, event) for seat in rule.seats
    )


def because(event: Event, reason: Slug, seats: frozenset[Seat]) -> tuple[str, ...]:
    """Say why those in some seats hear of an event for a reason."""
    if reason == RECTIFIED:
        return ("You were told of it before.",)
    found = (rule for rule in RULES if rule.reason == reason and _fits(rule, event) and rule.seats & seats)
    return tuple(dict.fromkeys(rule.because for rule in found))


def puts_right(reason: Slug) -> bool:
    """Say whether notices for a reason take back or put right what an earlier one said."""
    return reason in {RECTIFIED, "deadline_miss_taken_back", "corrected_report_published"}


def _fits(rule: NoticeRule, event: Event) -> bool:
    if rule.event != event_type(event):
        return False
    if isinstance(event, e.ReportPublished):
        return (rule.reason == "corrected_report_published") == (event.report_version > 1)
    return rule.kinds is None or getattr(event, "kind", None) in rule.kinds
