"""Attacks by whoever owns the database, or the files of an export: each is found, and the place is named.

What cannot be found without something kept elsewhere is shown as well: such an attack passes, until an
earlier checkpoint or a key is brought.
"""

import hashlib
import json
import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final
from uuid import UUID

import pytest

from audit.export_format import MANIFEST, FileMark, Manifest, read_manifest
from audit.findings import Step
from domain.canonical import canonical_json, canonical_model
from domain.errors import IntegrityError
from domain.messages import MilestoneRequest
from proof.notes import KeyType, SecretKey
from tests.audit.conftest import (
    KEY,
    ORIGIN,
    STREAM,
    UNSIGNED,
    House,
    examined,
    failed,
    findings,
    first_bad,
    flip,
    recorded,
)

_LEAF: Final = "sha256('\\x00'::bytea || convert_to({0}, 'UTF8'))"
_OTHER: Final = SecretKey.generate(ORIGIN, KeyType.LOG)
_ACTOR: Final = 'replace(entry, \'"person":"p-\', \'"person":"p-x\')'
_TIME: Final = "replace(entry, '2023', '2022')"
_HEAD: Final = (
    "UPDATE ledger.head SET position = (SELECT max(position) FROM ledger.events), "
    "commands = (SELECT max(number) FROM ledger.commands)"
)


def _rewrite(text: str, position: int, *, leaf: bool) -> str:
    matching = f", leaf = {_LEAF.format(text)}" if leaf else ""
    return f"UPDATE ledger.events SET entry = {text}{matching} WHERE position = {position}"


def _renumber(position: int) -> str:
    """Give an entry the next version, in column, text and leaf."""
    new = "replace(entry, '\"version\":' || version || '}', '\"version\":' || version + 1 || '}')"
    return (
        f"UPDATE ledger.events SET version = version + 1, entry = {new}, leaf = {_LEAF.format(new)} "
        f"WHERE position = {position}"
    )


_INSERTED: Final = """
INSERT INTO ledger.events (position, stream, version, type, recorded_at, leaf, entry)
SELECT 100, 'ZZZ-2023-F1', 1, type, recorded_at, sha256('\\x00'::bytea || convert_to(text, 'UTF8')), text
FROM ledger.events, LATERAL (SELECT replace(replace(entry, '"position":1,', '"position":100,'), '"stream":"'
                             || stream, '"stream":"ZZZ-2023-F1') AS text) AS composed
WHERE position = 1
"""
_SHIFTED: Final = "UPDATE ledger.events SET position = {} WHERE position {}"
_ROOM: Final = (
    _SHIFTED.format("position + 1000000", ">= 100"),
    _SHIFTED.format("position - 999999", "> 1000000"),
)

_REQUEST: Final = MilestoneRequest(
    inspection=recorded()[7][0], command_id=str(UUID(int=8)), command={"type": "deed"}
)


def _of_command(change: str) -> list[str]:
    """Change the command that brought the entry at position 8."""
    return [
        "ALTER TABLE ledger.commands DISABLE TRIGGER append_only",
        f"UPDATE ledger.commands SET {change} WHERE first_position = 8",
        "ALTER TABLE ledger.commands ENABLE ALWAYS TRIGGER append_only",
    ]


