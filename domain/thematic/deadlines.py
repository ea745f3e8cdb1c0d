"""What is due in a thematic review, since when and by which rule. Derived each time, never stored.

The report is planned for a day; a later one is reported as missed and refused by nothing. From the first
publication survey data is kept for its years; when they are over, the days begin in which it is to be
deleted (section 5 of the facts: the years S, the day and the days of deletion M).
"""

from collections.abc import Iterator
from datetime import date, timedelta

from domain import deadline
from domain.london import add_months, end_of_day, london_date, start_of_day
from domain.rulebook import Rulebook
from domain.terms import ThematicTerms
from domain.thematic import events as e
from domain.thematic.register import stage
from domain.thematic.state import State
from domain.thematic.vocabulary import ReviewDeadline, Stage
from domain.values import Instant

Deadline = deadline.Deadline[ReviewDeadline]
"""A deadline of a review."""


def deadlines(rules: Rulebook, state: State) -> tuple[Deadline, ...]:
    """List every deadline that runs or has run, in the order of the day on which it is due.

    Raises:
        IntegrityError: this installation's terms are not those to which the review was bound.
    """
    plan = state.one(e.ReviewPlanned)
    if plan is None:
        return ()
    terms = rules.pinned_terms(plan.terms)
    return tuple(sorted(_deadlines(state, plan, terms), key=lambda one: (one.due, one.kind)))


def _deadlines(state: State, plan: e.ReviewPlanned, terms: ThematicTerms) -> Iterator[Deadline]:
    planned_at, published_at = state.at(e.ReviewPlanned), state.at(e.ReviewReportPublished)
    if planned_at is not None:
        yield _deadline(
            ReviewDeadline.PUBLICATION,
            ("review_planned", planned_at),
            plan.publish_by,
            terms,
            met=published_at,
            void=stage(state) is Stage.WITHDRAWN and (ReviewDeadline.PUBLICATION, None) not in state.missed,
        )
    deleted_at, due_at = state.at(e.SurveyDataDeleted), state.at(e.SurveyDataDeletionDue)
    if published_at is not None:
        yield _deadline(
            ReviewDeadline.SURVEY_DATA_RETENTION,
            ("review_report_published", published_at),
            add_months(london_date(published_at), terms.survey_data_kept_months.value),
            terms,
            met=deleted_at,
            void=due_at is not None,
            lapses=True,
        )
    if due_at is not None:
        yield _deadline(
            ReviewDeadline.SURVEY_DATA_DELETION,
            ("survey_data_deletion_due", due_at),
            london_date(due_at) + timedelta(days=terms.deletion_days.value),
            terms,
            met=deleted_at,
        )


def _deadline(
    kind: ReviewDeadline,
    origin: tuple[str, Instant],
    due: date,
    terms: ThematicTerms,
    *,
    met: Instant | None,
    void: bool = False,
    lapses: bool = False,
) -> Deadline:
    name, began = origin[0], london_date(origin[1])
    warn_on = max(due - timedelta(days=terms.warn_days.value), began)
    return Deadline(
        kind=kind,
        subject=None,
        rule=kind.value,
        origin=name,
        origin_on=began,
        due=due,
        due_at=end_of_day(due),
        warn_at=start_of_day(warn_on),
        extended_from=None,
        met_on=london_date(met) if met else None,
        void=void,
        lapses=lapses,
        handbook=terms.version,
        calendar=None,
    )
