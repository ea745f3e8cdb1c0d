"""Tells the story of one thematic review, so that a test of a rule is a few lines."""

from datetime import date, datetime, time
from typing import Any, Final
from uuid import UUID, uuid5

from domain.actors import ENGINE, ENGINE_RECORDER, SPEAKS_FOR, Actor, Recorder, Role, Verb
from domain.deadline import Status
from domain.london import at_time
from domain.refusal import Refusal
from domain.rulebook import Rulebook
from domain.thematic import State, decide, evolve, initial
from domain.thematic.commands import COMMAND_TYPES, COMMANDS, Command
from domain.thematic.deadlines import Deadline, deadlines
from domain.thematic.events import Event
from domain.thematic.register import current_report, stage
from domain.thematic.vocabulary import ReviewDeadline, Stage
from tests.domain.telling import Telling, moment

RULES: Final = Rulebook.released()
TEXT: Final = {"sealed": "0" * 64}
DIGEST: Final = "a" * 64
CONSENT: Final = {"body": "la-sry", "role": "dcs"}

_BY: Final = {
    Verb.SCHEDULE: Role.COORDINATOR,
    Verb.CONSENT: Role.DCS,
    Verb.RECORD: Role.INSPECTOR,
    Verb.DRAFT: Role.OFSTED_LEAD,
    Verb.RELEASE_REVIEW: Role.HMCI,
    Verb.PUBLISH_REVIEW: Role.PRESS_OFFICE,
    Verb.HANDLE_INFORMATION: Role.COORDINATOR,
    Verb.AUTHORISE: Role.OFSTED_DIRECTOR,
    Verb.RECTIFY: Role.COORDINATOR,
    Verb.RUN: Role.SYSTEM,
}
"""Who usually decides what."""

ORDINARY: Final[tuple[tuple[str, date, dict[str, Any]], ...]] = (
    ("plan_review", date(2022, 12, 5), {}),
    ("publish_review_guidance", date(2023, 1, 30), {}),
    ("choose_review_area", date(2023, 2, 20), {"area": "SRY"}),
    ("choose_review_area", date(2023, 2, 20), {"area": "SFK", "consent": {"body": "la-sfk", "role": "dcs"}}),
    ("begin_review_visit", date(2023, 4, 24), {"area": "SRY"}),
    ("end_review_visit", date(2023, 4, 28), {"area": "SRY"}),
    ("begin_review_visit", date(2023, 6, 5), {"area": "SFK"}),
    ("end_review_visit", date(2023, 6, 9), {"area": "SFK"}),
    ("record_review_findings", date(2023, 6, 16), {}),
    ("submit_review_report", date(2023, 10, 2), {}),
    ("release_review_report", date(2023, 11, 6), {}),
    ("publish_review_report", date(2023, 11, 20), {}),
    ("record_survey_data_deletion", date(2026, 11, 30), {}),
)
"""The review of 2023 as it might have been, had its report come in autumn."""


def who(role: Role, person: str | None = None, organisation: str | None = None) -> Actor:
    """Make somebody in a role. Unless named, each role is one person, of the organisation it belongs to."""
    if role is Role.SYSTEM:
        return ENGINE
    return Actor(
        person=person or f"p-{role.replace('_', '')}",
        role=role,
        organisation=organisation or SPEAKS_FOR.get(role, "la-sry"),
    )


class Story(Telling[State, Command, Event]):
    """One review: its state, everything that was recorded, and what time it is."""

    def __init__(self, review: str = "THEMATIC-2023") -> None:
        self.review = review
        super().__init__(initial(), date(2022, 12, 1))
        self._to_come = list(ORDINARY)
        self._commands = 0

    def until(self, command: str, **last: Any) -> "Story":
        """Play the ordinary steps up to the last of a command, that one included."""
        assert any(step[0] == command for step in self._to_come), f"{command} is not to come"
        while any(step[0] == command for step in self._to_come):
            name, day, told = self._to_come.pop(0)
            self.do(name, **{"at": day, **told, **(last if name == command else {})})
        return self

    def rectify(self, kind: str, about: str | None = None, *, to: date | None = None, **told: Any) -> "Story":
        """Give an entry another day, or strike it."""
        return self.do("rectify_review_entry", **self.wrong(kind, about, to=to), **told)

    @staticmethod
    def wrong(kind: str, about: str | None = None, *, to: date | None = None) -> dict[str, Any]:
        """Say what is to be rectified."""
        entry = {"kind": kind, "about": about}
        if to is None:
            return {"entry": entry, "reason": "did_not_happen"}
        return {"entry": entry, "reason": "wrong_date", "happened_at": at_time(to, time(12))}

    def decide(self, command: Command) -> tuple[Event, ...] | Refusal:
        """Judge a command on the state as it is."""
        return decide(RULES, self.state, command)

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
        contrary_to: tuple[str, ...] = (),
        authorised_by: str = "p-authority",
        **matter: Any,
    ) -> Command:
        """Make a command: what is not told is as it usually is.

        `at` is when it happened, `recorded` when it is told; both are now unless said otherwise.
        """
        happened = moment(at, self.now)
        decided_by = by if isinstance(by, Actor) else who(by or _BY[COMMAND_TYPES[command].verb])
        contrary = {"rules": contrary_to, "reason": TEXT, "authorised_by": authorised_by}
        self._commands += 1
        return COMMANDS.validate_python(
            {
                "type": command,
                "review": self.review,
                "command_id": uuid5(UUID(int=0), f"{self.review}/{self._commands}"),
                "occurred_at": happened,
                "now": moment(recorded, max(self.now, happened)),
                "decided_by": decided_by,
                "recorded_by": ENGINE_RECORDER if decided_by == ENGINE else Recorder(person="p-support"),
                "contrary_to": contrary if contrary_to else None,
                **self._usual(command),
                **matter,
            }
        )

    def _usual(self, command: str) -> dict[str, Any]:
        area = {"area": "SRY"}
        report = {"report": current_report(self.state) or {"number": 1, "digest": DIGEST}}
        usual: dict[str, dict[str, Any]] = {
            "choose_review_area": {**area, "consent": CONSENT, "season": "spring"},
            "withdraw_review_consent": area,
            "begin_review_visit": area,
            "end_review_visit": area,
            "record_review_findings": {"texts": [TEXT], "evidence": [{"sha256": DIGEST}]},
            "raise_concern": {**area, "reason": "widespread_failings", "text": TEXT},
            "submit_review_report": {"text": TEXT, "recommendations": [{"to": "dfe", "text": TEXT}]},
            "release_review_report": report,
            "publish_review_report": {**report, "address": "www.gov.uk/review", "sha256": DIGEST},
            "record_general_election": {"polls_on": date(2024, 7, 4)},
            "withdraw_review": {"reason": "programme_changed"},
            "rectify_review_entry": {"reason": "did_not_happen"},
        }
        return usual.get(command, {})

    def stage(self) -> Stage:
        """Where the review stands."""
        return stage(self.state)

    @property
    def deadlines(self) -> tuple[Deadline, ...]:
        """Every deadline that the review has."""
        return deadlines(RULES, self.state)

    def deadline(self, kind: ReviewDeadline) -> Deadline:
        """Return the deadline of a kind."""
        return next(one for one in self.deadlines if one.kind is kind)

    def status(self, kind: ReviewDeadline) -> Status:
        """How a deadline stands now."""
        return self.deadline(kind).status(self.now)
