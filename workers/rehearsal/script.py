"""What a rehearsal does on which day, and which of its days are known and which assumed.

The published record has few dates. The others are filled in by the rules below, each marked as assumed,
so that nobody takes them for facts:

- Fieldwork printed from a Thursday begins then, and the inspectors are on site from the next Monday.
  Otherwise the printed days are those on site, and fieldwork begins two working days before.
- The area is notified ten working days before the first day on site; planning and the naming of the team
  come ten working days before that; surveys close at nine on the Tuesday after notification's week.
- The final report is received eight working days before publication and sent on the same day; the outcome
  is decided one working day before. Of the working days from the end of fieldwork to the decision, the
  draft is submitted after a third, approved after a half, and sent for comment after two thirds.
- Comments come on the last day for them, or the working day before the decision if that is earlier.
- What happened after publication is left open unless it is known.
"""

from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from domain.actors import Role
from domain.calendar import WorkingCalendar
from domain.handbook import DeadlineKind
from domain.london import at_time
from domain.rulebook import Rulebook
from domain.values import Outcome
from workers.rehearsal.cases import Case

NOON: Final = time(12)
NINE: Final = time(9)
THURSDAY: Final = 3
MONDAY: Final = 0
TUESDAY: Final = 1


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that somebody does: when, which milestone, who decides, and with which matter.

    A matter may hold `CURRENT_DRAFT` or `UNWRITTEN`, for the conductor to fill in.
    """

    at: datetime
    milestone: str
    by: Role
    matter: dict[str, Any] = field(default_factory=dict)


PARTNERSHIP: Final = "partnership"
"""Stands for the authority of whichever area is inspected."""

CURRENT_DRAFT: Final = "the current draft"

PEOPLE: Final = {
    Role.COORDINATOR: ("p-coordinator", "ofsted"),
    Role.OFSTED_LEAD: ("p-ofstedlead", "ofsted"),
    Role.CQC_LEAD: ("p-cqclead", "cqc"),
    Role.OFSTED_MODERATOR: ("p-ofstedmoderator", "ofsted"),
    Role.CQC_MODERATOR: ("p-cqcmoderator", "cqc"),
    Role.OFSTED_DIRECTOR: ("p-ofsteddirector", "ofsted"),
    Role.CQC_DIRECTOR: ("p-cqcdirector", "cqc"),
    Role.PRESS_OFFICE: ("p-press", "ofsted"),
    Role.LANO: ("p-lano", PARTNERSHIP),
    Role.DCS: ("p-dcs", PARTNERSHIP),
    Role.DFE: ("p-dfe", "dfe"),
}
"""Who acts in a rehearsal: one invented person for each role. None of them is anybody."""


@dataclass(frozen=True, slots=True)
class Script:
    """A case with all its dates, which of them are assumed, and its steps in order."""

    inspection: str
    case: Case
    dates: dict[str, date]
    assumed: tuple[str, ...]
    steps: tuple[Step, ...]

    def not_before(self, moment: datetime) -> "Script":
        """Return the script with nothing done before a moment: what comes too early is done then."""
        return replace(self, steps=tuple(replace(step, at=max(step.at, moment)) for step in self.steps))


class _Dates:
    """Collects dates by name, and remembers which were assumed."""

    def __init__(self) -> None:
        self.by_name: dict[str, date] = {}
        self.assumed: list[str] = []

    def known(self, name: str, day: date) -> date:
        self.by_name[name] = day
        return day

    def assume(self, name: str, day: date) -> date:
        self.assumed.append(name)
        return self.known(name, day)

    def known_or(self, name: str, day: date | None, otherwise: date) -> date:
        return self.assume(name, otherwise) if day is None else self.known(name, day)


def write_script(case: Case, number: int, rules: Rulebook) -> Script:
    """Fill in a case's dates and write down its steps.

    Args:
        number: counts the area's inspections in one year; the last part of the identifier.
    """
    calendar = rules.current_calendar
    dates = _fill_dates(case, rules, calendar)
    inspection = f"{case.area}-{case.fieldwork_start.year}-F{number}"
    steps = (*_to_fieldwork(case, dates.by_name), *_to_publication(case, dates.by_name), *_after(case, rules))
    return Script(
        inspection=inspection,
        case=case,
        dates=dates.by_name,
        assumed=tuple(dates.assumed),
        steps=tuple(sorted(steps, key=lambda step: step.at)),
    )


def _fill_dates(case: Case, rules: Rulebook, calendar: WorkingCalendar) -> _Dates:
    dates = _Dates()
    back = calendar.add_working_days
    end = dates.known("fieldwork_ended", dates.known("on_site_to", case.fieldwork_end))
    monday = case.fieldwork_start + timedelta(days=(MONDAY - case.fieldwork_start.weekday()) % 7)
    begins_before_on_site = case.fieldwork_start.weekday() == THURSDAY and monday <= end
    if begins_before_on_site:
        on_site = dates.assume("on_site_from", monday)
    else:
        on_site = dates.known("on_site_from", case.fieldwork_start)
    notified = dates.known_or("notified", case.notified, back(on_site, -10))
    if begins_before_on_site:
        dates.known("fieldwork_begun", case.fieldwork_start)
    else:
        dates.assume("fieldwork_begun", max(back(on_site, -2), notified))
    dates.assume("planned", back(notified, -10))
    dates.assume("surveys_opened", notified)
    tuesday = notified + timedelta(days=7 - notified.weekday() + TUESDAY)
    dates.assume("surveys_closed", min(tuesday, end))
    # An inspection that was published within days has no room for the eight; order goes first.
    eight_before = max(back(case.published, -8), end)
    received = dates.known_or("final_report_received", case.final_report_received, eight_before)
    dates.assume("final_report_sent", received)
    decided = dates.assume("outcome_decided", max(end, back(received, -1)))
    length = calendar.working_days_between(end, decided)
    dates.assume("draft_submitted", back(end, length // 3))
    dates.assume("draft_approved", back(end, length // 2))
    sent = dates.assume("sent_for_comment", back(end, 2 * length // 3))
    window = rules.in_force(notified).rule(DeadlineKind.DRAFT_COMMENTS)
    days = window.interval.value if window and window.interval.value else 0
    dates.assume("comments_received", max(sent, min(back(sent, days), back(decided, -1))))
    dates.known("published", case.published)
    return dates


def _step(day: date, milestone: str, by: Role, **matter: Any) -> Step:
    return Step(at=at_time(day, NOON), milestone=milestone, by=by, matter=matter)


def _to_fieldwork(case: Case, on: dict[str, date]) -> list[Step]:
    team = [
        {"person": PEOPLE[Role.OFSTED_LEAD][0], "inspectorate": "ofsted", "lead": True},
        {"person": PEOPLE[Role.CQC_LEAD][0], "inspectorate": "cqc", "lead": True},
    ]
    on_site = {"first": on["on_site_from"].isoformat(), "last": on["on_site_to"].isoformat()}
    return [
        _step(
            on["planned"],
            "plan_inspection",
            Role.COORDINATOR,
            area=case.area,
            notify_on=on["notified"].isoformat(),
            on_site=on_site,
            bodies=list(bodies_of(case)),
        ),
        _step(on["planned"], "appoint_team", Role.COORDINATOR, members=team),
        *(
            _step(on["planned"], "record_polls", Role.COORDINATOR, polls_on=day.isoformat())
            for day in case.polls
        ),
        _step(on["notified"], "notify_area", Role.OFSTED_LEAD),
        _step(on["surveys_opened"], "open_surveys", Role.COORDINATOR),
        Step(at_time(on["surveys_closed"], NINE), "close_surveys", Role.COORDINATOR),
        _step(on["fieldwork_begun"], "begin_fieldwork", Role.OFSTED_LEAD),
        _step(on["on_site_from"], "come_on_site", Role.OFSTED_LEAD),
        _step(on["on_site_to"], "give_feedback", Role.OFSTED_LEAD),
        _step(on["fieldwork_ended"], "end_fieldwork", Role.OFSTED_LEAD),
    ]


def _to_publication(case: Case, on: dict[str, date]) -> list[Step]:
    draft = {"draft": CURRENT_DRAFT}
    findings = _findings(case)
    approval = ("approve_draft", on["draft_approved"])
    decision = on["outcome_decided"]
    return [
        _step(on["draft_submitted"], "submit_draft", Role.OFSTED_LEAD, findings=findings),
        _step(approval[1], approval[0], Role.OFSTED_MODERATOR, inspectorate="ofsted", **draft),
        _step(approval[1], approval[0], Role.CQC_MODERATOR, inspectorate="cqc", **draft),
        _step(on["sent_for_comment"], "send_draft_for_comment", Role.COORDINATOR, **draft),
        _step(on["comments_received"], "receive_comments", Role.LANO, points=0),
        _step(
            decision,
            "decide_outcome",
            Role.OFSTED_LEAD,
            findings=findings,
            concurring=PEOPLE[Role.CQC_LEAD][0],
        ),
        _step(decision, "sign_off_outcome", Role.OFSTED_DIRECTOR, inspectorate="ofsted", **draft),
        _step(decision, "sign_off_outcome", Role.CQC_DIRECTOR, inspectorate="cqc", **draft),
        _step(on["final_report_sent"], "send_final_report", Role.COORDINATOR, **draft),
        _step(on["final_report_received"], "acknowledge_final_report", Role.LANO),
        _step(on["published"], "release_report", Role.PRESS_OFFICE, **draft),
    ]


def _after(case: Case, rules: Rulebook) -> list[Step]:
    bodies = list(bodies_of(case))
    happened: tuple[tuple[date | None, str, Role, dict[str, Any]], ...] = (
        (case.strategic_plan_published, "publish_strategic_plan", Role.DCS, {"bodies": bodies}),
        (case.plan_submitted, "submit_priority_action_plan", Role.DCS, {"bodies": bodies}),
        (case.plan_accepted, "accept_priority_action_plan", _reviewer(case, rules), {}),
        (case.plan_published, "publish_priority_action_plan", Role.DCS, {"bodies": bodies}),
    )
    return [_step(day, milestone, by, **matter) for day, milestone, by, matter in happened if day]


def _reviewer(case: Case, rules: Rulebook) -> Role:
    """Who accepted a plan is not printed; it is taken to be whom the handbook named on that day."""
    if case.plan_accepted is None:
        return Role.DFE
    return (
        Role.DFE
        if "dfe" in rules.in_force(case.plan_accepted).plan_feedback_by.value
        else Role.OFSTED_DIRECTOR
    )


def bodies_of(case: Case) -> tuple[str, ...]:
    """Name the bodies of a case's partnership: the authority, and one board for all its health services."""
    return f"la-{case.area.lower()}", f"icb-{case.area.lower()}"


def _findings(case: Case) -> dict[str, Any]:
    area = {"bodies": list(bodies_of(case)), "text": UNWRITTEN}
    failings = case.outcome is Outcome.WIDESPREAD_FAILINGS
    return {
        "outcome": case.outcome.value,
        "areas_for_improvement": [area],
        "areas_for_priority_action": [area] if failings else [],
    }


UNWRITTEN: Final = "The rehearsal knows no text; the published report has it."
"""Stands where a report has its words. Sealed like any other text before it is sent."""
