"""A process begins anew from its first task, with everything that it was ever sent."""

from typing import Final
from uuid import uuid4

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import ResetReapplyExcludeType
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
    its sender is told that the run has ended, and sends it again. So are the senders of all updates if one of
    them was told that its update failed: it may have been recorded anew since, under another id, and would
    count twice.

    Raises:
        UnavailableError: it cannot be reset, or nobody said whether it was.
    """
    try:
        first_task, a_sender_was_told_of_a_failure = await _look_through(client, inspection)
        await client.workflow_service.reset_workflow_execution(
            ResetWorkflowExecutionRequest(
                namespace=client.namespace,
                workflow_execution=WorkflowExecution(workflow_id=inspection),
                reason=_REASON,
                workflow_task_finish_event_id=first_task + 1,
                reset_reapply_exclude_types=[ResetReapplyExcludeType.RESET_REAPPLY_EXCLUDE_TYPE_UPDATE]
                if a_sender_was_told_of_a_failure
                else [],
                request_id=str(uuid4()),
                identity=client.identity,
            )
        )
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            raise UnavailableError(f"{inspection} has no process any more that could be reset") from error
        if error.status in _REFUSED:
            raise UnavailableError(f"{inspection} cannot be reset: {error}; nothing was changed") from error
        raise UnavailableError(f"Temporal cannot be reached: {error}") from error


async def _look_through(client: Client, inspection: str) -> tuple[int, bool]:
    """Return the event with which a process's first task was scheduled, and whether an update of it failed.

    Whether that task was ever completed does not matter: a reset goes back to before a worker had it.
    """
    first_task, failed = 0, False
    async for event in client.get_workflow_handle(inspection).fetch_history_events():
        if first_task == 0 and event.HasField("workflow_task_scheduled_event_attributes"):
            first_task = event.event_id
        answered = event.workflow_execution_update_completed_event_attributes
        failed = failed or answered.outcome.HasField("failure")
    if first_task == 0:
        raise UnavailableError(f"{inspection} cannot be reset: it has had no task yet; nothing was changed")
    return first_task, failed