BY_OWNER: Final = {
    "a payload": ([_rewrite(_ACTOR, 70, leaf=False)], Step.ENTRIES, 70, "leaf|tree"),
    "a payload and its leaf": (
        [_rewrite(_ACTOR, 70, leaf=True)],
        Step.CONSISTENCY,
        61,
        "positions 61 to 120",
    ),
    "a payload after the older checkpoints": (
        [_rewrite(_TIME, 130, leaf=True)],
        Step.TREE,
        121,
        "positions 121 to 192",
    ),
    "a time in the column": (
        ["UPDATE ledger.events SET recorded_at = recorded_at - interval '1 day' WHERE position = 70"],
        Step.ENTRIES,
        70,
        "recorded_at is '.*' but '.*' in the text",
    ),
    "a time in the text": (
        [_rewrite('replace(entry, \'"recorded_at":"20\', \'"recorded_at":"19\')', 70, leaf=True)],
        Step.ORDER,
        70,
        "recorded at 19",
    ),
    "an actor": ([_rewrite(_ACTOR, 3, leaf=False)], Step.ENTRIES, 3, "tree"),
    "one deleted in the middle": (
        ["DELETE FROM ledger.events WHERE position = 100"],
        Step.ORDER,
        100,
        "position 100 is missing: position 101 comes after position 99",
    ),
    "one inserted": ([*_ROOM, _INSERTED, _HEAD], Step.ENTRIES, 100, "position is 101 but 100 in the text"),
    "two swapped": (
        [
            _SHIFTED.format("0", "= 80"),
            _SHIFTED.format("80", "= 81"),
            _SHIFTED.format("81", "= 0"),
        ],
        Step.ENTRIES,
        80,
        "position is 80 but 81 in the text",
    ),
    "a version renumbered": (
        [_renumber(192)],
        Step.ORDER,
        192,
        "version [0-9]+ of .* comes after version",
    ),
    "an event added behind the head": (
        [_INSERTED.replace("SELECT 100", "SELECT 193").replace(":100,", ":193,")],
        Step.COMMANDS,
        193,
        "there are entries up to 193",
    ),
    "a command's events": (
        _of_command("first_position = 9"),
        Step.COMMANDS,
        8,
        "begins with position 9, not 8",
    ),
    "a command's request": (
        _of_command("""request = replace(request, '"deed"', '"need"')"""),
        Step.COMMANDS,
        8,
        "its request is not the one that was sent",
    ),
    "a command's request, and its digest": (
        _of_command("request = replace(request, stream, 'ZZZ-2023-F1')"),
        Step.COMMANDS,
        8,
        "its request is another command's",
    ),
    "a command's answer": (
        _of_command('answer = \'{"result": "recorded"}\''),
        Step.COMMANDS,
        8,
        "its answer names other events than those that are recorded",
    ),
    "a command's answer, into none": (
        _of_command("answer = '{}'"),
        Step.COMMANDS,
        8,
        "its request or its answer cannot be read",
    ),
    "a command's id": (
        _of_command(
            f"command_id = '{_REQUEST.command_id}', request = '{canonical_model(_REQUEST)}', "
            f"digest = decode('{_REQUEST.digest()}', 'hex')"
        ),
        Step.COMMANDS,
        8,
        "an event of it says that another command brought it",
    ),
}


@pytest.mark.parametrize("attack", BY_OWNER)
async def test_what_the_owner_of_the_database_changes_is_found_there(house: House, attack: str) -> None:
    """The step that finds it names the first bad position, or between which signed sizes it lies."""
    statements, step, position, told = BY_OWNER[attack]
    await house.attack(*statements)
    report = await house.examine(KEY)
    found = findings(report, step)
    assert not report.ok
    assert found[0].position == position, report
    assert any(re.search(told, one.problem) for one in found), found


async def test_where_only_a_range_is_known_the_range_is_told(house: House) -> None:
    """The shortest one, since nobody knows where in it. With a hash that does not fit the place is known."""
    await house.attack(_rewrite(_ACTOR, 70, leaf=True))
    assert first_bad(await house.examine(KEY)) == (61, 120)
    await house.attack(_rewrite(_ACTOR, 75, leaf=False))
    assert first_bad(await house.examine(KEY)) == (75, None)


async def test_an_export_shows_what_was_changed_and_not_hashed_anew(house: House, tmp_path: Path) -> None:
    """The auditor needs no database for it."""
    await house.attack(_rewrite(_ACTOR, 70, leaf=False))
    report = examined(await house.export(tmp_path / "export"), KEY)
    assert (failed(report), first_bad(report)) == ({Step.ENTRIES}, (70, None))


async def test_what_was_hashed_anew_is_not_exported(house: House, tmp_path: Path) -> None:
    """No checkpoint vouches for it; nothing is left in the folder."""
    await house.attack(_rewrite(_ACTOR, 70, leaf=True))
    with pytest.raises(IntegrityError, match="are not those of checkpoint 3"):
        await house.export(tmp_path / "export")
    assert not list(_files(tmp_path))


async def test_a_replaced_key_is_found_by_whoever_has_the_true_one(house: House, tmp_path: Path) -> None:
    """Everything was signed anew with another key. Without the true key nothing is to be seen."""
    await house.attack(UNSIGNED, _without_key())
    await house.issue(_OTHER)
    folder = await house.export(tmp_path / "export")
    assert examined(folder).ok
    for report in (examined(folder, KEY), await house.examine(KEY)):
        assert failed(report) == {Step.SIGNATURES}
        assert "the log's key was replaced" in findings(report, Step.SIGNATURES)[-1].problem


def _without_key() -> str:
    return (
        "ALTER TABLE ledger.log_keys DISABLE TRIGGER append_only; DELETE FROM ledger.log_keys; "
        "ALTER TABLE ledger.log_keys ENABLE ALWAYS TRIGGER append_only"
    )


_COMMANDS_FROM: Final = (
    "ALTER TABLE ledger.commands DISABLE TRIGGER append_only; "
    "DELETE FROM ledger.commands WHERE first_position > {0}; "
    "ALTER TABLE ledger.commands ENABLE ALWAYS TRIGGER append_only"
)


