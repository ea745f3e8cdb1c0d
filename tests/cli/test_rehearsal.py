"""Rehearsing real inspections: their dates, what is assumed, what is irregular, and what is malformed."""

import signal
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Inspections, stop, wait_until_gone, write_cases

Rehearsed = tuple[Inspections, dict[str, Any]]


def deadline(result: dict[str, Any], kind: str) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in result["deadlines"] if one["kind"] == kind)
    return found


def test_suffolk_owes_its_plan_35_working_days_after_receipt(rehearsed: Rehearsed) -> None:
    """Received on 18 January 2024, due on 7 March 2024; nothing is known of it after publication."""
    suffolk = rehearsed[1]["SFK-2023-F1"]
    due = deadline(suffolk, "priority_action_plan_submission")
    assert (due["origin_on"], due["due"], due["met_on"], due["status"]) == (
        "2024-01-18",
        "2024-03-07",
        None,
        "open",
    )
    assert (suffolk["outcome"], suffolk["stage"], suffolk["handbook"]) == (3, "follow_up", "2023-01-01")


def test_trafford_publishes_on_the_last_day_and_keeps_it(rehearsed: Rehearsed) -> None:
    """Published on 22 December 2023, due on 14 February 2024, and on that day the plan is in time."""
    due = deadline(rehearsed[1]["TRF-2023-F1"], "strategic_plan")
    assert (due["due"], due["met_on"], due["status"]) == ("2024-02-14", "2024-02-14", "met")


def test_a_plan_of_the_day_after_is_missed(rehearsed: Rehearsed) -> None:
    """Surrey's plan was due on 17 January 2024; here it comes a day later."""
    due = deadline(rehearsed[1]["SRY-2023-F1"], "strategic_plan")
    assert (due["due"], due["met_on"], due["status"]) == ("2024-01-17", "2024-01-18", "missed")


def test_known_dates_stay_and_the_others_are_listed_as_assumed(rehearsed: Rehearsed) -> None:
    """Suffolk's receipt is known and Trafford's is not: eight working days before publication."""
    suffolk, trafford = rehearsed[1]["SFK-2023-F1"], rehearsed[1]["TRF-2023-F1"]
    assert "final_report_received" not in suffolk["assumed"]
    assert "final_report_received" in trafford["assumed"]
    assert trafford["dates"]["final_report_received"] == "2023-12-12"
    assert suffolk["dates"]["on_site_from"] == "2023-11-13"
    assert suffolk["dates"]["fieldwork_begun"] == "2023-11-09"
    assert suffolk["dates"]["notified"] == "2023-10-30"


def test_a_bank_holiday_moves_the_notification_off_its_monday(rehearsed: Rehearsed) -> None:
    """Greenwich: fieldwork from Thursday 11 May 2023, on site from the Monday, two bank holidays before."""
    greenwich = rehearsed[1]["GRE-2023-F1"]
    assert greenwich["dates"]["fieldwork_begun"] == "2023-05-11"
    assert greenwich["dates"]["on_site_from"] == "2023-05-15"
    assert greenwich["dates"]["notified"] == "2023-04-27"
    assert greenwich["irregular"] == []


def test_a_publication_in_the_weeks_before_polls_is_recorded_as_irregular(rehearsed: Rehearsed) -> None:
    """Nottinghamshire with polls nine days after publication: it happened, against the rule."""
    (irregular,) = rehearsed[1]["NTT-2023-F1"]["irregular"]
    assert (irregular["milestone"], irregular["rule"]) == ("release_report", "no_embargo")


def test_the_rehearsal_is_kept_for_the_reading_commands(rehearsed: Rehearsed) -> None:
    """Nothing runs, and yet show, list, deadlines and log answer; afterwards nothing runs again."""
    inspections, results = rehearsed
    listed = inspections("list", "--rehearsal", "--format", "json").data
    assert {case["inspection_id"] for case in listed} == set(results)
    shown = inspections("show", "SFK-2023-F1", "--rehearsal", "--skipped")
    assert "35 working days from final report received on 2024-01-18" in shown.out
    register = inspections("deadlines", "TRF-2023-F1", "--rehearsal", "--format", "json").data
    assert {(one["kind"], one["status"]) for one in register} == {
        ("draft_comments", "met"),
        ("strategic_plan", "met"),
    }
    entries = inspections("log", "SFK-2023-F1", "--rehearsal", "--format", "json").data
    assert [entry["version"] for entry in entries] == list(range(1, results["SFK-2023-F1"]["events"] + 1))
    assert inspections("list", "--rehearsal", "--due-within", "5").code == 2
    wait_until_gone(inspections.folder)


def test_the_ledger_of_a_rehearsal_is_in_the_order_of_time(rehearsed: Rehearsed) -> None:
    """What was recorded when is the rehearsed time, also for what the clock alone brought."""
    inspections, _ = rehearsed
    log = inspections("log", "SRY-2023-F1", "--rehearsal", "--format", "json").data
    missed = next(entry for entry in log if entry["body"]["type"] == "deadline_missed")
    assert missed["body"]["event"]["occurred_at"] == "2024-01-17T23:59:59Z"
    assert missed["recorded_at"].startswith("2024-01-18T00:00")


def test_a_malformed_row_is_named_and_nothing_is_run(tmp_path: Path) -> None:
    """File, line and column, and what would be accepted."""
    inspections = Inspections(tmp_path / "data")
    rows = ["SFK,Suffolk,935,2023-11-13,2023-11-17,2024-01-30,4,,,,"]
    file = write_cases(tmp_path / "cases.csv", rows)
    ended = inspections("rehearse", str(file))
    assert ended.code == 2
    assert all(name in ended.err for name in (str(file), "line 2", "column outcome", "1, 2 or 3"))
    assert not inspections.folder.exists()


@pytest.mark.faults
def test_an_interrupted_rehearsal_leaves_nothing_running(folder: Path) -> None:
    """Ctrl-C ends with 130, and what was started for it is gone."""
    inspections = Inspections(folder / "interrupted")
    process = inspections.start("rehearse", "examples/published-inspections.csv")
    assert process.stderr is not None
    while not (inspections.folder / "rehearsal" / "stack.json").exists():
        assert process.poll() is None
    assert stop(process, signal.SIGINT).code == 130
    wait_until_gone(inspections.folder)
