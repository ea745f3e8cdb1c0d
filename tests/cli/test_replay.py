"""`audit replay`: what auditors see of a stream from a point in time."""

from typing import Any

from tests.cli.conftest import Inspections

Rehearsed = tuple[Inspections, dict[str, Any]]

SUFFOLK = ("SFK-2023-F1", "--rehearsal")


def test_an_inspection_is_replayed_as_it_was_known(rehearsed: Rehearsed) -> None:
    """With the arithmetic of what was due then, each day that was not counted, and how it stood."""
    inspections, _ = rehearsed
    shown = inspections("audit", "replay", *SUFFOLK, "--known", "2024-01-20")
    assert shown.code == 0, shown.err
    assert "SFK-2023-F1 as it was known on 2024-01-20" in shown.out
    assert "priority action plan submission due 2024-03-07: open" in shown.out
    assert "35 working days from final report received on 2024-01-18" in shown.out
    assert "not counted  2024-01-01  New Year's Day" in shown.out
    assert "report published" not in shown.out


def test_replays_by_version_and_by_days_are_data_for_scripts(rehearsed: Rehearsed) -> None:
    """The fold of the first versions is that of the day on which the last of them was recorded."""
    inspections, _ = rehearsed
    by_version = inspections("audit", "replay", *SUFFOLK, "--at-version", "3", "--format", "json").data
    days = ("--known", "2023-10-30", "--as-at", "2023-10-30")
    by_day = inspections("audit", "replay", *SUFFOLK, *days, "--format", "json").data
    assert (by_version["seen"], by_day["stage"]) == ("at version 3", "notified")
    assert by_version["state"]["facts"].items() <= by_day["state"]["facts"].items()
    assert by_day["left_out"] == []


def test_what_cannot_be_looked_at_is_said(rehearsed: Rehearsed) -> None:
    """Points that do not go together are malformed; what was not there yet is not found."""
    inspections, _ = rehearsed
    both = inspections("audit", "replay", *SUFFOLK, "--at-version", "3", "--known", "2024-01-20")
    assert (both.code, "--at-version alone" in both.err) == (2, True)
    early = inspections("audit", "replay", *SUFFOLK, "--known", "2023-01-20")
    assert (early.code, "was known on 2023-01-20" in early.err) == (3, True)
    none = inspections("audit", "replay", *SUFFOLK, "--at-version", "99")
    assert (none.code, "has no version 99" in none.err) == (3, True)


def test_a_walk_says_after_each_entry_what_is_different(rehearsed: Rehearsed) -> None:
    """Who decided it, where it stands now, what is due, what is owed."""
    inspections, _ = rehearsed
    walked = inspections("audit", "replay", *SUFFOLK, "--step")
    assert walked.code == 0, walked.err
    assert "decided by p-lano (Rehearsed LANO), lano, la-sfk" in walked.out
    assert "stage: from publication to follow up" in walked.out
    assert "priority action plan submission: due 2024-03-07, open" in walked.out
    steps = inspections("audit", "replay", *SUFFOLK, "--step", "--format", "json").data
    received = next(step for step in steps if step["event"] == "final_report_received")
    assert [one["change"] for one in received["deadlines"]] == ["begins", "begins"]


def test_a_difference_between_two_days_says_who_decided_what(rehearsed: Rehearsed) -> None:
    """By versions, by days on which it happened, by days of record."""
    inspections, _ = rehearsed
    days = inspections("audit", "diff", *SUFFOLK, "2024-01-17", "2024-03-08")
    assert days.code == 0, days.err
    assert "stage: from publication to follow up" in days.out
    assert "owed: priority action plan publication by 2024-04-29" not in days.out, "submission comes first"
    assert "final report received on 2024-01-18; decided by p-lano" in days.out
    known = inspections("audit", "diff", *SUFFOLK, "2024-01-17", "2024-03-08", "--known", "--format", "json")
    data = known.data
    versions = [str(data[end]["version"]) for end in ("from", "to")]
    by_version = inspections("audit", "diff", *SUFFOLK, *versions, "--format", "json").data
    assert [one["event"] for one in by_version["entries"]] == [one["event"] for one in data["entries"]]
    assert data["entries"][0]["decided_by"]["role"] == "coordinator"


def test_points_that_cannot_be_compared_are_refused(rehearsed: Rehearsed) -> None:
    """A version with a day, the later one first, days of record asked of versions."""
    inspections, _ = rehearsed
    for points, because in (
        (("3", "2024-01-17"), "not of one sort"),
        (("7", "3"), "the earlier one first"),
        (("3", "7", "--known"), "of the record already"),
        (("3", "soon"), "accepted is"),
    ):
        refused = inspections("audit", "diff", *SUFFOLK, *points)
        assert (refused.code, because in refused.err) == (2, True), refused.err
