"""A thematic review on the real engine, from its plan until its survey data is deleted years later."""

from datetime import date, time

from domain.actors import Role
from domain.london import at_time, end_of_day
from domain.thematic.register import current_report
from tests.journeys.cycles import Cycle
from tests.journeys.house import House, unused_area


async def test_a_review_is_late_with_its_report_and_deletes_its_survey_data_after_three_years(
    house: House,
) -> None:
    """Its own timer waits the years; each warning and miss is told once, and no area hears of an outcome."""
    review, area = Cycle(house, date(2022, 12, 5), "THEMATIC-2023"), unused_area()
    text = house.text.model_dump(mode="json")
    found = {"texts": [text], "evidence": [{"sha256": "a" * 64}]}
    await review.record("plan_review")
    await review.on(date(2023, 1, 30), "publish_review_guidance")
    consent = {"body": f"la-{area.lower()}", "role": "dcs"}
    await review.on(date(2023, 2, 20), "choose_review_area", area=area, consent=consent)
    await review.on(date(2023, 4, 24), "begin_review_visit", Role.OFSTED_LEAD, area=area)
    await review.on(date(2023, 4, 28), "end_review_visit", Role.OFSTED_LEAD, area=area)
    await review.on(date(2023, 6, 16), "record_review_findings", Role.OFSTED_LEAD, **found)
    told = {"text": text, "recommendations": [{"to": "dfe", "text": text}]}
    await review.on(date(2023, 10, 2), "submit_review_report", Role.OFSTED_LEAD, **told)
    report = current_report(await review.state())
    assert report is not None
    named = {"report": report.model_dump(mode="json")}
    await review.on(date(2024, 2, 1), "release_review_report", Role.HMCI, **named)
    published = {**named, "address": "www.gov.uk/review", "sha256": report.digest}
    await review.on(date(2024, 2, 15), "publish_review_report", Role.PRESS_OFFICE, **published)
    before = len(await review.names())
    await review.let_pass(at_time(date(2027, 2, 15), time(9)))
    assert len(await review.names()) == before
    await review.let_pass(at_time(date(2027, 2, 16), time(9)))
    await review.until(lambda standing: standing.version > before)
    await review.record("record_survey_data_deletion")
    entries = await house.stores.ledger.read_stream(review.area)
    assert [entry.type for entry in entries[7:]] == [
        "review_deadline_approaching",
        "review_deadline_missed",
        "review_report_released",
        "review_report_published",
        "survey_data_deletion_due",
        "survey_data_deleted",
    ]
    due = entries[-2].parsed()["body"]["event"]["occurred_at"]
    assert due.startswith(end_of_day(date(2027, 2, 15)).strftime("%Y-%m-%dT%H:%M:%S"))
    assert await house.stores.ledger.read_stream(area) == []
    await review.handle.result()
