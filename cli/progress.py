"""How far something has come, for somebody who waits."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

PATIENCE_SECONDS: Final = 2
"""After which somebody who waits is shown how far it has come."""


@contextmanager
def progress_if_it_takes_long(what: str) -> Iterator[Callable[[int, int], None]]:
    """Return what is told how many of something are done and how many there are; shown on standard error."""
    columns = (BarColumn(bar_width=24), MofNCompleteColumn(), TextColumn("{task.description}"))
    began = time.monotonic()
    with Progress(*columns, console=Console(file=sys.stderr), disable=True) as progress:
        task = progress.add_task(what, total=None)

        def tell(done: int, of: int) -> None:
            progress.update(task, completed=done, total=of)
            if progress.disable and time.monotonic() - began > PATIENCE_SECONDS:
                progress.disable = False
                progress.start()

        yield tell
