"""What holds of every inspection, whatever is asked of it and in whatever order."""

from copy import deepcopy
from datetime import UTC, date, datetime, time, timedelta
from functools import reduce
from typing import Any, Final

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from pydantic import TypeAdapter, ValidationError

from domain.actors import Role, Verb, may
from domain.handbook import DeadlineKind, DeferralGround
from domain.inspection import State, decide, evolve, initial
from domain.inspection.commands import COMMAND_TYPES
from domain.inspection.deadlines import Deadline, deadlines
from domain.inspection.events import (
    COMES_AFTER,
    RESTS_ON,
    AnyEvent,
    DeadlineMissTakenBack,
    Event,
    InformationChased,
    InformationReceived,
    MovesDeadlines,
    ReportPublished,
    event_type,
)
from domain.inspection.progress import stage
from domain.inspection.rules import RULES as RULE_TEXTS
from domain.inspection.vocabulary import Findings, RectificationReason, Stage
from domain.london import at_time, london_date
from domain.refusal import Refusal
from domain.values import Inspectorate, Kind, MonitoringResult, Outcome
from tests.domain.inspection.story import (
    BODIES,
    INSPECTION,
    MONITORING,
    RESULTS,
    RULES,
    SCOPE,
    TEAM,
    TEXT,
    Story,
    findings,
    ordinary_steps,
    who,
)
from tests.domain.inspection.way_to_close import next_step, way_to_close

YIELDING: Final = tuple(sorted(code for code, text in RULE_TEXTS.items() if text.yields))
COMMANDS: Final = sorted(COMMAND_TYPES)
EVENTS: Final[TypeAdapter[Event]] = TypeAdapter(AnyEvent)

near = st.dates(date(2023, 8, 1), date(2025, 12, 31))
days = near | near | st.sampled_from([date(1, 1, 1), date(2015, 6, 1), date(2034, 1, 1), date.max])
moments = st.builds(at_time, near, st.just(time(12))) | st.sampled_from(
    [datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)]
)
outcomes = st.sampled_from(["1", "2", "3", *MonitoringResult])
bodies = st.sampled_from([BODIES, BODIES[:1], ("icb-elsewhere",)])
references = st.sampled_from(["C-1", "C-2"])
reports = st.builds(
    lambda outcome, named, priority: {
        **findings(outcome, *named),
        "areas_for_priority_action": [{"bodies": named, "text": TEXT}] if priority else [],
    },
    outcomes,
    bodies,
    st.booleans(),
)
partly = st.builds(
    lambda result, each: {
        **findings(result),
        "actions": [{"area": area, "result": one} for area, one in enumerate(each, start=1)],
    },
    st.sampled_from(MonitoringResult),
    st.lists(st.sampled_from(MonitoringResult), max_size=len(SCOPE) + 1),
)
sections = st.sampled_from([{}, {"what_it_is_like": {"sealed": "2" * 64}}])
items = st.sampled_from(["strategic_plan", "self_evaluation", "annex_a_3"])
teams = st.sampled_from(
    [
        TEAM,
        TEAM[:1],
        [{**TEAM[0], "interests": ["SRY"]}, TEAM[2]],
        [{**TEAM[0], "person": "p-other"}, TEAM[1], {**TEAM[2], "person": "p-othercqc"}],
    ]
)
members = st.sampled_from(
    [
        {"person": f"p-{name}", "inspectorate": "cqc", "lead": True}
        for name in ("cqclead", "fresh", "cqcdirector")
    ]
)
persons = st.sampled_from(["p-cqclead", "p-ofstedlead", "p-inspector", "p-fresh", "p-support"])

authorities = st.sampled_from(["p-authority", "p-authority", "p-ofsteddirector", "p-coordinator"])

