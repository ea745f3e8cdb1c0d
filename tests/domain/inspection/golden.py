"""One event of each type of an inspection, kept in a file. A change of format on purpose is written with

python -m tests.domain.inspection.golden --write
"""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Final

from domain.inspection.events import EVENT_TYPES, Event
from tests.domain.golden import Golden, first_of_each
from tests.domain.inspection.story import Story
from tests.domain.late_holiday import with_royal_holiday

GOLDEN: Final = Golden(Path(__file__).with_name("golden_events.json"))


def one_of_each() -> dict[str, Event]:
    """Play stories until each type has occurred, and return the first event of each."""
    return first_of_each((event for story in _stories() for event in story.events), EVENT_TYPES)


def _stories() -> Iterator[Story]:
    yield Story().until("team_appointed").do("replace_team_member").do("defer_inspection")
    yield Story().until("area_notified").do("withdraw_inspection")

    busy = Story().until("tracked_children_chosen").do("replace_tracked_child").do("chase_information")
    busy.do("record_activity").do("refer_safeguarding_concern").until("on_site_begun")
    busy.do("pause_inspection", resume_by=busy.day(11)).do("declare_incomplete", at=busy.day(12))
    yield busy.do("resume_inspection").until("fieldwork_ended")

    complained = (
        Story().until("draft_submitted").do("return_draft").do("submit_draft").until("draft_approved")
    )
    complained.do("send_draft_for_comment").do("lodge_complaint").do("resolve_complaint")
    yield complained.do("order_additional_evidence").do("gather_additional_evidence")

    lapsed = Story().until("draft_sent_for_comment")
    yield lapsed.wait(lapsed.day(31))

    late = Story().do("plan_inspection").do("record_polls")
    yield late
    late = Story().until("report_published")
    late.do("record_publication_elsewhere").do("correct_report").wait(late.day(34, after=late.day(54)))
    late.wait(late.day(36, after=late.day(54))).do("extend_deadline", kind="strategic_plan", to=late.day(110))
    late.do("publish_strategic_plan").do("return_strategic_plan").do("publish_strategic_plan")
    late.do("verify_strategic_plan").do("move_to_handbook").do("close_inspection")
    earlier = late.now - timedelta(hours=1)
    yield late.do(
        "rectify_milestone", milestone="inspection_closed", happened_at=earlier, reason="wrong_date"
    )

    yield Story(rules=with_royal_holiday()).until("area_notified").do("move_to_calendar", to="england-2026.1")

    planned = Story(outcome="3").until("priority_action_plan_submitted").do("return_priority_action_plan")
    planned.do("resubmit_priority_action_plan")
    yield planned.until("inspection_closed")


if __name__ == "__main__":
    GOLDEN.write_if_asked(one_of_each)
