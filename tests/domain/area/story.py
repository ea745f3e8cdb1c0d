"""Tells the story of one area in the register, so that a test of a rule is a few lines."""

from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid5

from domain.actors import ENGINE, ENGINE_RECORDER, SPEAKS_FOR, Actor, Recorder, Role, Verb
from domain.area import State, decide, evolve, initial
from domain.area.commands import COMMAND_TYPES, COMMANDS, Command
from domain.area.cycle import Deadline, deadlines
from domain.area.events import Event
from domain.area.vocabulary import DueKind
from domain.deadline import Status
from domain.refusal import Refusal
from domain.rulebook import Rulebook
from domain.values import Kind
from tests.domain.telling import Telling, moment

RULES: Final = Rulebook.released()
TODAY: Final = date(2026, 3, 2)
"""On which the stories are told, unless they say otherwise."""

TEXT: Final = {"sealed": "0" * 64}

_BY: Final = {
    Verb.KEEP_REGISTER: Role.COORDINATOR,
    Verb.RECORD_INTERVENTION: Role.DFE,
    Verb.SCHEDULE: Role.COORDINATOR,
    Verb.AUTHORISE: Role.OFSTED_DIRECTOR,
    Verb.RUN: Role.SYSTEM,
}
"""Who usually decides what."""

USUAL: Final[dict[str, dict[str, Any]]] = {
    "enter_area": {
        "name": "Surrey",
        "region": "south_east",
        "authority": "la-sry",
        "codes": [{"kind": "gss", "value": "E10000030"}],
    },
    "rename_area": {"name": "Surrey Downs", "since": date(2025, 4, 1)},
    "give_code": {"code": {"kind": "dfe", "value": "936"}},
    "join_body": {
        "partner": {
            "body": "icb-surrey-heartlands",
            "name": "NHS Surrey Heartlands Integrated Care Board",
            "kind": "integrated_care_board",
        },
        "since": date(2022, 7, 1),
    },
    "leave_body": {"body": "icb-surrey-heartlands", "last_day": date(2026, 3, 31)},
    "succeed_body": {
        "body": "icb-surrey-heartlands",
        "successor": {
            "body": "icb-surrey-and-sussex",
            "name": "NHS Surrey and Sussex Integrated Care Board",
            "kind": "integrated_care_board",
        },
        "since": date(2026, 4, 1),
    },
    "replace_area": {"successors": ["EAA", "WEA"], "since": date(2027, 4, 1)},
    "take_over_areas": {"predecessors": ["OLA"], "since": date(2023, 4, 1)},
    "set_polls": {"polls_on": date(2026, 5, 7), "kind": "local"},
    "call_off_polls": {"polls_on": date(2026, 5, 7), "kind": "local"},
    "record_intervention": {"kind": "improvement_notice", "reference": "DFE/2026-7"},
    "strike_entry": {"reason": "recorded_wrongly"},
    "hear_of_concerns": {
        "concerns": [{"review": "THEMATIC-2025", "number": 1, "raised_on": date(2026, 2, 16)}]
    },
    "hear_of_struck_concerns": {"concerns": [{"review": "THEMATIC-2025", "number": 1}]},
    "hear_of_pauses": {"pauses": [{"first": date(2026, 3, 1), "last": date(2026, 4, 30)}]},
    "hear_of_inspections": {"news": [{"inspection": "SRY-2023-F1", "kind": "full"}]},
    "schedule_inspection": {
        "inspection": "SRY-2026-F1",
        "kind": "full",
        "notify_on": date(2026, 3, 9),
        "on_site": {"first": date(2026, 3, 23), "last": date(2026, 3, 27)},
    },
    "note_not_opened": {"inspection": "SRY-2026-F1", "rule": "notice_before_on_site"},
    "bring_forward": {"due_by": date(2026, 9, 30), "because": "complaints"},
    "agree_engagement_meeting": {"due_by": date(2026, 6, 30)},
    "hold_engagement_meeting": {"held_on": date(2026, 2, 24)},
    "note_monitoring_visit": {"visited_on": date(2026, 2, 10)},
    "set_school_term": {"term": {"first": date(2026, 1, 5), "last": date(2026, 3, 27)}},
    "move_cycle_to_handbook": {"to": "2025-11-05", "reason": "transitional_provision"},
    "tick": {},
}
"""What a command usually says. Codes and successors are made up."""


