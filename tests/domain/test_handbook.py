"""What the handbook versions say, and when deadlines fall due by them."""

from datetime import UTC, date, datetime, time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.calendar import MustBeWorkingDay
from domain.due import due, notification_day, surveys_close_at
from domain.errors import MalformedError
from domain.handbook import (
    DeadlineKind,
    DeadlineRule,
    DeferralGround,
    EngagementMeetings,
    GivesWay,
    Handbook,
    OnExpiry,
    PlanKind,
    Sourced,
    Unit,
    VisitsCap,
    Weekday,
)
from domain.inspection.events import EVENT_TYPES
from domain.london import end_of_day, london_date, start_of_day
from domain.rulebook import Rulebook
from domain.values import Kind, Outcome

RULES = Rulebook.released()
CALENDAR = RULES.current_calendar
FIRST = RULES.handbook("2023-01-01")
JUNE, JULY, NOVEMBER = (RULES.handbook(version) for version in ("2025-06-06", "2025-07-07", "2025-11-05"))
EVERY_VERSION = pytest.mark.parametrize("handbook", RULES.handbooks.values(), ids=RULES.handbooks)


def rule_of(handbook: Handbook, kind: DeadlineKind) -> DeadlineRule:
    rule = handbook.rule(kind)
    assert rule is not None
    return rule


@EVERY_VERSION
def test_outcomes_1_and_2_ask_for_the_strategic_plan_and_3_for_a_priority_action_plan(
    handbook: Handbook,
) -> None:
    """56 of 56 reports read: outcome 3 requires the priority action plan instead."""
    assert {outcome: plan.value for outcome, plan in handbook.follow_up.items()} == {
        Outcome.TYPICALLY_POSITIVE: PlanKind.STRATEGIC_PLAN,
        Outcome.INCONSISTENT: PlanKind.STRATEGIC_PLAN,
        Outcome.WIDESPREAD_FAILINGS: PlanKind.PRIORITY_ACTION_PLAN,
    }


@EVERY_VERSION
def test_the_plans_that_fall_due_are_those_that_the_outcome_asks_for(handbook: Handbook) -> None:
    """A deadline for a plan concerns exactly the outcomes after which there is that plan."""
    plans = {
        DeadlineKind.STRATEGIC_PLAN: PlanKind.STRATEGIC_PLAN,
        DeadlineKind.PRIORITY_ACTION_PLAN_SUBMISSION: PlanKind.PRIORITY_ACTION_PLAN,
        DeadlineKind.PRIORITY_ACTION_PLAN_PUBLICATION: PlanKind.PRIORITY_ACTION_PLAN,
    }
    for kind, plan in plans.items():
        rule = rule_of(handbook, kind)
        assert not rule.applies_to(None)
        for outcome in Outcome:
            assert rule.applies_to(outcome) == (handbook.follow_up[outcome].value is plan)


@EVERY_VERSION
def test_outcome_1_says_that_the_partnership_is_taking_action(handbook: Handbook) -> None:
    """The second sentence of outcome 1 came after the consultation and is part of the wording."""
    wording = handbook.outcomes[Outcome.TYPICALLY_POSITIVE].wording.value
    assert wording.endswith("The local area partnership is taking action where improvements are needed.")


@EVERY_VERSION
def test_notice_is_eight_working_days_before_fieldwork_and_ten_before_coming_on_site(
    handbook: Handbook,
) -> None:
    """Greenwich 2023: fieldwork from Thursday 11 May, on site from Monday 15 May."""
    notice = handbook.notice
    days = (notice.fieldwork_working_days, notice.on_site_working_days, notice.fieldwork_before_on_site)
    assert [number.value for number in days] == [8, 10, 2]
    assert CALENDAR.add_working_days(date(2023, 5, 11), notice.fieldwork_before_on_site.value) == date(
        2023, 5, 15
    )
    for first_on_site in (date(2023, 9, 25), date(2023, 11, 20)):
        notified = CALENDAR.add_working_days(first_on_site, -notice.on_site_working_days.value)
        assert Weekday.of(notified) is notice.notification_weekday.value
        assert Weekday.of(first_on_site) is notice.on_site_weekday.value


def test_an_area_is_notified_on_the_monday_two_weeks_before() -> None:
    """Surrey and Halton 2023. With two bank holidays in between the area is told earlier, on any weekday."""
    for notified, first in ((date(2023, 9, 11), date(2023, 9, 25)), (date(2023, 11, 6), date(2023, 11, 20))):
        assert notification_day(FIRST, CALENDAR, first) == notified
    assert notification_day(FIRST, CALENDAR, date(2023, 5, 15)) == date(2023, 4, 27)


