"""One event of each type as JSON, kept in a file, so that an accidental change of format is seen.

A change on purpose needs a new schema version and an upcaster; then the file is written anew with

    python -m tests.domain.inspection.golden --write
"""

import json
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from domain.inspection.events import EVENT_TYPES, Event, event_type
from tests.domain.inspection.story import Story

FILE: Final = Path(__file__).with_name("golden_events.json")


def read_golden() -> dict[str, Any]:
    """Return what the file holds: for each event type one event."""
    golden: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return golden


def one_of_each() -> dict[str, Event]:
    """Play stories until each type has occurred, and return the first event of each."""
    found: dict[str, Event] = {}
    for story in _stories():
        for event in story.events:
            found.setdefault(event_type(event), event)
    return {name: found[name] for name in EVENT_TYPES}


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

    planned = Story(outcome="3").until("priority_action_plan_submitted").do("return_priority_action_plan")
    planned.do("resubmit_priority_action_plan")
    yield planned.until("inspection_closed")


def as_json(event: Event) -> dict[str, Any]:
    """Return an event as the ledger writes it."""
    return event.model_dump(mode="json")


if __name__ == "__main__":
    if sys.argv[1:] != ["--write"]:
        sys.exit(__doc__)
    events = {name: as_json(event) for name, event in one_of_each().items()}
    FILE.write_text(json.dumps(events, indent=1, sort_keys=True) + "\n", encoding="utf-8")
