"""What a rectified milestone changes: it is struck, or it happened on another day than was recorded."""

from dataclasses import replace

from domain.inspection import events as e
from domain.inspection.changes import (
    Change,
    item_changed,
    pause_changed,
    release_void,
    unbound,
    window_opened_again,
    without,
)
from domain.inspection.record import State


def rectified(state: State, event: e.MilestoneRectified) -> Change:
    """Strike a milestone, or give it another date."""
    return _struck(state, event) if event.happened_at is None else _redated(state, event)


def _struck(state: State, event: e.MilestoneRectified) -> Change:
    gone = {"facts": without(state, event.milestone)}
    match event.milestone:
        case "area_notified":
            return {**gone, **unbound()}
        case "information_received":
            return item_changed(state, event.subject or "", received_at=None)
        case "draft_sent_for_comment":
            return {"facts": without(state, event.milestone, "comment_window_lapsed")}
        case "comments_received":
            return {**gone, "comments": 0}
        case "report_released":
            return release_void(state)
        case _:
            return gone


def _redated(state: State, event: e.MilestoneRectified) -> Change:
    name, at = event.milestone, event.happened_at
    if name == "information_received":
        return item_changed(state, event.subject or "", received_at=at)
    if at is None or name not in state.facts:
        return {}
    change: Change = {}
    fact = state.facts[name]
    match name:
        case "information_requested":
            change["information"] = {
                key: item.model_copy(update={"requested_at": at}) if item.version == fact.version else item
                for key, item in state.information.items()
            }
        case "inspection_paused":
            change = pause_changed(state, len(state.pauses), paused_at=at)
        case "inspection_resumed":
            over = sum(1 for pause in state.pauses if pause.resumed_at is not None)
            change = pause_changed(state, over, resumed_at=at)
        case "complaint_lodged":
            change["lodged"] = {
                key: one.model_copy(update={"lodged_at": at}) if one.version == fact.version else one
                for key, one in state.lodged.items()
            }
        case "draft_sent_for_comment":
            change = window_opened_again(state)
    facts = change.get("facts", state.facts)
    return {**change, "facts": {**facts, name: replace(fact, at=at)}}
