"""What events change in an inspection's state, as far as several of them change the same."""

from typing import Any

from domain.inspection.record import Fact, State

Change = dict[str, Any]
"""The fields of a state that an event gives another value, with these values."""


def without(state: State, *milestones: str) -> dict[str, Fact]:
    """Return the milestones that count, but for some."""
    return {name: fact for name, fact in state.facts.items() if name not in milestones}


def fall(state: State, milestones: frozenset[str]) -> Change:
    """Let a decision fall, or what came after it, and with it a release and the named authority."""
    return {"facts": without(state, *milestones), "released": None, "principal_authority": None}


def unbound() -> Change:
    """An area that was not notified is bound to no rules, and has been warned of nothing."""
    return {"handbook": None, "calendar": None, "warned": {}}


def item_changed(state: State, item: str, **update: Any) -> Change:
    """Change an item of information, if it was asked for."""
    if item not in state.information:
        return {}
    changed = state.information[item].model_copy(update=update)
    return {"information": {**state.information, item: changed}}


def pause_changed(state: State, number: int, **update: Any) -> Change:
    """Change one pause; they are numbered from one."""
    if not 0 < number <= len(state.pauses):
        return {}
    before, one, after = state.pauses[: number - 1], state.pauses[number - 1], state.pauses[number:]
    return {"pauses": (*before, one.model_copy(update=update), *after)}


def window_opened_again(state: State) -> Change:
    """Until the outcome is decided, a lapse of the days for comment is the clock's to say anew."""
    return {} if state.has("outcome_decided") else {"facts": without(state, "comment_window_lapsed")}


def release_void(state: State) -> Change:
    """Let a release fall: somebody has to release the report again."""
    return {"released": None, "facts": without(state, "report_released")}
