"""What a decision looks at: the rules, the state and the command, and the means to say no."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar

from domain.actors import SPEAKS_FOR, Verb, may, roles_that_may
from domain.calendar import WorkingCalendar
from domain.errors import NotFoundError
from domain.handbook import Handbook
from domain.inspection.commands import Command, NotifyArea, PlanInspection
from domain.inspection.deadlines import bound_rules
from domain.inspection.events import FOLLOWS, RESTS_ON, Event, Irregularity
from domain.inspection.progress import current_draft
from domain.inspection.record import State
from domain.inspection.rules import RULES
from domain.inspection.vocabulary import DraftRef
from domain.inspection.voices import speak_for_both
from domain.london import london_date
from domain.refusal import Refusal
from domain.rulebook import Rulebook
from domain.values import BodyRef, Inspectorate, Instant, PersonRef

E = TypeVar("E", bound=Event)


class RefusedError(Exception):
    """Carries a refusal from the rule that says no to `decide`, which answers with it."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.because)
        self.refusal = refusal


@dataclass
class Situation:
    """One command before one state under one set of rules.

    Rules are put with `require`. One that is broken refuses the command, unless it yields and the
    command says that it was recorded contrary to it; then the event that is recorded says so too.
    """

    rules: Rulebook
    state: State
    command: Command
    contrary: list[str] = field(default_factory=list)

    @property
    def handbook(self) -> Handbook:
        """The handbook to which the inspection is bound, or will be on the day of its notification.

        Raises:
            RefusedError: no handbook was in force on that day.
        """
        bound = bound_rules(self.rules, self.state)
        if bound:
            return bound[0]
        try:
            return self.rules.in_force(self._day_of_notification)
        except NotFoundError as error:
            self.require(
                False, "handbook_in_force", str(error), "a day of notification under a known handbook"
            )
            raise

    @property
    def _day_of_notification(self) -> date:
        match self.command:
            case PlanInspection(notify_on=day):
                return day
            case NotifyArea(occurred_at=at):
                return london_date(at)
            case _:
                return self.state.notify_on or london_date(self.command.occurred_at)

    @property
    def calendar(self) -> WorkingCalendar:
        """The calendar to which the inspection is bound, or the current one."""
        bound = bound_rules(self.rules, self.state)
        return bound[1] if bound else self.rules.current_calendar

    def require_within_calendar(self, *days: date) -> None:
        """Refuse days of which the calendar knows nothing.

        Raises:
            CalendarHorizonError: a day lies outside its years.
        """
        for day in days:
            self.calendar.is_working_day(day)

    def require(self, holds: bool, rule: str, because: str, accepted: str) -> None:
        """Refuse unless a rule holds, or yields and is named in the command.

        Raises:
            RefusedError: the rule speaks against the command.
        """
        if holds:
            return
        text = RULES[rule]
        command = self.command
        if text.yields and command.contrary_to is not None and rule in command.contrary_to.rules:
            if rule not in self.contrary:
                self.contrary.append(rule)
            return
        raise RefusedError(
            Refusal(code=rule, rule=text.says, because=because, accepted=accepted, waivable=text.yields)
        )

    def require_current_draft(self, named: DraftRef) -> DraftRef:
        """Refuse unless the command names the draft as it now is."""
        draft = current_draft(self.state)
        if draft is None:
            self.require(
                False,
                "draft_exists",
                "no draft stands beside the published report" if self.state.published else "no draft stands",
                "correct_report first" if self.state.published else "submit_draft first",
            )
        self.require(
            named == draft,
            "draft_is_current",
            f"draft {named.version} with digest {named.digest[:12]}… is not the current one",
            f"version {draft.version} with digest {draft.digest}" if draft else "the current draft",
        )
        return named

    def record(self, event_type: type[E], **more: Any) -> E:
        """Make the event of the command: its matter, who and when, and against which rules."""
        command = self.command
        shared = event_type.model_fields.keys() & type(command).model_fields.keys() - {"type"}
        irregular = None
        if self.contrary and command.contrary_to is not None:
            self._require_authority(command.contrary_to.authorised_by)
            irregular = Irregularity(
                rules=tuple(self.contrary),
                reason=command.contrary_to.reason,
                authorised_by=command.contrary_to.authorised_by,
            )
        values = {name: getattr(command, name) for name in shared}
        return event_type(**{**values, "irregular": irregular, **more})

    def _require_authority(self, person: PersonRef) -> None:
        """Refuse an authority that its own deed, the team or the record speaks against.

        Directors and HMCI authorise, nobody else (section 10 of the facts). Who holds these offices is not
        known here; that somebody has acted in other roles only, is.
        """
        state, command = self.state, self.command
        accepted = "authorised_by another person, who is " + " or ".join(roles_that_may(Verb.AUTHORISE))
        self.require(
            person not in {command.decided_by.person, command.recorded_by.person},
            "authority",
            f"{person} decided or recorded this",
            accepted,
        )
        self.require(
            person not in worked_on(state), "authority", f"{person} has inspected this area", accepted
        )
        roles = state.roles.get(person, frozenset())
        self.require(
            not roles or any(may(role, Verb.AUTHORISE) for role in roles),
            "authority",
            f"{person} acts as {', '.join(sorted(roles))} in this inspection",
            accepted,
        )


