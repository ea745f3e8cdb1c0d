"""Areas and thematic reviews on a running stack: loaded, told, recorded, and shown with what comes next."""

import asyncio
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from domain.streams import StreamKind
from tests.activities.notices.conftest import record
from tests.cli.conftest import Ended, Inspections, stop, wait_until_gone
from tests.domain.inspection.story import INSPECTION, Story
from workers.embedded.address import find_running
from workers.embedded.postgres import Postgres
from workers.settings import Settings
from workers.stores import open_stores
from workers.worker import connect

HEADER = "area,name,gss,region,start_date,replaces"
AREAS = (
    "SRY,Surrey,E10000030,South East,,",
    "KEN,Kent,E10000016,South East,,",
    "HAL,Halton,E06000006,North West,1998-04-01,",
    "TRF,Trafford,E08000009,North West,,",
)
ADA = ("--decided-by", "p-ada")
ELECTION = ("--on", "2029-05-03", "--kind", "general")


def write(folder: Path, *rows: str) -> str:
    file = folder / "areas.csv"
    file.write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
    return str(file)


async def _tell(folder: Path) -> None:
    """Put an inspection into a ledger of which the report is published."""
    with Postgres(folder) as postgres:
        async with open_stores(postgres.url("inspections")) as stores:
            await record(stores.ledger, Story(outcome="3").until("report_published").events)


@pytest.fixture(scope="module")
def stack(folder: Path) -> Iterator[Inspections]:
    """A running stack with an inspection, another of an area that nobody enters, and those who act."""
    inspections = Inspections(folder / "areas")
    stop(inspections.up())
    asyncio.run(_tell(inspections.folder / "postgres"))
    process = inspections.up()
    try:
        for ref, role, body in (
            ("p-ada", "coordinator", "ofsted"),
            ("p-dfe", "dfe", "dfe"),
            ("p-lead", "ofsted_lead", "ofsted"),
            ("p-dir", "ofsted_director", "ofsted"),
        ):
            who = ("--name", "Somebody", "--role", role, "--organisation", body)
            assert inspections("people", "add", "--ref", ref, *who).code == 0
        dates = ("--notify-on", "2030-01-07", "--on-site-from", "2030-01-21", "--on-site-to", "2030-01-25")
        assert inspections("open", "ZZW", *dates, "--body", "la-zzw", *ADA).code == 0
        yield inspections
    finally:
        stop(process)
    wait_until_gone(inspections.folder)


@pytest.fixture(scope="module")
def loaded(stack: Inspections, tmp_path_factory: pytest.TempPathFactory) -> Inspections:
    """The stack with the areas of a file in its register."""
    file = write(tmp_path_factory.mktemp("loaded"), *AREAS)
    ended = stack("areas", "load", file, *ADA, "--format", "json")
    assert (ended.code, ended.data["entered"]) == (0, ["SRY", "KEN", "HAL", "TRF"]), ended.out + ended.err
    return stack


def wait_for(ask: Callable[[], Ended], holds: Callable[[Any], bool]) -> Any:
    """Ask for JSON until it is as it is to be: a process works beside us."""
    end = time.monotonic() + 20
    while not holds(data := ask().data) and time.monotonic() < end:
        time.sleep(0.05)
    assert holds(data), data
    return data


def done(ended: Ended) -> Ended:
    assert ended.code == 0, ended.out + ended.err
    return ended


def test_what_is_loaded_again_is_there_already(loaded: Inspections, tmp_path: Path) -> None:
    """A difference is listed, and the register stays as it is; what is new is entered."""
    before = loaded("log", "KEN", "--format", "json").data
    file = write(
        tmp_path, AREAS[0], AREAS[1].replace("South East", "London"), "OLD,Oldham,E08000004,North West,,"
    )
    told = done(loaded("areas", "load", file, *ADA))
    assert "1 entered, 2 there already, 1 of these differ from the file" in told.out
    assert ["KEN", "region", "south_east", "london"] in [line.split() for line in told.out.splitlines()]
    assert loaded("log", "KEN", "--format", "json").data == before
    again = done(loaded("areas", "load", file, *ADA, "--format", "json")).data
    assert (again["entered"], again["there"]) == ([], ["SRY", "KEN", "OLD"])


