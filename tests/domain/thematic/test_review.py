"""A thematic review from its plan to the publication of its report, told as the facts have it."""

from datetime import date

import pytest
from pydantic import TypeAdapter, ValidationError

from domain.actors import PERMISSIONS, Role, Verb
from domain.thematic.commands import COMMAND_TYPES
from domain.thematic.events import ReviewPlanned, ReviewReportPublished
from domain.thematic.register import (
    areas,
    awaiting_publication,
    concerned,
    concerns,
    current_report,
    under_visit,
)
from domain.thematic.standing import stands
from domain.thematic.vocabulary import Stage
from domain.values import AreaCode, InspectionId, ThematicReviewId
from tests.domain.thematic.story import RULES, Story, who


def _plan(story: Story) -> ReviewPlanned:
    plan = story.state.one(ReviewPlanned)
    assert plan is not None
    return plan


def test_a_review_touches_who_takes_part_is_visited_or_gives_cause_for_concern() -> None:
    """Not an area that took its consent back before anybody came."""
    review = Story().until("choose_review_area").do("withdraw_review_consent", area="SFK")
    assert concerned(review.state) == ("SRY",)
    review.do("raise_concern", area="SFK")
    assert concerned(review.state) == ("SFK", "SRY")


# Planning.


@pytest.mark.parametrize("name", ["THEMATIC-2023", "THEMATIC-2024", "THEMATIC-2099"])
def test_a_review_is_known_by_its_year(name: str) -> None:
    """There is one a year. Its name is neither an area's nor an inspection's."""
    assert TypeAdapter(ThematicReviewId).validate_python(name) == name
    for other in (AreaCode, InspectionId):
        with pytest.raises(ValidationError):
            TypeAdapter(other).validate_python(name)


@pytest.mark.parametrize(
    ("year", "theme"),
    [(2023, "alternative_provision"), (2024, "preparation_for_adulthood"), (2025, "children_not_in_school")],
)
def test_the_first_three_themes_are_known(year: int, theme: str) -> None:
    """So nobody has to name them."""
    story = Story(f"THEMATIC-{year}").do("plan_review", at=date(year - 1, 12, 1))
    assert _plan(story).theme.theme == theme


def test_the_theme_of_a_later_year_is_named_by_who_plans_it() -> None:
    """Without any change of the software."""
    story = Story("THEMATIC-2026").do(
        "plan_review", at=date(2025, 12, 1), theme={"theme": "early_years", "name": "Early years"}
    )
    assert _plan(story).theme.name == "Early years"


def test_the_report_is_planned_for_autumn() -> None:
    """For 30 November, unless the plan says another day of that year or the next."""
    assert _plan(Story().do("plan_review")).publish_by == date(2023, 11, 30)
    other = Story().do("plan_review", publish_by=date(2024, 1, 31))
    assert _plan(other).publish_by == date(2024, 1, 31)
    with pytest.raises(ValidationError, match="neither in 2023 nor in the year after"):
        Story().command("plan_review", publish_by=date(2025, 1, 1))


def test_a_plan_can_be_changed_until_the_visits_begin() -> None:
    """Then it stands, and a report that comes late is late."""
    story = Story().until("choose_review_area").do("plan_review", publish_by=date(2023, 10, 31))
    assert _plan(story).publish_by == date(2023, 10, 31)
    assert story.until("begin_review_visit").refused("plan_review").code == "stage"


# Areas and visits.


def test_areas_take_part_with_their_consent() -> None:
    """And are named only as long as it stands."""
    story = Story().until("choose_review_area")
    assert areas(story.state) == ("SFK", "SRY")
    assert areas(story.do("withdraw_review_consent").state) == ("SFK",)
    assert areas(story.do("choose_review_area").state) == ("SFK", "SRY")


def test_consent_is_given_by_a_body_in_a_role_that_answers_for_the_area() -> None:
    """Nobody of the inspectorates gives it."""
    with pytest.raises(ValidationError, match="role"):
        Story().command("choose_review_area", consent={"body": "ofsted", "role": "hmci"})
    assert [role for role in Role if Verb.CONSENT in PERMISSIONS[role]] == [
        Role.LANO,
        Role.DCS,
        Role.ICB_EXECUTIVE,
    ]