MATTERS: Final[dict[str, dict[str, st.SearchStrategy[Any]]]] = {
    "plan_inspection": {
        "notify_on": days,
        "on_site": st.builds(lambda day: {"first": day, "last": min(day, date(9999, 1, 1))}, days),
        "area": st.sampled_from(["SRY", "SFK"]),
        "bodies": bodies,
        "kind": st.sampled_from(Kind),
        "follows": st.sampled_from([None, INSPECTION, "SFK-2023-F1", MONITORING]),
        "scope": st.sampled_from([(), SCOPE[:1], SCOPE]),
    },
    "appoint_team": {"members": teams},
    "replace_team_member": {"leaves": persons, "joins": members},
    "defer_inspection": {"ground": st.sampled_from(DeferralGround)},
    "request_information": {
        "items": st.lists(st.builds(lambda i, d: {"item": i, "due": d}, items, days), min_size=1)
    },
    "receive_information": {"item": items},
    "chase_information": {"item": items},
    "choose_tracked_children": {
        "children": st.lists(st.just({"child": "c-9", "provision": "sen_support"}), min_size=1, max_size=6)
    },
    "pause_inspection": {"resume_by": days},
    "declare_incomplete": {"reason": st.sampled_from(["pause_ran_out", "evidence_insufficient"])},
    "submit_draft": {"findings": reports | partly, "sections": sections},
    "approve_draft": {"inspectorate": st.sampled_from(Inspectorate)},
    "return_draft": {"inspectorate": st.sampled_from(Inspectorate)},
    "sign_off_outcome": {"inspectorate": st.sampled_from(Inspectorate)},
    "receive_comments": {"points": st.integers(0, 3)},
    "decide_outcome": {"findings": reports | partly, "concurring": persons},
    "lodge_complaint": {"reference": references},
    "resolve_complaint": {
        "reference": references,
        "resolution": st.sampled_from(["not_upheld", "text_to_change", "evidence_to_gather"]),
    },
    "record_polls": {"polls_on": days},
    "confirm_publication": {"report_version": st.integers(1, 3)},
    "correct_report": {"sections": sections},
    "name_principal_authority": {"body": st.sampled_from(["la-sry", "la-sfk"])},
    "publish_strategic_plan": {"bodies": bodies},
    "submit_priority_action_plan": {"bodies": bodies},
    "move_to_handbook": {"to": st.sampled_from([*RULES.handbooks, "2019-01-01"])},
    "move_to_calendar": {"to": st.sampled_from([*RULES.calendars, "england-2020.1"])},
    "rectify_milestone": {
        "reason": st.sampled_from(RectificationReason),
        "happened_at": st.none() | moments,
        "subject": st.none() | items,
    },
}
"""For each command, values that its fields may take beside the usual ones: sensible, odd and absurd."""


class AnyInspection(RuleBasedStateMachine):
    """An inspection of which anything is asked. What must hold is checked with every single event."""

    def __init__(self) -> None:
        super().__init__()
        self.story = Story()

    def put(self, command: str, **told: Any) -> None:
        """Put a command, twice: the answer is the same, and only an acceptance changes anything."""
        try:
            made = self.story.command(command, **told)
        except ValidationError:
            return
        self.story.now = max(self.story.now, made.now)
        before = self.story.state
        copied = deepcopy(before)
        answer = decide(RULES, before, made)
        assert answer == decide(RULES, before, made)
        assert before == copied
        if isinstance(answer, Refusal):
            assert answer.code in RULE_TEXTS
            assert answer.because
            assert answer.accepted
            return
        for event in answer:
            after = evolve(self.story.state, event)
            check_event(self.story.state, event, after)
            self.story.record((event,))

    @initialize(outcome=outcomes, data=st.data())
    def begin_somewhere(self, outcome: str, data: st.DataObject) -> None:
        """Begin with an ordinary inspection that has come so far, or with none."""
        self.story = Story(outcome=outcome)
        milestones = [step.milestone for step in ordinary_steps(outcome)]
        if milestone := data.draw(st.sampled_from([None, *milestones])):
            self.story.until(milestone)

    @rule(outcome=outcomes)
    def take_the_way_to_close(self, outcome: str) -> None:
        if (outcome in RESULTS) == self.story.monitors:
            self.story.outcome = outcome
        if self.story.stage() is not Stage.CLOSED:
            command, told = next_step(self.story)
            self.put(command, **told)

    @rule(data=st.data())
    def ask_as_usual_at_this_stage(self, data: st.DataObject) -> None:
        self.put(data.draw(st.sampled_from(self.commands_of_this_stage())))

    def commands_of_this_stage(self) -> list[str]:
        """List the commands that the stage allows."""
        return [name for name in COMMANDS if self.story.stage() in COMMAND_TYPES[name].stages]

    @rule(data=st.data(), contrary=st.booleans())
    def ask_for_anything_at_this_stage(self, data: st.DataObject, contrary: bool) -> None:
        command = data.draw(st.sampled_from(self.commands_of_this_stage()))
        self.ask_for_anything(data, command, contrary)

    @rule(data=st.data(), command=st.sampled_from(COMMANDS), contrary=st.booleans())
    def ask_for_anything(self, data: st.DataObject, command: str, contrary: bool) -> None:
        told = {
            name: data.draw(values, label=name)
            for name, values in MATTERS.get(command, {}).items()
            if data.draw(st.booleans())
        }
        if command == "extend_deadline":
            known = [one.key for one in self.story.deadlines] or [(DeadlineKind.STRATEGIC_PLAN, None)]
            told["kind"], told["subject"] = data.draw(st.sampled_from(known))
            told["to"] = data.draw(days)
        if command == "rectify_milestone":
            told["milestone"] = data.draw(
                st.sampled_from([*sorted(self.story.state.facts), "surveys_opened"])
            )
        role = data.draw(st.none() | st.none() | st.sampled_from(Role))
        days_ago = data.draw(st.none() | st.integers(0, 40))
        at = data.draw(moments) if days_ago is None else self.story.now - timedelta(days=days_ago)
        person = data.draw(st.none() | st.none() | persons) if role else None
        self.put(
            command,
            at=at,
            recorded=self.story.now,
            by=who(role, person) if role else None,
            authorised_by=data.draw(authorities),
            contrary_to=YIELDING if contrary else (),
            **told,
        )

    @rule(number=st.integers(1, 60))
    def let_days_pass(self, number: int) -> None:
        if self.story.now < at_time(date(2027, 1, 1), time(12)):
            self.put("tick", at=self.story.now + timedelta(days=number))

    def teardown(self) -> None:
        """The record tells the same as the state, and leads to a close."""
        written = [EVENTS.dump_json(event) for event in self.story.events]
        read = [EVENTS.validate_json(text) for text in written]
        assert read == self.story.events
        assert reduce(evolve, read, initial()) == self.story.state
        for moment in {event.occurred_at for event in read}:
            had_happened = [event for event in read if event.occurred_at <= moment]
            assert reduce(evolve, had_happened, initial()).version == len(had_happened)
        taken = way_to_close(self.story)
        assert "withdraw_inspection" not in taken
        assert not any(event.irregular for event in self.story.events[len(written) :])


