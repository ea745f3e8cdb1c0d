"""The desk at which milestones are handed in: a request goes to the process of its stream and is answered.

A stream whose process has ended, or was lost, gets a new one with the same message, which asks the
ledger where things stand.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import timedelta
from typing import Any, Final
from weakref import WeakValueDictionary

from temporalio.client import (
    Client,
    WithStartWorkflowOperation,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import ApplicationError, FailureError, WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from domain.errors import (
    CalendarHorizonError,
    InspectionsError,
    IntegrityError,
    MalformedError,
    NotFoundError,
    UnavailableError,
)
from domain.messages import Answer, MilestoneRequest, StartInspection
from domain.streams import require_kind
from eventstore.errors import RehearsalError
from workers.kinds import run_of
from workflows.process import Process

_BUSY: Final = {RPCStatusCode.RESOURCE_EXHAUSTED, RPCStatusCode.ABORTED}
_PAUSES_SECONDS: Final = (0.1, 0.3, 1.0, 3.0)
"""Before a request is put again to a process that was busy: other desks do not take turns with this one."""

UNDER_WAY: Final = 8
"""Requests to one inspection that a desk has under way at once. Temporal takes ten from all desks together,
and each that it refuses costs the process the task on which it is working."""
LOOK_EVERY: Final = timedelta(days=3650)
"""How often a rehearsal's process looks at the ledger unasked."""
START_ANEW: Final = 3
"""How often a request is put again to a process that ended in the very moment of asking."""

_ERRORS: Final[dict[str, type[InspectionsError]]] = {
    error.code: error
    for error in (
        InspectionsError,
        MalformedError,
        NotFoundError,
        IntegrityError,
        CalendarHorizonError,
        RehearsalError,
        UnavailableError,
    )
}

Start = Callable[[str], StartInspection]


def live_start(stream: str) -> StartInspection:
    """Begin a process on the real clock."""
    return StartInspection(inspection=stream)


def start_ahead(ahead: timedelta) -> Start:
    """Return how processes begin in a rehearsal, on days that lie ahead of the real ones, or behind them.

    Nobody else writes to a rehearsal's ledger, so its processes need not look at it every day.
    """

    def start(stream: str) -> StartInspection:
        return StartInspection(
            inspection=stream,
            clock_offset_seconds=int(ahead.total_seconds()),
            rehearsal=True,
            look_every_seconds=int(LOOK_EVERY.total_seconds()),
        )

    return start


