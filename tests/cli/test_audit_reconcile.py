"""Auditors hold what Temporal tells of an inspection against the ledger."""

from tests.cli.conftest import Inspections

OPEN = (
    *(
        "open",
        "RCN",
        "--notify-on",
        "2030-01-07",
        "--on-site-from",
        "2030-01-21",
        "--on-site-to",
        "2030-01-25",
    ),
    *("--body", "la-rcn", "--decided-by", "p-ada", "--format", "json"),
)


def test_both_sides_of_an_inspection_are_shown(live: Inspections) -> None:
    inspection = live(*OPEN).data["inspection"]
    refused = live("record", inspection, "begin_fieldwork", "--decided-by", "p-lead")
    assert refused.code == 1
    ended = live("audit", "reconcile", inspection, "--format", "json")
    assert ended.code == 0, ended.err
    assert ended.data["unexplained"] == 0
    (run,) = ended.data["runs"]
    planned, fieldwork = ended.data["commands"]
    assert (planned["command"], planned["events"][0]["type"]) == ("plan_inspection", "inspection_planned")
    assert planned["written_by"]["run_id"] == planned["sent"][0]["run_id"] == run["run_id"]
    assert (fieldwork["command"], bool(fieldwork["refused"]), fieldwork["events"]) == (
        "begin_fieldwork",
        True,
        [],
    )
    told = live("audit", "reconcile", inspection).out
    assert "2 told alike by both, 0 explained, 0 not to be explained" in told
    assert "update 1:5" in told
    assert live("audit", "reconcile", "ZZZ-2020-F1").code == 3


def test_of_a_rehearsal_that_is_over_the_ledger_is_left(
    rehearsed: tuple[Inspections, dict[str, object]],
) -> None:
    """That Temporal has nothing of it any more is said, and is no fault."""
    inspections, results = rehearsed
    ended = inspections("audit", "reconcile", next(iter(results)), "--rehearsal")
    assert ended.code == 0, ended.err
    assert "Temporal has no history of" in ended.out
    assert "the rehearsal is over" in ended.out
