"""A whole monitoring inspection after outcome 3, on the real engine."""

from domain.actors import Role
from domain.inspection.deadlines import deadlines
from domain.values import Kind, MonitoringResult
from eventstore.worklist import Worklist
from tests.journeys.house import House, Life
from tests.journeys.monitoring import monitored
from workers.summary import summariser
from workflows.search_attributes import KIND, OUTCOME


async def _nottinghamshire(house: House) -> Life:
    """Live the full inspection of 2023, with outcome 3 and one area for priority action."""
    full = house.life("NTT", polls=())
    await full.play()
    return full


async def test_nottinghamshire_is_monitored_and_has_taken_effective_action(house: House) -> None:
    """It follows the full inspection, deals with its area, is published, and is closed without a plan."""
    full = await _nottinghamshire(house)
    life = await monitored(full)
    await life.play()

    state = await life.state()
    assert (state.kind, state.follows, state.result) == (Kind.MONITORING, full.inspection, "effective")
    found = (await full.state()).draft
    assert found is not None
    assert state.scope == found.findings.areas_for_priority_action
    assert life.standing.stage == "follow_up"
    assert {one.kind.value for one in deadlines(house.rules, state)} == {"draft_comments"}
    page = (house.folder / state.published[0].address).read_text(encoding="utf-8")
    assert "The local area partnership has taken effective action." in page

    answer = await life.record("close_inspection", Role.COORDINATOR)
    assert answer.standing.stage == "closed"
    await life.handle.result()
    assert full.standing.open, "the plan of the full inspection is still owed"


async def test_lists_show_the_result_where_others_have_an_outcome(house: House) -> None:
    """In the worklist, and in what Temporal can search for."""
    full = await _nottinghamshire(house)
    life = await monitored(full, [MonitoringResult.NOT_EFFECTIVE])
    await life.play()

    worklist = Worklist(house.stores.pool, house.stores.ledger, summariser(house.rules))
    await worklist.catch_up()
    shown = {one.inspection: (one.kind, one.outcome) for one in await worklist.cases(life.moment)}
    assert shown == {full.inspection: ("full", "3"), life.inspection: ("monitoring", "not_effective")}
    attributes = (await life.handle.describe()).typed_search_attributes
    assert (attributes.get(KIND), attributes.get(OUTCOME)) == ("monitoring", "not_effective")
