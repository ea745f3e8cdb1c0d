"""A monitoring inspection on the command line: opened after a full one, shown and listed with its result."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.activities.notices.conftest import record
from tests.cli.conftest import Inspections, stop, wait_until_gone
from tests.cli.test_coordinator import monday, plan
from tests.domain.inspection.story import INSPECTION, MONITORING, Story
from workers.embedded.postgres import Postgres
from workers.stores import open_stores


async def _tell(folder: Path) -> None:
    """Put a full inspection of outcome 3, and the monitoring one that follows it, into a ledger."""
    with Postgres(folder) as postgres:
        async with open_stores(postgres.url("inspections")) as stores:
            for story in (Story(outcome="3"), Story(outcome="not_effective")):
                await record(stores.ledger, story.until("inspection_closed").events, story.inspection)


@pytest.fixture(scope="module")
def monitored(folder: Path) -> Iterator[Inspections]:
    """A running stack with both inspections in its ledger, closed."""
    inspections = Inspections(folder / "monitored")
    stop(inspections.up())
    asyncio.run(_tell(inspections.folder / "postgres"))
    process = inspections.up()
    added = inspections(
        *("people", "add", "--ref", "p-ada", "--name", "Ada Okafor"),
        *("--role", "coordinator", "--organisation", "ofsted"),
    )
    assert added.code == 0, added.err
    yield inspections
    stop(process)
    wait_until_gone(inspections.folder)


def test_it_is_opened_with_the_areas_of_the_inspection_that_it_follows(monitored: Inspections) -> None:
    """Nobody copies references by hand."""
    followed = ("--follows", INSPECTION, "--format", "json")
    opened = plan(monitored, "SRY", monday(8), monday(-4), *followed)
    assert opened.code == 0, opened.out + opened.err
    assert opened.data["inspection"] == f"SRY-{monday(8).year}-M1"
    state = monitored("show", opened.data["inspection"], "--format", "json").data["state"]
    of_full = monitored("show", INSPECTION, "--format", "json").data["state"]["draft"]["findings"]
    assert (state["kind"], state["follows"]) == ("monitoring", INSPECTION)
    assert state["scope"] == of_full["areas_for_priority_action"]


def test_what_is_not_there_is_not_followed(monitored: Inspections) -> None:
    """And what found no area for priority action neither."""
    planned_at = monday(8), monday(8) - timedelta(weeks=12)
    assert plan(monitored, "SRY", *planned_at, "--follows", "SRY-2020-F1").code == 3
    refused = plan(monitored, "SRY", *planned_at, "--follows", MONITORING)
    assert refused.code == 1
    assert "follows_full_inspection" in refused.out


def test_it_is_shown_with_its_scope_and_its_result(monitored: Inspections) -> None:
    """A result instead of an outcome, and one for each area."""
    shown = monitored("show", MONITORING).out
    assert f"follows    {INSPECTION}, as a monitoring inspection" in shown
    assert "scope      1: la-sry, icb-surrey-heartlands; not effective" in shown
    assert "2: la-sry, icb-surrey-heartlands; not effective" in shown
    assert "result     not effective" in shown
    assert "outcome    " not in shown
    state = monitored("show", MONITORING, "--format", "json").data["state"]
    assert state["draft"]["findings"]["result"] == "not_effective"
    assert state["draft"]["findings"]["outcome"] is None


def test_it_is_listed_with_its_result_where_others_have_an_outcome(monitored: Inspections) -> None:
    """A number for a full inspection, a word for a monitoring one."""
    closed = monitored("list", "--stage", "closed", "--format", "json").data
    told = {one["inspection_id"]: (one["kind"], one["outcome"]) for one in closed}
    assert told == {INSPECTION: ("full", 3), MONITORING: ("monitoring", "not_effective")}
    assert "not effective" in monitored("list").out
