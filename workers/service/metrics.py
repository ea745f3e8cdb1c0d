"""What is counted, and how it is told in Prometheus' text format: ours, and what Temporal's SDK counts.

A part that counts something makes a metric of prometheus_client in `Metrics.registry`. What has to be looked
up first, such as a number of rows, is brought by a collector: an async function that is given to
`Metrics.collect` and asked at each scrape.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Final

import aiohttp
import structlog
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from domain.messages import Verdict
from eventstore.ledger import AlreadyKnown, Append, Appended, AppendResult, Conflict

PATIENCE_SECONDS: Final = 5.0
"""What cannot be looked up in this time is left out of a scrape."""

_BATCHES: Final = (1, 2, 5, 10, 20, 50, 100, 200)
_RESULTS: Final[dict[type, str]] = {Appended: "appended", AlreadyKnown: "known", Conflict: "conflict"}

AsyncCollector = Callable[[], Awaitable[Iterable[Metric]]]

_log = structlog.get_logger(__name__)

# A series beside each counter, for when it began, is of use in another text format only.
disable_created_metrics()  # type: ignore[no-untyped-call]  # the library has left this one out


class Metrics:
    """All metrics of one worker process."""

    def __init__(self, sdk_url: str | None = None) -> None:
        """Take where Temporal's SDK tells its own metrics, if it does."""
        self.registry = CollectorRegistry()
        self._collectors: dict[str, AsyncCollector] = {}
        self._sdk_url = sdk_url

    def collect(self, name: str, collector: AsyncCollector) -> None:
        """Ask a collector at each scrape from now on. What it cannot bring is left out, and said to be."""
        self._collectors[name] = collector

    async def text(self) -> str:
        """Tell everything in Prometheus' text format."""
        asked = [_asked(name, collector) for name, collector in self._collectors.items()]
        found = dict(zip(self._collectors, await asyncio.gather(*asked), strict=True))
        told = [generate_latest(self.registry).decode()]
        brought = {name: metrics is not None for name, metrics in found.items()}
        if self._sdk_url is not None:
            theirs = await _fetched(self._sdk_url)
            brought["temporal_sdk"] = theirs is not None
            told.append(theirs or "")
        looked_up = [metric for metrics in found.values() for metric in metrics or ()]
        told.append(generate_latest(_Brought([*looked_up, _up(brought)])).decode())
        return "".join(told)


class AppendMetrics:
    """Counts what is given to the ledger, and what comes of it."""

    def __init__(self, registry: CollectorRegistry) -> None:
        """Make the metrics in a registry."""
        self._commands = Counter(
            "inspections_commands",
            "Commands that this process gave to the ledger, by what the ledger answered.",
            ["result"],
            registry=registry,
        )
        self._events = Counter("inspections_events", "Events that this process appended.", registry=registry)
        self._batches = Histogram(
            "inspections_append_commands",
            "How many commands went to the ledger together in one call.",
            buckets=_BATCHES,
            registry=registry,
        )
        self._refusals = Counter(
            "inspections_refusals",
            "Refusals that this process recorded, by their code.",
            ["code"],
            registry=registry,
        )
        for result in _RESULTS.values():
            self._commands.labels(result)

    def observe(self, appends: Sequence[Append], results: Sequence[AppendResult]) -> None:
        """Count one call to the ledger."""
        self._batches.observe(len(appends))
        for append, result in zip(appends, results, strict=True):
            self._commands.labels(_RESULTS[type(result)]).inc()
            if isinstance(result, Appended):
                self._events.inc(len(append.bodies))
                self._count_refusal(append)

    def _count_refusal(self, append: Append) -> None:
        if not append.bodies and (refused := Verdict.model_validate_json(append.answer).refused):
            self._refusals.labels(refused.code).inc()


class _Brought(Collector):
    """Metrics that have been brought already."""

    def __init__(self, metrics: Sequence[Metric]) -> None:
        self._metrics = metrics

    def collect(self) -> Iterable[Metric]:
        return self._metrics


def _up(brought: dict[str, bool]) -> Metric:
    family = GaugeMetricFamily(
        "inspections_collector_up",
        "1 if what is looked up for a scrape could be looked up.",
        labels=["collector"],
    )
    for name, came in brought.items():
        family.add_metric([name], int(came))
    return family


async def _asked(name: str, collector: AsyncCollector) -> Iterable[Metric] | None:
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await collector()
    except Exception as error:
        # One that cannot be asked must not keep the others from being told.
        _log.warning("metrics cannot be looked up", collector=name, problem=str(error) or repr(error))
        return None


async def _fetched(url: str) -> str | None:
    timeout = aiohttp.ClientTimeout(total=PATIENCE_SECONDS)
    try:
        async with aiohttp.ClientSession(timeout=timeout) as session, session.get(url) as response:
            return await response.text()
    except (aiohttp.ClientError, TimeoutError):
        return None
