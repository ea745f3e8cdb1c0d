"""Tells the story of the national programme, so that a test of a rule is a few lines."""

from datetime import date
from typing import Any, Final
from uuid import UUID, uuid5

from domain.actors import SPEAKS_FOR, Actor, Recorder, Role
from domain.national import State, decide, evolve, initial
from domain.national.commands import COMMANDS, Command
from domain.national.events import Event
from domain.refusal import Refusal
from domain.rulebook import Rulebook
from tests.domain.telling import Telling, moment

RULES: Final = Rulebook.released()
TODAY: Final = date(2026, 3, 2)
TEXT: Final = {"sealed": "0" * 64}

PAUSE: Final = {"kind": None, "first": date(2020, 3, 17)}
USUAL: Final[dict[str, dict[str, Any]]] = {
    "begin_programme": {},
    "strike_beginning": {"reason": "recorded_wrongly"},
    "note_review_asked_for": {"review": "THEMATIC-2026"},
    "pause_scheduling": {**PAUSE, "reason": "national_emergency"},
    "resume_scheduling": {"pause": PAUSE, "last": date(2021, 4, 30)},
    "strike_pause": {"pause": PAUSE, "reason": "did_not_happen"},
    "tick": {},
}
"""What a command usually says: inspections were paused from March 2020 on."""

_USUALLY_BY: Final = {
    "begin_programme": Role.COORDINATOR,
    "strike_beginning": Role.COORDINATOR,
    "note_review_asked_for": Role.SYSTEM,
    "tick": Role.SYSTEM,
}


class Story(Telling[State, Command, Event]):
    """The programme: its state, everything that was recorded, and what time it is."""

    def __init__(self) -> None:
        super().__init__(initial(), TODAY)
        self._commands = 0

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
        at: date | None = None,
        by: Role | None = None,
        contrary_to: tuple[str, ...] = (),
        authorised_by: str = "p-authority",
        **matter: Any,
    ) -> Command:
        """Make a command: what is not told is as it usually is. It happened now unless `at` says when."""
        contrary = {"rules": contrary_to, "reason": TEXT, "authorised_by": authorised_by}
        self._commands += 1
        role = by or _USUALLY_BY.get(command, Role.HMCI)
        return COMMANDS.validate_python(
            {
                "type": command,
                "programme": "PROGRAMME",
                "command_id": uuid5(UUID(int=0), f"programme/{self._commands}"),
                "occurred_at": moment(at, self.now),
                "now": self.now,
                "decided_by": Actor(
                    person=f"p-{role.replace('_', '')}",
                    role=role,
                    organisation=SPEAKS_FOR.get(role, "ofsted"),
                ),
                "recorded_by": Recorder(person="p-support"),
                "contrary_to": contrary if contrary_to else None,
                **USUAL[command],
                **matter,
            }
        )
