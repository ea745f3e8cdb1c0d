"""The composition root: what a worker is made of, put together in one place."""

from datetime import timedelta
from pathlib import Path

from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.envconfig import ClientConnectConfig
from temporalio.worker import Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from activities.commands import CommandHandler, Interruption, go_on
from activities.inspection import InspectionActivities
from activities.publication import Publisher
from domain.errors import UnavailableError
from domain.inspection.events import Event
from domain.rulebook import Rulebook
from eventstore.codec import Codec
from workers.stores import CODEC, Stores
from workflows.inspection import InspectionWorkflow


async def connect(address: str, namespace: str = "default") -> Client:
    """Connect to Temporal with the converter that every part of this project uses.

    Raises:
        UnavailableError: nobody answers there.
    """
    try:
        return await Client.connect(address, namespace=namespace, data_converter=pydantic_data_converter)
    except RuntimeError as error:
        raise UnavailableError(f"Temporal cannot be reached at {address}: {error}") from error


async def connect_as_configured(config: ClientConnectConfig) -> Client:
    """Connect to the Temporal server that the environment names.

    Raises:
        UnavailableError: nobody answers there.
    """
    try:
        return await Client.connect(**config, data_converter=pydantic_data_converter)
    except RuntimeError as error:
        raise UnavailableError(f"Temporal cannot be reached: {error}") from error


def build_worker(
    client: Client,
    task_queue: str,
    stores: Stores,
    publication_dir: Path,
    *,
    rules: Rulebook | None = None,
    codec: Codec[Event] = CODEC,
    interruption: Interruption = go_on,
) -> Worker:
    """Put a worker together: workflows, the command handler, the publisher."""
    rulebook = rules or Rulebook.released()
    handler = CommandHandler(stores.ledger, rulebook, codec, interruption)
    asked = InspectionActivities(handler)
    publisher = Publisher(handler, rulebook, stores.texts, stores.directory, publication_dir, interruption)
    return Worker(
        client,
        task_queue=task_queue,
        workflows=[InspectionWorkflow],
        activities=[
            asked.handle_command,
            asked.tick,
            asked.note_unreadable_signal,
            publisher.publish_report,
        ],
        workflow_runner=workflow_runner(),
        max_cached_workflows=2_000,
        graceful_shutdown_timeout=timedelta(seconds=10),
    )


def workflow_runner() -> SandboxedWorkflowRunner:
    """Run workflows in the sandbox, with the message models shared."""
    return SandboxedWorkflowRunner(
        # Pydantic models that are read anew for each workflow cost a quarter of a worker's time.
        restrictions=SandboxRestrictions.default.with_passthrough_modules(
            "domain", "pydantic", "pydantic_core"
        )
    )
