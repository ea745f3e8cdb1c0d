"""What the cycle of an area hears of an inspection, read from the state of that inspection."""

from typing import Final

from domain import national, thematic
from domain.area.matters import ConcernNews, ConcernRef, NewsMatter, PauseNews
from domain.inspection.progress import stage
from domain.inspection.state import State
from domain.inspection.vocabulary import Stage
from domain.london import london_date
from domain.thematic.register import concerns
from domain.thematic.vocabulary import EntryKind
from domain.values import AreaCode, InspectionId, ThematicReviewId

TOLD_BY: Final = frozenset(
    {
        "inspection_planned",
        "inspection_deferred",
        "inspection_withdrawn",
        "inspection_closed",
        "area_notified",
        "fieldwork_begun",
        "fieldwork_ended",
        "final_report_received",
        "report_published",
        "handbook_moved",
        "milestone_rectified",
        "polls_recorded",
    }
)
"""The types of an inspection's events that change what its area hears of it."""

PAUSES_TOLD_BY: Final = frozenset({"scheduling_paused", "scheduling_resumed", "pause_struck"})
"""The types of the programme's events that change what every area hears of it."""


def news_of(inspection: InspectionId, state: State) -> NewsMatter:
    """Say what is known of an inspection that is on record."""
    published = state.at("report_published")
    now_at = stage(state)

    def on(milestone: str) -> object:
        at = state.at(milestone)
        return london_date(at) if at else None

    return NewsMatter.model_validate(
        {
            "inspection": inspection,
            "kind": state.kind,
            "on_site": state.on_site,
            "notified_on": on("area_notified"),
            "begun_on": on("fieldwork_begun"),
            "fieldwork_ended_on": on("fieldwork_ended"),
            "report_received_on": on("final_report_received"),
            "published_on": on("report_published"),
            "outcome": state.outcome if published else None,
            "result": state.result if published else None,
            "handbook": state.handbook.version if state.handbook else None,
            "withdrawn": now_at is Stage.WITHDRAWN,
            "closed": now_at is Stage.CLOSED,
            "polls": state.polls,
        }
    )


def pauses_of(programme: national.State) -> tuple[PauseNews, ...]:
    """Say which pauses of scheduling count, in the order of their first days."""
    found = [PauseNews(kind=one.ref.kind, first=one.ref.first, last=one.last) for one in programme.pauses]
    return tuple(sorted(found, key=lambda one: (one.first, one.kind or "")))


def concerns_about(
    area: AreaCode, review: ThematicReviewId, state: thematic.State
) -> tuple[ConcernNews, ...]:
    """Say which serious concerns about an area a thematic review has raised."""
    return tuple(
        ConcernNews(review=review, number=one.number, raised_on=london_date(one.raised_at))
        for one in concerns(state)
        if one.area == area
    )


def is_struck(concern: ConcernRef, state: thematic.State) -> bool:
    """Say whether a thematic review had raised a concern and has struck it. No number is given twice."""
    raised = concern.number <= state.numbers.get(EntryKind.CONCERN_RAISED, 0)
    return raised and all(one.number != concern.number for one in concerns(state))
