"""Auditors and operators: what the ledger was is signed, cosigned and listed; refusals and acts are read."""

import json
import os
import pwd
import signal
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from cli.access import note
from domain.london import london_date
from proof.checkpoints import Checkpoint
from proof.notes import PublicKey
from tests.cli.conftest import Inspections, stop, wait_until_gone
from tests.journeys.house import fresh_database
from workers.stores import open_stores

PATIENCE = 30
TEAM = (
    '[{"person":"p-lead","inspectorate":"ofsted","lead":true},'
    '{"person":"p-cqc","inspectorate":"cqc","lead":true}]'
)
ADA = ("--decided-by", "p-ada", "--role", "coordinator", "--organisation", "ofsted")


@pytest.fixture(scope="module")
def audited(folder: Path) -> Iterator[Inspections]:
    """A stack of its own, with one inspection of which fieldwork was to begin before its time."""
    inspections = Inspections(folder / "audited")
    process = inspections.up()
    try:
        opened = inspections(
            *(
                "open",
                "SFK",
                "--at",
                "2023-10-16",
                "--notify-on",
                "2023-10-30",
                "--on-site-from",
                "2023-11-13",
            ),
            *("--on-site-to", "2023-11-17", "--body", "la-sfk", *ADA),
        )
        assert opened.code == 0, opened.err
        lead = ("--decided-by", "p-lead", "--role", "ofsted_lead", "--organisation", "ofsted")
        assert inspections("record", "SFK-2023-F1", "begin_fieldwork", "--at", "2023-11-08", *lead).code == 1
        yield inspections
    finally:
        stop(process, signal.SIGINT)
    wait_until_gone(inspections.folder)


def _until_there(file: Path) -> str:
    end = time.monotonic() + PATIENCE
    while not file.exists():
        assert time.monotonic() < end, f"{file} has not come"
        time.sleep(0.05)
    return file.read_text(encoding="utf-8")


def test_a_stack_signs_and_publishes_from_the_first_day_with_a_key_of_its_own(audited: Inspections) -> None:
    """The secret stays with its owner; the public key is listed with what it has signed."""
    published = Checkpoint.read(_until_there(audited.folder / "published" / "checkpoints" / "1"))
    assert (audited.folder / "checkpoint.key").stat().st_mode & 0o777 == 0o600
    (key,) = audited("audit", "keys", "list", "--format", "json").data
    public = PublicKey.read(key["key"])
    assert published.check(public.name, [public]) == {public: None}
    assert (key["type"], key["first"]) == ("log", 1)
    assert key["key"] in audited("audit", "keys", "list").out


def test_a_checkpoint_is_issued_when_asked_for_and_listed(audited: Inspections) -> None:
    """Without news the last one is printed again."""
    printed = Checkpoint.read(audited("audit", "checkpoint").out)
    told = audited("audit", "checkpoint", "--format", "json").data
    assert (told["checkpoint"], told["size"]) == (str(printed), printed.head.size)
    listed = audited("audit", "checkpoints", "--format", "json").data
    assert listed[-1]["number"] == told["number"]
    published = audited.folder / "published" / "checkpoints" / str(told["number"])
    assert published.read_text() == told["checkpoint"]
    assert f"{len(listed)} checkpoints" in audited("audit", "checkpoints").out


def test_nothing_is_signed_by_hand_when_a_published_checkpoint_is_gone(
    audited: Inspections, tmp_path: Path
) -> None:
    """Neither with the key that the log has nor with a new one."""
    published = audited.folder / "published" / "checkpoints" / "99"
    published.write_text("what was given away")
    try:
        for asked in (("checkpoint",), ("keys", "rotate", "--out", str(tmp_path / "new.key"))):
            refused = audited("audit", *asked)
            assert (refused.code, "checkpoint 99 was published" in refused.err) == (4, True)
    finally:
        published.unlink()
    assert len(audited("audit", "keys", "list", "--format", "json").data) == 1


