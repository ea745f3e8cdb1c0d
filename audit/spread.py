"""Work spread over the processors of this machine: what takes no time is done here."""

import gc
import multiprocessing
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import Any, Protocol, TypeVar

T = TypeVar("T")
R = TypeVar("R")


class Spread(Protocol):
    """Calls a function for each of several tasks, and gives the results in their order."""

    def __call__(self, function: Callable[[Any, T], R], tasks: Sequence[T]) -> Iterable[R]:
        """Begin at once if there are other processes, otherwise when somebody takes the results."""
        ...


@contextmanager
def spread(source: object, *, alone: bool) -> Iterator[Spread]:
    """Spread work on a source over as many processes as there are processors; alone, do it in this one.

    Garbage is not collected while it lasts: entries, events and states refer to nothing that refers back.
    """
    processors = os.cpu_count() or 1
    if alone or processors == 1:
        with _uncollected():
            yield lambda function, tasks: map(partial(function, source), tasks)
        return
    # Not forked: there may be threads and an event loop here.
    executor = ProcessPoolExecutor(processors, multiprocessing.get_context("spawn"), _begin, (source,))
    try:
        with _uncollected():
            yield lambda function, tasks: executor.map(partial(_call, function), tasks)
    finally:
        executor.shutdown(cancel_futures=True)


_here: Any = None
"""The source, in a process that works on it: it is sent there once, not with every task."""


def _begin(source: object) -> None:
    global _here  # noqa: PLW0603  a pool hands nothing else to its processes
    _here = source
    gc.freeze()
    gc.disable()


def _call(function: Callable[[Any, T], R], task: T) -> R:
    return function(_here, task)


@contextmanager
def _uncollected() -> Iterator[None]:
    on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if on:
            gc.enable()
