"""What operators look at when something has come to a halt, and what they have derived anew."""

import re
from pathlib import Path

from tests.cli.conftest import Inspections

OPEN = (
    *(
        "open",
        "UPK",
        "--notify-on",
        "2030-01-07",
        "--on-site-from",
        "2030-01-21",
        "--on-site-to",
        "2030-01-25",
    ),
    *("--body", "la-upk", "--decided-by", "p-ada", "--format", "json"),
)


def test_nothing_is_stuck_while_all_goes_on(live: Inspections) -> None:
    inspection = live(*OPEN).data["inspection"]
    assert live("stuck", "--format", "json").data == []
    assert "Nothing is stuck" in live("stuck").out
    assert live("stuck", "repair", inspection, "--format", "json").data == []
    assert live("stuck", "repair", "ZZZ-2020-F1").code == 3


def test_the_worklist_is_derived_anew(live: Inspections) -> None:
    live(*OPEN)
    before = live("list", "--format", "json").data
    rebuilt = live("projections", "rebuild")
    assert rebuilt.code == 0, rebuilt.err
    assert re.search(r"derived anew from \d+ streams?\.", rebuilt.out)
    assert live("list", "--format", "json").data == before
    (lag,) = live("projections", "lag", "--format", "json").data
    assert (lag["projection"], lag["lag"], lag["unreadable"]) == ("worklist", 0, [])


def test_what_looks_after_processes_needs_a_stack(tmp_path: Path) -> None:
    """Exit 5, and what to do."""
    ended = Inspections(tmp_path)("stuck")
    assert (ended.code, "inspections up" in ended.err) == (5, True)
