"""Paths of a cycle, a thematic review and the programme, for histories and for frozen ledgers."""

import asyncio
from datetime import date, time
from typing import Any

from domain.actors import Role
from domain.london import at_time, start_of_day
from domain.thematic.register import current_report
from tests.journeys.cycles import Cycle
from tests.journeys.house import House, unused_area


async def area_cycle(house: House) -> Cycle:
    """Of two inspections that are scheduled one is refused and one opened. A meeting is missed.

    In a later run the cycle hears that the inspection is withdrawn. The server has to suggest runs early.
    """
    cycle = Cycle(house, date(2024, 6, 3))
    refused, opened = (f"{cycle.area}-2024-F{number}" for number in (1, 2))
    await cycle.enter()
    await cycle.record("set_polls", polls_on="2024-10-10", kind="local")
    await _schedule(cycle, refused, date(2024, 7, 2))
    await _schedule(cycle, opened, date(2024, 7, 1))
    await cycle.record("agree_engagement_meeting", due_by="2024-09-02")
    await cycle.let_pass(at_time(date(2024, 9, 3), time(9)))
    await begins_a_new_run(cycle)
    await Cycle(house, date(2024, 9, 3), opened).record(
        "withdraw_inspection", Role.HMCI, reason="programme_changed"
    )
    await cycle.look()
    await cycle.record("hold_engagement_meeting", held_on="2024-09-03")
    return cycle


async def _schedule(cycle: Cycle, inspection: str, first: date) -> None:
    """Schedule an inspection, and wait until it is opened, or refused because its first day is no Monday."""
    on_site = {"first": first.isoformat(), "last": "2024-07-05"}
    await cycle.record(
        "schedule_inspection", inspection=inspection, kind="full", notify_on="2024-06-17", on_site=on_site
    )
    await cycle.until(lambda standing: not standing.errands)


async def begins_a_new_run(cycle: Cycle) -> None:
    """Have the process look at the ledger until its history outgrows one run."""
    run = (await cycle.handle.describe()).run_id
    while (await cycle.handle.describe()).run_id == run:
        await cycle.handle.signal("sync")
        await asyncio.sleep(0.02)


async def thematic_review(house: House) -> Cycle:
    """The report is published in time and recorded late; years later the survey data is deleted."""
    review, area, other = Cycle(house, date(2022, 12, 5), "THEMATIC-2023"), unused_area(), unused_area()
    text = house.text.model_dump(mode="json")
    await review.record("plan_review")
    await review.on(date(2023, 1, 30), "publish_review_guidance")
    for one in (area, other):
        await review.on(date(2023, 2, 20), "choose_review_area", area=one, consent=_dcs(one))
    its_dcs = {"person": "p-dcs", "role": "dcs", "organisation": _dcs(other)["body"]}
    await review.record("withdraw_review_consent", area=other, decided_by=its_dcs)
    await review.on(date(2023, 4, 24), "begin_review_visit", Role.OFSTED_LEAD, area=area)
    concern = {"reason": "widespread_failings", "text": text}
    await review.record("raise_concern", Role.OFSTED_LEAD, area=area, **concern)
    await review.on(date(2023, 4, 28), "end_review_visit", Role.OFSTED_LEAD, area=area)
    found = {"texts": [text], "evidence": [{"sha256": "a" * 64}]}
    await review.on(date(2023, 6, 16), "record_review_findings", Role.OFSTED_LEAD, **found)
    told = {"text": text, "recommendations": [{"to": "dfe", "text": text}]}
    await review.on(date(2023, 10, 2), "submit_review_report", Role.OFSTED_LEAD, **told)
    await review.on(date(2023, 10, 3), "record_general_election", polls_on="2024-07-04")
    named = await _report(review)
    await review.on(date(2023, 11, 27), "release_review_report", Role.HMCI, **named)
    await review.let_pass(at_time(date(2024, 1, 8), time(9)))
    published = {"address": "www.gov.uk/review", "sha256": named["report"]["digest"]}
    at = at_time(date(2023, 11, 29), time(9)).isoformat()
    await review.record("publish_review_report", Role.PRESS_OFFICE, **named, **published, occurred_at=at)
    await review.record(
        "rectify_review_entry",
        entry={"kind": "review_report_published", "about": "1"},
        reason="wrong_date",
        happened_at=at_time(date(2023, 11, 30), time(9)).isoformat(),
    )
    await review.let_pass(at_time(date(2026, 12, 1), time(9)))
    await review.record("record_survey_data_deletion")
    await review.handle.result()
    return review


def _dcs(area: str) -> dict[str, str]:
    return {"body": f"la-{area.lower()}", "role": "dcs"}


async def _report(review: Cycle) -> dict[str, Any]:
    report = current_report(await review.state())
    assert report is not None
    return {"report": report.model_dump(mode="json")}


async def programme(house: House) -> Cycle:
    """Two years' reviews are planned by its own timer. Scheduling is paused twice, once wrongly."""
    programme = Cycle(house, date(2023, 12, 1), "PROGRAMME")
    await programme.record("begin_programme")
    for year in (2024, 2025):
        await programme.let_pass(start_of_day(date(year, 1, 2)))
        await programme.reaches(year - 2022)
    for first in ("2025-02-03", "2025-03-03"):
        await programme.record("pause_scheduling", Role.HMCI, first=first, reason="national_reforms")
    await programme.record("strike_pause", Role.HMCI, pause={"first": "2025-03-03"}, reason="did_not_happen")
    await programme.on(
        date(2025, 2, 28), "resume_scheduling", Role.HMCI, pause={"first": "2025-02-03"}, last="2025-02-28"
    )
    return programme