def test_consent_is_withdrawn_once() -> None:
    """An area that does not take part has nothing to withdraw."""
    story = Story().until("choose_review_area")
    assert story.refused("withdraw_review_consent", area="TRF").code == "order"
    story.do("withdraw_review_consent")
    assert story.refused("withdraw_review_consent").code == "recorded_once"


def test_the_season_of_a_visit_is_a_plan_and_no_rule() -> None:
    """An area that was to be visited in spring is visited in autumn."""
    story = Story().until("choose_review_area", season="spring")
    story.do("begin_review_visit", at=date(2023, 10, 9)).do("end_review_visit")
    assert story.stage() is Stage.VISITS


def test_a_visit_leaves_no_outcome_and_no_obligation() -> None:
    """Nobody decides one, no area owes a plan, and nothing falls due but the report."""
    story = Story().until("record_review_findings")
    verbs = {command.verb for command in COMMAND_TYPES.values()}
    assert not verbs & {Verb.PROPOSE_OUTCOME, Verb.SIGN_OFF, Verb.SUBMIT_PLAN, Verb.REVIEW_PLAN}
    assert [one.kind for one in story.deadlines] == ["publication"]


def test_areas_are_visited_beside_each_other() -> None:
    """The report waits for the last of them."""
    story = Story().until("begin_review_visit")
    assert under_visit(story.state) == ("SFK",)
    story.do("end_review_visit", area="SFK")
    assert under_visit(story.state) == ()


# Concerns.


def test_a_serious_concern_has_a_number_to_which_the_areas_cycle_can_refer() -> None:
    """It stays when another is struck, and is not given again."""
    story = Story().until("end_review_visit").do("raise_concern").do("raise_concern", area="SFK")
    story.rectify("concern_raised", "1").do("raise_concern", reason="children_at_risk")
    assert [(one.number, one.area, one.reason) for one in concerns(story.state)] == [
        (2, "SFK", "widespread_failings"),
        (3, "SRY", "children_at_risk"),
    ]


def test_a_concern_is_raised_whenever_it_comes_to_light() -> None:
    """Also when the report is out, or the review was given up."""
    for story in (
        Story().until("record_survey_data_deletion"),
        Story().until("choose_review_area").do("withdraw_review"),
    ):
        before = story.stage()
        assert story.do("raise_concern").stage() is before


# The report.


def test_an_ordinary_review_goes_from_plan_to_deletion() -> None:
    """By the rules, stage after stage."""
    story = Story()
    steps = {
        "plan_review": Stage.PLANNED,
        "begin_review_visit": Stage.VISITS,
        "submit_review_report": Stage.REPORTING,
        "publish_review_report": Stage.PUBLISHED,
        "record_survey_data_deletion": Stage.COMPLETED,
    }
    assert {command: story.until(command).stage() for command in steps} == steps
    assert not any(event.irregular for event in story.events)
    assert stands(RULES, Story().state, story.now).standing.open is False
    assert stands(RULES, story.state, story.now).standing.open is False


def test_the_report_recommends_to_government() -> None:
    """It says to whom, and has at least one recommendation."""
    with pytest.raises(ValidationError, match="recommendations"):
        Story().command("submit_review_report", recommendations=[])


def test_a_changed_word_is_a_changed_report() -> None:
    """What was released was read as it then was."""
    story = Story().until("submit_review_report")
    first = current_report(story.state)
    second = current_report(story.do("submit_review_report", text={"sealed": "1" * 64}).state)
    assert first is not None
    assert second is not None
    assert (second.number, second.digest != first.digest) == (2, True)
    assert story.refused("release_review_report", report=first).code == "report_is_current"


def test_who_releases_and_who_publishes() -> None:
    """Directors and HMCI release, the press office publishes (section 10 of the facts)."""
    may = {verb: [role for role in Role if verb in PERMISSIONS[role]] for verb in Verb}
    assert may[Verb.RELEASE_REVIEW] == [Role.OFSTED_DIRECTOR, Role.CQC_DIRECTOR, Role.HMCI]
    assert may[Verb.PUBLISH_REVIEW] == [Role.PRESS_OFFICE]


def test_a_released_report_waits_for_its_publication() -> None:
    """The standing says so."""
    story = Story().until("release_review_report")
    assert awaiting_publication(story.state) == (current_report(story.state),)
    assert stands(RULES, story.state, story.now).standing.held_by == ("publication",)
    story.until("publish_review_report")
    assert stands(RULES, story.state, story.now).standing.held_by == ()
    assert story.refused("publish_review_report").code == "released"


