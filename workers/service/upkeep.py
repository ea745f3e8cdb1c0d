"""What looks after the engine itself, beside the worker.

The worklist is kept up, cycles are woken, lost processes are raised, and pages that were noted get their
names.
"""

import asyncio
from collections.abc import Iterable
from typing import Final

from prometheus_client.core import GaugeMetricFamily, Metric

from activities.publication import Publisher
from domain.errors import InspectionsError
from eventstore.news import News
from eventstore.subscription import Tell, catch_up, enrol, follow
from eventstore.worklist import Worklist
from workers.bell import SUBSCRIBER, Bell
from workers.desk import Desk
from workers.service.health import Status
from workers.service.metrics import AsyncCollector
from workers.stores import Stores
from workers.sweeper import Sweeper
from workers.troubles import Trouble

LOOK_EVERY_SECONDS: Final = 60.0


class WorklistPart:
    """Keeps the worklist at the ledger's head, so that reading commands have little left to do."""

    name = "worklist"
    vital = False

    def __init__(self, worklist: Worklist, news: News) -> None:
        self._worklist = worklist
        self._news = news

    async def run(self, status: Status) -> None:
        """Follow the ledger until cancelled."""
        await follow(self._worklist.catch_up, self._news, _telling(status))


class SweeperPart:
    """Looks after processes that nobody asks about."""

    name = "sweeper"
    vital = False

    def __init__(self, sweeper: Sweeper, news: News) -> None:
        self._sweeper = sweeper
        self._news = news

    async def run(self, status: Status) -> None:
        """Sweep until cancelled."""
        await follow(self._sweeper.sweep, self._news, _telling(status))


class BellPart:
    """Wakes the cycles of areas when something happens in their inspections."""

    name = "bell"
    vital = False

    def __init__(self, stores: Stores, desk: Desk, news: News) -> None:
        self._stores = stores
        self._bell = Bell(stores.ledger, desk)
        self._news = news

    async def run(self, status: Status) -> None:
        """Follow until cancelled. A new installation begins at the head: cycles look when they begin."""
        pool, ledger = self._stores.pool, self._stores.ledger
        await enrol(pool, SUBSCRIBER, after=await ledger.head())
        await follow(lambda: catch_up(pool, ledger, self._bell), self._news, _telling(status))


class PagesPart:
    """Puts in place what was published and left lying, when whoever published it was lost for good."""

    name = "pages"
    vital = False

    def __init__(self, publisher: Publisher) -> None:
        self._publisher = publisher

    async def run(self, status: Status) -> None:
        """Look again and again until cancelled."""
        while True:
            try:
                await self._publisher.put_left_in_place()
            except (InspectionsError, OSError) as error:
                status.failing(str(error))
            else:
                status.ok()
            await asyncio.sleep(LOOK_EVERY_SECONDS)


def _telling(status: Status) -> Tell:
    return lambda problem: status.ok() if problem is None else status.failing(problem)


def trouble_gauges(sweeper: Sweeper) -> AsyncCollector:
    """Count the processes that are in trouble, as this worker's sweeper saw them last."""

    async def collect() -> Iterable[Metric]:
        family = GaugeMetricFamily(
            "inspections_processes_in_trouble",
            "Inspections whose process is missing, behind the ledger, failing, silent or waiting in vain.",
            labels=["trouble"],
        )
        found = [finding.trouble for finding in sweeper.troubles.values()]
        for trouble in Trouble:
            family.add_metric([trouble.value], found.count(trouble))
        return [family]

    return collect