def test_a_row_that_cannot_be_read_enters_nothing(loaded: Inspections, tmp_path: Path) -> None:
    """Exit 2, with file, line and column; the good row above it is not entered either."""
    bad = write(tmp_path, "BEX,Bexley,E09000004,London,,", "CON,Cornwall,E06000052,Wessex,,")
    ended = loaded("areas", "load", bad, *ADA)
    assert (ended.code, "line 3: column region is 'Wessex'" in ended.err) == (2, True)
    assert loaded("show", "BEX").code == 3


def test_a_general_election_is_set_for_all_who_are_there_and_all_who_come(
    loaded: Inspections, tmp_path: Path
) -> None:
    """Once; who is loaded later votes with the others. No thematic report comes out before it either."""
    done(loaded("record", "THEMATIC-2024", "plan_review", "--at", "2024-01-15", *ADA))
    first = done(loaded("areas", "poll", *ELECTION, *ADA, "--format", "json")).data
    assert {"SRY", "KEN", "HAL", "TRF"} <= {one.get("area") for one in first["told"]}
    assert "THEMATIC-2024" in {one.get("review") for one in first["told"]}
    shown = loaded("show", "THEMATIC-2024", "--format", "json").data
    assert "general_election_recorded 2029-05-03" in {one["entry"] for one in shown["entries"]}
    assert done(loaded("areas", "poll", *ELECTION, *ADA, "--format", "json")).data["told"] == []
    done(loaded("areas", "load", write(tmp_path, "SLG,Slough,E06000039,South East,,"), *ADA))
    assert loaded("show", "SLG", "--format", "json").data["polls"] == [
        {"on": "2029-05-03", "kind": "general"}
    ]


def test_both_sides_of_a_replacement_are_told(loaded: Inspections) -> None:
    """Again, it is known already; a successor that is not there is named, and then nobody is told.

    Whoever replaces an area hears which of its inspections cannot be as they are planned.
    """
    week = ("--on-site.first", "2028-04-03", "--on-site.last", "2028-04-07", "--notify-on", "2028-03-20")
    late = ("--inspection", "HAL-2028-F1", "--kind", "full", *week)
    done(loaded("record", "HAL", "schedule_inspection", *late, *ADA))
    call = ("areas", "replace", "HAL", "--since", "2028-04-01", *ADA)
    unknown = loaded(*call, "--by", "TRF", "--by", "NEW")
    assert unknown.code == 3
    assert "NEW is not in the register, and nobody was told" in unknown.err
    assert "enter_area" in unknown.err
    assert loaded("show", "HAL", "--format", "json").data["replaced_by"] == []
    replaced = done(loaded(*call, "--by", "TRF"))
    assert "HAL-2028-F1 is planned on site from 2028-04-03 on" in replaced.err
    told = replaced.out
    assert "HAL  is replaced by TRF from 2028-04-01 on" in told
    assert "TRF  takes the place of HAL from 2028-04-01 on" in told
    assert "know it already" in done(loaded(*call, "--by", "TRF")).out
    lineage = [{"area": "HAL", "since": "2028-04-01"}]
    assert loaded("show", "TRF", "--format", "json").data["follows"] == lineage


