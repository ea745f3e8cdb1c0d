"""Find out what leads from one stage of an inspection to another, by asking the rules themselves.

Nothing is typed in: ordinary inspections are played, everything that can be asked is asked after each of
their milestones, and where an answer leads elsewhere, the way from there is followed to the close.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import timedelta
from functools import cache
from typing import Any, NamedTuple

from domain.inspection import State, evolve
from domain.inspection.commands import COMMAND_TYPES
from domain.inspection.decide.repair import STRIKABLE
from domain.inspection.events import Event, event_type
from domain.inspection.progress import approved_by_both, current_draft, held_by, stage
from domain.inspection.vocabulary import Stage
from domain.refusal import Refusal
from tests.domain.inspection.story import Story, findings, ordinary_steps
from tests.domain.inspection.way_to_close import next_step

Edges = Mapping[tuple[Stage, Stage], tuple[str, ...]]
"""For each pair of stages, the events that lead from the first to the second."""


class Picture(NamedTuple):
    """What leads where: by what happens, and by striking what never happened."""

    by_events: Edges
    by_striking: Edges


@cache
def explore() -> Picture:
    """Play inspections and try everything, and note what leads from one stage to another."""
    found = _Found()
    for outcome in ("2", "3"):
        for complains in (False, True):
            for story in _ordinary_stories(outcome, complains, found):
                _deviate(story, found)
    return Picture(_sorted(found.by_events), _sorted(found.by_striking))


class _Found:
    def __init__(self) -> None:
        self.by_events: dict[tuple[Stage, Stage], set[str]] = defaultdict(set)
        self.by_striking: dict[tuple[Stage, Stage], set[str]] = defaultdict(set)
        self._seen: set[object] = set()

    def is_new(self, story: Story) -> bool:
        """Say whether nobody has yet gone on from a place like this one."""
        state = story.state
        place = (
            *(story.stage(), held_by(state), frozenset(state.facts), frozenset(state.sign_offs)),
            *(current_draft(state) is None, approved_by_both(state), state.released is None),
        )
        known = place in self._seen
        self._seen.add(place)
        return not known

    def note(self, before: State, command: str, events: tuple[Event, ...]) -> None:
        """Note where events lead: the clock's one by one, a command's own with what it settles."""
        own = COMMAND_TYPES[command].records
        state = before
        for number, event in enumerate(events):
            if isinstance(event, own) and command != "tick":
                after = state
                for one in events[number:]:
                    after = evolve(after, one)
                self._note(state, after, event)
                return
            after = evolve(state, event)
            self._note(state, after, event)
            state = after

    def _note(self, before: State, after: State, event: Event) -> None:
        edge = stage(before), stage(after)
        if edge[0] is edge[1]:
            return
        struck = getattr(event, "milestone", None)
        if struck:
            self.by_striking[edge].add(struck)
        else:
            self.by_events[edge].add(event_type(event))


def _sorted(edges: Mapping[tuple[Stage, Stage], set[str]]) -> Edges:
    order = list(Stage)
    return {
        edge: tuple(sorted(edges[edge]))
        for edge in sorted(edges, key=lambda one: (order.index(one[0]), order.index(one[1])))
    }


def _ordinary_stories(outcome: str, complains: bool, found: _Found) -> Iterator[Story]:
    """Yield an ordinary inspection after each of its steps; in one, the partnership complains."""
    story = Story(outcome=outcome)
    yield story
    for step in ordinary_steps(outcome):
        command = step.command
        if complains and command == "receive_comments":
            command = "lodge_complaint"
        if complains and command == "answer_comments":
            continue
        if complains and command == "release_report":
            _put(story, "resolve_complaint", {}, found)
        _put(story, command, {"at": story.day(step.day), **step.matter}, found)
        yield story


def _put(story: Story, command: str, told: dict[str, Any], found: _Found) -> bool:
    """Put a command; record what it brings if it is accepted, and say whether it was."""
    before = story.state
    if story.stage() not in COMMAND_TYPES[command].stages:
        return False
    answer = story.ask(command, **told)
    if isinstance(answer, Refusal):
        return False
    found.note(before, command, answer)
    story.record(answer)
    return True


def _deviate(story: Story, found: _Found) -> None:
    """Ask for everything there, and once more from wherever that leads elsewhere or holds."""
    for command, told in _everything(story):
        aside = _copy(story)
        if _put(aside, command, told, found) and _is_elsewhere(story, aside) and found.is_new(aside):
            for then, more in _everything(aside):
                _put(_copy(aside), then, more, found)
            _go_on_to_close(aside, found)


def _is_elsewhere(before: Story, after: Story) -> bool:
    return after.stage() is not before.stage() or held_by(after.state) != held_by(before.state)


def _go_on_to_close(story: Story, found: _Found) -> None:
    while story.stage() is not Stage.CLOSED:
        command, told = next_step(story)
        _put(story, command, {**told, "recorded_by": "p-newsupport"}, found)


def _copy(story: Story) -> Story:
    copy = Story(outcome=story.outcome)
    copy.state, copy.now = story.state, story.now
    return copy


def _everything(story: Story) -> Iterator[tuple[str, dict[str, Any]]]:
    """List what can be asked, in its variants where they lead to different places."""
    for command in COMMAND_TYPES:
        match command:
            case "rectify_milestone":
                for milestone in sorted(STRIKABLE & story.state.facts.keys() - {"information_received"}):
                    yield command, {"milestone": milestone}
            case "resolve_complaint":
                for resolution in ("not_upheld", "evidence_to_gather"):
                    yield command, {"resolution": resolution}
            case "decide_outcome":
                for told in ({}, {"findings": findings("1")}, {"findings": findings("3")}):
                    yield command, told
            case "extend_deadline":
                for one in story.deadlines:
                    later = max(one.due, story.now.date()) + timedelta(days=30)
                    yield command, {"kind": one.kind, "subject": one.subject, "to": later}
            case "tick":
                yield command, {"at": story.now + timedelta(days=15)}
            case _:
                yield command, {}
