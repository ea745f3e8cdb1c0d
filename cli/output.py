"""What people see and what scripts read."""

import csv
import json
import sys
import textwrap
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Any, Final

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

NARROWEST: Final = 20
"""Columns that a text is given at least, however narrow the terminal is."""


class Format(StrEnum):
    """For people, or for scripts."""

    TABLE = "table"
    JSON = "json"


class SheetFormat(StrEnum):
    """For people, for scripts, or for a spreadsheet."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


class _Console(Console):
    def on_broken_pipe(self) -> None:
        """Leave it to who runs the command: rich would end it with 1, which looks like a refusal."""
        raise BrokenPipeError


def console() -> Console:
    """Return a console for standard output. Made when it is needed, because tests replace the stream."""
    return _Console(file=sys.stdout, highlight=False, soft_wrap=False)


def print_json(data: Any) -> None:
    """Print data as JSON, one value for the whole output."""
    sys.stdout.write(json.dumps(data, ensure_ascii=False, indent=2, default=str) + "\n")


def print_csv(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print rows as CSV with a line of column names. None is left empty."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)


def print_table(
    columns: Sequence[str], rows: Iterable[Sequence[object]], *, title: str | None = None
) -> None:
    """Print a table that fits the terminal. None shows as nothing."""
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, show_edge=False)
    for number, column in enumerate(columns):
        # The first column names the row: it has to be readable, and whole enough to copy.
        table.add_column(column, overflow="fold", no_wrap=number == 0)
    table.padding = 0  # the box itself leaves a space between columns
    for row in rows:
        table.add_row(*("" if cell is None else str(cell) for cell in row))
    console().print(table)


def print_hanging(begins: str, text: str) -> None:
    """Print a text so that it fits the terminal, its further lines below where it began.

    What has no space inside stays whole, so that a digest or an address can be copied.
    """
    out = console()
    width = max(out.width - len(begins), NARROWEST)
    lines = textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False)
    for number, line in enumerate(lines or [""]):
        before = " " * len(begins) if number else begins
        out.print(before + line, soft_wrap=True, markup=False)


def in_words(name: str) -> str:
    """Write a technical name as people would say it."""
    return name.replace("_", " ")


def in_numbers(number: int, what: str) -> str:
    """Say how many there are: `1 inspection`, `2 inspections`."""
    return f"{number} {what}" + ("" if number == 1 else "s")


def deadline_in_words(kind: str, subject: str | None) -> str:
    """Name a deadline, and what it is about if there are several of its kind."""
    return in_words(kind) + (f" ({in_words(subject)})" if subject else "")
