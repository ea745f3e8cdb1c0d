"""What an export holds, and what an examination says when nothing is wrong or little is known."""

import hashlib
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from audit import verify as module
from audit.findings import Step
from audit.folder import Folder
from audit.verify import Brought, verify
from domain.errors import MalformedError, NotFoundError
from proof.notes import KeyType, SecretKey
from proof.tiles import tile_with
from tests.audit.conftest import (
    AT,
    KEY,
    ORIGIN,
    STREAM,
    TEXT,
    UNSIGNED,
    House,
    examined,
    failed,
    findings,
    unheard,
)
from tests.eventstore.test_erasures import ASKED

NEXT = SecretKey.generate(ORIGIN, KeyType.LOG)


def _files(folder: Path) -> Iterator[Path]:
    return (file for file in sorted(folder.rglob("*")) if file.is_file())


async def test_nothing_is_wrong_with_a_ledger_that_only_grew(house: House, tmp_path: Path) -> None:
    """Exported and live; every step was taken."""
    kept = str((await house.stores.checkpoints.all())[0].checkpoint)
    folder = await house.export(tmp_path / "export")
    for report in (examined(folder, KEY, kept=kept), await house.examine(KEY, kept=kept)):
        assert (failed(report), report.ok, report.remarks) == (set(), True, ()), report
        looked_at = {one.step: one.looked_at for one in report.steps}
        assert looked_at[Step.ENTRIES] == "192 entries"
        assert looked_at[Step.CONSISTENCY] == "2 older checkpoints, 1 kept elsewhere"


