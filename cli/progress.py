"""How far something has come, for somebody who waits."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Timer
from typing import Final

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, Task, TextColumn
from rich.text import Text

PATIENCE_SECONDS: Final = 2
"""After which somebody who waits is shown how far it has come."""


class _Count(MofNCompleteColumn):
    """How many of how many, once that is known."""

    def render(self, task: Task) -> Text:
        return Text() if task.total is None else super().render(task)


@contextmanager
def progress(what: str = "") -> Iterator[Callable[[str, int, int], None]]:
    """Show on a terminal's standard error what is done, if that takes long. At the end nothing is left of it.

    Args:
        what: is being done, until something else is told.

    Yields:
        What is told what is being done, how much of it is done, and out of how much. Before that the bar only
        shows that something goes on.
    """
    columns = (BarColumn(bar_width=24), _Count(), TextColumn("{task.description}", markup=False))
    console = Console(file=sys.stderr)
    bar = Progress(*columns, console=console, transient=True, disable=not console.is_interactive)
    task = bar.add_task(what, total=None)
    # A clock of its own: the first part may take long, and until it is done nothing is told.
    patience = Timer(PATIENCE_SECONDS, bar.start)
    patience.daemon = True
    patience.start()
    try:
        yield lambda what, done, of: bar.update(task, description=what, completed=done, total=of)
    finally:
        patience.cancel()
        patience.join()
        bar.stop()


@contextmanager
def progress_of(what: str) -> Iterator[Callable[[int, int], None]]:
    """Show the same of one thing, told how many are done and how many there are; or never told."""
    with progress(what) as tell:
        yield lambda done, of: tell(what, done, of)
