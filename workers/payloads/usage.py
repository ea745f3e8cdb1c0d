"""Which keys are needed: what Temporal's histories were encrypted with."""

from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from google.protobuf.message import Message
from temporalio.api.common.v1 import Payload
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from domain.errors import UnavailableError
from workers.kinds import TYPES
from workers.payloads.codec import key_of


@dataclass(frozen=True, slots=True)
class Use:
    """A run of a process, which may have ended, and the ids of the keys in its history."""

    process: str
    keys: frozenset[str]


async def keys_in_use(
    client: Client, task_queue: str, *, limit: int | None = None, within: timedelta | None = None
) -> AsyncIterator[Use]:
    """Read the histories that Temporal still has, the youngest runs first.

    Args:
        client: whatever its converter, for nothing is decrypted.
        task_queue: that of the processes.
        limit: how many histories to read; otherwise all.
        within: how long each call to Temporal may take.

    Raises:
        RPCError: Temporal does not answer.
    """
    ours = f"TaskQueue = '{task_queue}' AND WorkflowType IN {TYPES}"
    async for run in client.list_workflows(ours, limit=limit, rpc_timeout=within):
        events = client.get_workflow_handle(run.id, run_id=run.run_id).fetch_history_events(
            rpc_timeout=within
        )
        try:
            keys = {key async for event in events for one in payloads_in(event) if (key := key_of(one))}
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
            continue  # its time in Temporal was over between the two calls
        yield Use(run.id, frozenset(keys))


async def count_uses(client: Client, task_queue: str) -> tuple[int, Counter[str]]:
    """Read all histories; return how many there are, and how many need each key.

    Raises:
        UnavailableError: Temporal does not answer.
    """
    read, uses = 0, Counter[str]()
    try:
        async for use in keys_in_use(client, task_queue):
            read += 1
            uses.update(use.keys)
    except RPCError as error:
        raise UnavailableError(f"Temporal cannot be reached: {error}") from error
    return read, uses


def payloads_in(message: Message) -> Iterator[Payload]:
    """Find every payload in a message of Temporal's, however deep it lies."""
    if isinstance(message, Payload):
        yield message
        return
    for field, value in message.ListFields():
        if field.message_type is None:
            continue
        if field.message_type.GetOptions().map_entry:
            inside = value.values()
        else:
            inside = value if isinstance(value, Sequence) else (value,)
        for one in inside:
            if isinstance(one, Message):
                yield from payloads_in(one)
