"""Judging a command to a thematic review: the events that it brings, or a refusal in words."""

from collections.abc import Callable
from typing import Any, Final

from domain.clock import time_comes_first
from domain.deciding import RefusedError, require_past, require_permission
from domain.errors import NotFoundError
from domain.london import london_date
from domain.refusal import Refusal
from domain.rulebook import Rulebook
from domain.terms import ThematicTerms
from domain.thematic import commands as c
from domain.thematic import events as e
from domain.thematic.clock import misses_taken_back, what_the_clock_brings, with_moves
from domain.thematic.matters import year_of
from domain.thematic.register import (
    areas,
    authors,
    awaiting_publication,
    current_report,
    has_withdrawn,
    stage,
    under_visit,
)
from domain.thematic.repair import rectify
from domain.thematic.situation import (
    Situation,
    require_in_order,
    require_no_embargo,
    require_once,
    require_own_time,
)
from domain.thematic.state import State, evolve
from domain.thematic.vocabulary import EntryKind, ReportRef, Stage
from domain.values import Theme


def decide(rules: Rulebook, state: State, command: c.Command) -> tuple[e.Event, ...] | Refusal:
    """Return the events that a command brings to a review, or the refusal that answers it.

    Pure: the same rules, state and command give the same answer.

    Raises:
        IntegrityError: the review is bound to terms that this installation does not have.
    """
    try:
        return time_comes_first(
            state,
            evolve=evolve,
            brings=lambda state: what_the_clock_brings(rules, state, command.now),
            judge=lambda state: _judge(Situation(rules, state, command), command),
            taken_back=lambda state: misses_taken_back(rules, state, command.now),
        )
    except RefusedError as refused:
        return refused.refusal


def _judge(situation: Situation, command: c.Command) -> tuple[e.Event, ...]:
    if isinstance(command, c.Tick):
        require_permission(situation)
        return ()
    now_at = stage(situation.state)
    situation.require(
        now_at is not Stage.UNKNOWN or Stage.UNKNOWN in command.stages,
        "review_exists",
        f"{command.review} is not known",
        "plan_review first",
    )
    situation.require(
        now_at in command.stages,
        "stage",
        f"{command.review} is at stage {now_at}",
        "at stage " + " or ".join(one for one in Stage if one in command.stages),
    )
    require_past(situation)
    require_own_time(situation, london_date(command.occurred_at))
    require_permission(situation)
    handler = _HANDLERS.get(type(command))
    event: e.Event = handler(situation, command) if handler else situation.record(command.records)
    if not isinstance(event, e.ReviewPlanned | e.ReviewAreaChosen | e.ReviewConsentWithdrawn):
        require_once(situation, event.made())
    require_in_order(situation, event)
    return (with_moves(situation.rules, situation.state, _as_irregular(situation, event)),)


def _as_irregular(situation: Situation, event: e.Event) -> e.Event:
    """The order is judged by the event, so what speaks against it is known only after it is made."""
    return event.model_copy(update={"irregular": situation.irregularity()})


def _plan(situation: Situation, command: c.PlanReview) -> e.Event:
    """What the plan leaves open, the terms of the year say: a theme they know, and the last day of November.

    That day is our reading of autumn (M).
    """
    terms = _terms(situation)
    known = terms.themes.get(year_of(command.review))
    theme: Theme | None = command.theme or (known.value if known else None)
    situation.require(
        theme is not None,
        "theme_named",
        f"the theme of {command.review} is not known",
        "theme with its name; known are " + ", ".join(str(year) for year in sorted(terms.themes)),
    )
    publish_by = command.publish_by or terms.publication_planned_for.value.of(year_of(command.review))
    return situation.record(
        e.ReviewPlanned, theme=theme, publish_by=publish_by, terms=situation.rules.pin(terms)
    )


def _terms(situation: Situation) -> ThematicTerms:
    try:
        return situation.rules.terms_for(year_of(situation.command.review))
    except NotFoundError as error:
        situation.require(False, "terms_in_force", str(error), "a review of a year with terms")
        raise


