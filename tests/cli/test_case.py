"""What `show` says of one inspection beyond its milestones."""

import json
from datetime import UTC, datetime
from pathlib import Path

from domain.london import london_date
from tests.cli.conftest import Inspections
from tests.cli.test_coordinator import TEAM, monday, plan

REASON = "The team was named by telephone"


def _record(live: Inspections, inspection: str, milestone: str, *more: str) -> None:
    done = live("record", inspection, milestone, *more)
    assert done.code == 0, done.out + done.err


def _pause(folder: Path) -> Path:
    file = folder / "pause.json"
    file.write_text(json.dumps({"reason": "severe_weather", "resume_by": monday(6).isoformat()}))
    return file


def test_show_says_who_inspects_what_went_against_a_rule_and_what_was_missed(
    live: Inspections, tmp_path: Path
) -> None:
    """Names come from the directory, reasons from the sealed texts; a text that is erased is said to be."""
    inspection = plan(live, "QQC", monday(8), monday(-4), "--format", "json").data["inspection"]
    told = ("--at", monday(-2).isoformat())
    against = ("--contrary-to", "team_complete", "--reason", REASON, "--authorised-by", "p-dir")
    _record(live, inspection, "notify_area", "--decided-by", "p-lead", *told, *against)
    team = [part for member in TEAM for part in ("--members", json.dumps(member))]
    _record(live, inspection, "appoint_team", "--decided-by", "p-ada", *told, *team)
    for item in ("annex_a_1", "annex_a_2"):
        line = json.dumps({"item": item, "due": told[1]})
        _record(live, inspection, "request_information", "--decided-by", "p-ada", *told, "--items", line)
    _record(live, inspection, "receive_information", "--decided-by", "p-ada", *told, "--item", "annex_a_1")
    early = (*against[:1], "notice_before_fieldwork", *against[2:])
    _record(live, inspection, "begin_fieldwork", "--decided-by", "p-lead", *told, *early)
    pause = ("--file", str(_pause(tmp_path)))
    _record(live, inspection, "pause_inspection", "--decided-by", "p-dir", *told, *pause)

    shown = live("show", inspection)
    assert "p-lead (Lena Adler), ofsted, lead" in shown.out
    assert "p-cqc, cqc, lead" in shown.out
    assert "irregular: area notified (version 2) against team_complete" in shown.out
    assert REASON in shown.out
    assert "p-dir (Dora Irving)" in shown.out
    assert f"paused     since {told[1]}, agreed until {monday(6)}" in shown.out
    assert f"miss: information item (annex a 2) due {told[1]}" in shown.out

    data = live("show", inspection, "--format", "json").data
    assert [(one["person"], one["name"], one["lead"]) for one in data["team"]] == [
        ("p-lead", "Lena Adler", True),
        ("p-cqc", None, True),
    ]
    against_rules = [(one["milestone"], one["rules"], one["reason"]) for one in data["irregular"]]
    assert against_rules == [
        ("area_notified", ["team_complete"], REASON),
        ("fieldwork_begun", ["notice_before_fieldwork"], REASON),
    ]
    kept = {one["subject"]: (one["taken_back_at"] is None, one["met_on"]) for one in data["misses"]}
    assert kept == {"annex_a_1": (False, told[1]), "annex_a_2": (True, None)}

    erased = live("privacy", "erase", inspection, "--texts", "--reason", "unlawful", "--decided-by", "p-ada")
    assert erased.code == 0, erased.err
    why = f"erased on {london_date(datetime.now(UTC))} by p-ada (unlawful)"
    assert f"reason      {why}" in live("show", inspection).out
    against = live("show", inspection, "--format", "json").data["irregular"][0]
    assert (against["reason"], against["reason_erased"]["decided_by"]) == (None, "p-ada")
    assert f"version 2, irregular.reason: text {why}" in live("log", inspection).out


def test_what_is_long_is_wrapped_under_its_own_beginning(live: Inspections) -> None:
    """However narrow the terminal is; what has no space inside stays whole."""
    inspection = plan(live, "QQD", monday(8), monday(-4), "--format", "json").data["inspection"]
    lines = Inspections(live.folder, {"COLUMNS": "40"})("show", inspection).out.splitlines()
    begins = next(number for number, line in enumerate(lines) if line.startswith("  as of      "))
    assert lines[begins].endswith(" UTC,")
    assert lines[begins + 1] == "             version 1"