def test_an_area_is_shown_with_what_its_last_outcome_brings(loaded: Inspections) -> None:
    """Its cycle has heard of an inspection that is older than its entry in the register."""
    wait_for(lambda: loaded("show", "SRY", "--format", "json"), lambda data: bool(data["inspections"]))
    done(loaded("record", "SRY", "record_intervention", "--kind", "direction", "--decided-by", "p-dfe"))
    told = Inspections(loaded.folder, {"COLUMNS": "80"})("show", "SRY").out
    assert max(len(line.rstrip()) for line in told.splitlines()) <= 80
    assert "codes       GSS E10000030" in told
    assert f"{INSPECTION} full" in told
    assert "direction" in told
    assert "full inspection due 2026-11-" in told
    assert f"about 36 months from report published of {INSPECTION}" in told
    assert "sureness" in told
    listed = {one["area"]: one for one in loaded("areas", "list", "--format", "json").data}
    assert (listed["SRY"]["last_outcome"], listed["SRY"]["next_due_kind"]) == ("3", "monitoring_inspection")
    before = loaded("show", "SRY", "--as-at", "2024-06-03")
    assert (before.code, "nothing of SRY had happened by 2024-06-03" in before.err) == (3, True)


def test_the_answer_says_where_an_area_stands_in_its_cycle(loaded: Inspections) -> None:
    """There are no stages; what was scheduled is opened at once. Who is not there is told how to come in."""
    schedule = ("--inspection", "KEN-2030-F1", "--kind", "full", "--notify-on", "2030-01-07")
    week = ("--on-site.first", "2030-01-21", "--on-site.last", "2030-01-25")
    told = done(loaded("record", "KEN", "schedule_inspection", *schedule, *week, *ADA)).out
    assert "KEN is in its cycle; still to do: open KEN-2030-F1." in told
    wait_for(
        lambda: loaded("show", "KEN", "--format", "json"),
        lambda data: [one["inspection"] for one in data["inspections"]] == ["KEN-2030-F1"],
    )
    assert loaded("show", "KEN-2030-F1", "--format", "json").data["stage"] == "planned"
    wanted = ("--due-by", "2030-03-01", "--because", "data", "--decided-by", "p-dir")
    told = done(loaded("record", "KEN", "bring_forward", *wanted)).out
    assert "KEN is in its cycle; next due 2030-03-01." in told
    nobody = loaded("record", "YYY", "set_polls", "--polls-on", "2029-05-03", "--kind", "local", *ADA)
    assert (nobody.code, "inspections areas load" in nobody.out) == (3, True)
    assert loaded("record", "KEN", "plan_review", *ADA).code == 2, "a milestone of something else"


async def test_areas_that_nobody_looks_after_are_listed(loaded: Inspections) -> None:
    """One has an inspection, one a part in a review: neither is in the register. Of one the process ended."""
    consent = json.dumps({"body": "la-zzv", "role": "dcs"})
    done(loaded("record", "THEMATIC-2023", "plan_review", "--at", "2023-01-16", *ADA))
    chosen = ("--at", "2023-02-06", "--area", "ZZV", "--consent", consent)
    done(loaded("record", "THEMATIC-2023", "choose_review_area", *chosen, *ADA))
    address = find_running(Settings.from_environment({"INSPECTIONS_DATA_DIR": str(loaded.folder)}))
    assert address is not None
    client = await connect(address.temporal_address, None, address.namespace)
    await client.get_workflow_handle("TRF").terminate()
    ended = loaded("areas", "list", "--without-cycle", "--format", "json")
    assert ended.code == 4, "an area without a cycle is an error"
    found = {one["area"]: one for one in ended.data}
    assert set(found) == {"ZZW", "ZZV", "TRF"}
    assert "THEMATIC-2023: it is not in the register" in found["ZZV"]["because"]
    assert "ZZW-2030-F1: it is not in the register" in found["ZZW"]["because"]
    assert "missing" in found["TRF"]["because"]
    done(loaded("stuck", "repair", "TRF"))
    assert "TRF" not in loaded("areas", "list", "--without-cycle").out