def test_a_corrected_report_goes_the_whole_way_again() -> None:
    """The first is kept, and the years of the survey data still run from it."""
    story = Story().until("publish_review_report")
    due = story.deadlines
    for command in ("submit_review_report", "release_review_report", "publish_review_report"):
        story.do(command, at=date(2024, 3, 4))
    assert [one.report.number for one in story.state.all(ReviewReportPublished)] == [1, 2]
    assert story.deadlines == due


# The pre-election period.


def test_in_a_general_election_no_thematic_report_is_published() -> None:
    """Neither released nor published from 28 days before it to the day itself; the handbook says how many."""
    story = Story().until("submit_review_report").do("record_general_election", polls_on=date(2023, 12, 14))
    assert story.refused("release_review_report", at=date(2023, 11, 16)).code == "no_embargo"
    story.do("release_review_report", at=date(2023, 11, 15))
    assert story.refused("publish_review_report", at=date(2023, 12, 14)).code == "no_embargo"
    assert story.do("publish_review_report", at=date(2023, 12, 15)).stage() is Stage.PUBLISHED


def test_no_report_comes_before_the_year_of_its_review() -> None:
    """So there is always a handbook that says how long an embargo is."""
    story = Story().until("submit_review_report").do("record_general_election")
    assert story.refused("release_review_report", at=date(2022, 12, 31)).code == "own_time"


def test_an_election_that_is_called_off_is_struck() -> None:
    """Then nothing is embargoed."""
    story = Story().until("submit_review_report").do("record_general_election", polls_on=date(2023, 12, 14))
    story.rectify("general_election_recorded", "2023-12-14")
    story.do("release_review_report", at=date(2023, 11, 20))


# Giving up.


def test_a_review_that_is_withdrawn_owes_nothing_and_can_be_taken_up_again() -> None:
    """Its withdrawal is struck."""
    story = Story().until("end_review_visit").do("withdraw_review").wait(date(2024, 6, 3))
    assert (story.stage(), story.latest) == (Stage.WITHDRAWN, ())
    story.rectify("review_withdrawn")
    assert story.stage() is Stage.VISITS
    assert story.told == ["review_entry_rectified", "review_deadline_missed"]


def test_a_published_review_is_not_withdrawn() -> None:
    """The report is out."""
    assert Story().until("publish_review_report").refused("withdraw_review").code == "stage"


def test_whoever_wrote_the_report_does_not_authorise_what_goes_against_its_rules() -> None:
    """Not even somebody who is a director too."""
    story = Story().until("end_review_visit")
    story.rectify("review_visit_begun", "SRY", to=date(2023, 4, 25), by=who(Role.OFSTED_DIRECTOR, "p-both"))
    story.do("submit_review_report", by=who(Role.OFSTED_LEAD, "p-both"))
    told = {"by": Role.PRESS_OFFICE, "contrary_to": ("permission",)}
    refusal = story.refused("release_review_report", **told, authorised_by="p-both")
    assert (refusal.code, refusal.because) == ("authority", "p-both has written the report of this review")
    story.do("release_review_report", **told)


def test_whoever_wrote_an_earlier_report_does_not_release_the_one_in_its_place() -> None:
    """It is his or her work as well."""
    story = Story().until("submit_review_report").do("submit_review_report", by=who(Role.CQC_LEAD))
    by = who(Role.HMCI, "p-ofstedlead")
    assert story.refused("release_review_report", by=by).code == "separation_of_duties"


def test_data_that_was_deleted_before_a_correction_was_deleted_after_the_report() -> None:
    """The first publication counts, whatever is recorded first."""
    story = Story().until("publish_review_report")
    for command in ("submit_review_report", "release_review_report", "publish_review_report"):
        story.do(command, at=date(2024, 3, 4))
    story.do("record_survey_data_deletion", at=date(2024, 2, 1))
    assert story.stage() is Stage.COMPLETED


def test_what_was_missed_before_a_review_was_withdrawn_stays_missed() -> None:
    """Giving up does not undo it."""
    story = Story().until("end_review_visit").wait(date(2023, 12, 1)).do("withdraw_review")
    assert story.told == ["review_withdrawn"]
