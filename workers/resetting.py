"""A process begins anew from its first task, with everything that it was ever sent."""

from typing import Final
from uuid import uuid4

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import ResetWorkflowExecutionRequest
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from domain.errors import UnavailableError

_REASON: Final = "its code fails; it begins anew and asks the ledger where it stands"
_REFUSED: Final = {RPCStatusCode.INVALID_ARGUMENT, RPCStatusCode.FAILED_PRECONDITION}


async def begin_anew(client: Client, inspection: str) -> None:
    """Reset a process to its first task, so that it asks the ledger where it stands.

    Temporal gives it once more what its present run was sent, signals and updates that were accepted: the
    ledger knows by their ids what is recorded already. An update that was not yet accepted is in no history;
    its sender is told that the run has ended, and sends it again.

    Raises:
        UnavailableError: it cannot be reset. Then it is as it was.
    """
    try:
        await client.workflow_service.reset_workflow_execution(
            ResetWorkflowExecutionRequest(
                namespace=client.namespace,
                workflow_execution=WorkflowExecution(workflow_id=inspection),
                reason=_REASON,
                # Of signals and updates nothing is excluded.
                workflow_task_finish_event_id=await _first_task(client, inspection) + 1,
                request_id=str(uuid4()),
                identity=client.identity,
            )
        )
    except RPCError as error:
        if error.status in _REFUSED:
            raise UnavailableError(f"{inspection} cannot be reset: {error}; nothing was changed") from error
        raise UnavailableError(f"Temporal cannot be reached: {error}") from error


async def _first_task(client: Client, inspection: str) -> int:
    """Return the event with which the first task of a process was scheduled.

    Whether it was ever completed does not matter: a reset goes back to before a worker had it.
    """
    handle = client.get_workflow_handle(inspection)
    async for event in handle.fetch_history_events(page_size=10):
        if event.HasField("workflow_task_scheduled_event_attributes"):
            return event.event_id
    raise UnavailableError(f"{inspection} cannot be reset: it has had no task yet; nothing was changed")
