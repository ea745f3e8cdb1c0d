"""What the ledger and the worklist are asked at each scrape. Every process answers the same."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from prometheus_client.core import GaugeMetricFamily, Metric

from domain.handbook import DeadlineKind
from eventstore.worklist import Worklist
from workers.service.metrics import AsyncCollector


def worklist_gauges(worklist: Worklist) -> AsyncCollector:
    """Count the deadlines, as far as the worklist has come, and say how far that is."""

    async def collect() -> Iterable[Metric]:
        lag = GaugeMetricFamily(
            "inspections_projection_lag_events",
            "Events of the ledger that a projection has not taken in.",
            labels=["projection"],
        )
        lag.add_metric(["worklist"], await worklist.lag())
        owed = await worklist.owed(datetime.now(UTC))
        due = {kind: still_open for kind, (still_open, _) in owed.items()}
        overdue = {kind: over for kind, (_, over) in owed.items()}
        return [
            lag,
            _by_kind("inspections_deadlines_due", "Deadlines that are still to be met.", due),
            _by_kind("inspections_deadlines_overdue", "Deadlines that have passed and are not met.", overdue),
        ]

    return collect


def _by_kind(name: str, text: str, numbers: Mapping[str, int]) -> Metric:
    family = GaugeMetricFamily(name, text, labels=["kind"])
    for kind in DeadlineKind:
        family.add_metric([kind.value], numbers.get(kind.value, 0))
    return family
