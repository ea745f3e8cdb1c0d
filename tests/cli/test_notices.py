"""Operators: an area is notified, and the people who hear of it find a file each, or are listed."""

import time
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest

from tests.cli.conftest import Inspections

ADA = ("--decided-by", "p-ada")
LEAD = ("--decided-by", "p-lead")
TEAM = (
    '[{"person":"p-lead","inspectorate":"ofsted","lead":true},'
    '{"person":"p-cqc","inspectorate":"cqc","lead":true}]'
)
PATIENCE = 30


@pytest.fixture(scope="module")
def notified(live: Inspections) -> str:
    """An inspection of which an area was notified, and somebody there who has an address."""
    for ref, role, body, *email in (
        ("p-jo", "dcs", "la-bol", "--email", "jo@example.gov.uk"),
        ("p-li", "lano", "la-bol"),
    ):
        person = ("--ref", ref, "--name", ref.title(), "--role", role, "--organisation", body)
        assert live("people", "add", *person, *email).code == 0
    opened = live(
        *("open", "BOL", "--at", "2023-10-16", "--notify-on", "2023-10-30", "--on-site-from", "2023-11-13"),
        *("--on-site-to", "2023-11-17", "--body", "la-bol", *ADA, "--format", "json"),
    )
    assert opened.code == 0, opened.err
    inspection = str(opened.data["inspection"])
    for step in (
        ("appoint_team", "--at", "2023-10-16", "--members", TEAM, *ADA),
        ("notify_area", "--at", "2023-10-30", *LEAD),
    ):
        ended = live("record", inspection, *step)
        assert ended.code == 0, ended.err
    return inspection


def _until(live: Inspections, inspection: str, *recipients: str) -> list[dict[str, object]]:
    """Wait until the notices that stay behind are those to some recipients, and return them."""
    end = time.monotonic() + PATIENCE
    behind = [(recipient, "failed") for recipient in recipients]
    while True:
        found: list[dict[str, object]] = live("notices", "list", inspection, "--format", "json").data
        if [(one["recipient"], one["state"]) for one in found] == behind or time.monotonic() > end:
            return found


def test_a_notice_lies_in_the_folder_and_what_cannot_be_sent_is_listed(
    live: Inspections, notified: str
) -> None:
    stuck = _until(live, notified, "integrated_care_boards", "p-ada", "p-li")
    assert {str(one["recipient"]): (one["state"], one["reason"]) for one in stuck} == {
        "integrated_care_boards": ("failed", "area_notified"),
        "p-ada": ("failed", "area_notified"),
        "p-li": ("failed", "area_notified"),
    }
    assert stuck[-1]["problem"] == (
        "the directory has no address: `inspections people change p-li --email …`"
    )
    (sent,) = live("notices", "list", notified, "--state", "sent", "--format", "json").data
    assert (sent["recipient"], sent["attempts"]) == ("p-jo", 1)
    file = _letter(live.folder, "p-jo")
    assert "was notified of it on 30 October 2023" in file

    table = live("notices", "list", notified).out
    assert "area notified" in table
    assert "3 failed" in table


def _letter(folder: Path, ref: str) -> str:
    (file,) = (folder / "notices").glob(f"*.{ref}.area_notified.eml")
    content = message_from_bytes(file.read_bytes(), policy=default).get_content()
    assert isinstance(content, str)
    return content


def test_what_was_mended_is_sent_when_it_is_tried_again(live: Inspections, notified: str) -> None:
    _until(live, notified, "integrated_care_boards", "p-ada", "p-li")
    assert live("people", "change", "p-li", "--email", "li@example.gov.uk").code == 0
    assert live("notices", "retry", notified).out == "3 to be tried now, by the workers\n"
    _until(live, notified, "integrated_care_boards", "p-ada")
    assert "30 October 2023" in _letter(live.folder, "p-li")


def test_one_may_begin_anew_and_nothing_is_sent_twice(live: Inspections, notified: str) -> None:
    began = live("notices", "begin", "--after", "0")
    assert began.out == "Notices are written of what comes after position 0.\n"
    assert live("notices", "begin", "--after", "1000000").code == 2
    assert "comes after position" in live("notices", "begin").out
    sent = live("notices", "list", notified, "--state", "sent", "--format", "json").data
    assert len({(one["recipient"], one["reason"]) for one in sent}) == len(sent)


def test_an_inspection_that_is_not_there_is_named(live: Inspections) -> None:
    ended = live("notices", "list", "ZZZ-2020-F1")
    assert (ended.code, "ZZZ-2020-F1 is not in this ledger" in ended.err) == (3, True)
    assert live("notices", "retry", "ZZZ-2020-F1").code == 3
