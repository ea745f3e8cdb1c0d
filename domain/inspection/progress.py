"""Where an inspection stands: its stage, what it waits for, and which approvals still count.

All of it is derived from the milestones that count now, so no command has to move a stage, and a
milestone that is struck or a draft that is replaced moves it back by itself.
"""

from typing import Final

from domain.inspection.record import State
from domain.inspection.vocabulary import DraftRef, Stage
from domain.values import Inspectorate

PATH: Final[dict[Stage, tuple[str, ...]]] = {
    Stage.PLANNED: ("team_appointed", "area_notified"),
    Stage.NOTIFIED: (
        "information_requested",
        "surveys_opened",
        "surveys_closed",
        "tracked_children_chosen",
        "fieldwork_begun",
    ),
    Stage.FIELDWORK: ("on_site_begun", "feedback_given", "fieldwork_ended"),
    Stage.MODERATION: ("draft_submitted", "draft_approved", "draft_sent_for_comment", "comments_settled"),
    Stage.OUTCOME: ("outcome_decided", "outcome_signed_off"),
    Stage.PUBLICATION: ("final_report_sent", "final_report_received", "report_released", "report_published"),
    Stage.FOLLOW_UP: ("plan_received", "inspection_closed"),
    Stage.CLOSED: (),
    Stage.WITHDRAWN: (),
    Stage.UNKNOWN: (),
}
"""What each stage waits for, in the handbook's order."""


def stage(state: State) -> Stage:
    """Say at which stage an inspection stands."""
    if state.version == 0:
        return Stage.UNKNOWN
    if state.has("inspection_withdrawn"):
        return Stage.WITHDRAWN
    if state.has("inspection_closed"):
        return Stage.CLOSED
    if state.has("report_published"):
        return Stage.FOLLOW_UP
    if not state.has("fieldwork_begun"):
        return Stage.NOTIFIED if state.has("area_notified") else Stage.PLANNED
    if not state.has("fieldwork_ended"):
        return Stage.FIELDWORK
    if state.evidence_open or not approved_by_both(state) or not comments_settled(state):
        return Stage.MODERATION
    if not state.has("outcome_decided") or not signed_off_by_both(state):
        return Stage.OUTCOME
    return Stage.PUBLICATION


def current_draft(state: State) -> DraftRef | None:
    """Return the draft that approvals have to name; none while one is owed, or once it is published."""
    if state.draft is None or state.draft.returned:
        return None
    if state.published and state.draft.version == state.published[-1].draft.version:
        return None
    return state.draft.ref


def approved_by_both(state: State) -> bool:
    """Say whether both inspectorates have approved the draft as it now is."""
    draft = current_draft(state)
    return draft is not None and all(state.approvals.get(one) == draft for one in Inspectorate)


def signed_off_by_both(state: State) -> bool:
    """Say whether both inspectorates have signed off the draft as it now is."""
    draft = current_draft(state)
    return draft is not None and all(state.sign_offs.get(one) == draft for one in Inspectorate)


def comments_settled(state: State) -> bool:
    """Say whether the partnership has commented, complained instead, or let its days pass."""
    return any(
        state.has_since(answer, "draft_sent_for_comment")
        for answer in ("comments_received", "complaint_lodged", "comment_window_lapsed")
    )


def correction_pending(state: State) -> bool:
    """Say whether a correction of the published report is under way."""
    return bool(state.published) and current_draft(state) is not None


def publication_pending(state: State) -> bool:
    """Say whether a report is released and the system has still to publish it."""
    return state.released is not None


def is_open(state: State) -> bool:
    """Say whether an inspection still needs a process that watches over it."""
    if stage(state) in {Stage.UNKNOWN, Stage.CLOSED, Stage.WITHDRAWN}:
        return publication_pending(state)
    return True


def _reached(state: State, name: str) -> bool:
    match name:
        case "draft_approved":
            return approved_by_both(state)
        case "comments_settled":
            return comments_settled(state)
        case "outcome_signed_off":
            return signed_off_by_both(state)
        case "plan_received":
            return state.has("strategic_plan_published") or state.has("priority_action_plan_published")
        case "draft_submitted":
            return current_draft(state) is not None
        case _:
            return state.has(name)


def reached(state: State) -> tuple[str, ...]:
    """List what the present stage has already reached, in the handbook's order."""
    return tuple(name for name in PATH[stage(state)] if _reached(state, name))


def held_by(state: State) -> tuple[str, ...]:
    """List what holds the inspection beyond its own milestones."""
    holds = []
    if stage(state) is Stage.PLANNED and state.on_site is None:
        holds.append("deferred")
    if state.paused_until is not None:
        holds.append("incomplete" if state.has("inspection_declared_incomplete") else "paused")
    if state.evidence_open:
        holds.append("additional_evidence")
    if state.open_complaints:
        holds.append("complaint")
    return tuple(holds)
