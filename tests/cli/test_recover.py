"""What is open in the ledger is raised again by one command, which says what it found and did."""

from pathlib import Path

from tests.cli.conftest import Inspections

OPEN = (
    *(
        "open",
        "RCV",
        "--notify-on",
        "2030-01-07",
        "--on-site-from",
        "2030-01-21",
        "--on-site-to",
        "2030-01-25",
    ),
    *("--body", "la-rcv", "--decided-by", "p-ada", "--format", "json"),
)


def test_what_runs_is_counted_and_left_alone(live: Inspections) -> None:
    assert live(*OPEN).code == 0
    trial, done = (live("recover", *options, "--format", "json") for options in (("--dry-run",), ()))
    assert (trial.code, trial.data["dry_run"], done.code, done.data["dry_run"]) == (0, True, 0, False)
    for told, what in ((trial.data, "missing"), (done.data, "raised")):
        assert told["unreadable"] == []
        counts = told["streams"]["inspection"]
        assert counts.keys() == {what, "running", "over", "unreadable"}
        assert (counts[what], counts["unreadable"]) == (0, 0)
        assert counts["running"] >= 1
    table = live("recover").out
    assert all(kind in table for kind in ("inspection", "area", "thematic review", "programme"))
    assert "inspections stuck" not in table, "nothing was raised"


def test_recovery_needs_a_stack(tmp_path: Path) -> None:
    """Exit 5, and what to do."""
    ended = Inspections(tmp_path)("recover")
    assert (ended.code, "inspections up" in ended.err) == (5, True)
