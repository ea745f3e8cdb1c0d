"""A stream along time: what happened, what was due and how it stands, when it stood still."""

from datetime import time, timedelta

from audit.points import Look
from audit.timeline import Paused, Timeline, timeline
from domain.deadline import Status
from domain.london import at_time
from eventstore.folding import state_of
from tests.audit.streams import stream_of
from tests.domain.inspection.story import RULES, Story
from tests.domain.national.story import Story as ProgrammeStory


def _timeline(story: Story) -> Timeline:
    entries = stream_of(story.inspection, story.events)
    look = Look(story.inspection, entries, state_of(story.inspection, entries), story.now)
    return timeline(RULES, look)


def test_a_deadline_keeps_the_days_on_which_it_was_due_before() -> None:
    """The receipt of the report was recorded a day too late, so the plan was due a day later."""
    story = Story(outcome="3").until("final_report_received")
    true = at_time(story.day(45), time(12))
    story.do("rectify_milestone", milestone="final_report_received", happened_at=true, reason="wrong_date")
    plan = next(one for one in _timeline(story).deadlines if one.kind == "priority_action_plan_submission")
    assert (plan.origin_on, plan.due, plan.was_due) == (story.day(45), story.day(80), (story.day(81),))
    assert (plan.status, plan.met_on) == (Status.OPEN, None)


def test_what_the_clock_alone_has_brought_is_no_milestone() -> None:
    """A miss shows in its deadline; what went against a rule shows in its milestone."""
    story = Story().until("information_requested")
    story.do("begin_fieldwork", at=story.day(5), contrary_to=("notice_before_fieldwork",))
    found = _timeline(story.wait(story.day(7)))
    assert "deadline_missed" in story.ledger
    assert [one.name for one in found.milestones if "deadline" in one.name] == []
    assert found.milestones[-1].against == ("notice_before_fieldwork",)
    (item,) = found.deadlines
    assert (item.subject, item.status) == ("strategic_plan", Status.MISSED)


def test_pauses_lie_along_the_line_and_within_its_days() -> None:
    """Of an inspection, resumed or not; of the programme, whatever they pause."""
    story = Story().until("on_site_begun").do("pause_inspection", at=Story().day(11))
    assert _timeline(story).pauses == (Paused(story.day(11), None),)
    found = _timeline(story.do("resume_inspection", at=story.day(12)))
    assert found.pauses == (Paused(story.day(11), story.day(12)),)
    assert found.last >= story.day(12)
    programme = ProgrammeStory().do("pause_scheduling")
    entries = stream_of("PROGRAMME", programme.events)
    look = Look("PROGRAMME", entries, state_of("PROGRAMME", entries), programme.now + timedelta(days=1))
    assert len(timeline(RULES, look).pauses) == 1
