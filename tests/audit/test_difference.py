"""What changed in a stream between two looks, and who decided it by which authority."""

from datetime import date, datetime, time

import pytest

from audit.deeds import Deed, deed_of
from audit.difference import Changed, Difference, deeds_between, difference, steps
from audit.points import Look, Moments, Point, Seen, seen_from
from domain.handbook import DeadlineKind
from domain.london import at_time, end_of_day
from eventstore.folding import state_of
from tests.audit.streams import stream_of
from tests.domain.area.story import Story as AreaStory
from tests.domain.inspection.story import RULES, Story
from tests.domain.national.story import Story as ProgrammeStory
from tests.domain.thematic.story import Story as ReviewStory


def _look(story: Story, version: int | None = None, now: datetime | None = None) -> Look:
    entries = stream_of(story.inspection, story.events)[:version]
    return Look(story.inspection, entries, state_of(story.inspection, entries), now or story.now)


def _between(before: Look, after: Look) -> Difference:
    return difference(RULES, after.name, before.seen, after.seen)


def _deed(story: Story, event: str) -> Deed:
    return next(deed_of(entry) for entry in reversed(_look(story).entries) if entry.type == event)


def test_the_receipt_of_the_report_begins_the_clocks_of_the_plan() -> None:
    """Received on day 46, so the plan is due 35 working days later; the stage stays."""
    story = Story(outcome="3").until("final_report_sent")
    before = _look(story)
    found = _between(before, _look(story.until("final_report_received")))
    assert found.on_record == (Changed("final_report_received", None, str(story.day(46))),)
    assert found.standing == ()
    begun = {pair.one.kind: (pair.before, pair.now) for pair in found.deadlines}
    assert begun[DeadlineKind.PRIORITY_ACTION_PLAN_SUBMISSION] == (None, story.day(46 + 35))
    assert [due.kind for due in found.owed][:1] == ["priority_action_plan_submission"]


def test_a_date_put_right_shows_both_values_and_moves_what_runs_from_it() -> None:
    """The report had come two days earlier than was recorded."""
    story = Story(outcome="3").until("final_report_received")
    before = _look(story)
    true = at_time(story.day(45), time(12))
    story.do("rectify_milestone", milestone="final_report_received", happened_at=true, reason="wrong_date")
    found = _between(before, _look(story))
    (changed,) = found.on_record
    assert (changed.before, changed.after) == (str(story.day(46)), str(story.day(45)))
    moved = {pair.one.kind: (pair.was, pair.now) for pair in found.deadlines}
    assert moved[DeadlineKind.PRIORITY_ACTION_PLAN_SUBMISSION] == (story.day(81), story.day(80))
    correction = _deed(story, "milestone_rectified").correction
    assert correction is not None
    assert (correction.what, correction.was, correction.now) == (
        "final_report_received",
        at_time(story.day(46), time(12)),
        true,
    )


def test_what_went_against_a_rule_says_on_whose_authority() -> None:
    """Who decided is one person, who answers for its standing all the same another."""
    story = Story().until("area_notified")
    story.do("begin_fieldwork", at=story.day(5), contrary_to=("notice_before_fieldwork",))
    deed = _deed(story, "fieldwork_begun")
    assert deed.irregular is not None
    assert (deed.decided_by.person, deed.irregular.authorised_by) == ("p-ofstedlead", "p-authority")
    assert deed.irregular.rules == ("notice_before_fieldwork",)


def test_time_alone_brings_a_difference_too() -> None:
    """Between two days nothing was recorded, and what was open is missed."""
    story = Story().until("information_requested")
    due = story.deadline(DeadlineKind.INFORMATION_ITEM, "strategic_plan").due
    found = _between(_look(story), _look(story, now=end_of_day(due).replace(year=2030)))
    (pair,) = found.deadlines
    assert pair.how(found.before.now, found.after.now) == "is missed"
    assert (found.on_record, found.owed_changed) == ((), True)


def test_two_looks_name_the_entries_of_which_one_knows_and_the_other_does_not() -> None:
    """What was told late lies between two days of record."""
    story = Story().until("area_notified")
    came, went = deeds_between(_look(story, 1), _look(story))
    assert ([one.entry.type for one in came], went) == (["team_appointed", "area_notified"], ())
    assert [one.entry.version for one in deeds_between(_look(story), _look(story, 2))[1]] == [3]


@pytest.mark.parametrize("outcome", ["1", "2", "3", "effective"])
def test_the_steps_of_a_walk_add_up_to_the_whole_way(outcome: str) -> None:
    """From nothing to the end, what came on record and stayed is what the last state has."""
    look = _look(Story(outcome=outcome).until("inspection_closed"))
    walked = list(steps(RULES, look))
    assert [step.deed.entry for step in walked] == list(look.entries)

    record: dict[str, str | None] = {}
    stood: dict[str, str | None] = {}
    for step in walked:
        record |= {one.what: one.after for one in step.difference.on_record}
        stood |= {one.what: one.after for one in step.difference.standing}
    nothing = Seen(state_of(look.name, []), look.now)
    whole = difference(RULES, look.name, nothing, walked[-1].difference.after)
    assert {what: day for what, day in record.items() if day} == {
        one.what: one.after for one in whole.on_record
    }
    assert stood["stage"] == "closed"
    met = {pair.one.key for step in walked for pair in step.difference.deadlines if pair.one.met_on}
    assert met == {
        one.key for one in Story(outcome=outcome).until("inspection_closed").deadlines if one.met_on
    }


def test_areas_reviews_and_the_programme_are_walked_as_well() -> None:
    """Each says what came on record in its own words."""
    area = AreaStory().entered(at=date(2023, 1, 9)).do("record_intervention", at=date(2024, 6, 3))
    review = ReviewStory().do("plan_review")
    programme = ProgrammeStory().do("pause_scheduling")
    told = {}
    for name, events in (
        ("SRY", area.events),
        (review.review, review.events),
        ("PROGRAMME", programme.events),
    ):
        entries = stream_of(name, events)
        moments = Moments(known=entries[-1].recorded_at)
        seen = seen_from(Point(), moments, name, entries).kept
        look = Look(name, seen, state_of(name, seen), seen[-1].recorded_at)
        told[name] = [one.what for step in steps(RULES, look) for one in step.difference.on_record]
    assert any(what.startswith("intervention") for what in told["SRY"])
    assert told[review.review] == ["review_planned"]
    assert [what.startswith("the pause of") for what in told["PROGRAMME"]] == [True]