async def test_a_text_that_went_without_a_record_is_missing(house: House, tmp_path: Path) -> None:
    """Exported and live. Only what somebody decided to erase counts as erased."""
    await house.owner.execute(
        "ALTER TABLE ledger.sealed DISABLE TRIGGER goes_on_record; DELETE FROM ledger.sealed; "
        "ALTER TABLE ledger.sealed ENABLE ALWAYS TRIGGER goes_on_record"
    )
    for report in (examined(await house.export(tmp_path / "export"), KEY), await house.examine(KEY)):
        assert failed(report) == {Step.SEALED}
        (finding,) = findings(report, Step.SEALED)
        assert "is missing, and no erasure of it is recorded" in finding.problem
        assert finding.position == 22


_CUT: Final = ("DELETE FROM ledger.events WHERE position > 150", _COMMANDS_FROM.format(150), _HEAD)


async def test_a_checkpoint_that_was_taken_away_is_missed_by_its_number(house: House) -> None:
    """The others still prove what they prove."""
    await house.attack(_ALTERED_CHECKPOINTS.format("DELETE FROM ledger.checkpoints WHERE number = 2"))
    report = await house.examine(KEY)
    assert failed(report) == {Step.SIGNATURES}
    assert (
        findings(report, Step.SIGNATURES)[0].problem == "checkpoint 2 is missing: checkpoint 3 comes after 1"
    )


_ALTERED_CHECKPOINTS: Final = (
    "ALTER TABLE ledger.checkpoints DISABLE TRIGGER append_only; {0}; "
    "ALTER TABLE ledger.checkpoints ENABLE ALWAYS TRIGGER append_only"
)


async def test_last_events_deleted_are_missed_by_the_checkpoints(house: House) -> None:
    """As long as the checkpoint that covers them is there."""
    await house.attack(*_CUT)
    report = await house.examine(KEY)
    assert failed(report) == {Step.TREE}
    assert findings(report, Step.TREE)[0].problem.startswith("the ledger has 150 entries and had 192")


@pytest.mark.parametrize(
    ("attack", "told"),
    [
        (_CUT, "the ledger has 150 entries and had 192 at kept: the last ones are gone"),
        ((_rewrite(_ACTOR, 70, leaf=True),), "something in positions 1 to 192 was changed"),
    ],
    ids=["truncated", "forked"],
)
async def test_a_history_signed_anew_is_found_only_by_a_checkpoint_that_was_kept(
    house: House, tmp_path: Path, attack: tuple[str, ...], told: str
) -> None:
    """With the log's own key, truncated or written anew for one auditor.

    In itself it is sound, and nobody could tell. One earlier checkpoint that was kept elsewhere shows it.
    """
    kept = str((await house.stores.checkpoints.all())[-1].checkpoint)
    await house.attack(*attack, UNSIGNED)
    await house.issue()
    folder = await house.export(tmp_path / "export")
    assert examined(folder, KEY).ok
    assert (await house.examine(KEY)).ok
    for report in (examined(folder, KEY, kept=kept), await house.examine(KEY, kept=kept)):
        assert failed(report) == {Step.CONSISTENCY}
        assert told in findings(report, Step.CONSISTENCY)[0].problem


