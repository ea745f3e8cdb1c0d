"""The composition root: what a worker is made of, put together in one place."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final

from temporalio.client import Client
from temporalio.common import VersioningBehavior, WorkerDeploymentVersion
from temporalio.envconfig import ClientConnectConfig
from temporalio.runtime import Runtime
from temporalio.worker import UnsandboxedWorkflowRunner, Worker, WorkerDeploymentConfig, WorkflowRunner
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from activities.commands import CommandHandler, Interruption, go_on
from activities.cycle import CycleActivities
from activities.inspection import InspectionActivities
from activities.programme import ProgrammeActivities
from activities.publication import Publisher
from domain.errors import UnavailableError
from domain.messages import Answer, MilestoneRequest, Question
from domain.rulebook import Rulebook
from domain.streams import StreamKind
from eventstore.codec import Codec
from eventstore.codecs import CODECS
from workers.desk import Desk, NameTakenError, live_start, start_ahead
from workers.external import innermost
from workers.kinds import WORKFLOWS
from workers.payloads.codec import converter_with
from workers.payloads.keys import Keyring
from workers.stores import Stores

CACHED: Final = 2_000
"""Processes that a worker keeps in memory, at about 130 kB each. England has some 150 areas; a process that
is not kept replays its whole history for each milestone."""


async def connect(address: str, keys: Keyring | None, namespace: str = "default") -> Client:
    """Connect to Temporal with the converter that every part of this project uses, and the keys that are set.

    Raises:
        UnavailableError: nobody answers there.
    """
    try:
        return await Client.connect(address, namespace=namespace, data_converter=converter_with(keys))
    except RuntimeError as error:
        raise UnavailableError(f"Temporal cannot be reached at {address}: {innermost(error)}") from error


async def connect_as_configured(
    config: ClientConnectConfig, keys: Keyring | None, runtime: Runtime | None = None
) -> Client:
    """Connect to the Temporal server that the environment names, in a runtime of one's own or the usual one.

    Raises:
        UnavailableError: nobody answers there.
    """
    try:
        return await Client.connect(**config, data_converter=converter_with(keys), runtime=runtime)
    except RuntimeError as error:
        address = config["target_host"]
        raise UnavailableError(f"Temporal cannot be reached at {address}: {innermost(error)}") from error


def build_worker(
    client: Client,
    task_queue: str,
    stores: Stores,
    publication_dir: Path,
    *,
    rules: Rulebook | None = None,
    codecs: Mapping[StreamKind, Codec[Any]] = CODECS,
    interruption: Interruption = go_on,
    deployment: WorkerDeploymentVersion | None = None,
    grace: timedelta = timedelta(seconds=10),
    sandboxed: bool = False,
) -> Worker:
    """Put a worker together: workflows, the command handler, the publisher.

    With a deployment it is given work only while the operator lets that version have some; without one
    it takes whatever no deployment has claimed. `grace` is how long activities that are under way may go on
    when it is asked to end; then they are cancelled, and done again elsewhere. `sandboxed` is for tests.
    """
    rulebook = rules or Rulebook.released()
    handler = CommandHandler(stores.ledger, rulebook, codecs, interruption)
    asked = InspectionActivities(handler)
    hand_in = partial(_hand_in, client, task_queue)
    open_new = partial(_open, client, task_queue)
    cycle = CycleActivities(handler, stores.ledger, hand_in, open_new, interruption)
    programme = ProgrammeActivities(handler, open_new)
    publisher = Publisher(handler, rulebook, stores.texts, stores.directory, publication_dir, interruption)
    return Worker(
        client,
        task_queue=task_queue,
        workflows=list(WORKFLOWS.values()),
        activities=[
            asked.handle_command,
            asked.tick,
            asked.note_unreadable_signal,
            publisher.publish_report,
            cycle.hear_and_tick,
            cycle.see_to_errands,
            programme.plan_due_review,
        ],
        workflow_runner=workflow_runner(sandboxed=sandboxed),
        max_cached_workflows=CACHED,
        graceful_shutdown_timeout=grace,
        deployment_config=_as_versioned(deployment) if deployment else None,
    )


async def _hand_in(client: Client, task_queue: str, request: MilestoneRequest, asked: Question) -> Answer:
    """Hand in a request; a process is started on the clock of who asks, which in a rehearsal is ahead."""
    return await _desk(client, task_queue, asked).record(request)


async def _open(client: Client, task_queue: str, request: MilestoneRequest, asked: Question) -> Answer | None:
    """Hand in the first request of something new; nothing if somebody else has begun it already."""
    try:
        return await _desk(client, task_queue, asked).open(request)
    except NameTakenError:
        return None


def _desk(client: Client, task_queue: str, asked: Question) -> Desk:
    start = start_ahead(asked.now - datetime.now(UTC)) if asked.rehearsal else live_start
    return Desk(client, task_queue, start)


def _as_versioned(deployment: WorkerDeploymentVersion) -> WorkerDeploymentConfig:
    """Let every inspection move on to the version that is current, at its next task."""
    return WorkerDeploymentConfig(
        deployment,
        use_worker_versioning=True,
        # Said here and not by the workflow: of an unversioned worker the server would not take it.
        default_versioning_behavior=VersioningBehavior.AUTO_UPGRADE,
    )


def workflow_runner(*, sandboxed: bool = False) -> WorkflowRunner:
    """Run workflows as they are, or in the sandbox, which stops what would not replay and takes its time."""
    if not sandboxed:
        return UnsandboxedWorkflowRunner()
    return SandboxedWorkflowRunner(
        # Pydantic models that are read anew for each workflow cost a quarter of a worker's time.
        restrictions=SandboxRestrictions.default.with_passthrough_modules(
            "domain", "pydantic", "pydantic_core"
        )
    )
