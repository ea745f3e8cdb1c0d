"""What is proposed and what is owed, from a ledger of four areas as at 2 March 2026."""

import asyncio
import csv
import io
from datetime import date, time
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import pytest

from activities.commands import Context
from domain.london import at_time
from domain.messages import MilestoneRequest
from eventstore.migrate import migrate
from tests.activities.playing import handler_on
from tests.cli.conftest import Inspections, wait_until_gone
from tests.domain.area.story import TODAY
from tests.domain.inspection.story import Story
from tests.domain.programme.making import COORDINATOR
from tests.workers.test_statistics import keep
from workers.embedded.postgres import Postgres
from workers.stores import Stores, open_stores

SUMMER: Final = ("--from", "2026-03-01", "--to", "2026-07-24", "--rehearsal")


async def _enter(stores: Stores, area: str) -> None:
    """Have a coordinator enter an area in the register on 2 March 2026."""
    handler, context = handler_on(stores.ledger), Context(now=at_time(TODAY, time(12)), rehearsal=True)
    by = COORDINATOR.model_dump(mode="json")
    entered = {
        "type": "enter_area",
        "area": area,
        "name": "Somewhere",
        "region": "south_west",
        "authority": f"la-{area.lower()}",
        "decided_by": by,
        "recorded_by": {"person": by["person"]},
    }
    request = MilestoneRequest(inspection=area, command_id=str(uuid4()), command=entered)
    assert (await handler.handle(request, context)).refused is None


async def _write(folder: Path) -> None:
    with Postgres(folder / "rehearsal" / "postgres", durable=False) as postgres:
        await postgres.create_database("rehearsal_1")
        await migrate(postgres.url("rehearsal_1"), rehearsal=True)
        async with open_stores(postgres.url("rehearsal_1")) as stores:
            for name, outcome, notified in (
                ("CON-2023-F1", "2", date(2023, 2, 13)),
                ("NTT-2023-F1", "3", date(2023, 2, 20)),
            ):
                done = Story(inspection=name, outcome=outcome, notified=notified)
                await keep(stores.ledger, done.until("inspection_closed"))
            late = Story(inspection="SRY-2023-F1").until("report_published")
            await keep(stores.ledger, late.wait(late.day(1, after=late.deadlines[-1].due)))
            for area in ("CON", "NTT", "DEV"):
                await _enter(stores, area)


@pytest.fixture(scope="module")
def programme(folder: Path) -> Inspections:
    """Cornwall and Nottinghamshire, inspected in 2023, and Devon, never inspected. Surrey is not entered."""
    inspections = Inspections(folder / "programme")
    asyncio.run(_write(inspections.folder))
    wait_until_gone(inspections.folder)
    return inspections


def test_scripts_get_each_proposal_with_its_reasons_and_the_command_that_confirms_it(
    programme: Inspections,
) -> None:
    """What could not be proposed is there too, with the rule that speaks against it."""
    data = programme("plan", *SUMMER, "--format", "json").data
    assert (data["as_at"], data["weekly"]) == ("2026-03-02", 2)
    assert [one["inspection_id"] for one in data["proposals"]] == [
        "CON-2026-F1",
        "NTT-2026-M1",
        "DEV-2026-F1",
    ]
    cornwall = data["proposals"][0]
    assert (cornwall["notify_on"], cornwall["due"]) == ("2026-03-02", "2026-05-03")
    assert cornwall["on_site"] == {"first": "2026-03-16", "last": "2026-03-20"}
    assert cornwall["why"][0] == {
        "reason": "due",
        "says": "due by 2026-05-03: 36 months after publication on 2023-05-03, outcome 2 of CON-2023-F1",
        "handbook": "2023-01-01",
        "sureness": "S",
    }
    assert cornwall["confirm"] == (
        "inspections record CON schedule_inspection --inspection CON-2026-F1 --kind full "
        "--notify-on 2026-03-02 --on-site.first 2026-03-16 --on-site.last 2026-03-20 --decided-by p-… "
        "--rehearsal"
    )
    (left,) = data["not_proposed"]
    assert (left["area"], left["kind"], left["rule"]) == ("NTT", "full", "one_at_a_time")