def _truncate(file: Path) -> None:
    os.truncate(file, file.stat().st_size // 2)


def _add(file: Path) -> None:
    (file.parent / "added").write_bytes(b"more")


DAMAGE: Final[dict[str, Callable[[Path], None]]] = {
    "flip a byte": flip,
    "truncate": _truncate,
    "remove": Path.unlink,
    "add one beside it": _add,
}


@pytest.mark.parametrize("damage", DAMAGE)
async def test_damage_to_any_file_of_an_export_is_found_and_named(
    house: House, tmp_path: Path, damage: str
) -> None:
    """Every file, one after the other; also one that was added."""
    whole = await house.export(tmp_path / "whole")
    extract = await house.export(tmp_path / "extract", STREAM)
    for export in (whole, extract):
        for file in list(_files(export)):
            copy = shutil.copytree(export, tmp_path / "copy")
            DAMAGE[damage](copy / file)
            report = examined(copy, KEY)
            named = {one.file for one in findings(report, Step.FILES)}
            added = str(file.parent / "added") if damage.startswith("add") else str(file)
            assert added in named, (file, report)
            assert not report.ok
            shutil.rmtree(copy)


def _files(folder: Path) -> Iterator[Path]:
    return (file.relative_to(folder) for file in sorted(folder.rglob("*")) if file.is_file())


Edit = Callable[[list[bytes]], list[bytes]]

BY_FILES: Final[dict[str, tuple[Edit, Step, int, str]]] = {
    "a payload": (
        lambda lines: [*lines[:69], lines[69].replace(b'"person":"p-', b'"person":"p-x'), *lines[70:]],
        Step.ENTRIES,
        70,
        "not the one that the tree has there",
    ),
    "one deleted": (lambda lines: [*lines[:99], *lines[100:]], Step.ORDER, 100, "position 100 is missing"),
    "the last ones deleted": (
        lambda lines: lines[:150],
        Step.ORDER,
        151,
        "position 151 and what comes after",
    ),
    "all deleted": (lambda _: [], Step.ORDER, 1, "position 1 and what comes after"),
    "one twice": (lambda lines: [*lines[:100], *lines[99:]], Step.ORDER, 100, "there twice, or out of order"),
    "two swapped": (
        lambda lines: [*lines[:79], lines[80], lines[79], *lines[81:]],
        Step.ORDER,
        80,
        "position 80 is missing: position 81 comes after position 79",
    ),
    "a body that closes early": (
        lambda lines: [*lines[:9], lines[9].replace(b'{"body":{', b'{"body":{},"more":{', 1), *lines[10:]],
        Step.ENTRIES,
        10,
        "the body is not JSON",
    ),
    "nonsense": (lambda lines: [*lines[:9], b"\xff\xfe", *lines[10:]], Step.ENTRIES, 10, "is not composed"),
}


@pytest.mark.parametrize("attack", BY_FILES)
async def test_a_manifest_that_was_written_anew_hides_nothing(
    house: House, tmp_path: Path, attack: str
) -> None:
    """Whoever can change the files can change the manifest; the tree stands behind it."""
    edit, step, position, told = BY_FILES[attack]
    folder = await house.export(tmp_path / "export")
    file = folder / "entries" / "1.jsonl"
    file.write_bytes(b"".join(line + b"\n" for line in edit(file.read_bytes().splitlines())))
    _mark_anew(folder)
    report = examined(folder, KEY)
    assert Step.FILES not in failed(report)
    assert findings(report, step)[0].position == first_bad(report)[0] == position
    assert any(told in one.problem for one in findings(report, step) if one.position == position)


async def test_a_manifest_that_speaks_of_another_log_or_of_more_than_there_is_is_found(
    house: House, tmp_path: Path
) -> None:
    """And nobody waits for it: what has no hashes is not looked for."""
    folder = await house.export(tmp_path / "export")
    contents = read_manifest((folder / MANIFEST).read_bytes())
    for changed, told in (
        ({"origin": "other.example/log"}, "the log is other.example"),
        ({"size": 10**12}, "no hashes"),
    ):
        (folder / MANIFEST).write_text(Manifest.of(contents.model_copy(update=changed)).text)
        report = examined(folder, KEY)
        assert any(told in one.problem for one in findings(report, Step.FILES)), report


async def test_an_extract_without_entries_proves_nothing(house: House, tmp_path: Path) -> None:
    """With proofs of none, a manifest that was written anew, and all hashes as they were."""
    folder = await house.export(tmp_path / "export", STREAM)
    (entries,) = (folder / "entries").iterdir()
    entries.write_bytes(b"")
    proofs = folder / "proofs" / f"{STREAM}.json"
    whole = json.loads(proofs.read_text())
    proofs.write_text(canonical_json({**whole, "entries": []}) + "\n")
    _mark_anew(folder)
    report = examined(folder, KEY)
    assert findings(report, Step.PROOFS)[0].problem == f"no entry of {STREAM} is there"


async def test_a_sealed_text_or_a_hash_that_was_exchanged_is_found(house: House, tmp_path: Path) -> None:
    """Also with a manifest that was written anew."""
    for name, old, new, step in (
        ("sealed/1.jsonl", b"early", b"later", Step.SEALED),
        ("tile/0/000.p/192", None, None, Step.TREE),
        (f"proofs/{STREAM}.json", b'"proof":["', b'"proof":["' + b"A" * 43 + b'=","', Step.PROOFS),
    ):
        folder = await house.export(tmp_path / step.value, STREAM)
        if old is None:
            flip(folder / name)
        else:
            raw = (folder / name).read_bytes()
            assert old in raw
            (folder / name).write_bytes(raw.replace(old, new or b""))
        _mark_anew(folder)
        report = examined(folder, KEY)
        assert step in failed(report), report
        assert Step.FILES not in failed(report)


def _mark_anew(folder: Path) -> None:
    contents = read_manifest((folder / MANIFEST).read_bytes())
    marks = {}
    for file in _files(folder):
        raw = (folder / file).read_bytes()
        marks[str(file)] = FileMark(size=len(raw), sha256=hashlib.sha256(raw).hexdigest())
    del marks[MANIFEST]
    manifest = Manifest.of(contents.model_copy(update={"files": marks}))
    (folder / MANIFEST).write_text(manifest.text)
