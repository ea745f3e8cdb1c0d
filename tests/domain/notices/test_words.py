"""What notices say: enough to act on, in plain words, and nothing that is sealed."""

import re
from datetime import timedelta

import pytest

from domain.inspection.events import EVENT_TYPES, event_type
from domain.notices.rules import EVENTS_HEARD, hearings
from domain.notices.seats import Seat
from domain.notices.words import one_line
from tests.domain.inspection.story import Story
from tests.domain.notices.looking import last, words_of


def test_a_notice_says_which_inspection_what_happened_what_is_due_and_by_which_rule() -> None:
    story = Story(outcome="3").until("final_report_received")
    words = words_of(story, "final_report_received", Seat.CHILDRENS_SERVICES)
    due = story.deadlines
    assert due
    assert words.subject == "SRY-2023-F1: the final report is received"
    assert words.text == (
        "Inspection SRY-2023-F1 (Surrey County Council, NHS Surrey Heartlands)\n"
        "\n"
        "The partnership received the final report on 14 November 2023. It is\n"
        "confidential until published.\n"
        "\n"
        "The submission of the priority action plan: due 5 January 2024. That is 35\n"
        "working days from final report received on 14 November 2023, by the handbook\n"
        "in force from 1 January 2023 (how sure that is: stated on a public page).\n"
        "\n"
        "The publication of the priority action plan: due 23 February 2024. That is\n"
        "70 working days from final report received on 14 November 2023, by the\n"
        "handbook in force from 1 January 2023 (how sure that is: stated on a public\n"
        "page).\n"
        "\n"
        "Why you are told: From the day on which the partnership receives the final\n"
        "report, its plans may fall due.\n"
        "\n"
        "Recorded on 14 November 2023. This notice was written by a machine and\n"
        "nobody reads answers to it. If something in it is wrong, tell the inspection\n"
        "coordinator.\n"
    )


def test_a_miss_and_its_end_name_the_day_and_what_to_do() -> None:
    story = Story(outcome="3").until("report_published").wait(Story().day(120))
    missed = words_of(story, "deadline_missed", Seat.LEADS)
    assert "deadline missed: the publication of the priority action plan" in missed.subject
    assert "have that recorded: it takes the miss back" in missed.text.replace("\n", " ")

    story.do("submit_priority_action_plan", at=story.day(60))
    back = words_of(story, "deadline_miss_taken_back", Seat.LEADS)
    assert "not missed after all: the submission of the priority action plan" in back.subject
    assert "This puts right what an earlier notice said." in back.text


def test_a_concern_is_told_without_what_it_is_about() -> None:
    story = Story().until("fieldwork_begun")
    story.do("refer_safeguarding_concern", referred_to="police", reference="MASH/2023-114")
    text = words_of(story, "safeguarding_concern_referred", Seat.LEADS).text
    assert "police" not in text
    assert "MASH" not in text


@pytest.mark.parametrize(
    ("command", "matter"),
    [
        ("defer_inspection", {"ground": "death_or_serious_harm"}),
        ("withdraw_inspection", {"reason": "exceptional_circumstances"}),
    ],
)
def test_why_an_inspection_is_put_off_stays_out_of_the_mail(command: str, matter: dict[str, str]) -> None:
    story = Story().until("area_notified").do(command, **matter)
    (kind,) = {event_type(story.events[-1])}
    text = words_of(story, kind).text
    assert next(iter(matter.values())).replace("_", " ") not in text


def test_there_are_words_for_every_event_of_which_somebody_hears() -> None:
    stories = (
        Story(outcome="3").until("inspection_closed"),
        Story(outcome="2").until("inspection_closed"),
        Story().until("area_notified").do("defer_inspection"),
        Story().until("area_notified").do("withdraw_inspection"),
        _paused(),
        Story().until("draft_sent_for_comment").do("lodge_complaint").do("resolve_complaint"),
        Story().until("draft_sent_for_comment").wait(Story().day(33)),
        Story().until("strategic_plan_published").do("return_strategic_plan"),
        Story(outcome="3").until("priority_action_plan_submitted").do("return_priority_action_plan"),
        Story(outcome="3")
        .until("report_published")
        .wait(Story().day(120))
        .do("submit_priority_action_plan", at=Story().day(60)),
        Story(outcome="3")
        .until("report_published")
        .do("extend_deadline", kind="priority_action_plan_submission", to=Story().day(90)),
        Story().until("area_notified").do("rectify_milestone", milestone="area_notified"),
    )
    seen = set()
    for story in stories:
        for event in story.events:
            kind = event_type(event)
            if hearings(event):
                seen.add(kind)
                words = words_of(story, kind, *Seat)
                assert words.subject.isascii()
                assert max(map(len, words.text.splitlines())) <= 78
                assert not re.search(r"[0-9a-f]{64}|p-[a-z0-9]+\b", words.text), "a digest or a person"
    assert EVENTS_HEARD - seen == {"safeguarding_concern_referred"}
    assert seen <= EVENT_TYPES.keys()


def _paused() -> Story:
    story = Story().until("on_site_begun").do("pause_inspection")
    story.wait(story.state.pauses[-1].resume_by + timedelta(days=1))
    return story.do("declare_incomplete").do("resume_inspection")


def test_a_day_that_was_moved_says_both_days() -> None:
    story = Story(outcome="3").until("report_published")
    story.do("extend_deadline", kind="priority_action_plan_submission", to=story.day(90))
    text = words_of(story, "deadline_extended").text
    assert last(story, "deadline_extended")
    assert "By the handbook it was due 5 January 2024" in text.replace("\n", " ")


def test_what_somebody_typed_into_the_directory_stays_in_its_line() -> None:
    assert one_line("Surrey\r\nBcc: all@example.com\u2028\u202eX\x00") == "Surrey Bcc: all@example.com X"
    assert len(one_line("a" * 1000)) == 200