def test_people_and_spreadsheets_get_the_same(programme: Inspections) -> None:
    """A row each, also for what could not be proposed."""
    told = programme("plan", *SUMMER, "--weekly", "1").out
    assert "inspections record CON schedule_inspection" in told
    assert "at most 1 begin in a week" in told
    rows = list(csv.DictReader(io.StringIO(programme("plan", *SUMMER, "--format", "csv").out)))
    assert [row["inspection"] for row in rows] == ["CON-2026-F1", "NTT-2026-M1", "DEV-2026-F1", ""]
    assert rows[2]["due"] == ""
    assert "not proposed (one_at_a_time)" in rows[3]["why"]


@pytest.mark.parametrize(
    "wrong",
    [
        ("--from", "2026-07-01", "--to", "2026-06-01"),
        ("--from", "2026-03-02", "--to", "2026-03-06"),
        ("--from", "2026-05-01", "--to", "2026-06-01", "--weekly", "0"),
        ("--from", "2030-05-01", "--to", "2031-06-01"),
    ],
)
def test_a_period_that_cannot_be_planned_is_refused(programme: Inspections, wrong: tuple[str, ...]) -> None:
    """Backwards, too near, without any place, or beyond the calendar."""
    ended = programme("plan", *wrong, "--rehearsal")
    assert (ended.code, ended.out) == (2, "")


def _due(inspections: Inspections, *options: str) -> list[dict[str, Any]]:
    ended = inspections("due", "--rehearsal", "--format", "json", *options)
    found: list[dict[str, Any]] = ended.data
    return found


def test_what_is_due_is_listed_by_its_day(programme: Inspections) -> None:
    """From the cycles, and from inspections whose plan has not come."""
    listed = [(one["what"], one["area"], one["due"], one["status"]) for one in _due(programme)]
    assert listed == [
        ("areas", "SRY", None, "no_cycle"),
        ("plans", "SRY", "2024-01-17", "overdue"),
        ("monitoring", "NTT", "2024-10-27", "overdue"),
        ("full", "CON", "2026-05-03", "near"),
        ("full", "NTT", "2026-05-11", "near"),
    ]


@pytest.mark.parametrize(
    ("options", "areas"),
    [
        (("--what", "monitoring"), ["NTT"]),
        (("--what", "plans"), ["SRY"]),
        (("--what", "areas"), ["SRY"]),
        (("--what", "full", "--overdue"), []),
        (("--what", "meeting", "--overdue", "--as-at", "2025-06-05"), ["CON", "NTT"]),
        (("--what", "meeting", "--overdue", "--as-at", "2025-06-06"), []),
    ],
)
def test_each_worklist_can_be_had_by_itself(
    programme: Inspections, options: tuple[str, ...], areas: list[str]
) -> None:
    """Or only what is overdue of it."""
    assert [one["area"] for one in _due(programme, *options)] == areas


def test_a_day_in_the_past_knows_what_had_happened_by_then(programme: Inspections) -> None:
    """Surrey's plan was asked for; Cornwall's report was out, though the area was entered in 2026."""
    (plan,) = _due(programme, "--as-at", "2024-01-10", "--what", "plans")
    assert (plan["status"], plan["working_days_overdue"]) == ("near", None)
    full = _due(programme, "--as-at", "2023-05-04", "--what", "full")
    assert [(one["area"], one["due"], one["status"]) for one in full] == [("CON", "2026-05-03", "ahead")]


def test_an_area_in_no_register_is_an_error_that_is_shown(programme: Inspections) -> None:
    """On every list, because what is due there is missing from it."""
    ended = programme("due", "--rehearsal", "--what", "full", "--format", "csv")
    assert ended.code == 4
    assert "SRY is in no register" in ended.err
    assert "SRY-2023-F1" in ended.err
    rows = list(csv.DictReader(io.StringIO(ended.out)))
    assert [(row["area"], row["kind"], row["origin_on"]) for row in rows] == [
        ("CON", "full_inspection", "2023-05-03"),
        ("NTT", "full_inspection", "2023-05-11"),
    ]
    table = programme("due", "--rehearsal").out
    assert "no cycle" in table
    assert "strategic plan" in table
