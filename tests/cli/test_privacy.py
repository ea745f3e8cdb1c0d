"""The command `privacy` as operators use it, on a stack that runs."""

import contextlib
from pathlib import Path
from uuid import uuid4

import pytest

from cli.exits import Exit
from tests.cli.conftest import Inspections
from tests.cli.test_coordinator import monday, plan

DECIDED = ("--decided-by", "p-ada")
NAME = "Olga Mint-Harrow"


@pytest.fixture
def olga(live: Inspections) -> str:
    """Somebody in the directory, by reference."""
    added = live("people", "add", "--name", NAME, "--role", "inspector", "--organisation", "cqc")
    return added.out.strip()


def test_an_erasure_is_shown_first_then_done_and_then_on_record(live: Inspections, olga: str) -> None:
    """And an erased reference is given to nobody again."""
    asked = ("privacy", "erase", olga, "--reason", "person_asked", *DECIDED)
    tried = live(*asked, "--dry-run")
    assert (tried.code, "Nothing is erased. It would be:" in tried.out) == (Exit.DONE, True)
    assert NAME in live("privacy", "report", olga).out

    done = live(*asked, "--format", "json").data
    assert done["persons"] == [olga]
    assert any(place["where"].startswith("backups") for place in done["remaining"])

    told = live("privacy", "report", olga, "--recorded-by", "p-ada")
    noted = live("audit", "acts", "--act", "report_what_is_held", "--format", "json").data[-1]
    assert (noted["by_whom"], noted["detail"]) == ("p-ada", {"of": olga})
    assert NAME not in told.out
    assert "by p-ada (person asked)" in told.out
    (record,) = [one for one in live("privacy", "erased", "--format", "json").data if one["what"] == olga]
    assert (record["reason"], record["decided_by"]) == ("person_asked", "p-ada")
    assert f"Nothing is left to erase of {olga}" in live(*asked).out
    again = live("people", "add", "--ref", olga, "--name", NAME, "--role", "dcs", "--organisation", "la-qqp")
    assert (again.code, "was erased" in again.err) == (Exit.MALFORMED, True)


def test_a_command_sent_again_does_not_bring_its_erased_text_back(live: Inspections) -> None:
    """Neither under its old id; nor is anything recorded twice."""
    inspection = plan(live, "QQP", monday(8), monday(-4), "--format", "json").data["inspection"]
    against = ("--contrary-to", "team_complete", "--reason", "Words to be gone", "--authorised-by", "p-dir")
    at = ("--at", monday(-2).isoformat(), "--decided-by", "p-lead", "--command-id", str(uuid4()))
    send = ("record", inspection, "notify_area", *at, *against)
    assert live(*send).code == Exit.DONE
    digest = live("privacy", "report", inspection, "--format", "json").data["texts"][0]["digest"]

    assert live("privacy", "erase", digest, "--reason", "written_in_error", *DECIDED).code == Exit.DONE
    again = live(*send)

    assert (again.code, "under an id of its own" in again.err) == (Exit.MALFORMED, True)
    held = live("privacy", "report", inspection, "--format", "json").data
    assert [(one["text"], one["erasure"]["reason"]) for one in held["texts"]] == [(None, "written_in_error")]
    assert [one["type"] for one in held["events"]].count("area_notified") == 1


def test_what_is_due_is_shown_and_erased_by_rule(live: Inspections, olga: str) -> None:
    """Somebody who left long ago: listed by the rule, not erased by a dry run, gone afterwards."""
    assert live("people", "change", olga, "--left-on", "2015-03-31").code == Exit.DONE
    (due,) = [one for one in live("privacy", "due", "--format", "json").data if one["what"] == olga]
    assert (due["rule"], due["due"], due["sureness"]) == ("people_who_left 2026-11-01", "2021-03-31", "M")
    assert "would be erased; nothing is" in live("privacy", "erase", "--due", "--dry-run", *DECIDED).out
    assert NAME in live("privacy", "report", olga).out
    assert live("privacy", "erase", "--due", *DECIDED).code == Exit.DONE
    assert "by rule people_who_left 2026-11-01" in live("privacy", "report", olga).out
    assert "Nothing is due" in live("privacy", "due").out


def test_after_erasing_and_scrubbing_the_data_folder_holds_nothing_of_it(live: Inspections) -> None:
    """PostgreSQL's files, Temporal's, notices and published pages. Before, only PostgreSQL's hold it."""
    words, name = f"words-{uuid4().hex}", f"Olga-{uuid4().hex}"
    olga = live("people", "add", "--name", name, "--role", "inspector", "--organisation", "cqc").out.strip()
    inspection = plan(live, "QQR", monday(8), monday(-4), "--format", "json").data["inspection"]
    against = ("--contrary-to", "team_complete", "--reason", words, "--authorised-by", "p-dir")
    at = ("--at", monday(-2).isoformat(), "--decided-by", "p-lead")
    assert live("record", inspection, "notify_area", *at, *against).code == Exit.DONE
    assert _parts_with(live.folder, words, name) == {"postgres"}

    why = ("--reason", "consent_withdrawn", *DECIDED)
    assert live("privacy", "erase", olga, *why).code == Exit.DONE
    assert live("privacy", "erase", inspection, "--texts", *why).code == Exit.DONE
    scrubbed = live("privacy", "scrub", "--format", "json").data

    assert scrubbed == {"written_anew": ["ledger.sealed", "ledger.people"], "still_kept": []}
    assert _parts_with(live.folder, words, name) == set()


def _parts_with(folder: Path, *words: str) -> set[str]:
    """Name the parts of a data folder in which one of some words stands."""
    found = set()
    for file in folder.rglob("*"):
        with contextlib.suppress(OSError):  # a folder, a socket, or gone meanwhile
            content = file.read_bytes()
            if any(word.encode() in content for word in words):
                found.add(file.relative_to(folder).parts[0])
    return found


@pytest.mark.parametrize(
    ("call", "code", "told"),
    [
        (
            "erase p-ada --reason curiosity --decided-by p-ada",
            Exit.MALFORMED,
            "--reason is 'curiosity'; accepted",
        ),
        ("erase p-ada --decided-by p-ada", Exit.MALFORMED, "accepted are SUBJECT and --reason, or --due"),
        ("erase --due p-ada --decided-by p-ada", Exit.MALFORMED, "--due goes without SUBJECT"),
        ("erase p-ada --reason unlawful --decided-by p-no", Exit.MALFORMED, "p-no is not in the directory"),
        ("erase p-no --reason unlawful --decided-by p-ada", Exit.NOT_FOUND, "nothing is held of p-no"),
        ("erase p-ada --reason unlawful --decided-by p-ada", Exit.MALFORMED, "accepted is somebody else"),
        ("report Ada", Exit.MALFORMED, "SUBJECT is 'Ada'; accepted is a person such as p-7k2m"),
    ],
)
def test_a_wrong_call_is_told_what_is_accepted(live: Inspections, call: str, code: Exit, told: str) -> None:
    ended = live("privacy", *call.split())
    assert (ended.code, told in ended.err) == (code, True), ended.err