class Desk:
    """Takes requests in and brings answers back."""

    def __init__(self, client: Client, task_queue: str, start: Start = live_start) -> None:
        self._client = client
        self._task_queue = task_queue
        self._start = start
        # Lives for as long as somebody has a turn or waits for one: nothing is left of what is over.
        self._turns: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()

    async def record(self, request: MilestoneRequest) -> Answer:
        """Hand a request in and wait until the ledger has it. Of many to one inspection few are sent at once.

        The same request may be handed in again, e.g. when no answer came: the ledger knows it by its id.
        Temporal does not, or it would answer out of a process that has ended, and raise none.

        Raises:
            MalformedError: the request cannot be read.
            UnavailableError: Temporal or the ledger cannot be reached. Whether the request took effect is
                then unknown; the same request under the same id finds out.
            IntegrityError: the ledger holds what its workers cannot read.
        """
        require_kind(request.inspection)
        for pause in _PAUSES_SECONDS:
            try:
                return await self._record(request)
            except _BusyError:
                await asyncio.sleep(pause)
        return await self._record(request)

    async def _record(self, request: MilestoneRequest) -> Answer:
        with contextlib.suppress(_ProcessEndedError):
            return await self._put(request)
        for attempt in range(START_ANEW):
            try:
                return await self._start_and_put(request)
            except _ProcessEndedError:
                await asyncio.sleep(0.05 * (attempt + 1))
        raise UnavailableError(f"the process of {request.inspection} ends whenever it is asked")

    async def open(self, request: MilestoneRequest) -> Answer:
        """Hand in the first request of a new inspection, of which there is no process yet.

        Raises:
            NameTakenError: there is one; somebody else has opened an inspection of this name.
            MalformedError, UnavailableError, IntegrityError: as for `record`.
        """
        require_kind(request.inspection)
        try:
            return await self._start_and_put(request, WorkflowIDConflictPolicy.FAIL)
        except WorkflowAlreadyStartedError as error:
            raise NameTakenError(request.inspection) from error
        except _ProcessEndedError:
            return await self.record(request)

    async def have_look(self, stream: str) -> None:
        """Have the process of a stream look at the ledger soon, without waiting for it.

        Raises:
            UnavailableError: Temporal cannot be reached.
        """
        try:
            await self._client.get_workflow_handle(stream).signal("sync")
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise UnavailableError(f"Temporal cannot be reached: {error}") from error

    async def _put(self, request: MilestoneRequest) -> Answer:
        """Put a request to the process that runs. To bring the order to start one each time costs a tenth.

        Raises:
            _ProcessEndedError: none runs.
        """
        handle = self._client.get_workflow_handle(request.inspection)
        async with self._turn(request):
            return await handle.execute_update(Process.record, request)

    async def _start_and_put(
        self,
        request: MilestoneRequest,
        if_there_is_one: WorkflowIDConflictPolicy = WorkflowIDConflictPolicy.USE_EXISTING,
    ) -> Answer:
        operation = WithStartWorkflowOperation(
            run_of(request.inspection),
            self._start(request.inspection),
            id=request.inspection,
            task_queue=self._task_queue,
            id_conflict_policy=if_there_is_one,
            id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
        )
        try:
            async with self._turn(request):
                return await self._client.execute_update_with_start_workflow(
                    Process.record, request, start_workflow_operation=operation
                )
        except (
            UnavailableError,
            MalformedError,
            WorkflowAlreadyStartedError,
            _ProcessEndedError,
            asyncio.CancelledError,
        ):
            await _take_the_same_error_from(operation)
            raise

    @contextlib.asynccontextmanager
    async def _turn(self, request: MilestoneRequest) -> AsyncIterator[None]:
        """Wait until few requests to the inspection are under way; say in our own terms what goes wrong."""
        turn = self._turns.setdefault(request.inspection, asyncio.Semaphore(UNDER_WAY))
        async with turn:
            with _in_our_own_terms(request):
                yield


@contextlib.contextmanager
def _in_our_own_terms(request: MilestoneRequest) -> Iterator[None]:
    try:
        yield
    except WorkflowUpdateFailedError as error:
        raise _as_our_own(error.cause) from error
    except WorkflowUpdateRPCTimeoutOrCancelledError as error:
        if isinstance(error.__cause__, asyncio.CancelledError):
            raise error.__cause__ from None
        raise UnavailableError(f"no answer came for {request.command_id}") from error
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND and not _lacks_the_namespace(error):
            raise _ProcessEndedError from error
        if error.status is RPCStatusCode.INVALID_ARGUMENT:
            raise MalformedError(f"Temporal does not take the request: {error}") from error
        if error.status in _BUSY or _was_aborted(error):
            raise _BusyError(f"too many ask {request.inspection} at the same time: {error}") from error
        raise UnavailableError(f"Temporal cannot be reached: {error}") from error


def _was_aborted(error: RPCError) -> bool:
    """Say whether Temporal let an update go because the process had to begin its task anew."""
    return error.status is RPCStatusCode.UNAVAILABLE and "update was aborted" in error.message


def _lacks_the_namespace(error: RPCError) -> bool:
    return any(one.type_url.endswith("NamespaceNotFoundFailure") for one in error.grpc_status.details)


async def _take_the_same_error_from(operation: WithStartWorkflowOperation[Any, Any]) -> None:
    """Look at an error that the operation keeps as well, or asyncio reports it as never looked at."""
    with contextlib.suppress(asyncio.CancelledError, RPCError, TimeoutError, WorkflowAlreadyStartedError):
        await asyncio.wait_for(operation.workflow_handle(), 0.1)


class NameTakenError(Exception):
    """There is an inspection of this name already."""


class _BusyError(UnavailableError):
    """Temporal has turned the request away, or let it go, because others were under way."""


class _ProcessEndedError(Exception):
    """The process ended before it took the request."""


def _as_our_own(cause: BaseException | None) -> Exception:
    """Find the error of ours inside what Temporal brings back."""
    while isinstance(cause, FailureError):
        if isinstance(cause, ApplicationError):
            if cause.type in _ERRORS:
                return _ERRORS[cause.type](cause.message)
            if cause.type == "AcceptedUpdateCompletedWorkflow":
                return _ProcessEndedError()
        cause = cause.cause
    return UnavailableError(f"the request was not taken: {cause}")
