"""The handbooks, calendars, terms and retention rules that have been released, each held to its pin.

A released file is never edited: `released.json` keeps the SHA-256 of what each file says, and a file that
says anything else is refused. This is the only module of the domain that reads files.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from types import MappingProxyType
from typing import Final, TypeVar

from domain.calendar import WorkingCalendar
from domain.canonical import canonical_json, sha256_hex
from domain.errors import IntegrityError, NotFoundError
from domain.handbook import Handbook
from domain.retention import RetentionRules
from domain.terms import ThematicTerms
from domain.values import CalendarVersion, HandbookVersion, Pin, Sha256

PINS: Final = "released.json"
"""The file of pins: for each released file its digest."""

HANDBOOKS: Final = "handbooks"
CALENDARS: Final = "calendars"
TERMS: Final = "thematic_terms"
RETENTION: Final = "retention_rules"

R = TypeVar("R", Handbook, WorkingCalendar, ThematicTerms, RetentionRules)
F = TypeVar("F", Handbook, ThematicTerms, RetentionRules)


class Rulebook:
    """Handbooks, calendars, terms and retention rules by version. Does not change once it is made."""

    def __init__(
        self,
        *,
        handbooks: Iterable[Handbook],
        calendars: Iterable[WorkingCalendar],
        terms: Iterable[ThematicTerms] = (),
        retention: Iterable[RetentionRules] = (),
    ) -> None:
        self.handbooks: Final[Mapping[HandbookVersion, Handbook]] = _by_version(handbooks)
        self.calendars: Final[Mapping[CalendarVersion, WorkingCalendar]] = _by_version(calendars)
        self.terms: Final[Mapping[HandbookVersion, ThematicTerms]] = _by_version(terms)
        self.retention: Final[Mapping[HandbookVersion, RetentionRules]] = _by_version(retention)

    @classmethod
    def released(cls) -> "Rulebook":
        """Return the rulebook of the released files. They are read once.

        Raises:
            IntegrityError: a file differs from its pin, is not pinned, or is missing.
        """
        return _released()

    def handbook(self, version: HandbookVersion) -> Handbook:
        """Return a handbook version.

        Raises:
            NotFoundError: there is none of that name.
        """
        return _find(self.handbooks, version, "handbook")

    def calendar(self, version: CalendarVersion) -> WorkingCalendar:
        """Return a calendar version.

        Raises:
            NotFoundError: there is none of that name.
        """
        return _find(self.calendars, version, "calendar")

    def in_force(self, on: date) -> Handbook:
        """Return the handbook version in force on a day: the latest that is not of a later day.

        Raises:
            NotFoundError: the day lies before the first version.
        """
        return _in_force(self.handbooks, on, "handbook was")

    def terms_for(self, year: int) -> ThematicTerms:
        """Return the terms by which the thematic review of a year runs: those in force as the year begins.

        Raises:
            NotFoundError: the year lies before the first terms.
        """
        return _in_force(self.terms, date(year, 1, 1), "terms of thematic reviews were")

    def retention_on(self, day: date) -> RetentionRules:
        """Return the rules for how long things are kept that are in force on a day.

        Raises:
            NotFoundError: the day lies before the first of them.
        """
        return _in_force(self.retention, day, "retention rules were")

    @property
    def current_calendar(self) -> WorkingCalendar:
        """The calendar that was released last.

        Raises:
            NotFoundError: the rulebook holds none.
        """
        if not self.calendars:
            raise NotFoundError("the rulebook holds no calendar")
        return max(self.calendars.values(), key=_release)

    def pin(self, rules: Handbook | WorkingCalendar | ThematicTerms) -> Pin:
        """Name a handbook, a calendar or terms by version and digest, for an event that rests on it."""
        return Pin(version=rules.version, digest=rules.digest)

    def pinned_handbook(self, pin: Pin) -> Handbook:
        """Return the handbook that an event names.

        Raises:
            IntegrityError: this rulebook does not have it, or under the same name it says something else.
        """
        return _held(self.handbooks, pin, "handbook")

    def pinned_calendar(self, pin: Pin) -> WorkingCalendar:
        """Return the calendar that an event names.

        Raises:
            IntegrityError: this rulebook does not have it, or under the same name it says something else.
        """
        return _held(self.calendars, pin, "calendar")

    def pinned_terms(self, pin: Pin) -> ThematicTerms:
        """Return the terms of thematic reviews that an event names.

        Raises:
            IntegrityError: this rulebook does not have them, or under the same name they say something else.
        """
        return _held(self.terms, pin, "terms")


def read_rulebook(folder: Traversable) -> Rulebook:
    """Read the released files in a folder, each held to its pin.

    Raises:
        IntegrityError: a file differs from its pin, is not pinned, is missing, or cannot be read.
    """
    pins: dict[str, Sha256] = json.loads(folder.joinpath(PINS).read_text(encoding="utf-8"))
    found = released_files(folder)
    for name in sorted(pins.keys() | found.keys()):
        digest = file_digest(name, found[name]) if name in found else "no such file"
        if digest != pins.get(name):
            raise IntegrityError(f"{name}: expected {pins.get(name, 'no such file')}, found {digest}")
    return Rulebook(
        handbooks=_read(Handbook, HANDBOOKS, found),
        calendars=_read(WorkingCalendar, CALENDARS, found),
        terms=_read(ThematicTerms, TERMS, found),
        retention=_read(RetentionRules, RETENTION, found),
    )


def released_files(folder: Traversable) -> dict[str, str]:
    """Return the text of every released file, by the name under which it is pinned."""
    return {
        f"{kind}/{file.name}": file.read_text(encoding="utf-8")
        for kind in (CALENDARS, HANDBOOKS, RETENTION, TERMS)
        for file in sorted(folder.joinpath(kind).iterdir(), key=lambda file: file.name)
        if file.name.endswith(".json")
    }


def file_digest(name: str, text: str) -> Sha256:
    """Return the SHA-256 of what a file says, as canonical JSON: its layout does not count.

    Raises:
        IntegrityError: the file is not JSON of integers and strings.
    """
    try:
        return sha256_hex(canonical_json(json.loads(text)))
    except ValueError as error:
        raise IntegrityError(f"{name}: cannot be read: {error}") from error


@cache
def _released() -> Rulebook:
    return read_rulebook(files("domain"))


def _read(model: type[R], kind: str, found: Mapping[str, str]) -> list[R]:
    return [model.model_validate_json(text) for name, text in found.items() if name.startswith(f"{kind}/")]


def _by_version(rules: Iterable[R]) -> Mapping[str, R]:
    listed = list(rules)
    by_version = {one.version: one for one in listed}
    if len(by_version) != len(listed):
        raise IntegrityError("two handbooks, calendars, terms or retention rules have the same version")
    return MappingProxyType(by_version)


def _find(known: Mapping[str, R], version: str, what: str) -> R:
    if version not in known:
        raise NotFoundError(f"{version} is no {what}; known are {', '.join(known) or 'none'}")
    return known[version]


def _in_force(known: Mapping[str, F], on: date, what: str) -> F:
    begun = [one for one in known.values() if one.in_force_from <= on]
    if not begun:
        first = min((one.in_force_from for one in known.values()), default=None)
        raise NotFoundError(f"no {what} in force on {on}; the first known is in force from {first}")
    return max(begun, key=lambda one: one.in_force_from)


def _held(known: Mapping[str, R], pin: Pin, what: str) -> R:
    found = known.get(pin.version)
    if found is None or found.digest != pin.digest:
        raise IntegrityError(
            f"{what} {pin.version}: expected {pin.digest}, found {found.digest if found else 'none'}"
        )
    return found


def _release(calendar: WorkingCalendar) -> tuple[int, int]:
    year, number = calendar.version.rpartition("-")[2].split(".")
    return int(year), int(number)
