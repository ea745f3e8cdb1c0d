"""The clock of a running rehearsal: how far it is ahead, and moving it."""

import asyncio
import json
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from temporalio.client import Client, WorkflowHandle
from temporalio.testing import TimeSkipper, TimeSkippingConfig

from domain.messages import Standing, StartInspection
from workers.desk import Start, start_ahead
from workers.embedded.address import StackAddress
from workers.kinds import TYPES
from workflows.process import Process

_FILE: Final = "clock.json"
_RUNNING: Final = f"WorkflowType IN {TYPES} AND ExecutionStatus = 'Running'"

_A_LITTLE_SECONDS: Final = 0.005
_PATIENCE_SECONDS: Final = 10.0
A_MOMENT: Final = timedelta(seconds=5)
"""By how much a clock is set past a moment. The process that is woken at that moment has to be done before
its clock gets there, or Temporal lets it skip on to the next timer."""


def ahead(folder: Path) -> timedelta:
    """Say how far a rehearsal's clock is ahead of the real one."""
    try:
        return timedelta(milliseconds=json.loads((folder / _FILE).read_text())["ahead_milliseconds"])
    except FileNotFoundError:
        return timedelta()


def now(folder: Path) -> datetime:
    """Say what a rehearsal's clock shows."""
    return datetime.now(UTC) + ahead(folder)


def reset(folder: Path) -> None:
    """Begin on the real time."""
    (folder / _FILE).unlink(missing_ok=True)


def with_virtual_clock(client: Client) -> Client:
    """Return a client whose new processes have a clock of their own."""
    return TimeSkipper(client, config=TimeSkippingConfig(enabled=False)).client


def rehearsal_start(stack: StackAddress) -> Start:
    """Return how a new process begins on the rehearsal's clock, as it shows then."""

    def start(stream: str) -> StartInspection:
        return start_ahead(ahead(stack.data_dir))(stream)

    return start


async def advance(client: Client, stack: StackAddress, duration: timedelta) -> datetime:
    """Move the clocks of all running inspections together, pausing where one of them wakes.

    So that the ledger stays in the order of time. Returns what the clock shows in the end: some seconds
    more, if something happens at that very moment.
    """
    skipper = TimeSkipper(client, config=TimeSkippingConfig(enabled=False))
    target = now(stack.data_dir) + duration
    while (left := target - now(stack.data_dir)) > timedelta():
        handles = await _running(client)
        instants = [await handle.query(Process.next_instant) for handle in handles]
        waits = [max(timedelta(), at - now(stack.data_dir)) for at in instants if at is not None]
        soonest = min(waits, default=None)
        step = left if soonest is None or soonest > left else soonest + A_MOMENT
        await asyncio.gather(*(skipper.fast_forward(handle, step) for handle in handles))
        _set_ahead(stack.data_dir, ahead(stack.data_dir) + step)
        moment = now(stack.data_dir) - A_MOMENT
        await asyncio.gather(*(until_awake(handle, moment) for handle in handles))
    return now(stack.data_dir)


async def until_awake(handle: WorkflowHandle[Any, Any], moment: datetime) -> Standing:
    """Wait until a process has done what was to wake it by a moment that its clock has passed.

    Its timer fires a little after the clock was set. One that does not get on with it is not waited for.
    Returns where it stands then.
    """
    waited_until = time.monotonic() + _PATIENCE_SECONDS
    while True:
        standing = await handle.query(Process.get_standing)
        awake = standing.next_wake is None or standing.next_wake > moment
        if awake or time.monotonic() > waited_until:
            return standing
        await asyncio.sleep(_A_LITTLE_SECONDS)


async def _running(client: Client) -> list[WorkflowHandle[Any, Any]]:
    executions = [execution async for execution in client.list_workflows(_RUNNING)]
    return [client.get_workflow_handle(one.id) for one in executions]


def _set_ahead(folder: Path, by: timedelta) -> None:
    (folder / _FILE).write_text(json.dumps({"ahead_milliseconds": by // timedelta(milliseconds=1)}))
