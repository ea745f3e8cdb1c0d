"""Checks that need neither PostgreSQL nor Temporal: the released rules, and the folder for reports."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

from activities.publication import try_out
from domain.errors import IntegrityError
from domain.london import add_months, london_date
from domain.rulebook import Rulebook
from workers.doctor.finding import PATIENCE_SECONDS, Finding, ok, overdue, warning, wrong

YEARS_AHEAD: Final = 2
"""The next full inspection and the plans after it are counted so far ahead."""

Look = Callable[[], list[Finding]]


async def within_time(check: str, look: Look) -> list[Finding]:
    """Look in a thread of its own, and leave it behind if it does not return: a network folder may hang."""
    found: Future[list[Finding]] = Future()

    def run() -> None:
        found.set_running_or_notify_cancel()
        try:
            found.set_result(look())
        except Exception as error:
            found.set_exception(error)

    threading.Thread(target=run, name=check, daemon=True).start()
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await asyncio.wrap_future(found)
    except TimeoutError:
        return [overdue(check)]


def rules() -> list[Finding]:
    """Hold the handbooks and calendars to their pins, and see how far ahead the calendar reaches."""
    try:
        rulebook = Rulebook.released()
    except IntegrityError as error:
        return [wrong("rules", str(error), "install this release again", integrity=True)]
    handbooks, calendars = len(rulebook.handbooks), len(rulebook.calendars)
    told = f"handbook versions and calendars ({handbooks} and {calendars}) are as released"
    return [ok("rules", told), calendar(rulebook, london_date(datetime.now(UTC)))]


def calendar(rulebook: Rulebook, on: date) -> Finding:
    """See how far the calendar reaches, counted from a day."""
    last = rulebook.current_calendar.last
    told = f"bank holidays are known until {last}"
    advice = "install a release with a newer calendar"
    if last < on:
        return wrong("calendar", f"{told}: nothing that happens now can be recorded", advice)
    if last < add_months(on, 12 * YEARS_AHEAD):
        return warning("calendar", f"{told}, less than {YEARS_AHEAD} years ahead", advice)
    return ok("calendar", told)


def publication(folder: Path) -> list[Finding]:
    """See whether reports can be published, by trying. A missing folder is made with the first report."""
    check = "publication"
    advice = (
        "let the account of the workers write there, or set INSPECTIONS_PUBLICATION_DIR to another folder"
    )
    nearest = next(one for one in (folder, *folder.parents) if _is_there(one))
    try:
        try_out(folder)
    except OSError as error:
        where = "cannot be written to" if nearest == folder else f"cannot be made in {nearest}"
        return [wrong(check, f"{folder} {where}: {error.strerror}", advice)]
    if nearest == folder:
        return [ok(check, f"{folder} can be written to")]
    return [ok(check, f"{folder} will be made with the first report")]


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # nobody lets us look
        return False
