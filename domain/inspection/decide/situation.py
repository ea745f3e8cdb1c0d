"""What a decision about an inspection looks at, and the rules that several decisions put."""

from collections.abc import Iterable
from datetime import date

from domain import deciding
from domain.calendar import WorkingCalendar
from domain.deciding import require_past, require_permission
from domain.errors import NotFoundError
from domain.handbook import Handbook
from domain.inspection.commands import Command, NotifyArea, PlanInspection
from domain.inspection.deadlines import bound_rules
from domain.inspection.events import COMES_AFTER, RESTS_ON
from domain.inspection.progress import current_draft
from domain.inspection.record import State
from domain.inspection.rules import RULES
from domain.inspection.vocabulary import DraftRef
from domain.inspection.voices import speak_for_both
from domain.london import london_date
from domain.values import BodyRef, Inspectorate, Instant, PersonRef


class Situation(deciding.Situation[State, Command]):
    """One command before one inspection under one set of rules."""

    texts = RULES
    aggregate = "inspection"

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

    def own_work(self, person: PersonRef) -> str | None:
        """Whoever has inspected the area does not authorise what goes against its rules."""
        return "has inspected this area" if person in worked_on(self.state) else None


def worked_on(state: State) -> set[PersonRef]:
    """Name those whose work the report is: its author, the team, and who left it during fieldwork."""
    author = {state.draft.author} if state.draft else set[PersonRef]()
    return author | {member.person for member in state.team} | {*state.left_the_team}


def require_common(situation: Situation) -> None:
    """Put the rules that every command has to keep: moment, role, and what it rests on."""
    state, command = situation.state, situation.command
    name = command.records.model_fields["type"].default
    require_past(situation)
    situation.require_within_calendar(london_date(command.occurred_at))
    require_permission(situation)
    situation.require(
        not (command.once and state.has(name)),
        "recorded_once",
        f"{name} is already on record",
        f"rectify_milestone with milestone {name}",
    )
    for earlier in sorted(RESTS_ON[name] | (COMES_AFTER[name] & state.facts.keys())):
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
    """Refuse what happened on an earlier day than something it rests on or comes after, or without it."""
    command = situation.command
    situation.require(
        moment is not None and london_date(command.occurred_at) >= london_date(moment),
        "order",
        f"{command.records.model_fields['type'].default} rests on {earlier}, "
        + (f"which happened on {london_date(moment)}" if moment else "which has not happened"),
        f"{earlier} on record, and no later than this",
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
