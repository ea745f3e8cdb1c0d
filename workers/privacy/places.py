"""Where copies lie that an erasure does not reach, how long each stays, and the files that it does reach."""

import html
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final

from domain.london import london_date
from workers.settings import Settings

_SHORTEST: Final = 4
"""A text of fewer characters is not looked for: it would be found everywhere."""


@dataclass(frozen=True, slots=True)
class Place:
    """A place that may keep a copy, what it holds there, and until when."""

    where: str
    holds: str
    until: str


def letters_to(folder: Path, person: str) -> list[Path]:
    """Return the letters to somebody in the folder for notices: their names say to whom they are."""
    return sorted(folder.glob(f"*.{person}.*.eml"))


def letters_in(folder: Path) -> list[tuple[Path, date]]:
    """Return the letters in the folder for notices, each with the day on which it was written."""
    return [
        (one, london_date(datetime.fromtimestamp(one.stat().st_mtime, UTC)))
        for one in sorted(folder.glob("*.eml"))
    ]


def published_with(folder: Path, texts: Iterable[str]) -> list[Path]:
    """Return the published pages in which one of some texts stands, however it is broken into lines."""
    sought = [" ".join(one.split()) for one in texts if len(one.strip()) >= _SHORTEST]
    return sorted(file for file in _files(folder) if sought and _holds_any(file, sought))


def _files(folder: Path) -> Iterator[Path]:
    return (one for one in folder.rglob("*") if one.is_file())


def _holds_any(file: Path, sought: Sequence[str]) -> bool:
    page = file.read_text(encoding="utf-8", errors="replace")
    shown = " ".join(html.unescape(re.sub(r"<[^>]*>", " ", page)).split())
    return any(one in shown for one in sought)


def remaining(settings: Settings, published: Sequence[Path], today: date) -> tuple[Place, ...]:
    """List the places that keep a copy for a time, and those that keep none."""
    backups_gone = today + timedelta(days=settings.backups_kept_days)
    pages = [
        Place(
            f"published: {page}",
            "the words as they were published",
            "somebody withdraws or corrects the page",
        )
        for page in published
    ]
    return (
        Place(
            "PostgreSQL's files",
            "rows that are not overwritten yet, and its write-ahead log",
            "`inspections privacy scrub`, or as the server overwrites them: no day is promised",
        ),
        Place(
            "backups and archived write-ahead logs",
            "all that was there when they were made",
            f"{backups_gone}, as backups are kept for {settings.backups_kept_days} days",
        ),
        *pages,
        Place(
            "mail that was sent, GOV.UK Notify",
            "letters with name and address, and no sealed text",
            "whoever has them deletes them",
        ),
        Place(
            "exports that auditors took",
            "texts and names that were there then",
            "whoever has them deletes them",
        ),
        Place(
            "Temporal's histories",
            "references and digests only, never a text or a name",
            "the namespace's retention after the process has ended",
        ),
        Place(
            "the ledger",
            "references and digests only, never a text or a name",
            "the ledger itself is given up",
        ),
    )
