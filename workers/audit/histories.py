"""The histories that Temporal has of one process, read for who holds them against the ledger."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeVar

from temporalio.api.common.v1 import Payload
from temporalio.api.enums.v1 import EventType
from temporalio.api.failure.v1 import Failure
from temporalio.api.history.v1 import HistoryEvent
from temporalio.api.update.v1 import Request
from temporalio.client import Client, WorkflowExecution
from temporalio.converter import DataConverter, WorkflowSerializationContext
from temporalio.service import RPCError, RPCStatusCode

from audit.reconcile import Ledgered, Reconciled, reconcile
from audit.told import Answered, Content, Place, Run, Sent, Way
from domain.errors import IntegrityError, UnavailableError
from domain.messages import Answer, MilestoneRequest, StartInspection
from eventstore.ledger import Ledger

_LOCAL_ACTIVITY: Final = "core_local_activity"
"""The name of the markers by which Temporal keeps what local activities answered."""
_REQUEST: Final = "record"
"""The update, and the signal, that bring a request."""

Read = TypeVar("Read")


async def reconciled(client: Client | None, ledger: Ledger, stream: str) -> Reconciled:
    """Lay what Temporal and the ledger have of a stream beside each other.

    The ledger is read after the histories, and again if it names runs that Temporal has not listed.

    Args:
        client: none for a rehearsal that is over: its Temporal has ended with it.
        ledger: what recorded the stream.
        stream: an inspection, an area, a thematic review or the programme.

    Raises:
        UnavailableError: Temporal or the ledger cannot be reached.
        IntegrityError: a history or an entry cannot be read.
    """
    if client is None:
        return reconcile(await _ledgered(ledger, stream, rehearsal_over=True), ())
    runs: dict[str, Run | None] = {}
    try:
        executions = await _listed(client, stream)
        while True:
            for run_id, execution in executions.items():
                if run_id not in runs:
                    runs[run_id] = await _run(client, execution)
            held = await _ledgered(ledger, stream)
            named = {run for entry in held.entries if (run := entry.body.provenance.run_id)}
            if named <= runs.keys():
                newest_first = sorted(executions.values(), key=lambda one: one.start_time, reverse=True)
                return reconcile(held, [read for one in newest_first if (read := runs[one.run_id])])
            for unlisted in named - runs.keys():
                if described := await _described(client, stream, unlisted):
                    executions[unlisted] = described
                else:
                    runs[unlisted] = None
    except RPCError as error:
        raise UnavailableError(f"Temporal cannot be reached: {error}") from error


async def _ledgered(ledger: Ledger, stream: str, *, rehearsal_over: bool = False) -> Ledgered:
    """Read a stream, then its commands without those that have come since."""
    entries = await ledger.read_stream(stream)
    last = entries[-1].position if entries else 0
    commands = [one for one in await ledger.commands(stream) if (one.first_position or 0) <= last]
    return Ledgered(stream, entries, commands, rehearsal_over)


async def _listed(client: Client, workflow_id: str) -> dict[str, WorkflowExecution]:
    """List all runs that Temporal lists, and the present one, which its list may not have yet."""
    listed = {one.run_id: one async for one in client.list_workflows(f"WorkflowId = '{workflow_id}'")}
    present = await _described(client, workflow_id, None)
    return listed | {present.run_id: present} if present else listed


async def _described(client: Client, workflow_id: str, run_id: str | None) -> WorkflowExecution | None:
    try:
        return await client.get_workflow_handle(workflow_id, run_id=run_id).describe()
    except RPCError as error:
        # What is no name of a run at all is not one of Temporal's either.
        if error.status in {RPCStatusCode.NOT_FOUND, RPCStatusCode.INVALID_ARGUMENT}:
            return None
        raise


async def _run(client: Client, execution: WorkflowExecution) -> Run | None:
    """Read one run, unless its history has been deleted meanwhile."""
    handle = client.get_workflow_handle(execution.id, run_id=execution.run_id)
    context = WorkflowSerializationContext(namespace=client.namespace, workflow_id=execution.id)
    reading = _Reading(execution, client.data_converter.with_context(context))
    try:
        async for event in handle.fetch_history_events():
            await reading.take_in(event)
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return None
        raise
    return reading.run


class _Reading:
    """Reads the history of one run, event by event."""

    def __init__(self, execution: WorkflowExecution, converter: DataConverter) -> None:
        self._execution = execution
        self._converter = converter
        self._ahead = timedelta()
        self._began = execution.start_time
        self._sent: dict[int, Sent] = {}
        self._updates: dict[str, int] = {}
        """By the id of an update the event with which it came."""
        self._accepted: dict[int, int] = {}
        """By the event that accepted an update the event with which it came."""
        self._activities: dict[int, str] = {}
        self._answered: list[Answered] = []

    @property
    def run(self) -> Run:
        execution = self._execution
        ended = execution.close_time
        return Run(
            run_id=execution.run_id,
            began=self._began + self._ahead,
            ended=ended and ended + self._ahead,
            status=execution.status.name.lower() if execution.status else "unknown",
            sent=tuple(self._sent.values()),
            answered=tuple(self._answered),
        )

    async def take_in(self, event: HistoryEvent) -> None:
        """Take in what an event tells of what was sent and answered.

        Raises:
            IntegrityError: its content cannot be read.
        """
        match event.event_type:
            case EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED:
                begun = event.workflow_execution_started_event_attributes
                start = await self._read(event, begun.input.payloads, StartInspection)
                self._ahead = timedelta(seconds=start.clock_offset_seconds)
                # Of a rehearsal's later runs Temporal lists another moment: it counts skipped time twice.
                self._began = event.event_time.ToDatetime(UTC)
            case EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED:
                # A reset run has the events from before from the run that it goes back to.
                if event.workflow_task_failed_event_attributes.new_run_id == self._execution.run_id:
                    self._began = event.event_time.ToDatetime(UTC)
            case EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ADMITTED:
                await self._update(event, event.workflow_execution_update_admitted_event_attributes.request)
            case EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED:
                accepted = event.workflow_execution_update_accepted_event_attributes
                if accepted.protocol_instance_id not in self._updates:
                    await self._update(event, accepted.accepted_request)
                self._accepted[event.event_id] = self._updates[accepted.protocol_instance_id]
            case EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_COMPLETED:
                completed = event.workflow_execution_update_completed_event_attributes
                if completed.outcome.HasField("failure"):
                    await self._failed(event, completed.accepted_event_id, completed.outcome.failure)
            case EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED:
                await self._signal(event)
            case EventType.EVENT_TYPE_MARKER_RECORDED:
                await self._local_activity(event)
            case EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED:
                scheduled = event.activity_task_scheduled_event_attributes
                self._activities[event.event_id] = scheduled.activity_type.name
            case EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED:
                done = event.activity_task_completed_event_attributes
                activity = self._activities[done.scheduled_event_id]
                await self._answer(event, activity, done.result.payloads)

    async def _update(self, event: HistoryEvent, asked: Request) -> None:
        """An update as its sender put it. After a reset Temporal admits it before it is accepted anew."""
        name = asked.input.name
        request = (
            await self._read(event, asked.input.args.payloads, MilestoneRequest) if name == _REQUEST else None
        )
        self._updates[asked.meta.update_id] = event.event_id
        self._sent[event.event_id] = Sent(self._place(event), self._at(event), Way.UPDATE, name, request)

    async def _failed(self, event: HistoryEvent, accepted: int, failure: Failure) -> None:
        place = self._accepted[accepted]
        with self._readable(event, "failure"):
            error = await self._converter.decode_failure(failure)
        self._sent[place] = replace(self._sent[place], failure=str(error))

    async def _signal(self, event: HistoryEvent) -> None:
        given = event.workflow_execution_signaled_event_attributes
        payloads, codec = list(given.input.payloads), self._converter.payload_codec
        if codec is not None:
            with self._readable(event, "signal"):
                payloads = await codec.decode(payloads)
        request = self._request_in(given.signal_name, payloads)
        content = None
        if request is None and given.signal_name != "sync":
            whole = b"".join(payload.data for payload in payloads)
            content = Content(hashlib.sha256(whole).hexdigest(), len(whole), given.signal_name != _REQUEST)
        self._sent[event.event_id] = Sent(
            self._place(event), self._at(event), Way.SIGNAL, given.signal_name, request, content
        )

    def _request_in(self, name: str, payloads: list[Payload]) -> MilestoneRequest | None:
        """Read the request in a signal, if there is one that the process takes for one."""
        if name != _REQUEST or len(payloads) != 1:
            return None
        try:
            request = self._converter.payload_converter.from_payload(payloads[0], MilestoneRequest)
            taken = request.inspection == self._execution.id and request.problem() is None
        except Exception:  # it may hold anything, and bytes are given back as they are
            return None
        return request if taken else None

    async def _local_activity(self, event: HistoryEvent) -> None:
        marker = event.marker_recorded_event_attributes
        if marker.marker_name == _LOCAL_ACTIVITY and "result" in marker.details:
            # Temporal's own note of the activity; it goes through no codec.
            about: dict[str, Any] = json.loads(marker.details["data"].payloads[0].data)
            await self._answer(event, about["activity_type"], marker.details["result"].payloads)

    async def _answer(self, event: HistoryEvent, activity: str, payloads: Iterable[Payload]) -> None:
        answer = await self._read(event, payloads, Answer)
        self._answered.append(Answered(self._place(event), self._at(event), activity, answer))

    async def _read(self, event: HistoryEvent, payloads: Iterable[Payload], kind: type[Read]) -> Read:
        with self._readable(event, kind.__name__):
            (read,) = await self._converter.decode(list(payloads), [kind])
        assert isinstance(read, kind)
        return read

    @contextmanager
    def _readable(self, event: HistoryEvent, what: str) -> Iterator[None]:
        """Say where the content lies that cannot be read: of another release, or under another key."""
        try:
            yield
        except Exception as error:
            place = f"{self._execution.id}, run {self._execution.run_id}, event {event.event_id}"
            raise IntegrityError(f"{place}: it holds no {what} that can be read ({error})") from error

    def _place(self, event: HistoryEvent) -> Place:
        return Place(self._execution.run_id, event.event_id)

    def _at(self, event: HistoryEvent) -> datetime:
        return event.event_time.ToDatetime(UTC) + self._ahead
