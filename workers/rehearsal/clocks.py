"""The virtual clock of one process in a rehearsal."""

from datetime import datetime, timedelta
from typing import Any

from temporalio.client import WorkflowHandle
from temporalio.converter import WorkflowSerializationContext
from temporalio.testing import TimeSkipper

from domain.messages import Standing, StartInspection
from workers.embedded.clock import A_MOMENT, until_awake
from workflows.process import Process


class Clock:
    """Sets the clock of a process that runs, and says how it stands then."""

    def __init__(self, skipper: TimeSkipper, stream: str) -> None:
        self._skipper = skipper
        self._stream = stream
        self._ahead: timedelta | None = None

    @property
    def handle(self) -> WorkflowHandle[Any, Any]:
        """The process, whichever run is the present one."""
        return self._skipper.client.get_workflow_handle(self._stream)

    async def set_to(self, moment: datetime) -> Standing:
        """Let time pass until a moment; what wakes the process on the way is done when this returns."""
        if self._ahead is None:
            self._ahead = await self._read_ahead()
        shown = await self._skipper.get_current_time(self.handle) + self._ahead
        if moment > shown:
            await self._skipper.fast_forward(self.handle, moment - shown + A_MOMENT)
        return await until_awake(self.handle, moment)

    async def standing(self) -> Standing:
        """Ask the process where it stands."""
        return await self.handle.query(Process.get_standing)

    async def look(self) -> Standing:
        """Have the process look at the ledger, and say where it stands then."""
        answer = await self.handle.execute_update(Process.look)
        return answer.standing

    async def _read_ahead(self) -> timedelta:
        """Read by how much the process is ahead of Temporal's time from what it was started with."""
        client = self._skipper.client
        mine = WorkflowSerializationContext(client.namespace, self._stream)
        converter = client.data_converter.with_context(mine)
        async for event in self.handle.fetch_history_events(page_size=1):
            payloads = event.workflow_execution_started_event_attributes.input.payloads
            (begun,) = await converter.decode(payloads, [StartInspection])
            return timedelta(seconds=begun.clock_offset_seconds)
        raise AssertionError(f"{self._stream} runs without a history")
