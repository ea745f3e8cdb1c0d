"""Why an inspection is proposed, and why for that week, in words that need no engine to be understood."""

from collections.abc import Iterator
from datetime import date
from typing import Final

from domain.area.cycle import Next
from domain.area.planning import in_term
from domain.area.register import polls_that_embargo
from domain.area.state import State
from domain.handbook import NextInspectionRule
from domain.programme.proposals import Reason, Why
from domain.programme.weeks import Week
from domain.programme.wishes import Wish
from domain.rulebook import Rulebook
from domain.values import Kind

WORKING_DAYS_TO_PUBLICATION: Final = 44
"""From the end of fieldwork: the median of 95 inspections (section 3 of the facts, D). That the next one
takes as long is this engine's assumption (M)."""

_ORIGINS: Final = {
    "report_published": "publication",
    "final_report_received": "receipt of the final report",
}


def reasons(rules: Rulebook, wish: Wish, week: Week, today: date) -> tuple[Reason, ...]:
    """List what speaks for an inspection and what is to be known of its week.

    Raises:
        CalendarHorizonError: the report would come after the years of the calendar.
    """
    return (
        *_why_at_all(rules, wish, today),
        *_why_this_week(rules, wish, week),
        *_paused_before(wish, week, today),
    )


def _why_at_all(rules: Rulebook, wish: Wish, today: date) -> Iterator[Reason]:
    coming = wish.coming
    if coming is None:
        yield Reason(Why.NEVER_INSPECTED, "never inspected under this framework, so not due by any day")
        return
    overdue = ", so overdue" if coming.target < today else ""
    if wish.forward:
        says = f"brought forward on {wish.forward.on} because of {wish.forward.because.replace('_', ' ')}"
        yield Reason(Why.BROUGHT_FORWARD, f"{says}; wanted by {coming.target}{overdue}", coming.handbook)
        return
    rule = _rule(rules, wish.state, coming)
    yield Reason(
        Why.OVERDUE if overdue else Why.DUE,
        f"due by {coming.target}{overdue}: {rule.months.value} months after "
        f"{_ORIGINS[coming.origin]} on {coming.origin_on}, {_found(wish.state, coming)}",
        coming.handbook,
        rule.months.sureness,
    )


def _why_this_week(rules: Rulebook, wish: Wish, week: Week) -> Iterator[Reason]:
    known_in_term = in_term(wish.state, week.on_site) is not None
    if wish.coming:
        yield _window(rules, wish, wish.coming, week)
    choice = (
        "the first week that will do" if wish.coming else "of the weeks with most room the first that will do"
    )
    yield Reason(Why.WEEK, choice + (", in term" if known_in_term else ""))
    if not known_in_term:
        yield Reason(Why.TERM_NOT_KNOWN, "term dates are not known")
    if week.holidays:
        says = f"{', '.join(week.holidays)} in the week on site; no week without one is left"
        yield Reason(Why.BANK_HOLIDAY, says)
    yield _notice(week)
    yield from _embargo(rules, wish.state, week)


def _window(rules: Rulebook, wish: Wish, coming: Next, week: Week) -> Reason:
    sureness = None if wish.forward else _rule(rules, wish.state, coming).window_months.sureness
    outside = wish.closed_before(week.on_site.last)
    return Reason(
        Why.AFTER_WINDOW if outside else Why.WINDOW,
        f"window from {coming.opens} to {coming.closes}"
        + (", which has no week left: as early as possible after it" if outside else ""),
        coming.handbook,
        sureness,
    )


def _paused_before(wish: Wish, week: Week, today: date) -> Iterator[Reason]:
    """A pause that is not over yet may have taken earlier weeks of the window."""
    for pause in wish.state.pauses:
        last = pause.last
        if last is None or pause.kind not in {None, wish.kind} or not wish.opens_by(last):
            continue
        if today <= last < week.on_site.first:
            yield Reason(Why.PAUSED_BEFORE, f"{pause}, so in no week before that is over")


def _notice(week: Week) -> Reason:
    notice = week.handbook.notice
    days = notice.on_site_working_days
    weekday = f"{week.notify_on:%A}"
    says = f"notified on {weekday} {week.notify_on}, {days.value} working days before coming on site"
    if weekday.lower() != notice.notification_weekday.value:
        says += "; a bank holiday in the notice moves the day"
    return Reason(Why.NOTICE, says, week.handbook.version, days.sureness)


def _embargo(rules: Rulebook, state: State, week: Week) -> Iterator[Reason]:
    """It is no ground against a week; whoever confirms it should know."""
    out_on = rules.current_calendar.add_working_days(week.on_site.last, WORKING_DAYS_TO_PUBLICATION)
    polls_on = polls_that_embargo(rules, state, out_on)
    if polls_on:
        says = (
            f"the report, expected around {out_on} ({WORKING_DAYS_TO_PUBLICATION} working days after "
            f"fieldwork), would fall into the embargo before the polls of {polls_on}"
        )
        yield Reason(Why.EMBARGO, says, rules.in_force(out_on).version, "M")


def _rule(rules: Rulebook, state: State, coming: Next) -> NextInspectionRule:
    """Return the rule of the handbook from which a coming inspection was reckoned."""
    done = state.news[coming.after] if coming.after else None
    outcome = done.outcome if done else None
    of_kind = [one for one in rules.handbook(coming.handbook).next_inspections if one.kind is coming.kind]
    return next((one for one in of_kind if outcome in one.outcomes), of_kind[0])


def _found(state: State, coming: Next) -> str:
    done = state.news[coming.after] if coming.after else None
    if done is None or done.kind is Kind.MONITORING:
        return f"effective action not taken by {coming.after}"
    return f"outcome {done.outcome} of {coming.after}"
