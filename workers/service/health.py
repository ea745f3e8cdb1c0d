"""How a worker is: whether each of its parts is well, since when, and what is wrong if it is not."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Final

import structlog
from temporalio.api.enums.v1 import WorkerDeploymentVersionStatus
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import (
    DescribeNamespaceRequest,
    DescribeTaskQueueRequest,
    DescribeWorkerDeploymentVersionRequest,
)
from temporalio.client import Client
from temporalio.common import WorkerDeploymentVersion
from temporalio.service import RPCError, RPCStatusCode

from domain.errors import InspectionsError, UnavailableError
from eventstore.migrate import check_schema
from eventstore.pool import connection_errors
from workers.routing import read_routing, to_make_current
from workers.stores import Stores

ASK_EVERY_SECONDS: Final = 1.0
ASK_ABOUT_BUILD_EVERY_SECONDS: Final = 10.0
PATIENCE_SECONDS: Final = 2.0
"""Who does not answer within this time counts as away."""

_WITHOUT_WORK: Final = {
    WorkerDeploymentVersionStatus.WORKER_DEPLOYMENT_VERSION_STATUS_INACTIVE,
    WorkerDeploymentVersionStatus.WORKER_DEPLOYMENT_VERSION_STATUS_DRAINED,
}

_log = structlog.get_logger(__name__)


class State(StrEnum):
    """How a part is."""

    STARTING = "starting"
    OK = "ok"
    FAILING = "failing"


class Status:
    """What one part says of itself. A change is logged."""

    def __init__(self, name: str, *, vital: bool) -> None:
        self.name = name
        self.vital = vital
        self.state = State.STARTING
        self.since = datetime.now(UTC)
        self.problem: str | None = None

    def ok(self) -> None:
        """Say that it is well."""
        if self.state is State.FAILING:
            _log.info("a part is well again", part=self.name)
        self._become(State.OK, None)

    def failing(self, problem: str) -> None:
        """Say what is wrong. While it stays so, `since` keeps the moment at which it began."""
        if self.state is not State.FAILING:
            _log.warning("a part is failing", part=self.name, problem=problem)
        self._become(State.FAILING, problem)

    def _become(self, state: State, problem: str | None) -> None:
        if self.state is not state:
            self.since = datetime.now(UTC)
        self.state = state
        self.problem = problem

    def as_json(self) -> dict[str, Any]:
        """Say it in JSON."""
        told: dict[str, Any] = {
            "state": self.state.value,
            "since": self.since.isoformat(),
            "vital": self.vital,
        }
        return told if self.problem is None else {**told, "problem": self.problem}


class Health:
    """How the worker is as a whole."""

    def __init__(self) -> None:
        self._statuses: dict[str, Status] = {}
        self._draining = False

    def status(self, name: str, *, vital: bool) -> Status:
        """Begin to watch a part, and return what it reports to."""
        self._statuses[name] = Status(name, vital=vital)
        return self._statuses[name]

    def drain(self) -> None:
        """Say that no new work is taken from now on."""
        self._draining = True

    @property
    def ready(self) -> bool:
        """Whether the worker takes work, and every vital part is well."""
        vital = [status for status in self._statuses.values() if status.vital]
        return not self._draining and all(status.state is State.OK for status in vital)

    def as_json(self) -> dict[str, Any]:
        """Say it in JSON, part by part."""
        return {
            "ready": self.ready,
            "draining": self._draining,
            "parts": {name: status.as_json() for name, status in self._statuses.items()},
        }


class Probe:
    """A part that asks again and again, after so many seconds, whether something answers as it should."""

    def __init__(
        self,
        name: str,
        ask: Callable[[], Awaitable[None]],
        *,
        first_after: float = 0,
        every: float = ASK_EVERY_SECONDS,
        vital: bool = True,
    ) -> None:
        """Take what asks: it raises an `InspectionsError` that says what is wrong."""
        self.name = name
        self.vital = vital
        self._ask = ask
        self._first_after = first_after
        self._every = every

    async def run(self, status: Status) -> None:
        """Ask until cancelled."""
        await asyncio.sleep(self._first_after)
        while True:
            await self._ask_once(status)
            await asyncio.sleep(self._every)

    async def _ask_once(self, status: Status) -> None:
        asking = asyncio.ensure_future(self._ask())
        try:
            await asyncio.wait([asking], timeout=PATIENCE_SECONDS)
            if not asking.done():
                status.failing(f"no answer within {PATIENCE_SECONDS:g} seconds")
                # The next question waits for the end of this one, or questions would pile up.
                await asyncio.wait([asking])
            else:
                asking.result()
                status.ok()
        except InspectionsError as error:
            status.failing(str(error))
        finally:
            asking.cancel()


def postgresql_probe(stores: Stores) -> Probe:
    """Ask PostgreSQL whether it has the schema that this code was written for."""

    async def ask() -> None:
        with connection_errors():
            await check_schema(stores.pool)

    return Probe("postgresql", ask)


def temporal_probe(client: Client) -> Probe:
    """Ask Temporal for the namespace."""

    async def ask() -> None:
        try:
            await client.workflow_service.describe_namespace(
                DescribeNamespaceRequest(namespace=client.namespace),
                timeout=timedelta(seconds=PATIENCE_SECONDS),
            )
        except RPCError as error:
            raise UnavailableError(f"Temporal does not answer: {error}") from error

    return Probe("temporal", ask)


def polling_probe(client: Client, task_queue: str) -> Probe:
    """Ask Temporal whether it sees this worker poll: what the worker itself believes is no proof."""

    async def ask() -> None:
        question = DescribeTaskQueueRequest(namespace=client.namespace, task_queue=TaskQueue(name=task_queue))
        try:
            answer = await client.workflow_service.describe_task_queue(
                question, timeout=timedelta(seconds=PATIENCE_SECONDS)
            )
        except RPCError as error:
            raise UnavailableError(f"Temporal does not say who polls: {error}") from error
        if client.identity not in {poller.identity for poller in answer.pollers}:
            raise UnavailableError(f"Temporal does not see {client.identity} poll task queue {task_queue}")

    # Who has just begun to poll is not seen yet.
    return Probe("polling", ask, first_after=ASK_EVERY_SECONDS)


def build_probe(client: Client, deployment: WorkerDeploymentVersion) -> Probe:
    """Ask Temporal whether it gives this build work. One that waits for its turn is ready all the same."""
    question = DescribeWorkerDeploymentVersionRequest(namespace=client.namespace)
    question.deployment_version.deployment_name = deployment.deployment_name
    question.deployment_version.build_id = deployment.build_id
    helps = to_make_current(deployment.deployment_name, deployment.build_id)
    without_work = f"this build is not current: it gets no new work; {helps}"

    async def ask() -> None:
        try:
            answer = await client.workflow_service.describe_worker_deployment_version(
                question, timeout=timedelta(seconds=PATIENCE_SECONDS)
            )
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                raise UnavailableError(without_work) from error
            raise UnavailableError(f"Temporal does not say whether this build is current: {error}") from error
        if answer.worker_deployment_version_info.status in _WITHOUT_WORK:
            raise UnavailableError(without_work)

    return Probe(
        "build", ask, first_after=ASK_EVERY_SECONDS, every=ASK_ABOUT_BUILD_EVERY_SECONDS, vital=False
    )


def unversioned_probe(client: Client, task_queue: str) -> Probe:
    """Ask Temporal whether it gives work to workers without a build id, as this one is."""

    async def ask() -> None:
        try:
            routing = await read_routing(client, task_queue, timedelta(seconds=PATIENCE_SECONDS))
        except RPCError as error:
            raise UnavailableError(f"Temporal does not say who gets the work: {error}") from error
        if ("", "") not in routing.wanted:
            raise UnavailableError(
                f"work goes to {routing.takers}; this worker has no build id and gets none: "
                f"{routing.to_start_one}"
            )

    return Probe(
        "build", ask, first_after=ASK_EVERY_SECONDS, every=ASK_ABOUT_BUILD_EVERY_SECONDS, vital=False
    )