async def test_several_processes_find_what_one_finds(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Many entries are spread over the processors."""
    folder = await house.export(tmp_path / "export")
    monkeypatch.setattr(module, "FEW", 10)
    assert examined(folder, KEY).ok
    entries = folder / "entries" / "1.jsonl"
    entries.write_bytes(entries.read_bytes().replace(b'"position":70,', b'"position":71,'))
    report = examined(folder, KEY)
    assert (report.ok, report.first_bad and report.first_bad.position) == (False, 70)
    assert failed(report) == {Step.FILES, Step.ENTRIES, Step.ORDER}


async def test_the_same_ledger_and_checkpoint_give_the_same_bytes(house: House, tmp_path: Path) -> None:
    """But for the time in the manifest."""
    first = await house.export(tmp_path / "first")
    second = await house.export(tmp_path / "second")
    for one, other in zip(_files(first), _files(second), strict=True):
        assert one.relative_to(first) == other.relative_to(second)
        assert one.name == "manifest.json" or one.read_bytes() == other.read_bytes()


async def test_an_export_is_in_open_formats(house: House, tmp_path: Path) -> None:
    """Lines are entries as stored, hashed with a zero byte before them they are the tile of the leaves."""
    folder = await house.export(tmp_path / "export")
    lines = (folder / "entries" / "1.jsonl").read_bytes().splitlines()
    assert [line.decode() for line in lines] == [
        entry.text for entry in await house.stores.ledger.read_all(limit=200)
    ]
    tile = (folder / tile_with(0, 192).path).read_bytes()
    assert tile == b"".join(hashlib.sha256(b"\x00" + line).digest() for line in lines)
    (sealed,) = map(json.loads, (folder / "sealed" / "1.jsonl").read_text().splitlines())
    assert sealed["text"] == TEXT
    assert folder.stat().st_mode & 0o777 == 0o700


async def test_an_extract_gives_nothing_of_others_away_but_hashes(house: House, tmp_path: Path) -> None:
    """Each of its entries is proved to be in the ledger; that none comes later is not, and that is said."""
    folder = await house.export(tmp_path / "extract", STREAM)
    (file,) = (folder / "entries").iterdir()
    streams = {json.loads(line)["stream"] for line in file.read_text().splitlines()}
    assert streams == {STREAM}
    report = examined(folder, KEY)
    assert report.ok, report
    assert {one.step: one.looked_at for one in report.steps}[Step.PROOFS] == "1 stream"
    assert any("cannot show that these streams have no later entries" in one for one in report.remarks)


async def test_an_erased_text_is_counted_and_nothing_is_wrong(house: House, tmp_path: Path) -> None:
    """Fold and proofs stand without it."""
    before = examined(await house.export(tmp_path / "before"), KEY)
    kept = await house.owner.fetch("SELECT encode(digest, 'hex') FROM ledger.sealed")
    await house.stores.erasures.erase(ASKED, texts=[digest for (digest,) in kept])
    after = examined(await house.export(tmp_path / "after"), KEY)
    (erased,) = map(json.loads, (tmp_path / "after" / "erased" / "1.jsonl").read_text().splitlines())
    assert (erased["decided_by"], erased["reason"]) == (ASKED.decided_by, ASKED.reason)
    assert (await house.examine(KEY)).ok
    told = [
        next(one.looked_at for one in report.steps if one.step is Step.SEALED) for report in (before, after)
    ]
    assert (after.ok, told) == (True, ["1 text, 0 erased", "0 texts, 1 erased"])


async def test_what_came_after_the_checkpoint_is_not_exported_and_live_is_not_signed(
    house: House, tmp_path: Path
) -> None:
    """It covers what a checkpoint says. Live the rest is examined too, as far as that goes."""
    last = (await house.stores.ledger.read_stream(STREAM))[-1]
    body = last.text[len('{"body":') : last.text.rfind(',"position":')]
    await house.append(STREAM, last.version, body)
    assert examined(await house.export(tmp_path / "export"), KEY).ok
    report = await house.examine(KEY)
    assert "1 entry after checkpoint 3: not signed yet." in report.remarks


async def test_where_an_export_cannot_be_made_it_says_why(house: House, tmp_path: Path) -> None:
    """The place is taken; there is no such inspection; there is no checkpoint. Nothing is left behind."""
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "file").touch()
    with pytest.raises(MalformedError, match="is not empty"):
        await house.export(tmp_path / "taken")
    with pytest.raises(NotFoundError, match="ZZZ-2023-F1: not in this ledger"):
        await house.export(tmp_path / "export", "ZZZ-2023-F1")
    await house.attack(UNSIGNED)
    with pytest.raises(NotFoundError, match="inspections audit checkpoint"):
        await house.export(tmp_path / "export")
    assert "nothing is signed" in (await house.examine()).remarks[-1]
    assert [file.name for file in _files(tmp_path)] == ["file"]


async def test_without_a_key_of_ones_own_it_is_said_what_that_does_not_prove(
    house: House, tmp_path: Path
) -> None:
    """The log's key comes from the export then."""
    report = examined(await house.export(tmp_path / "export"))
    assert report.ok
    assert "it does not show who signed" in report.remarks[0]


@pytest.mark.parametrize(("both", "trusted"), [(True, True), (False, False)])
async def test_a_key_is_trusted_from_the_checkpoint_on_that_a_trusted_one_signs_with_it(
    house: House, tmp_path: Path, both: bool, trusted: bool
) -> None:
    """A handover; without one, a further key is a stranger's to whoever knows the first."""
    if both:
        await house.issue(KEY, NEXT)
    await house.stores.checkpoints.issue([NEXT], AT + timedelta(hours=2), old_key_is_lost=True)
    folder = await house.export(tmp_path / "export")
    report = examined(folder, KEY)
    assert report.ok is trusted
    if not trusted:
        (finding,) = findings(report, Step.SIGNATURES)
        assert finding.problem == "checkpoint 4 is not signed by a key that is trusted"
    assert examined(folder, NEXT).ok  # what was before it, its own checkpoints vouch for


async def test_a_checkpoint_of_another_log_is_refused(house: House, tmp_path: Path) -> None:
    """And so is a file that is none."""
    folder = await house.export(tmp_path / "export")
    kept = (folder / "checkpoint").read_text().replace(ORIGIN, "other.example/ledger")
    report = examined(folder, KEY, kept=kept, none="nothing\n")
    assert [one.problem.partition(":")[0] for one in findings(report, Step.CONSISTENCY)] == ["kept", "none"]


async def test_what_is_no_export_is_a_failure_and_no_traceback(tmp_path: Path) -> None:
    """An empty folder has no manifest; no folder is an error of the call."""
    report = examined(tmp_path)
    assert (report.ok, findings(report, Step.FILES)[0].file) == (False, "manifest.json")
    with pytest.raises(NotFoundError, match="is no folder"):
        verify(Folder(tmp_path / "nowhere"), Brought(), unheard)