def test_where_the_notice_gives_way_an_area_is_notified_on_a_monday_all_the_same() -> None:
    """No released version says so; the rule is there for one that does."""
    way = FIRST.notice.gives_way.model_copy(update={"value": GivesWay.NOTICE})
    notice = FIRST.notice.model_copy(update={"gives_way": way})
    handbook = FIRST.model_copy(update={"notice": notice})
    assert notification_day(handbook, CALENDAR, date(2023, 5, 15)) == date(2023, 4, 24)


def test_surveys_close_at_nine_on_the_tuesday_after_notifications_week() -> None:
    """Surrey was notified on Monday 11 September 2023; in British summer time nine is eight in UTC."""
    closes = datetime(2023, 9, 19, 8, tzinfo=UTC)
    assert surveys_close_at(FIRST, date(2023, 9, 11)) == closes
    assert surveys_close_at(FIRST, date(2023, 9, 15)) == closes


def test_suffolks_priority_action_plan_was_due_35_working_days_after_the_report_came() -> None:
    """Received 18 January 2024, due 7 March 2024 at the end of the day; published within 70."""
    submission = due(
        rule_of(FIRST, DeadlineKind.PRIORITY_ACTION_PLAN_SUBMISSION), date(2024, 1, 18), CALENDAR
    )
    assert submission.on == date(2024, 3, 7)
    assert submission.at == datetime(2024, 3, 7, 23, 59, 59, tzinfo=UTC)
    assert submission.warn_at == start_of_day(date(2024, 2, 29))
    publication = due(
        rule_of(FIRST, DeadlineKind.PRIORITY_ACTION_PLAN_PUBLICATION), date(2024, 1, 18), CALENDAR
    )
    assert CALENDAR.working_days_between(date(2024, 1, 18), publication.on) == 70


def test_traffords_strategic_plan_was_due_35_working_days_after_publication() -> None:
    """Published 22 December 2023, due 14 February 2024."""
    assert due(rule_of(FIRST, DeadlineKind.STRATEGIC_PLAN), date(2023, 12, 22), CALENDAR).on == date(
        2024, 2, 14
    )


@EVERY_VERSION
def test_plans_count_from_different_events(handbook: Handbook) -> None:
    """The priority action plan counts from receipt of the report, the strategic plan from publication."""
    assert rule_of(handbook, DeadlineKind.PRIORITY_ACTION_PLAN_SUBMISSION).origin == "final_report_received"
    assert rule_of(handbook, DeadlineKind.PRIORITY_ACTION_PLAN_PUBLICATION).origin == "final_report_received"
    assert rule_of(handbook, DeadlineKind.STRATEGIC_PLAN).origin == "report_published"


@EVERY_VERSION
def test_to_comment_on_the_draft_is_a_right_that_lapses(handbook: Handbook) -> None:
    """Who does not comment has missed no duty."""
    lapsing = [rule.kind for rule in handbook.deadlines if rule.on_expiry is OnExpiry.LAPSE]
    assert lapsing == [DeadlineKind.DRAFT_COMMENTS]


@EVERY_VERSION
def test_there_is_a_rule_for_everything_that_can_fall_due(handbook: Handbook) -> None:
    """Every kind of deadline has its rule, and every rule names milestones that exist."""
    assert [rule.kind for rule in handbook.deadlines] == list(DeadlineKind)
    for rule in handbook.deadlines:
        assert {rule.origin, *rule.met_by} <= EVENT_TYPES.keys()


def test_publication_has_no_target() -> None:
    """None is published, so nothing falls due and whoever asks is told so."""
    rule = rule_of(FIRST, DeadlineKind.PUBLICATION)
    assert (rule.interval.value, rule.interval.sureness) == (None, "M")
    with pytest.raises(MalformedError, match="publication has no interval"):
        due(rule, date(2024, 1, 18), CALENDAR)


def test_a_stated_day_is_the_due_day() -> None:
    """An item of information is due on the day that the request names; an extension states one too."""
    item = rule_of(FIRST, DeadlineKind.INFORMATION_ITEM)
    assert due(item, date(2023, 9, 11), CALENDAR, stated=date(2023, 9, 14)).on == date(2023, 9, 14)
    plan = rule_of(FIRST, DeadlineKind.STRATEGIC_PLAN)
    assert due(plan, date(2023, 12, 22), CALENDAR, stated=date(2024, 3, 1)).on == date(2024, 3, 1)


def test_the_warning_does_not_come_before_the_deadline_runs() -> None:
    """Something asked for today and due today is warned of today, not yesterday."""
    item = rule_of(FIRST, DeadlineKind.INFORMATION_ITEM)
    today = date(2023, 9, 11)
    assert due(item, today, CALENDAR, stated=today).warn_at == start_of_day(today)