def test_an_auditor_cosigns_and_the_operator_files_it(audited: Inspections, tmp_path: Path) -> None:
    """First without an earlier one, then after the ledger has grown, with the proof that it only has."""
    made = audited("audit", "keys", "new", "ana.example", "--cosigner", "--out", str(tmp_path / "ana.key"))
    ana = PublicKey.read(made.out)
    assert (tmp_path / "ana.key").stat().st_mode & 0o777 == 0o600
    (log,) = audited("audit", "keys", "list", "--format", "json").data
    files = [tmp_path / "first", tmp_path / "second"]
    keys = ("--key", str(tmp_path / "ana.key"), "--log-key", log["key"], "--live")
    files[0].write_text(audited("audit", "checkpoint").out)
    first = audited("audit", "cosign", str(files[0]), *keys, "--recorded-by", "p-ana")
    assert (first.code, "compared with no earlier one" in first.out) == (0, True)
    assert audited("record", "SFK-2023-F1", "appoint_team", "--members", TEAM, *ADA).code == 0
    files[1].write_text(audited("audit", "checkpoint").out)
    second = audited("audit", "cosign", str(files[1]), *keys, "--last", f"{files[0]}.cosigned")
    assert second.code == 0, second.err
    filed = audited("audit", "checkpoint", "--add", f"{files[1]}.cosigned", "--cosigner", str(ana))
    assert PublicKey.read(str(ana)) in Checkpoint.read(filed.out).note.signed_by([ana])
    listed = audited("audit", "checkpoints", "--format", "json").data[-1]["signed"]
    assert [one["key"] for one in listed] == [log["key"], str(ana)]
    assert "ana.example" in audited("audit", "checkpoints").out
    noted = audited("audit", "acts", "--act", "cosign", "--format", "json").data
    again = audited("audit", "cosign", str(files[1]), *keys)
    assert (again.code, "is there already" in again.err) == (2, True)
    assert audited("audit", "acts", "--act", "cosign", "--format", "json").data == noted


def test_what_cannot_be_cosigned_or_filed_says_why(audited: Inspections, tmp_path: Path) -> None:
    """No checkpoint, no key, another log's key, a cosignature that is not there."""
    for name, kind in (("bob.example", ("--cosigner",)), ("other.example/log", ())):
        file = tmp_path / name.partition(".")[0]
        made = audited("audit", "keys", "new", name, *kind, "--out", str(file))
        (tmp_path / f"{file.name}.pub").write_text(made.out)
    bob = (tmp_path / "bob.pub").read_text().strip()
    note = tmp_path / "note"
    note.write_text(audited("audit", "checkpoint").out)
    cosign = ("audit", "cosign", str(note), "--log-key", str(tmp_path / "other.pub"), "--key")
    assert audited(*cosign, str(tmp_path / "bob")).code == 4
    assert "holds a log's key" in audited(*cosign, str(tmp_path / "other")).err
    assert audited("audit", "checkpoint", "--add", str(note), "--cosigner", bob).code == 2
    assert audited("audit", "checkpoint", "--add", str(note)).code == 2
    (tmp_path / "none").write_text("nothing\n")
    assert (
        "no signed note"
        in audited("audit", "cosign", str(tmp_path / "none"), *cosign[3:], str(tmp_path / "bob")).err
    )
    assert "without spaces" in audited("audit", "keys", "new", "a b", "--out", str(tmp_path / "x")).err


def test_refusals_are_read_and_reading_them_is_noted(audited: Inspections) -> None:
    """By whom: whoever is named, or the account."""
    (refused,) = audited(
        "audit", "refusals", "SFK-2023-F1", "--recorded-by", "p-audit", "--format", "json"
    ).data
    assert refused["command"]["decided_by"]["person"] == "p-lead"
    shown = audited("audit", "refusals").out
    assert f"refused by  {refused['refused']['code']}: " in shown
    assert "SFK-2023-F1: begin fieldwork, asked by p-lead (ofsted lead)" in shown
    acts = audited("audit", "acts", "--act", "read_refusals", "--format", "json").data
    assert [(one["by_whom"], one["detail"]) for one in acts] == [
        ("p-audit", {"of": "SFK-2023-F1"}),
        (pwd.getpwuid(os.getuid()).pw_name, {"of": "all"}),
    ]
    day = london_date(datetime.fromisoformat(acts[0]["done_at"]))
    assert "read refusals" in audited("audit", "acts", "--since", str(day), "--until", str(day)).out
    assert audited("audit", "acts", "--since", "2100-01-01", "--format", "json").data == []
    assert audited("audit", "refusals", "ZZZ-2020-F1").code == 3


