"""The report of a monitoring inspection: its result, and what was found on each area of its scope."""

from pathlib import Path
from typing import Any

from domain.values import SealedText
from tests.activities.publishing import publisher_on, undisturbed
from tests.activities.test_publication import Page
from tests.domain.inspection.story import INSPECTION, MONITORING, Story, findings
from workers.stores import Stores


async def _page(stores: Stores, folder: Path, texts: list[SealedText], found: dict[str, Any]) -> Page:
    scope = [{"bodies": ["icb-former"], "text": text} for text in texts]
    story = Story(outcome="effective").do("plan_inspection", scope=scope).do("appoint_team")
    story.do("notify_area", at=story.notified).do("begin_fieldwork", at=story.day(8))
    story.do("come_on_site", at=story.day(10)).do("give_feedback").do("end_fieldwork")
    story.do("submit_draft", findings=found)
    return Page(await publisher_on(stores, folder, undisturbed).render(MONITORING, story.state, 1))


async def test_it_says_on_which_areas_effective_action_was_taken(stores: Stores, tmp_path: Path) -> None:
    """With the words of the full inspection, and whom that one made responsible."""
    words = ["Assessments are late", "Nobody plans <b>jointly</b>"]
    texts = [await stores.texts.seal(one, f"test/{one}") for one in words]
    actions = [{"area": 2, "result": "not_effective"}, {"area": 1, "result": "effective"}]
    page = await _page(stores, tmp_path, texts, {**findings("not_effective"), "actions": actions})

    cells = page.text_in("td")
    assert cells[:6] == ["icb-former", words[0], "Taken", "icb-former", words[1], "Not taken"]
    assert "The local area partnership has not taken effective action." in page.text_in("p")
    assert f"Follows inspection: {INSPECTION}" in page.text_in("p")


async def test_it_has_no_outcome_and_asks_for_no_plan(stores: Stores, tmp_path: Path) -> None:
    """These are the full inspection's. Areas for improvement it may name."""
    text = await stores.texts.seal("Assessments are late", "test/late")
    actions = [{"area": 1, "result": "effective"}]
    page = await _page(stores, tmp_path, [text], {**findings("effective"), "actions": actions})

    headings = page.text_in("h2")
    assert headings[0] == "Inspection result"
    assert "Areas for improvement" in headings
    assert "Area SEND monitoring inspection of SRY" in page.text_in("h1")
    assert not any("outcome" in text or "plan" in text for text in page.text_in("p") + page.text_in("a"))
