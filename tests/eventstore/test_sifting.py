"""Looking back at real streams: what an entry rests on is what it is about, and not what came last."""

from collections.abc import Sequence
from datetime import date

from domain.events import DomainEvent
from domain.london import end_of_day
from domain.streams import PROGRAMME
from eventstore.as_happened import AsHappened
from eventstore.sifting import sifted
from tests.audit.streams import stream_of
from tests.domain.inspection.story import INSPECTION, Story
from tests.domain.national.story import Story as Programme
from tests.domain.thematic.story import Story as Review

REVIEW = "THEMATIC-2023"
SPRING, SUMMER = date(2023, 4, 24), date(2023, 6, 5)


def _seen(stream: str, events: Sequence[DomainEvent], day: date) -> AsHappened:
    return sifted(end_of_day(day), stream, stream_of(stream, events))


def kept(stream: str, events: Sequence[DomainEvent], day: date) -> set[int]:
    """Return the versions of what had happened by the end of a day, and counts."""
    return {entry.version for entry in _seen(stream, events, day).kept}


def left_out(stream: str, events: Sequence[DomainEvent], day: date) -> list[tuple[int, int]]:
    """Return the versions of what had happened and does not count, each with that of what it rests on."""
    return [(one.entry.version, one.rests_on.version) for one in _seen(stream, events, day).left_out]


def visited() -> Review:
    """Surrey was visited in spring and Suffolk in summer; of either no end is on record yet."""
    story = Review().until("choose_review_area").do("begin_review_visit", at=SPRING)
    return story.do("begin_review_visit", at=SUMMER, area="SFK")


def test_the_end_of_a_pause_rests_on_that_pause() -> None:
    """All inspections from 2020, monitoring inspections from 2024; that the first is over is told last."""
    story = Programme().do("pause_scheduling", at=date(2020, 3, 16))
    monitoring = {"kind": "monitoring", "first": date(2024, 1, 8)}
    story.do("pause_scheduling", at=date(2024, 1, 5), **monitoring, reason="framework_changes")
    story.do("resume_scheduling", at=date(2021, 4, 1))
    assert kept(PROGRAMME, story.events, date(2022, 1, 3)) == {1, 3}
    story.do("resume_scheduling", at=date(2023, 5, 1), pause=monitoring, last=date(2025, 8, 31))
    assert left_out(PROGRAMME, story.events, date(2023, 6, 1)) == [(4, 2)]


def test_the_end_of_a_pause_that_was_struck_and_recorded_anew_rests_on_the_one_that_counts() -> None:
    story = Programme().do("pause_scheduling", at=date(2020, 3, 10)).do("strike_pause")
    story.do("pause_scheduling", at=date(2020, 3, 16)).do("resume_scheduling", at=date(2020, 3, 13))
    assert left_out(PROGRAMME, story.events, date(2020, 3, 14)) == [(4, 3)]


def test_the_end_of_a_visit_rests_on_the_visit_of_that_area() -> None:
    """It was told when the next one had begun, and the beginning was put right since."""
    story = visited().do("end_review_visit", at=date(2023, 4, 28))
    ended = story.state.version
    assert ended in kept(REVIEW, story.events, date(2023, 5, 10))
    story.rectify("review_visit_begun", "SFK", to=date(2023, 6, 1))
    assert ended in kept(REVIEW, story.events, date(2023, 5, 10))


def test_findings_across_areas_rest_on_whichever_visit_was_first() -> None:
    """Also if that was struck since, and then on the next."""
    story = visited().do("record_review_findings", at=date(2023, 5, 15))
    summer, found = story.state.version - 1, story.state.version
    assert found in kept(REVIEW, story.events, date(2023, 5, 20))
    story.rectify("review_visit_begun", "SRY")
    assert left_out(REVIEW, story.events, date(2023, 5, 20)) == [(found, summer)]
    assert found in kept(REVIEW, story.events, SUMMER)


def test_an_item_of_information_rests_on_its_own_request() -> None:
    """Another was asked for on the sixth day, before anybody told that the first had come on the fourth."""
    story = Story().until("information_requested")
    story.do("request_information", at=story.day(6), items=[{"item": "annex", "due": story.day(9)}])
    story.do("chase_information", at=story.day(3)).do("receive_information", at=story.day(4))
    received = story.ledger.index("information_received") + 1
    assert received in kept(INSPECTION, story.events, story.day(5))
    assert left_out(INSPECTION, story.events, story.day(5)) == []


def test_the_end_of_a_complaint_rests_on_that_complaint() -> None:
    """Another was lodged meanwhile."""
    story = Story().until("draft_sent_for_comment").do("lodge_complaint", at=Story().day(26))
    story.do("lodge_complaint", at=story.day(30), reference="C-2").do("resolve_complaint", at=story.day(28))
    assert story.state.version in kept(INSPECTION, story.events, story.day(29))


def test_what_follows_the_report_rests_on_its_first_publication() -> None:
    """A corrected report was published before anybody told what the area had done with the first."""
    story = Story().until("report_published").do("correct_report", at=Story().day(70))
    for inspectorate in ("ofsted", "cqc"):
        story.do("approve_draft", at=story.day(75), inspectorate=inspectorate)
    for inspectorate in ("ofsted", "cqc"):
        story.do("sign_off_outcome", at=story.day(76), inspectorate=inspectorate)
    story.do("release_report", at=story.day(90)).do("confirm_publication", at=story.day(90))
    story.do("record_publication_elsewhere", at=story.day(58)).do("publish_strategic_plan", at=story.day(80))
    published = story.ledger.index("strategic_plan_published") + 1
    assert published in kept(INSPECTION, story.events, story.day(80))
    assert left_out(INSPECTION, story.events, story.day(80)) == []
