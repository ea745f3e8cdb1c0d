"""A workflow's source does not change without somebody having thought of the histories."""

from pathlib import Path

import pytest

from scripts.consider_histories import NOTES, WORKFLOWS, consider, digest_considered, digest_of_source

MODULE = '''
"""What it is."""
import asyncio

class Process:
    """A process."""

    name = "one"
    """What it is called."""

    async def run(self) -> None:
        # Why.
        await asyncio.sleep(1)
'''


def _digest(folder: Path, source: str) -> str:
    folder.mkdir(exist_ok=True)
    (folder / "process.py").write_text(source, encoding="utf-8")
    return digest_of_source(folder)


def test_the_histories_were_considered_when_the_workflows_changed() -> None:
    present, considered = digest_of_source(WORKFLOWS), digest_considered(NOTES)
    assert present == considered, (
        "The source of the workflows has changed, and processes may be running that began before, so:\n"
        "1. If what it asks of Temporal changes, or the order of it, guard that with workflow.patched.\n"
        "2. If there is a new path, add it to tests/workflows/record_histories.py and record it.\n"
        "3. Note what you did, or why the recorded histories cover the change:\n"
        '   python -m scripts.consider_histories "…"\n'
        "CONTRIBUTING, under `Changing a workflow`, says more."
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"""A process."""', '"""Another word for it."""'),
        ('    """What it is called."""\n', ""),
        ("# Why.", "# Because."),
        ("import asyncio\n", "import asyncio\n\n\n"),
        ('"one"', "'one'"),
    ],
)
def test_words_and_layout_change_nothing(tmp_path: Path, old: str, new: str) -> None:
    assert old in MODULE
    assert _digest(tmp_path / "a", MODULE) == _digest(tmp_path / "b", MODULE.replace(old, new))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("sleep(1)", "sleep(2)"),
        ("sleep(1)", "sleep(None)"),
        ('"one"', '"two"'),
        ("Process:", "Process(object):"),
        ("await asyncio.sleep(1)", "await asyncio.sleep(1)\n        await asyncio.sleep(1)"),
    ],
)
def test_whatever_else_changes_is_seen(tmp_path: Path, old: str, new: str) -> None:
    assert old in MODULE
    assert _digest(tmp_path / "a", MODULE) != _digest(tmp_path / "b", MODULE.replace(old, new))


def test_a_note_has_a_reason_and_is_made_once(tmp_path: Path) -> None:
    notes = tmp_path / "considered.txt"
    digest = _digest(tmp_path / "a", MODULE)
    with pytest.raises(SystemExit, match="say why"):
        consider(tmp_path / "a", notes, " ")
    assert consider(tmp_path / "a", notes, "It says\nthe same.") == digest
    assert notes.read_text(encoding="utf-8") == f"{digest}  It says the same.\n"
    assert digest_considered(notes) == digest
    with pytest.raises(SystemExit, match="noted already"):
        consider(tmp_path / "a", notes, "Again.")