def check_event(before: State, event: Event, after: State) -> None:
    """Check what must hold of every event: its place, what it moves, and what it publishes."""
    assert after.version == before.version + 1
    check_order(before, event)
    check_deadlines(before, event, after)
    check_draft(after)
    check_authority(before, event)
    if isinstance(event, ReportPublished):
        check_publication(before, event)


def check_order(before: State, event: Event) -> None:
    """What an event rests on is on record and not later, unless the event says that it is irregular."""
    if event.irregular and "order" in event.irregular.rules:
        return
    if isinstance(event, DeadlineMissTakenBack):
        assert before.missed[event.kind, event.subject] == event.due
        return
    name = event_type(event)
    for earlier in RESTS_ON[name] | (COMES_AFTER[name] & before.facts.keys()):
        at = before.at(earlier)
        if isinstance(event, InformationReceived | InformationChased):
            at = before.information[event.item].requested_at
        assert at is not None, f"{event_type(event)} without {earlier}"
        if event.is_milestone:
            assert london_date(at) <= london_date(event.occurred_at), f"{event_type(event)} before {earlier}"
    assert stage(before) is not Stage.WITHDRAWN or event_type(event) in {
        "milestone_rectified",
        "safeguarding_concern_referred",
        "deadline_missed",
        "deadline_miss_taken_back",
    }


def check_authority(before: State, event: Event) -> None:
    """Whoever authorised what went against a rule neither did it, nor inspected, nor is known for less."""
    if event.irregular is None:
        return
    person = event.irregular.authorised_by
    assert person not in {event.decided_by.person, event.recorded_by.person}
    assert person not in {member.person for member in before.team}
    roles = before.roles.get(person, ())
    assert not roles or any(may(role, Verb.AUTHORISE) for role in roles)


def check_deadlines(before: State, event: Event, after: State) -> None:
    """A deadline that is not met moves, and goes, only by an event that says so."""
    was = {one.key: one for one in deadlines(RULES, before)}
    now = {one.key: one for one in deadlines(RULES, after)}
    moves = event.moved if isinstance(event, MovesDeadlines) else ()
    moved = {(move.kind, move.subject): (move.was, move.now) for move in moves}
    for key, one in was.items():
        due = now[key].due if key in now else None
        if one.due != due and (one.met_on is None or due is not None):
            assert moved.get(key) == (one.due, due), f"{event_type(event)} moves {key} silently"
    for key, (told_was, told_now) in moved.items():
        assert told_was == _due(was.get(key))
        assert told_now == _due(now.get(key))


def _due(one: Deadline | None) -> date | None:
    return one.due if one else None


def check_draft(after: State) -> None:
    """Outcome 3 has an area for priority action with a responsible body, the other outcomes have none."""
    if after.draft is not None:
        check_findings(after, after.draft.findings)


def check_findings(after: State, found: Findings) -> None:
    """A full inspection finds an outcome that its areas fit; a monitoring one a result for each area."""
    assert (after.kind is Kind.MONITORING) == (found.result is not None) == bool(after.follows)
    assert sorted(one.area for one in found.actions) == [*range(1, len(after.scope) + 1)]
    priority = found.areas_for_priority_action
    assert bool(priority) == (found.outcome is Outcome.WIDESPREAD_FAILINGS)
    assert all(area.bodies for area in priority)


def check_publication(before: State, event: ReportPublished) -> None:
    """What is published is the draft that both inspectorates approved and signed off, to the digest."""
    assert before.draft is not None
    assert before.draft.ref == event.draft
    assert not before.draft.returned
    for inspectorate in Inspectorate:
        assert before.approvals[inspectorate] == event.draft
        assert before.sign_offs[inspectorate] == event.draft
    by_person: dict[str, set[Inspectorate]] = {}
    for one in before.voices:
        assert one.draft == event.draft
        by_person.setdefault(one.person, set()).add(one.inspectorate)
    assert all(len(spoken) == 1 for spoken in by_person.values())


TestAnyInspection = AnyInspection.TestCase
TestAnyInspection.settings = settings(
    max_examples=250,
    stateful_step_count=40,
    deadline=None,
    derandomize=True,
    print_blob=True,
    suppress_health_check=list(HealthCheck),
)