def worked_on(state: State) -> set[PersonRef]:
    """Name those whose work the report is: its author, the team, and who left it during fieldwork."""
    author = {state.draft.author} if state.draft else set[PersonRef]()
    return author | {member.person for member in state.team} | {*state.left_the_team}


def require_common(situation: Situation) -> None:
    """Put the rules that every command has to keep: moment, role, and what it rests on."""
    state, command = situation.state, situation.command
    name = command.records.model_fields["type"].default
    situation.require(
        command.occurred_at <= command.now,
        "not_in_the_future",
        f"{command.occurred_at:%Y-%m-%d %H:%M} UTC is after now, {command.now:%Y-%m-%d %H:%M} UTC",
        "a moment that has passed",
    )
    situation.require_within_calendar(london_date(command.occurred_at))
    require_permission(situation)
    situation.require(
        not (command.once and state.has(name)),
        "recorded_once",
        f"{name} is already on record",
        f"rectify_milestone with milestone {name}",
    )
    for earlier in sorted(RESTS_ON[name] | (FOLLOWS[name] & state.facts.keys())):
        require_not_before(situation, earlier, _moment_of(situation, earlier))


def _moment_of(situation: Situation, earlier: str) -> Instant | None:
    """When a milestone happened; a request for information, when the item was asked for that this is about.

    There may be several requests, and an item rests on its own, not on the latest.
    """
    item = getattr(situation.command, "item", None)
    if earlier == "information_requested" and item in situation.state.information:
        return situation.state.information[item].requested_at
    return situation.state.at(earlier)


def require_not_before(situation: Situation, earlier: str, moment: Instant | None) -> None:
    """Refuse what happened on an earlier day than something it rests on or follows, or without it."""
    command = situation.command
    situation.require(
        moment is not None and london_date(command.occurred_at) >= london_date(moment),
        "order",
        f"{command.records.model_fields['type'].default} rests on {earlier}, "
        + (f"which happened on {london_date(moment)}" if moment else "which has not happened"),
        f"{earlier} on record, and no later than this",
    )


def require_permission(situation: Situation) -> None:
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


def require_not_own_work(situation: Situation, *, doing: str) -> None:
    """Refuse when who decided or who recorded wrote the draft, or has inspected with the team."""
    command = situation.command
    both = sorted(worked_on(situation.state) & {command.decided_by.person, command.recorded_by.person})
    situation.require(
        not both,
        "separation_of_duties",
        f"{', '.join(both)} cannot {doing}: it is his or her own work",
        "decided and recorded by others",
    )


def require_not_for_both(
    situation: Situation, draft: DraftRef, speaking: dict[Inspectorate, PersonRef]
) -> None:
    """Refuse when somebody who speaks for one inspectorate has spoken for the other on the same draft.

    Both have to approve and to sign off (section 3 of the facts); one person would be one inspectorate.
    """
    both = speak_for_both(situation.state, draft, speaking)
    situation.require(
        not both,
        "not_for_both",
        f"{', '.join(both)} speaks for Ofsted and for CQC on draft {draft.version}",
        "somebody else for one of the two",
    )


def require_of_partnership(situation: Situation, bodies: Iterable[BodyRef]) -> None:
    """Refuse when a body is named that is not of the inspected partnership."""
    known = situation.state.bodies
    strangers = sorted(set(bodies) - set(known))
    situation.require(
        not strangers,
        "body_of_partnership",
        f"{', '.join(strangers)} is not of this partnership",
        "bodies among " + ", ".join(known),
    )
