"""Operators and auditors replay what is under way before a release is deployed."""

from pathlib import Path

from tests.cli.conftest import Inspections
from tests.workflows.record_histories import FOLDER


def test_what_runs_is_replayed(live: Inspections) -> None:
    ended = live("audit", "determinism", "--format", "json")
    assert ended.code == 0, ended.err
    assert ended.data["misfits"] == []


def test_a_history_that_does_not_replay_ends_with_4(tmp_path: Path) -> None:
    """It is named with its process, its run, where it parts and why; standard output is for the answer."""
    text = (FOLDER / "ledger_away-1.json").read_text(encoding="utf-8")
    (tmp_path / "away.json").write_text(text.replace('"handle_command"', '"other"'), encoding="utf-8")
    inspections = Inspections(tmp_path / "nothing-runs")
    ended = inspections("audit", "determinism", str(tmp_path), "--format", "json")
    assert ended.code == 4, ended.err
    (misfit,) = ended.data["misfits"]
    assert misfit.keys() == {"workflow_id", "run_id", "event", "reason"}
    assert (ended.data["replayed"], "'other'" in misfit["reason"]) == (1, True)
    told = inspections("audit", "determinism", str(tmp_path))
    assert told.code == 4
    assert "1 run replayed; 1 would come to a halt." in told.out


def test_without_a_stack_or_a_folder_it_says_what_is_needed(tmp_path: Path) -> None:
    ended = Inspections(tmp_path)("audit", "determinism")
    assert (ended.code, "inspections up" in ended.err) == (5, True)
    assert Inspections(tmp_path)("audit", "determinism", str(tmp_path / "none")).code == 2
