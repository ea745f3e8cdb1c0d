"""Tells the story of one inspection, so that a test of a rule is a few lines.

A story plays an ordinary inspection at ordinary dates, counted in working days from the day on which the
area is notified. A test plays it up to a milestone, does something else there, and looks at what comes.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID, uuid5

from domain.actors import ENGINE, ENGINE_RECORDER, SPEAKS_FOR, Actor, Recorder, Role, Verb
from domain.calendar import WorkingCalendar
from domain.deadline import Status
from domain.handbook import DeadlineKind
from domain.inspection import State, decide, evolve, initial
from domain.inspection.commands import COMMAND_TYPES, COMMANDS, Command
from domain.inspection.deadlines import Deadline, deadlines
from domain.inspection.events import Event
from domain.inspection.progress import current_draft, stage
from domain.inspection.vocabulary import Stage
from domain.refusal import Refusal
from domain.rulebook import Rulebook
from domain.values import MonitoringResult
from tests.domain.telling import Telling, moment

RULES: Final = Rulebook.released()
CALENDAR: Final = RULES.current_calendar
INSPECTION: Final = "SRY-2023-F1"
MONDAY: Final = date(2023, 9, 11)
"""On which Surrey was notified in 2023: two weeks before the inspectors came, without a bank holiday."""

MONITORING: Final = "SRY-2025-M1"
MONITORED: Final = date(2025, 6, 9)
"""On which Surrey might have been notified of a monitoring inspection, under the handbook of that month."""

RESULTS: Final = frozenset(MonitoringResult)

BODIES: Final = ("la-sry", "icb-surrey-heartlands")
TEXT: Final = {"sealed": "0" * 64}
DIGEST: Final = "a" * 64

_BY: Final = {
    Verb.SCHEDULE: Role.COORDINATOR,
    Verb.NOTIFY: Role.OFSTED_LEAD,
    Verb.RECORD: Role.OFSTED_LEAD,
    Verb.HANDLE_INFORMATION: Role.COORDINATOR,
    Verb.REFER_CONCERN: Role.INSPECTOR,
    Verb.DRAFT: Role.OFSTED_LEAD,
    Verb.PROPOSE_OUTCOME: Role.OFSTED_LEAD,
    Verb.MODERATE: Role.OFSTED_MODERATOR,
    Verb.SIGN_OFF: Role.OFSTED_DIRECTOR,
    Verb.DESPATCH: Role.COORDINATOR,
    Verb.ACKNOWLEDGE: Role.LANO,
    Verb.COMMENT: Role.LANO,
    Verb.ANSWER: Role.OFSTED_LEAD,
    Verb.COMPLAIN: Role.DCS,
    Verb.AUTHORISE: Role.OFSTED_DIRECTOR,
    Verb.RELEASE: Role.PRESS_OFFICE,
    Verb.PUBLISH: Role.LANO,
    Verb.NAME_PRINCIPAL_AUTHORITY: Role.HMCI,
    Verb.SUBMIT_PLAN: Role.DCS,
    Verb.REVIEW_PLAN: Role.OFSTED_DIRECTOR,
    Verb.CLOSE: Role.COORDINATOR,
    Verb.RECTIFY: Role.COORDINATOR,
    Verb.RUN: Role.SYSTEM,
}
"""Who usually decides what."""


def who(role: Role, person: str | None = None, organisation: str | None = None) -> Actor:
    """Make somebody in a role. Unless named, each role is one person, of the organisation it belongs to."""
    if role is Role.SYSTEM:
        return ENGINE
    return Actor(
        person=person or f"p-{role.replace('_', '')}",
        role=role,
        organisation=organisation or SPEAKS_FOR.get(role, "la-sry"),
    )


TEAM: Final[list[dict[str, Any]]] = [
    {"person": "p-ofstedlead", "inspectorate": "ofsted", "lead": True},
    {"person": "p-inspector", "inspectorate": "ofsted"},
    {"person": "p-cqclead", "inspectorate": "cqc", "lead": True},
]
CHILDREN: Final = [{"child": f"c-{number}", "provision": "sen_support"} for number in range(1, 7)]
SCOPE: Final = [{"bodies": BODIES, "text": {"sealed": f"{number}" * 64}} for number in (1, 2)]
SECTIONS: Final = {"what_it_is_like": TEXT}


def findings(outcome: str, *bodies: str) -> dict[str, Any]:
    """Make findings that fit an outcome, with areas of which these bodies are to take care; or a result."""
    area = {"bodies": list(bodies or BODIES), "text": TEXT}
    if outcome in RESULTS:
        actions = [{"area": number, "result": outcome} for number, _ in enumerate(SCOPE, start=1)]
        return {"result": outcome, "actions": actions, "areas_for_improvement": [area]}
    return {
        "outcome": outcome,
        "areas_for_improvement": [area],
        "areas_for_priority_action": [area] if outcome == "3" else [],
    }


class Step(NamedTuple):
    """One step of an ordinary inspection: what is done, and how many working days after notification."""

    command: str
    day: int
    matter: dict[str, Any]

    @property
    def milestone(self) -> str:
        """The event type that it records."""
        kind: str = COMMAND_TYPES[self.command].records.model_fields["type"].default
        return kind


def ordinary_steps(outcome: str) -> Iterator[Step]:
    """List the steps of an ordinary inspection with this outcome or result, from planning to close."""

    def step(command: str, day: int, **matter: Any) -> Step:
        return Step(command, day, matter)

    yield step("plan_inspection", -10)
    yield step("appoint_team", -9)
    yield step("notify_area", 0)
    yield step("request_information", 1)
    yield step("open_surveys", 1)
    yield step("receive_information", 4)
    yield step("close_surveys", 6)
    yield step("choose_tracked_children", 7)
    yield step("begin_fieldwork", 8)
    yield step("come_on_site", 10)
    yield step("give_feedback", 14)
    yield step("end_fieldwork", 14)
    yield step("submit_draft", 20)
    yield step("approve_draft", 23, inspectorate="ofsted")
    yield step("approve_draft", 23, inspectorate="cqc")
    yield step("send_draft_for_comment", 25)
    yield step("receive_comments", 29)
    yield step("answer_comments", 31)
    yield step("decide_outcome", 35)
    yield step("sign_off_outcome", 36, inspectorate="ofsted")
    yield step("sign_off_outcome", 36, inspectorate="cqc")
    yield step("send_final_report", 45)
    yield step("acknowledge_final_report", 46)
    yield step("release_report", 54)
    yield step("confirm_publication", 54)
    if outcome == "3":
        yield step("name_principal_authority", 55)
        yield step("submit_priority_action_plan", 76)
        yield step("accept_priority_action_plan", 80)
        yield step("publish_priority_action_plan", 100)
    elif outcome not in RESULTS:
        yield step("publish_strategic_plan", 80)
        yield step("verify_strategic_plan", 82)
    yield step("close_inspection", 110)


class Story(Telling[State, Command, Event]):
    """One inspection: its state, everything that was recorded, and what time it is.

    It is a monitoring one if it comes to a result.
    """

    def __init__(
        self,
        *,
        inspection: str | None = None,
        outcome: str = "2",
        notified: date | None = None,
        rules: Rulebook = RULES,
    ) -> None:
        self.rules = rules
        self.outcome = outcome
        self.monitors = outcome in RESULTS
        self.inspection = inspection or (MONITORING if self.monitors else INSPECTION)
        self.notified = notified or (MONITORED if self.monitors else MONDAY)
        super().__init__(initial(), self.day(-11))
        self._to_come = list(ordinary_steps(outcome))
        self._commands = 0

    # Days.

    @property
    def calendar(self) -> WorkingCalendar:
        """The calendar by which the story counts."""
        return self.rules.current_calendar

    def day(self, working_days: int, after: date | None = None) -> date:
        """Return a day so many working days after notification, or after another day."""
        return self.calendar.add_working_days(after or self.notified, working_days)

    # Telling.

    def until(self, milestone: str) -> "Story":
        """Play the ordinary steps up to a milestone, that one included."""
        assert any(step.milestone == milestone for step in self._to_come), f"{milestone} is not to come"
        while any(step.milestone == milestone for step in self._to_come):
            step = self._to_come.pop(0)
            self.do(step.command, at=self.day(step.day), **step.matter)
        return self

    def before(self, milestone: str) -> "Story":
        """Play the ordinary steps up to a milestone, that one not included."""
        while self._to_come[0].milestone != milestone:
            step = self._to_come.pop(0)
            self.do(step.command, at=self.day(step.day), **step.matter)
        return self

    def decide(self, command: Command) -> tuple[Event, ...] | Refusal:
        """Judge a command on the state as it is."""
        return decide(self.rules, self.state, command)

    def evolve(self, state: State, event: Event) -> State:
        """Return the state after one more event."""
        return evolve(state, event)

    def command(
        self,
        command: str,
        *,
        at: date | datetime | None = None,
        recorded: date | datetime | None = None,
        by: Role | Actor | None = None,
        recorded_by: str | None = None,
        contrary_to: tuple[str, ...] = (),
        authorised_by: str = "p-authority",
        **matter: Any,
    ) -> Command:
        """Make a command: what is not told is as it usually is.

        `at` is when it happened, `recorded` when it is told; both are now unless said otherwise, and a
        date means noon.
        """
        usual = usual_matter(self, command)
        usual.update(matter)
        happened = moment(at, self.now)
        now = moment(recorded, max(self.now, happened) if at is None or recorded is None else self.now)
        decided_by = by if isinstance(by, Actor) else who(by or _usual_role(command, usual))
        recorder = ENGINE_RECORDER if decided_by == ENGINE else Recorder(person=recorded_by or "p-support")
        contrary = {"rules": contrary_to, "reason": TEXT, "authorised_by": authorised_by}
        self._commands += 1
        return COMMANDS.validate_python(
            {
                "type": command,
                "inspection": self.inspection,
                "command_id": uuid5(UUID(int=0), f"{self.inspection}/{self._commands}"),
                "occurred_at": happened,
                "now": now,
                "decided_by": decided_by,
                "recorded_by": recorder,
                "contrary_to": contrary if contrary_to else None,
                **usual,
            }
        )

    # Looking.

    def stage(self) -> Stage:
        """Where the inspection stands."""
        return stage(self.state)

    def deadline(self, kind: DeadlineKind, subject: str | None = None) -> Deadline:
        """Return the deadline of a kind that the story has."""
        found = [one for one in deadlines(self.rules, self.state) if one.key == (kind, subject)]
        assert found, f"no {kind} {subject or ''}; there are {[one.key for one in self.deadlines]}"
        return found[0]

    @property
    def deadlines(self) -> tuple[Deadline, ...]:
        """Every deadline that the story has."""
        return deadlines(self.rules, self.state)

    def status(self, kind: DeadlineKind, subject: str | None = None) -> Status:
        """How a deadline stands now."""
        return self.deadline(kind, subject).status(self.now)


_OF_CQC: Final = {Verb.MODERATE: Role.CQC_MODERATOR, Verb.SIGN_OFF: Role.CQC_DIRECTOR}


def _usual_role(command: str, matter: dict[str, Any]) -> Role:
    verb = COMMAND_TYPES[command].verb
    return _OF_CQC[verb] if matter.get("inspectorate") == "cqc" and verb in _OF_CQC else _BY[verb]


_MONITORING: Final = {"kind": "monitoring", "follows": INSPECTION, "scope": SCOPE}


def usual_matter(story: Story, command: str) -> dict[str, Any]:
    """Say what a command usually says, given where the story is."""
    state, today = story.state, story.now.date()
    usual: dict[str, dict[str, Any]] = {
        "plan_inspection": {
            "area": story.inspection[:3],
            "notify_on": story.notified,
            "on_site": {"first": story.day(10), "last": story.day(14)},
            "bodies": BODIES,
            **(_MONITORING if story.monitors else {}),
        },
        "appoint_team": {"members": TEAM},
        "replace_team_member": {
            "leaves": "p-inspector",
            "joins": {"person": "p-newinspector", "inspectorate": "ofsted"},
        },
        "defer_inspection": {"ground": "major_incident"},
        "withdraw_inspection": {"reason": "programme_changed"},
        "request_information": {"items": [{"item": "strategic_plan", "due": story.day(5)}]},
        "receive_information": {"item": "strategic_plan"},
        "chase_information": {"item": "strategic_plan"},
        "choose_tracked_children": {"children": CHILDREN},
        "replace_tracked_child": {
            "leaves": CHILDREN[0],
            "joins": {"child": "c-7", "provision": "alternative_provision"},
            "reason": "consent_declined",
        },
        "record_activity": {"activity": "focus_group", "evidence": [{"sha256": DIGEST}]},
        "refer_safeguarding_concern": {"referred_to": "childrens_services", "reference": "MASH/2023-1"},
        "pause_inspection": {"reason": "serious_incident", "resume_by": today + timedelta(days=7)},
        "declare_incomplete": {"reason": "pause_ran_out"},
        "submit_draft": {"sections": SECTIONS, "findings": findings(story.outcome)},
        "approve_draft": {"inspectorate": "ofsted"},
        "return_draft": {"inspectorate": "ofsted", "reasons": ["unclear"]},
        "order_additional_evidence": {"reason": "quality_assurance"},
        "gather_additional_evidence": {"evidence": [{"sha256": DIGEST}]},
        "receive_comments": {"points": 2},
        "answer_comments": {"accepted": 1, "not_accepted": 1},
        "lodge_complaint": {"reference": "C-1"},
        "resolve_complaint": {"reference": "C-1", "resolution": "not_upheld"},
        "decide_outcome": {
            "findings": state.draft.findings if state.draft else findings(story.outcome),
            "concurring": "p-cqclead",
        },
        "sign_off_outcome": {"inspectorate": "ofsted"},
        "record_polls": {"polls_on": date(2024, 5, 2)},
        "confirm_publication": {
            "report_version": len(state.published) + 1,
            "draft": state.released or _no_draft(),
            "sha256": DIGEST,
            "template": DIGEST,
            "address": f"reports/{story.inspection}/{len(state.published) + 1}.html",
        },
        "record_publication_elsewhere": {"publisher": "la-sry"},
        "correct_report": {"reason": "factual_error", "sections": {"what_it_is_like": {"sealed": "1" * 64}}},
        "name_principal_authority": {"body": "la-sry"},
        "publish_strategic_plan": {"bodies": BODIES},
        "return_strategic_plan": {"reasons": ["not_measurable"]},
        "submit_priority_action_plan": {"bodies": BODIES},
        "return_priority_action_plan": {"reasons": ["actions_incomplete"]},
        "resubmit_priority_action_plan": {"bodies": BODIES},
        "publish_priority_action_plan": {"bodies": BODIES},
        "move_to_handbook": {"to": "2025-06-06", "reason": "transitional_provision"},
        "move_to_calendar": {"to": "england-2026.2", "reason": "holiday_proclaimed"},
        "extend_deadline": {
            "kind": "strategic_plan",
            "to": today + timedelta(days=90),
            "reason": "sign_off_timetable",
        },
        "rectify_milestone": {"reason": "did_not_happen"},
    }
    matter = usual.get(command, {})
    if "draft" in COMMAND_TYPES[command].model_fields:
        matter.setdefault("draft", current_draft(state) or _no_draft())
    return matter


def _no_draft() -> dict[str, Any]:
    return {"version": 1, "digest": DIGEST}