def test_whoever_replays_or_compares_is_noted(audited: Inspections) -> None:
    """What was looked at, and not what was seen."""
    for call in (("replay", "SFK-2023-F1"), ("diff", "SFK-2023-F1", "1", "2"), ("replay", "--all")):
        ended = audited("audit", *call)
        assert ended.code == 0, ended.err
    acts = audited("audit", "acts", "--format", "json").data
    found = [(one["act"], one["detail"]["of"]) for one in acts if one["act"] in {"replay", "diff"}]
    assert sorted(found) == [("diff", "SFK-2023-F1"), ("replay", "SFK-2023-F1"), ("replay", "all")]


def test_a_key_is_rotated_and_only_by_whoever_has_the_old_one(audited: Inspections, tmp_path: Path) -> None:
    """Both sign one checkpoint; afterwards the new one is used, and a key that nobody knows is refused."""
    file = tmp_path / "next.key"
    rotated = audited("audit", "keys", "rotate", "--out", str(file))
    assert rotated.code == 0, rotated.err
    old, new = (
        one["key"]
        for one in audited("audit", "keys", "list", "--format", "json").data
        if one["type"] == "log"
    )
    assert rotated.out.startswith(new)
    last = audited("audit", "checkpoints", "--format", "json").data[-1]
    assert {old, new} <= {one["key"] for one in last["signed"]}
    with_next = Inspections(audited.folder, {"INSPECTIONS_CHECKPOINT_KEY_FILE": str(file)})
    assert with_next("audit", "checkpoint").code == 0
    stranger = tmp_path / "stranger.key"
    audited("audit", "keys", "new", PublicKey.read(new).name, "--out", str(stranger))
    with_stranger = Inspections(audited.folder, {"INSPECTIONS_CHECKPOINT_KEY_FILE": str(stranger)})
    refused = with_stranger("audit", "checkpoint")
    assert (refused.code, "has never signed for this log" in refused.err) == (2, True)
    lost = audited("audit", "keys", "rotate", "--old-key-is-lost", "--out", str(tmp_path / "lost.key"))
    assert (lost.code, "the new key alone" in lost.out) == (0, True)
    assert file.read_text().strip() not in json.dumps([rotated.out, refused.err, lost.out])


def test_a_rehearsal_is_signed_with_a_key_of_its_own_and_examined(
    rehearsed: tuple[Inspections, object], tmp_path: Path
) -> None:
    """So that auditors can try everything out; nobody takes it for the log, and nothing is published."""
    inspections, _ = rehearsed
    assert inspections("audit", "replay", "--all", "--rehearsal", "--format", "json").data["lagging"] == []
    before = inspections("audit", "export", str(tmp_path / "export"), "--rehearsal")
    assert (before.code, "inspections audit checkpoint --rehearsal" in before.err) == (3, True)
    signed = Checkpoint.read(inspections("audit", "checkpoint", "--rehearsal").out)
    assert signed.head.origin.startswith("localhost/rehearsals-")
    assert inspections("audit", "checkpoint", "--rehearsal").out == str(signed)
    (listed,) = inspections("audit", "checkpoints", "--rehearsal", "--format", "json").data
    (tmp_path / "kept").write_text(listed["checkpoint"])
    assert inspections("audit", "export", str(tmp_path / "export"), "--rehearsal").code == 0
    kept = ("--since", str(tmp_path / "kept"), "--key", listed["signed"][0]["key"])
    assert inspections("audit", "verify", str(tmp_path / "export"), *kept).code == 0
    assert inspections("audit", "verify", "--live", "--rehearsal", *kept).code == 0
    assert not list(inspections.folder.glob("published/**/checkpoint*"))


