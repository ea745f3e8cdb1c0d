"""Rehearsing a whole programme: every area in its cycle, inspections in it, and the statistics at the end."""

from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Inspections, wait_until_gone, write_cases

UNTIL = "2025-08-01"


Played = tuple[Inspections, dict[str, Any]]


@pytest.fixture(scope="module")
def programme(folder: Path) -> Played:
    """Two areas with inspections, one of them in no file of areas, and one that waits in its cycle."""
    inspections = Inspections(folder / "programme")
    rows = [
        "SFK,Suffolk,935,2023-11-13,2023-11-17,2024-01-30,3,2024-01-18,,,",
        "CON,Cornwall,908,2023-02-06,2023-02-10,2023-05-05,2,,2023-06-26,,",
    ]
    cases = write_cases(folder / "programme.csv", rows)
    areas = folder / "programme-areas.csv"
    areas.write_text(
        "area,name,gss,region,start_date,replaces\n"
        "SFK,Suffolk,E10000029,East of England,,\n"
        "WIL,Wiltshire,E06000054,South West,2009-04-01,\n"
    )
    ended = inspections(
        "rehearse-programme", str(cases), "--areas", str(areas), "--until", UNTIL, "--format", "json"
    )
    assert ended.code == 0, ended.err
    wait_until_gone(inspections.folder)
    return inspections, ended.data


def _types(entries: list[dict[str, Any]]) -> list[str]:
    return [entry["body"]["type"] for entry in entries]


def test_it_ends_with_what_statistics_says_of_its_ledger(programme: Played) -> None:
    """Suffolk was to be monitored by 18 July 2025, and its plans are late; Cornwall's came in time."""
    inspections, data = programme
    assert data["by_year"] == {"2023": {"1": 0, "2": 1, "3": 1}}
    assert data["monitoring"]["overdue"] == 1
    assert data["monitoring"]["inspections"][0]["due"] == "2025-07-18"
    assert {one["inspection_id"] for one in data["late"]} == {"SFK-2023-F1"}
    assert inspections("statistics", "--rehearsal", "--as-at", UNTIL, "--format", "json").data == data


def test_the_cycle_schedules_opens_and_hears_and_then_waits(programme: Played) -> None:
    """What an inspection has brought falls due in its area's stream, each at its own moment."""
    told = _types(programme[0]("log", "SFK", "--rehearsal", "--format", "json").data)
    assert told[:3] == ["area_entered", "inspection_scheduled", "inspection_heard_of"]
    assert told[-1] == "cycle_deadline_missed"
    waiting = programme[0]("log", "WIL", "--rehearsal", "--format", "json").data
    assert _types(waiting) == ["area_entered"]


def test_a_file_that_knows_no_meetings_leaves_none_owed_once_they_are_adjusted_to_need(
    programme: Played,
) -> None:
    """Those of 2024 were missed, and stayed owed until June 2025. At the end the rest is still to come."""

    def owed(as_at: str) -> set[str]:
        listed = programme[0]("due", "--rehearsal", "--as-at", as_at, "--format", "json").data
        return {one["what"] for one in listed if one["status"] == "overdue"}

    assert owed("2025-06-05") == {"meeting", "plans"}
    assert owed(UNTIL) == {"monitoring", "plans"}


def test_the_ledger_is_in_the_order_of_time(programme: Played) -> None:
    """An inspection is planned after its cycle has scheduled it, and heard of after it has moved."""
    inspection = programme[0]("log", "CON-2023-F1", "--rehearsal", "--format", "json").data
    area = programme[0]("log", "CON", "--rehearsal", "--format", "json").data
    both = sorted([*inspection, *area], key=lambda entry: entry["position"])
    times = [entry["recorded_at"] for entry in both]
    assert times == sorted(times)
    order = _types(both)
    assert order.index("inspection_scheduled") < order.index("inspection_planned")


def test_a_last_day_before_the_files_last_is_refused(folder: Path) -> None:
    """Nothing is started; the message says which inspection lies later, and what is accepted."""
    cases = write_cases(folder / "late.csv", ["TRF,Trafford,358,2023-10-16,2023-10-20,2023-12-22,2,,,,"])
    ended = Inspections(folder / "refused")("rehearse-programme", str(cases), "--until", "2023-12-01")
    assert (ended.code, "2023-12-22" in ended.err) == (2, True)


def test_a_last_day_after_the_calendar_is_refused(folder: Path) -> None:
    """Nothing is started: after years of rehearsing, nobody could say how many working days they were."""
    cases = write_cases(folder / "beyond.csv", ["TRF,Trafford,358,2023-10-16,2023-10-20,2023-12-22,2,,,,"])
    inspections = Inspections(folder / "beyond")
    ended = inspections("rehearse-programme", str(cases), "--until", "2031-01-01")
    assert (ended.code, "2030-12-31" in ended.err) == (2, True)
    assert not (inspections.folder / "rehearsal").exists()
