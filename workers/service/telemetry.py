"""Temporal's own logs and metrics: logs go where ours go, metrics to where `/metrics` fetches them."""

import logging
from typing import Final, NamedTuple

from temporalio.runtime import (
    LogForwardingConfig,
    LoggingConfig,
    PrometheusConfig,
    Runtime,
    TelemetryConfig,
    TelemetryFilter,
)

from domain.errors import UnavailableError
from workers.embedded.temporal import free_port

_HOST: Final = "127.0.0.1"
_STARTS: Final = 3
"""How many ports are tried: somebody may take one that has just been found free."""


class Telemetry(NamedTuple):
    """The runtime of a process's Temporal client, and where it tells its metrics."""

    runtime: Runtime
    metrics_url: str


def open_telemetry() -> Telemetry:
    """Make the runtime of this process's Temporal client. It lasts as long as the process.

    Raises:
        UnavailableError: it finds no port on this machine.
    """
    logging_config = LoggingConfig(
        filter=TelemetryFilter(core_level="WARN", other_level="ERROR"),
        forwarding=LogForwardingConfig(logger=logging.getLogger("temporalio.core")),
    )
    for _ in range(_STARTS):
        address = f"{_HOST}:{free_port()}"
        metrics = PrometheusConfig(
            bind_address=address, counters_total_suffix=True, unit_suffix=True, durations_as_seconds=True
        )
        try:
            runtime = Runtime(
                telemetry=TelemetryConfig(logging=logging_config, metrics=metrics, attach_service_name=False)
            )
        except ValueError:
            continue
        return Telemetry(runtime, f"http://{address}/metrics")
    raise UnavailableError("Temporal's client found no port for its metrics on this machine")
