"""Released rules: which version is in force, and that a released file is never edited."""

import json
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import domain
from domain.errors import IntegrityError, NotFoundError
from domain.rulebook import Rulebook, read_rulebook
from domain.values import Pin
from scripts.pin_released import pin_new_files

RELEASED = Rulebook.released()
DATA = Path(domain.__file__).parent
FIRST = "handbooks/2023-01-01.json"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A copy of the released files that a test may spoil."""
    for folder in ("handbooks", "calendars", "retention_rules", "thematic_terms"):
        shutil.copytree(DATA / folder, tmp_path / folder)
    shutil.copy(DATA / "released.json", tmp_path)
    return tmp_path


def edit(file: Path, **changes: Any) -> None:
    """Write a released file anew with some of its fields changed."""
    file.write_text(json.dumps(json.loads(file.read_text()) | changes))


@pytest.mark.parametrize(
    ("day", "version"),
    [
        (date(2023, 1, 1), "2023-01-01"),
        (date(2025, 6, 5), "2023-01-01"),
        (date(2025, 6, 6), "2025-06-06"),
        (date(2025, 7, 6), "2025-06-06"),
        (date(2025, 7, 7), "2025-07-07"),
        (date(2025, 11, 4), "2025-07-07"),
        (date(2025, 11, 5), "2025-11-05"),
        (date(2030, 1, 1), "2025-11-05"),
    ],
)
def test_a_version_is_in_force_from_its_day(day: date, version: str) -> None:
    """On the eve the version before still holds."""
    assert RELEASED.in_force(day).version == version


def test_before_the_current_framework_no_version_is_in_force() -> None:
    """The former framework ended with 2022 and is not among the rules."""
    with pytest.raises(NotFoundError, match="2022-12-31; the first known is in force from 2023-01-01"):
        RELEASED.in_force(date(2022, 12, 31))


def test_a_thematic_review_runs_by_the_terms_of_its_year() -> None:
    """They hold until others are released. Before 2023 there were no such reviews."""
    assert RELEASED.terms_for(2023) is RELEASED.terms_for(2029)
    with pytest.raises(NotFoundError, match="no terms of thematic reviews were in force on 2022-01-01"):
        RELEASED.terms_for(2022)


def test_the_digest_of_the_rules_is_the_pin_of_their_file() -> None:
    """What an event names can be looked up in the list of pins."""
    pins = json.loads((DATA / "released.json").read_text())
    named = {f"handbooks/{version}.json": rules.digest for version, rules in RELEASED.handbooks.items()}
    named |= {f"calendars/{version}.json": rules.digest for version, rules in RELEASED.calendars.items()}
    named |= {f"thematic_terms/{version}.json": rules.digest for version, rules in RELEASED.terms.items()}
    named |= {
        f"retention_rules/{version}.json": rules.digest for version, rules in RELEASED.retention.items()
    }
    assert named == pins


def test_the_released_files_are_read_once() -> None:
    """Every caller gets the same rulebook."""
    assert Rulebook.released() is RELEASED


def test_an_edited_file_is_refused(data: Path) -> None:
    """The refusal names the file, what was expected and what was found."""
    expected = json.loads((data / "released.json").read_text())[FIRST]
    edit(data / FIRST, title="Another handbook")
    with pytest.raises(IntegrityError, match=rf"{FIRST}: expected {expected}, found [0-9a-f]{{64}}"):
        read_rulebook(data)


def test_another_layout_of_the_same_content_is_no_edit(data: Path) -> None:
    """The pin holds what the file says, not how it is indented."""
    edit(data / FIRST)
    assert read_rulebook(data).handbook("2023-01-01") == RELEASED.handbook("2023-01-01")


def test_a_file_without_a_pin_is_refused(data: Path) -> None:
    """Nothing is in force that was not released."""
    shutil.copy(data / FIRST, data / "handbooks/2027-01-01.json")
    with pytest.raises(IntegrityError, match=r"2027-01-01\.json: expected no such file"):
        read_rulebook(data)


def test_a_pinned_file_that_is_gone_is_missed(data: Path) -> None:
    """An inspection may still be bound to it."""
    (data / FIRST).unlink()
    with pytest.raises(IntegrityError, match=f"{FIRST}.*found no such file"):
        read_rulebook(data)


def test_a_file_that_is_not_json_is_refused(data: Path) -> None:
    """And so is a number with a decimal point, which has no single spelling."""
    for spoiled in ("{", '{"days": 2.5}'):
        (data / FIRST).write_text(spoiled)
        with pytest.raises(IntegrityError, match=f"{FIRST}: cannot be read"):
            read_rulebook(data)


def test_new_files_are_pinned_and_old_pins_never_change(data: Path) -> None:
    """Who edits a released file is told to release a new version; nothing is written."""
    new = data / "handbooks/2027-01-01.json"
    shutil.copy(data / FIRST, new)
    edit(new, version="2027-01-01", in_force_from="2027-01-01")
    assert pin_new_files(data) == ["handbooks/2027-01-01.json"]
    assert read_rulebook(data).in_force(date(2027, 1, 1)).version == "2027-01-01"
    pins = (data / "released.json").read_text()
    edit(data / FIRST, title="Another handbook")
    with pytest.raises(SystemExit, match=FIRST):
        pin_new_files(data)
    assert (data / "released.json").read_text() == pins


def test_a_pin_finds_its_rules() -> None:
    """An event names the rules that it rested on, and they are found again."""
    handbook, calendar = RELEASED.handbook("2025-06-06"), RELEASED.current_calendar
    assert RELEASED.pinned_handbook(RELEASED.pin(handbook)) is handbook
    assert RELEASED.pinned_calendar(RELEASED.pin(calendar)) is calendar
    terms = RELEASED.terms_for(2023)
    assert RELEASED.pinned_terms(RELEASED.pin(terms)) is terms


def test_a_pin_with_another_digest_is_not_honoured() -> None:
    """Under the same name this installation says something else, or has nothing of that name."""
    changed = RELEASED.handbook("2025-06-06").model_copy(update={"title": "Another handbook"})
    with pytest.raises(IntegrityError, match=changed.digest):
        RELEASED.pinned_handbook(RELEASED.pin(changed))
    with pytest.raises(IntegrityError, match="found none"):
        RELEASED.pinned_calendar(Pin(version="england-2040.1", digest=changed.digest))


def test_a_rulebook_can_be_made_from_changed_handbooks() -> None:
    """So that a test of a rule need not wait for the handbook to say so."""
    changed = RELEASED.handbook("2025-06-06").model_copy(update={"title": "Another handbook"})
    rules = Rulebook(handbooks=[changed], calendars=RELEASED.calendars.values())
    assert rules.in_force(date(2026, 1, 1)).title == "Another handbook"
    with pytest.raises(NotFoundError, match="known are 2025-06-06"):
        rules.handbook("2023-01-01")
    with pytest.raises(IntegrityError, match="same version"):
        Rulebook(handbooks=[changed, changed], calendars=[])


def test_the_current_calendar_is_the_one_released_last() -> None:
    """Releases are counted within a year: the tenth comes after the ninth."""
    calendar = RELEASED.current_calendar
    versions = ("england-2026.10", "england-2026.9", "england-2025.11")
    rules = Rulebook(
        handbooks=[], calendars=[calendar.model_copy(update={"version": version}) for version in versions]
    )
    assert rules.current_calendar.version == "england-2026.10"
    with pytest.raises(NotFoundError, match="no calendar"):
        _ = Rulebook(handbooks=[], calendars=[]).current_calendar
