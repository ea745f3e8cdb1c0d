"""How a command is judged, whatever it is about: rules that are put, and the means to say no."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final, Generic, NamedTuple, Protocol, TypeVar

from domain.actors import SPEAKS_FOR, Role, Verb, may, roles_that_may
from domain.commands import DomainCommand
from domain.events import DomainEvent, Irregularity
from domain.refusal import Refusal
from domain.rulebook import Rulebook
from domain.values import PersonRef


class Rule(NamedTuple):
    """A rule in words, and whether a fact may be recorded against it."""

    says: str
    yields: bool


COMMON_RULES: Final[dict[str, Rule]] = {
    "not_in_the_future": Rule("Only what has happened can be recorded.", False),
    "permission": Rule("Each role decides what belongs to it.", True),
    "authority": Rule("What goes against a rule is authorised by somebody else, who may authorise.", False),
}
"""The rules that every command has to keep."""


class Remembers(Protocol):
    """A state that knows in which roles people have decided something."""

    @property
    def roles(self) -> Mapping[PersonRef, frozenset[Role]]:
        """The roles in which each person has acted."""


S = TypeVar("S", bound=Remembers)
C = TypeVar("C", bound=DomainCommand)
E = TypeVar("E", bound=DomainEvent)


class RefusedError(Exception):
    """Carries a refusal from the rule that says no to `decide`, which answers with it."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.because)
        self.refusal = refusal


@dataclass
class Situation(Generic[S, C]):
    """One command before one state under one set of rules.

    Rules are put with `require`. One that is broken refuses the command, unless it yields and the
    command says that it was recorded contrary to it; then the event that is recorded says so too.
    """

    texts: ClassVar[Mapping[str, Rule]]
    """The rules of the aggregate, by their codes."""
    aggregate: ClassVar[str]
    """What the aggregate is called in a refusal."""

    rules: Rulebook
    state: S
    command: C
    contrary: list[str] = field(default_factory=list)

    def require(self, holds: bool, rule: str, because: str, accepted: str) -> None:
        """Refuse unless a rule holds, or yields and is named in the command.

        Raises:
            RefusedError: the rule speaks against the command.
        """
        if holds:
            return
        text = self.texts[rule]
        command = self.command
        if text.yields and command.contrary_to is not None and rule in command.contrary_to.rules:
            if rule not in self.contrary:
                self.contrary.append(rule)
            return
        raise RefusedError(
            Refusal(code=rule, rule=text.says, because=because, accepted=accepted, waivable=text.yields)
        )

    def record(self, event_type: type[E], **more: Any) -> E:
        """Make the event of the command: its matter, who and when, and against which rules."""
        command = self.command
        shared = event_type.model_fields.keys() & type(command).model_fields.keys() - {"type"}
        values = {name: getattr(command, name) for name in shared}
        return event_type(**{**values, "irregular": self.irregularity(), **more})

    def irregularity(self) -> Irregularity | None:
        """Say against which rules the command was recorded so far, and on whose authority; none, if none.

        Raises:
            RefusedError: whoever is named as the authority cannot be it.
        """
        contrary = self.command.contrary_to
        if not self.contrary or contrary is None:
            return None
        self._require_authority(contrary.authorised_by)
        return Irregularity(
            rules=tuple(self.contrary), reason=contrary.reason, authorised_by=contrary.authorised_by
        )

    def own_work(self, _: PersonRef) -> str | None:
        """Say which part somebody has in the work that bars him or her from authorising, if any."""
        return None

    def _require_authority(self, person: PersonRef) -> None:
        """Refuse an authority that its own deed, the work or the record speaks against.

        Directors and HMCI authorise, nobody else (section 10 of the facts). Who holds these offices is not
        known here; that somebody has acted in other roles only, is.
        """
        command = self.command
        accepted = "authorised_by another person, who is " + " or ".join(roles_that_may(Verb.AUTHORISE))
        self.require(
            person not in {command.decided_by.person, command.recorded_by.person},
            "authority",
            f"{person} decided or recorded this",
            accepted,
        )
        part = self.own_work(person)
        self.require(part is None, "authority", f"{person} {part}", accepted)
        roles = self.state.roles.get(person, frozenset())
        self.require(
            not roles or any(may(role, Verb.AUTHORISE) for role in roles),
            "authority",
            f"{person} acts as {', '.join(sorted(roles))} in this {self.aggregate}",
            accepted,
        )


def require_past(situation: Situation[Any, Any]) -> None:
    """Refuse what has not happened yet."""
    command = situation.command
    situation.require(
        command.occurred_at <= command.now,
        "not_in_the_future",
        f"{command.occurred_at:%Y-%m-%d %H:%M} UTC is after now, {command.now:%Y-%m-%d %H:%M} UTC",
        "a moment that has passed",
    )


def require_permission(situation: Situation[Any, Any]) -> None:
    """Refuse when the role does not decide this, or does not speak for the organisation that is named."""
    decided_by = situation.command.decided_by
    able = roles_that_may(situation.command.verb)
    situation.require(
        decided_by.role in able,
        "permission",
        f"{decided_by.role} does not decide this",
        "decided by " + ", ".join(able),
    )
    organisation = SPEAKS_FOR.get(decided_by.role, decided_by.organisation)
    situation.require(
        decided_by.organisation == organisation,
        "permission",
        f"{decided_by.role} does not speak for {decided_by.organisation}",
        f"organisation {organisation}",
    )
