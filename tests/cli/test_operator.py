"""Operators: the stack that runs, the clock of a rehearsal, and what is refused."""

import signal
from datetime import date, timedelta
from pathlib import Path

from tests.cli.conftest import Inspections, stop, wait_until_gone

ADA = ("--decided-by", "p-ada", "--role", "coordinator", "--organisation", "ofsted")
LEAD = ("--decided-by", "p-lead", "--role", "ofsted_lead", "--organisation", "ofsted")
TEAM = (
    '[{"person":"p-lead","inspectorate":"ofsted","lead":true},'
    '{"person":"p-cqc","inspectorate":"cqc","lead":true}]'
)


def test_the_clock_of_a_rehearsal_brings_what_is_due(folder: Path) -> None:
    """Days pass on command, and the engine by itself warns of a deadline and records that it was missed."""
    inspections = Inspections(folder / "clock")
    process = inspections.up("--virtual-clock")
    try:
        opened = inspections(
            *("open", "SFK", "--notify-on", "2030-01-07", "--on-site-from", "2030-01-21"),
            *("--on-site-to", "2030-01-25", "--body", "la-sfk", *ADA, "--format", "json"),
        )
        inspection = opened.data["inspection"]
        assert inspections("record", inspection, "appoint_team", "--members", TEAM, *ADA).code == 0
        director = ("--ref", "p-d", "--name", "D", "--role", "ofsted_director", "--organisation", "ofsted")
        assert inspections("people", "add", *director).code == 0
        irregular = ("--contrary-to", "notification_day", "--reason", "a rehearsal", "--authorised-by", "p-d")
        assert inspections("record", inspection, "notify_area", *LEAD, *irregular).code == 0
        today = opened.data["recorded"][0]["occurred_at"][:10]
        due = _days_after(today, 7)
        item = f'{{"item":"annex_a","due":"{due}"}}'
        assert inspections("record", inspection, "request_information", "--items", item, *ADA).code == 0
        moved = inspections("clock", "advance", "10")
        assert moved.code == 0, moved.err
        log = inspections("log", inspection, "--format", "json").data
        clock = [entry["body"]["event"] for entry in log if entry["body"]["type"].startswith("deadline")]
        assert [(event["type"], event["due"]) for event in clock] == [
            ("deadline_approaching", due),
            ("deadline_missed", due),
        ]
        assert inspections("list", "--overdue", "--format", "json").data[0]["inspection_id"] == inspection
    finally:
        ended = stop(process)
    assert (ended.code, "ledger is kept" in ended.out) == (0, True)
    wait_until_gone(inspections.folder)
    assert inspections("show", inspection, "--rehearsal").code == 0


def _days_after(day: str, days: int) -> str:
    return (date.fromisoformat(day) + timedelta(days=days)).isoformat()


def test_the_real_clock_is_not_moved(live: Inspections) -> None:
    """Only a running rehearsal's clock can be advanced, and a day is the least."""
    assert live("clock", "advance", "1").code == 3
    assert live("clock", "advance", "0").code == 2


def test_a_second_stack_on_the_same_folder_is_refused(live: Inspections) -> None:
    """It says who holds the folder; the first goes on."""
    second = live("up")
    assert (second.code, "runs in" in second.err) == (2, True)
    assert live("list").code == 0


def test_a_stack_asked_to_end_ends_in_order(folder: Path) -> None:
    """SIGTERM, as a service manager sends it: exit 0 and nothing left."""
    inspections = Inspections(folder / "ended")
    ended = stop(inspections.up(), signal.SIGTERM)
    assert (ended.code, "goes on" in ended.out) == (0, True)
    wait_until_gone(inspections.folder)