async def test_in_a_rehearsal_nothing_is_noted(postgres_url: str) -> None:
    """What is tried out there is no act with the record."""
    for rehearsal, noted in ((True, 0), (False, 1)):
        async with fresh_database(postgres_url, rehearsal=rehearsal) as url, open_stores(url) as stores:
            await note(stores, "export", {}, "p-audit")
            assert len(await stores.acts.all()) == noted


def test_an_export_is_examined_without_and_with_the_database(audited: Inspections, tmp_path: Path) -> None:
    """With the key and a checkpoint that were kept; exporting and examining the database are noted."""
    keys = audited("audit", "keys", "list", "--format", "json").data
    first, *others = (key["key"] for key in keys if key["type"] == "log")
    (tmp_path / "log.pub").write_text(first + "\n")
    pinned = ("--key", str(tmp_path / "log.pub"), *(part for key in others for part in ("--key", key)))
    (tmp_path / "kept").write_text(audited("audit", "checkpoint").out)
    folder = tmp_path / "export"
    made = audited("audit", "export", str(folder), "--inspection", "SFK-2023-F1", "--recorded-by", "p-audit")
    assert (made.code, f"inspections audit verify {folder}" in made.out.replace("\n", "")) == (0, True), made
    examined = audited("audit", "verify", str(folder), *pinned, "--since", str(tmp_path / "kept"))
    assert (examined.code, "Nothing is wrong." in examined.out) == (0, True), examined
    live = audited("audit", "verify", "--live", *pinned, "--recorded-by", "p-audit")
    assert (live.code, "commands and the head agree" in live.out) == (0, True), live
    acts = [(one["act"], one["by_whom"]) for one in audited("audit", "acts", "--format", "json").data]
    assert {("export", "p-audit"), ("verify", "p-audit")} <= {*acts}


def test_what_is_wrong_with_an_export_ends_with_4(audited: Inspections, tmp_path: Path) -> None:
    """Named with its position, for people and for scripts. A wrong call is one, and ends with 2 or 3."""
    folder = tmp_path / "export"
    assert audited("audit", "export", str(folder), "--format", "json").data["streams"] is None
    entries = folder / "entries" / "1.jsonl"
    entries.write_bytes(entries.read_bytes().replace(b"p-ada", b"p-bob", 1))
    told = audited("audit", "verify", str(folder))
    assert (told.code, told.out.splitlines()[-1].partition(" (")[0]) == (
        4,
        "Something is wrong, first at position 1.",
    )
    data = audited("audit", "verify", str(folder), "--format", "json").data
    steps = {one["step"]: one["findings"] for one in data["steps"]}
    assert (data["ok"], data["first_bad_position"]) == (False, 1)
    assert steps["files"][0]["file"] == "entries/1.jsonl"
    assert audited("audit", "verify", str(folder), "--live").code == 2
    assert audited("audit", "verify", str(folder), "--key", "a+b").code == 2
    secret = (audited.folder / "checkpoint.key").read_text()
    refused = audited("audit", "verify", str(folder), "--key", secret)
    assert (refused.code, "this is a secret key" in refused.err, secret[-20:] in refused.err) == (
        2,
        True,
        False,
    )
    assert (
        audited("audit", "verify", str(folder), "--since", str(audited.folder / "checkpoint.key")).code == 2
    )
    nowhere = audited("audit", "verify", str(folder), "--since", str(tmp_path / "nowhere"))
    assert (nowhere.code, "cannot be read: No such file" in nowhere.err) == (5, True)
    (folder / "manifest.json").write_bytes(b"{}")
    assert "No checkpoint has been issued" not in audited("audit", "verify", str(folder)).out
    assert audited("audit", "verify", str(tmp_path / "nowhere")).code == 3
    assert audited("audit", "export", str(folder)).code == 2