def who(role: Role, person: str | None = None, organisation: str | None = None) -> Actor:
    """Make somebody in a role. Unless named, each role is one person, of the organisation it belongs to."""
    if role is Role.SYSTEM:
        return ENGINE
    return Actor(
        person=person or f"p-{role.replace('_', '')}",
        role=role,
        organisation=organisation or SPEAKS_FOR.get(role, "ofsted"),
    )


def news(inspection: str, **known: Any) -> dict[str, Any]:
    """Say what is known of an inspection. One whose report is out had its other days not long before."""
    published = known.get("published_on")
    before = {"begun_on": 70, "fieldwork_ended_on": 62, "report_received_on": 12}
    usual = {name: published - timedelta(days=days) for name, days in before.items()} if published else {}
    kind = next(kind for kind in Kind if kind.letter == inspection[9])
    return {"inspection": inspection, "kind": kind, **usual, **known}


class Story(Telling[State, Command, Event]):
    """One area: its state, everything that was recorded, and what time it is."""

    def __init__(self, area: str = "SRY", today: date = TODAY, rules: Rulebook = RULES) -> None:
        self.area = area
        self.rules = rules
        super().__init__(initial(), today)
        self._commands = 0

    # Telling.

    def entered(self, **told: Any) -> "Story":
        """Enter the area in the register."""
        return self.do("enter_area", **told)

    def heard(self, inspection: str, **known: Any) -> "Story":
        """Hear where an inspection stands. Takes what `news` takes."""
        return self.do("hear_of_inspections", news=[news(inspection, **known)])

    def strike(self, kind: str, about: str | None = None, day: date | None = None) -> "Story":
        """Strike an entry."""
        return self.do("strike_entry", entry={"kind": kind, "about": about, "day": day})

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
        by: Role | Actor | None = None,
        contrary_to: tuple[str, ...] = (),
        authorised_by: str = "p-authority",
        **matter: Any,
    ) -> Command:
        """Make a command: what is not told is as it usually is. It happened now unless `at` says when."""
        contrary = {"rules": contrary_to, "reason": TEXT, "authorised_by": authorised_by}
        decided_by = by if isinstance(by, Actor) else who(by or _BY[COMMAND_TYPES[command].verb])
        self._commands += 1
        return COMMANDS.validate_python(
            {
                "type": command,
                "area": self.area,
                "command_id": uuid5(UUID(int=0), f"{self.area}/{self._commands}"),
                "occurred_at": moment(at, self.now),
                "now": self.now,
                "decided_by": decided_by,
                "recorded_by": ENGINE_RECORDER if decided_by == ENGINE else Recorder(person="p-support"),
                "contrary_to": contrary if contrary_to else None,
                **USUAL[command],
                **matter,
            }
        )

    # Looking.

    def entries(self) -> list[str]:
        """The entries that stand, in the order of their recording."""
        return list(dict.fromkeys(str(fact.entry) for fact in self.state.facts))

    @property
    def deadlines(self) -> tuple[Deadline, ...]:
        """All that is or was due in the cycle."""
        return deadlines(self.rules, self.state)

    def deadline(self, kind: DueKind, subject: str | None = None) -> Deadline:
        """Return what of a kind is due, about a subject or about any if there is only one."""
        found = [one for one in self.deadlines if one.kind is kind and subject in {None, one.subject}]
        assert len(found) == 1, f"{kind} {subject or ''}; there are {[one.key for one in self.deadlines]}"
        return found[0]

    def status(self, kind: DueKind, subject: str | None = None) -> Status:
        """How what is due stands now. Takes what `deadline` takes."""
        return self.deadline(kind, subject).status(self.now)