def _choose(situation: Situation, command: c.ChooseReviewArea) -> e.Event:
    """An area that took its consent back may be chosen again, when it has consented again."""
    if command.area in areas(situation.state):
        require_once(situation, situation.record(e.ReviewAreaChosen).made())
    return situation.record(e.ReviewAreaChosen)


def _withdraw_consent(situation: Situation, command: c.WithdrawReviewConsent) -> e.Event:
    """Before the visit: what was seen cannot be unseen, and who is to be named is then another's decision."""
    if has_withdrawn(situation.state, command.area):
        require_once(situation, situation.record(e.ReviewConsentWithdrawn).made())
    situation.require(
        command.area not in {one.area for one in situation.state.all(e.ReviewVisitBegun)},
        "consent_before_visit",
        f"the visit of {command.area} has begun",
        "an area that is not visited yet",
    )
    return situation.record(e.ReviewConsentWithdrawn)


def _begin_visit(situation: Situation, command: c.BeginReviewVisit) -> e.Event:
    situation.require(
        not has_withdrawn(situation.state, command.area),
        "consent_stands",
        f"{command.area} has taken its consent back",
        "one of " + (", ".join(areas(situation.state)) or "none: no area takes part"),
    )
    return situation.record(e.ReviewVisitBegun)


def _record_findings(situation: Situation, _: c.RecordReviewFindings) -> e.Event:
    number = situation.next_number(EntryKind.REVIEW_FINDINGS_RECORDED)
    return situation.record(e.ReviewFindingsRecorded, number=number)


def _raise_concern(situation: Situation, _: c.RaiseConcern) -> e.Event:
    """It changes nothing here. The area's cycle takes it up, and refers to it by its number."""
    return situation.record(e.ConcernRaised, number=situation.next_number(EntryKind.CONCERN_RAISED))


def _submit_report(situation: Situation, command: c.SubmitReviewReport) -> e.Event:
    visited = ", ".join(under_visit(situation.state))
    situation.require(
        not visited, "visits_ended", f"the visit of {visited} has not ended", "end_review_visit first"
    )
    number = situation.next_number(EntryKind.REVIEW_REPORT_SUBMITTED)
    return situation.record(e.ReviewReportSubmitted, number=number, digest=command.report_digest)


def _release(situation: Situation, command: c.ReleaseReviewReport) -> e.Event:
    """Somebody who has not written the report releases it as it now is, and not under an embargo."""
    current = current_report(situation.state)
    situation.require(
        command.report == current,
        "report_is_current",
        f"report {_named(command.report)} is not the one submitted last",
        f"number {current.number} with digest {current.digest}" if current else "submit_review_report first",
    )
    releasing = {command.decided_by.person, command.recorded_by.person}
    both = ", ".join(sorted(authors(situation.state) & releasing))
    situation.require(
        not both,
        "separation_of_duties",
        f"{both} cannot release this report: it is his or her own work",
        "decided and recorded by others",
    )
    require_no_embargo(situation, london_date(command.occurred_at))
    return situation.record(e.ReviewReportReleased)


def _publish(situation: Situation, command: c.PublishReviewReport) -> e.Event:
    waiting = awaiting_publication(situation.state)
    situation.require(
        command.report in waiting,
        "released",
        f"report {_named(command.report)} does not wait for publication",
        "one of " + (", ".join(map(_named, waiting)) or "none: release_review_report first"),
    )
    require_no_embargo(situation, london_date(command.occurred_at))
    return situation.record(e.ReviewReportPublished)


def _named(report: ReportRef) -> str:
    return f"{report.number} with digest {report.digest}"


_HANDLERS: Final[dict[type[c.Command], Callable[[Situation, Any], e.Event]]] = {
    c.PlanReview: _plan,
    c.ChooseReviewArea: _choose,
    c.WithdrawReviewConsent: _withdraw_consent,
    c.BeginReviewVisit: _begin_visit,
    c.RecordReviewFindings: _record_findings,
    c.RaiseConcern: _raise_concern,
    c.SubmitReviewReport: _submit_report,
    c.ReleaseReviewReport: _release,
    c.PublishReviewReport: _publish,
    c.RectifyReviewEntry: rectify,
}