def test_a_review_is_recorded_and_shown_like_anything_else(loaded: Inspections) -> None:
    """`current` names its report; who has consented is shown with the visit."""
    name = "THEMATIC-2025"
    missing = loaded("record", name, "publish_review_guidance", *ADA)
    assert (missing.code, "plan_review" in missing.out) == (3, True)

    def tell(milestone: str, at: str, by: str, *more: str) -> str:
        return done(loaded("record", name, milestone, "--at", at, "--decided-by", by, *more)).out

    assert f"{name} is at stage planned." in tell("plan_review", "2025-01-13", "p-ada")
    consent = json.dumps({"body": "la-sry", "role": "dcs"})
    tell("choose_review_area", "2025-02-03", "p-ada", "--area", "SRY", "--consent", consent)
    tell("begin_review_visit", "2025-05-12", "p-lead", "--area", "SRY")
    tell("end_review_visit", "2025-05-16", "p-lead", "--area", "SRY")
    advice = json.dumps({"to": "dfe", "text": "Count them"})
    tell("submit_review_report", "2025-10-01", "p-lead", "--text", "What we saw", "--recommendations", advice)
    tell("release_review_report", "2025-11-03", "p-dir", "--report", "current")
    told = loaded("show", name).out
    assert "Children not in school" in told
    assert ["SRY", "2025-05-12", "2025-05-16", "dcs", "of", "la-sry"] in [
        line.split() for line in told.splitlines()
    ]
    assert "report 1 awaits publication" in told
    assert "publication due 2025-11-30: missed" in told
    assert "review area chosen (SRY)" in loaded("log", name).out
    assert "What we saw" not in loaded("log", name, "--format", "json").out
    as_at = loaded("show", name, "--as-at", "2025-03-01", "--format", "json").data
    assert (as_at["stage"], as_at["areas"][0]["visit_begun_on"]) == ("planned", None)


def test_what_can_be_recorded_is_listed_by_what_it_is_of(loaded: Inspections) -> None:
    """Or of all three; what only the engine does is left out."""

    def names(*options: str) -> set[str]:
        return {one["milestone"] for one in loaded("milestones", *options, "--format", "json").data}

    by_kind = {kind: names("--of", kind.value.replace("_", "-")) for kind in StreamKind}
    assert "set_polls" in by_kind[StreamKind.AREA]
    assert "plan_review" in by_kind[StreamKind.THEMATIC_REVIEW]
    assert names() == set().union(*by_kind.values())
    assert not {"tick", "hear_of_inspections", "note_not_opened"} & names()


def test_an_area_of_which_nobody_has_said_the_region_is_shown_and_listed(loaded: Inspections) -> None:
    """A rehearsal enters areas of which it knows the name alone."""
    done(loaded("record", "NOW", "enter_area", "--name", "Nowhere", "--authority", "la-now", *ADA))
    assert "region" not in done(loaded("show", "NOW")).out
    assert ["NOW", "Nowhere"] in [line.split() for line in done(loaded("areas", "list")).out.splitlines()]
    assert "NOW" not in done(loaded("areas", "list", "--region", "london", "--format", "csv")).out


def test_the_programme_is_shown_with_its_pauses(live: Inspections) -> None:
    """A pause without a last day goes on; the one that is resumed has one."""
    told = ("--decided-by", "p-dir", "--format", "json")
    pause = ("record", "PROGRAMME", "pause_scheduling", "--kind", "monitoring", "--first", "2024-09-02")
    assert live(*pause, "--reason", "framework_changes", *told).code == 0
    (shown,) = live("show", "PROGRAMME", "--format", "json").data["pauses"]
    assert (shown["kind"], shown["last"], shown["paused_now"]) == ("monitoring", None, True)
    resumed = ("resume_scheduling", "--pause.kind", "monitoring", "--pause.first", "2024-09-02")
    assert live("record", "PROGRAMME", *resumed, "--last", "2025-07-31", *told).code == 0
    (shown,) = live("show", "PROGRAMME", "--format", "json").data["pauses"]
    assert (shown["last"], shown["paused_now"]) == ("2025-07-31", False)
    assert "framework changes" in live("show", "PROGRAMME").out
    assert live("stuck").code == 0
