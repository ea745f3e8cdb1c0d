"""Temporal's stored histories, replayed with this code: would what is under way go on with it?"""

import json
import logging
import re
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from temporalio.client import Client, WorkflowHistory
from temporalio.converter import DataConverter
from temporalio.runtime import Runtime, TelemetryConfig
from temporalio.service import RPCError, RPCStatusCode
from temporalio.worker import Replayer

from domain.errors import MalformedError, UnavailableError
from workers.kinds import WORKFLOWS, running_on
from workers.worker import workflow_runner

WORDS: Final = 200
"""Characters of a reason that are told."""

_MESSAGE: Final = re.compile(r'message: "((?:[^"\\]|\\.)*)"')
_STARTED: Final = "workflow_task_started_event_attributes"
_COMPLETED: Final = "workflow_task_completed_event_attributes"


@dataclass(frozen=True, slots=True)
class Stored:
    """The history of one run as Temporal has it, or as somebody has exported it."""

    run_id: str
    history: WorkflowHistory


@dataclass(frozen=True, slots=True)
class Replayed:
    """How the replay of a run went."""

    workflow_id: str
    run_id: str
    event: int | None = None
    """The event that completes the first workflow task which does not replay; none if all do."""
    reason: str | None = None
    """Why it does not, in Temporal's words; none if it does."""


async def count_running(client: Client, task_queue: str) -> int:
    """Count the processes that run on a task queue, of all kinds.

    Raises:
        UnavailableError: Temporal cannot be reached.
    """
    try:
        return (await client.count_workflows(running_on(task_queue))).count
    except RPCError as error:
        raise UnavailableError(f"Temporal cannot be reached: {error}") from error


async def running(client: Client, task_queue: str) -> AsyncIterator[Stored]:
    """Fetch the histories of all processes that run on a task queue, one after the other.

    One that has ended meanwhile has a history still; one that is not there any more is passed over.

    Raises:
        UnavailableError: Temporal cannot be reached.
    """
    try:
        async for one in client.list_workflows(running_on(task_queue)):
            try:
                handle = client.get_workflow_handle(one.id, run_id=one.run_id)
                yield Stored(one.run_id, await handle.fetch_history())
            except RPCError as error:
                if error.status is not RPCStatusCode.NOT_FOUND:
                    raise
    except RPCError as error:
        raise UnavailableError(f"Temporal cannot be reached: {error}") from error


def files_in(folder: Path) -> list[Path]:
    """List the histories that lie in a folder.

    Raises:
        MalformedError: there is none.
    """
    files = sorted(folder.glob("*.json"))
    if not files:
        raise MalformedError(
            f"{folder} holds no histories; accepted is a folder of files NAME.json, each as "
            "`temporal workflow show --output json` or Temporal's web UI writes it"
        )
    return files


async def exported(files: Sequence[Path]) -> AsyncIterator[Stored]:
    """Read histories that were exported, one after the other.

    Raises:
        MalformedError: a file does not hold one.
    """
    for file in files:
        yield _read(file)


def _read(file: Path) -> Stored:
    try:
        told: Any = json.loads(file.read_text(encoding="utf-8"))
        history = WorkflowHistory.from_json(file.stem, told)
        run_id = history.run_id
    except Exception as error:  # whatever is in the file, and whoever stumbles over it
        raise MalformedError(f"{file} holds no history of a workflow: {error}") from error
    begun = history.events[0].workflow_execution_started_event_attributes
    return Stored(run_id, WorkflowHistory(begun.workflow_id or file.stem, history.events))


def replayer_of(converter: DataConverter, *changed: type, sandboxed: bool = False) -> Replayer:
    """Put together what replays histories: with the workflows as they are, or with changed ones.

    The converter has to be that of the workers which wrote the histories.
    """
    return Replayer(
        workflows=changed or list(WORKFLOWS.values()),
        data_converter=converter,
        workflow_runner=workflow_runner(sandboxed=sandboxed),
        runtime=_silent(),
    )


async def replay(histories: AsyncIterator[Stored], replayer: Replayer) -> AsyncIterator[Replayed]:
    """Replay histories, and say of each how it went. No more than one of them is in memory at a time."""
    with _nothing_logged():
        async for stored in histories:
            yield await _replay(stored, replayer)


async def _replay(stored: Stored, replayer: Replayer) -> Replayed:
    history = stored.history
    failure = await _failure(history, replayer)
    if failure is None:
        return Replayed(history.workflow_id, stored.run_id)
    event = await _first_misfit(history, replayer)
    return Replayed(history.workflow_id, stored.run_id, event, _in_few_words(failure))


async def _failure(history: WorkflowHistory, replayer: Replayer) -> Exception | None:
    return (await replayer.replay_workflow(history, raise_on_replay_failure=False)).replay_failure


async def _first_misfit(history: WorkflowHistory, replayer: Replayer) -> int | None:
    """Find the first workflow task that does not replay, and return the event that completes it.

    Temporal names an event for some differences only. What replays as a whole replays in part, so the
    shortest part that fails is found by halving. A part ends where a worker is given the next task.
    """
    ends = [place for place, event in enumerate(history.events, start=1) if event.HasField(_STARTED)]
    low, high = 0, len(ends)
    while low < high:
        middle = (low + high) // 2
        if await _failure(_part(history, ends[middle]), replayer):
            high = middle
        else:
            low = middle + 1
    failing = history.events[: ends[low]] if low < len(ends) else history.events
    return next((event.event_id for event in reversed(failing) if event.HasField(_COMPLETED)), None)


def _part(history: WorkflowHistory, length: int) -> WorkflowHistory:
    return WorkflowHistory(history.workflow_id, history.events[:length])


def _in_few_words(failure: Exception) -> str:
    """Take what is meant to be read out of what Temporal's parts in Rust hand on, causes last."""
    told = ": ".join(_MESSAGE.findall(str(failure))) or str(failure)
    return told if len(told) <= WORDS else f"{told[:WORDS]}…"


@cache
def _silent() -> Runtime:
    """Return a runtime that does not write onto standard output what is told as a result."""
    return Runtime(telemetry=TelemetryConfig(logging=None))


@contextmanager
def _nothing_logged() -> Iterator[None]:
    """Let the SDK not write down with a traceback what is told as a result."""
    logger = logging.getLogger("temporalio")
    level = logger.level
    logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        logger.setLevel(level)
