"""The worker as a service: everything that works for as long as the process does, put together once.

`inspections up` and `inspections worker` both use this. What runs beside the Temporal worker is listed in
`parts_of`; what is counted beside it, in `_count`.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import structlog
from temporalio.client import Client
from temporalio.common import WorkerDeploymentVersion
from temporalio.worker import Worker

from activities.commands import CommandHandler
from activities.publication import Publisher
from domain.errors import UnavailableError
from domain.rulebook import Rulebook
from eventstore.codecs import CODECS
from eventstore.news import News
from eventstore.worklist import Worklist
from workers.audit.checkpoints import checkpoint_parts
from workers.desk import Desk
from workers.notices import notice_gauges, notice_parts
from workers.processes import Processes
from workers.service.endpoints import serving_http
from workers.service.gauges import worklist_gauges
from workers.service.health import (
    Health,
    build_probe,
    polling_probe,
    postgresql_probe,
    temporal_probe,
    unversioned_probe,
)
from workers.service.metrics import AppendMetrics, Metrics
from workers.service.parts import Part, keep_running
from workers.service.telemetry import open_telemetry
from workers.service.upkeep import BellPart, PagesPart, SweeperPart, WorklistPart, trouble_gauges
from workers.settings import Settings
from workers.stores import Stores
from workers.summary import summariser
from workers.sweeper import Sweeper
from workers.worker import build_worker
from workers.workplace import Workplace, opened

_SHARE_FOR_ACTIVITIES: Final = 0.8
"""Of the time for ending. In the rest those that had to be cancelled say so to Temporal."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Kit:
    """What parts are made of."""

    place: Workplace
    settings: Settings
    stores: Stores
    client: Client
    metrics: Metrics
    news: News
    worklist: Worklist
    sweeper: Sweeper
    deployment: WorkerDeploymentVersion | None
    publisher: Publisher


def parts_of(kit: Kit) -> tuple[Part, ...]:
    """List what runs beside the worker. A new part is one more line here."""
    return (
        postgresql_probe(kit.stores),
        temporal_probe(kit.client),
        polling_probe(kit.client, kit.place.task_queue),
        build_probe(kit.client, kit.deployment)
        if kit.deployment
        else unversioned_probe(kit.client, kit.place.task_queue),
        WorklistPart(kit.worklist, kit.news),
        PagesPart(kit.publisher),
        BellPart(kit.stores, Desk(kit.client, kit.place.task_queue), kit.news),
        *notice_parts(kit.settings, kit.place, kit.stores, kit.news),
        *checkpoint_parts(kit.settings, kit.place, kit.stores, kit.metrics.registry),
        # A rehearsal's processes live at times of their own, which only who plays it knows.
        *(() if kit.place.rehearsal else (SweeperPart(kit.sweeper, kit.news),)),
    )


def _count(kit: Kit) -> None:
    """Register what is looked up at each scrape. A new collector is one more line here."""
    kit.metrics.collect("worklist", worklist_gauges(kit.worklist))
    kit.metrics.collect("processes", trouble_gauges(kit.sweeper))
    kit.metrics.collect("notices", notice_gauges(kit.stores))


class NotDrainedError(UnavailableError):
    """Something was still under way when the time for ending was over.

    The Temporal client may then wait for its server for ever: end the process without waiting for its tasks.
    """


class Service:
    """A worker that works, and what runs beside it."""

    def __init__(self, worker: Worker, parts: Sequence[Part], health: Health) -> None:
        """Begin."""
        self._worker = worker
        self._health = health
        self._working = asyncio.create_task(worker.run())
        self._beside = [
            asyncio.create_task(
                keep_running(part, health.status(part.name, vital=part.vital)), name=part.name
            )
            for part in parts
        ]

    async def until(self, asked_to_end: asyncio.Event) -> None:
        """Work until asked to end.

        Raises:
            UnavailableError: the worker cannot go on; a new one has to be started.
        """
        asked = asyncio.create_task(asked_to_end.wait())
        await asyncio.wait([asked, self._working], return_when=asyncio.FIRST_COMPLETED)
        asked.cancel()
        if self._working.done():
            raise UnavailableError(f"the worker cannot go on: {self._working.exception()}")

    async def drain(self, seconds: float) -> None:
        """Take no more work, finish what is under way, and return.

        Raises:
            NotDrainedError: it was not finished in time; other workers do it again.
        """
        self._health.drain()
        _log.info("draining: no new work is taken, what is under way is finished", seconds=seconds)
        for task in self._beside:
            task.cancel()
        try:
            async with asyncio.timeout(seconds):
                await self._worker.shutdown()
                await asyncio.wait([self._working, *self._beside])
        except TimeoutError:
            raise NotDrainedError(
                f"what was under way was not finished within {seconds:g} seconds; other workers take it up"
            ) from None
        _log.info("drained: nothing is under way any more")


@asynccontextmanager
async def serving(
    place: Workplace, settings: Settings, deployment: WorkerDeploymentVersion | None = None
) -> AsyncIterator[Service]:
    """Work at a place for as long as the block lasts; at its end, drain.

    With `http_address` set, health and metrics are served from before the beginning until after the end.

    Raises:
        InspectionsError: the place is not fit for it (see `opened`), or nothing can listen on the address.
        NotDrainedError: at the end, what was under way could not be finished in time.
    """
    address = settings.http_address
    telemetry = open_telemetry() if address else None
    metrics = Metrics(telemetry.metrics_url if telemetry else None)
    health = Health()
    async with AsyncExitStack() as around:
        stores, client = await around.enter_async_context(
            opened(
                place,
                pool_size=settings.pool_size,
                runtime=telemetry.runtime if telemetry else None,
                observe=AppendMetrics(metrics.registry).observe,
            )
        )
        rules = Rulebook.released()
        kit = Kit(
            place,
            settings,
            stores,
            client,
            metrics,
            news=await around.enter_async_context(News.listening(place.database_url)),
            worklist=Worklist(stores.pool, stores.ledger, summariser(rules)),
            sweeper=Sweeper(Processes(client, place.task_queue, stores.ledger, rules), stores.ledger),
            deployment=deployment,
            publisher=Publisher(
                CommandHandler(stores.ledger, rules, CODECS),
                rules,
                stores.texts,
                stores.directory,
                place.publication_dir,
            ),
        )
        _count(kit)
        if address:
            await around.enter_async_context(serving_http(address, health, metrics))
        worker = build_worker(
            client,
            place.task_queue,
            stores,
            place.publication_dir,
            deployment=deployment,
            grace=timedelta(seconds=_SHARE_FOR_ACTIVITIES * settings.shutdown_seconds),
        )
        service = Service(worker, parts_of(kit), health)
        _log.info(
            "the worker works",
            identity=client.identity,
            namespace=client.namespace,
            task_queue=place.task_queue,
            build_id=deployment.build_id if deployment else None,
            http=str(address) if address else None,
        )
        try:
            yield service
        finally:
            await service.drain(settings.shutdown_seconds)