def test_from_6_june_2025_engagement_meetings_are_adjusted_to_need() -> None:
    """They were annual at first."""
    assert FIRST.engagement_meetings.value is EngagementMeetings.ANNUAL
    assert JUNE.engagement_meetings.value is EngagementMeetings.ADJUSTED_TO_NEED


def test_from_7_july_2025_feedback_on_plans_comes_from_dfe_and_nhs_england() -> None:
    """Before, the inspectorates decided whether a plan was fit for purpose."""
    assert JUNE.plan_feedback_by.value == ("ofsted", "cqc")
    assert JULY.plan_feedback_by.value == ("dfe", "nhs-england")


def test_from_7_july_2025_monitoring_visits_are_capped() -> None:
    """Usually no more than three in twelve months."""
    assert JUNE.monitoring_visits_cap.value is None
    assert JULY.monitoring_visits_cap.value == VisitsCap(visits=3, months=12)


def test_from_5_november_2025_national_reforms_are_no_ground_for_deferral() -> None:
    """Up to that day they were not excluded."""
    assert DeferralGround.NATIONAL_REFORMS in JULY.deferral_grounds.value
    assert DeferralGround.NATIONAL_REFORMS not in NOVEMBER.deferral_grounds.value


@EVERY_VERSION
def test_what_comes_next_by_outcome(handbook: Handbook) -> None:
    """Full inspections after five or three years; a monitoring inspection only after outcome 3."""
    coming = {
        outcome: {rule.kind: rule.months.value for rule in handbook.next_after(outcome)}
        for outcome in Outcome
    }
    assert coming == {
        Outcome.TYPICALLY_POSITIVE: {Kind.FULL: 60},
        Outcome.INCONSISTENT: {Kind.FULL: 36},
        Outcome.WIDESPREAD_FAILINGS: {Kind.FULL: 36, Kind.MONITORING: 18},
    }


def test_each_version_says_what_it_changed() -> None:
    """Apart from its name and its list of changes, a version differs from the one before."""
    for before, after in pairwise(RULES.handbooks.values()):
        assert after.changes
        same = after.model_copy(
            update={
                name: getattr(before, name) for name in ("version", "in_force_from", "published", "changes")
            }
        )
        assert same != before


def test_a_handbook_is_checked_when_it_is_made() -> None:
    """It bears the name of its first day, speaks of every outcome, and has one rule of a kind."""
    plans = {outcome: plan for outcome, plan in FIRST.follow_up.items() if outcome != Outcome.INCONSISTENT}
    broken = ({"version": "2023-01-02"}, {"follow_up": plans}, {"deadlines": FIRST.deadlines * 2})
    for update in broken:
        with pytest.raises(ValidationError):
            FIRST.model_copy(update=update)


RULES_OF_ANY_KIND = st.builds(
    DeadlineRule,
    kind=st.just(DeadlineKind.STRATEGIC_PLAN),
    origin=st.just("report_published"),
    interval=st.integers(1, 70).map(lambda n: Sourced[int | None](value=n, source="a test", sureness="I")),
    unit=st.sampled_from([Unit.WORKING_DAYS, Unit.CALENDAR_DAYS, Unit.MONTHS]),
    outcomes=st.just(()),
    must_be_working_day=st.sampled_from(MustBeWorkingDay),
    time_of_day=st.just("end_of_day") | st.just(time(17)),
    warn_before=st.integers(0, 10).map(lambda n: Sourced[int](value=n, source="a test", sureness="I")),
    on_expiry=st.just(OnExpiry.MISSED),
    met_by=st.just(("strategic_plan_published",)),
    recalculated=st.just(True),
)


@given(RULES_OF_ANY_KIND, st.dates(date(2016, 2, 1), date(2024, 12, 31)))
def test_nothing_is_due_before_it_begins_to_count(rule: DeadlineRule, origin_on: date) -> None:
    """Whatever the rule: due on or after its origin, on a working day if it must be, warned in between."""
    reckoned = due(rule, origin_on, CALENDAR)
    assert origin_on <= reckoned.on == london_date(reckoned.at)
    assert start_of_day(origin_on) <= reckoned.warn_at <= reckoned.at <= end_of_day(reckoned.on)
    if rule.must_be_working_day is not MustBeWorkingDay.NO:
        assert CALENDAR.is_working_day(reckoned.on)


def test_months_are_calendar_months() -> None:
    """Of a rule that counts in months, the due day is the same day of a later month."""
    months = rule_of(FIRST, DeadlineKind.STRATEGIC_PLAN).model_copy(update={"unit": Unit.MONTHS})
    assert due(months, date(2023, 1, 31), CALENDAR).on == date(2025, 12, 31)
