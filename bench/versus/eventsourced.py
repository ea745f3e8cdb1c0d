"""The package `eventsourcing` with its own PostgreSQL recorder: aggregates saved and loaded by threads.

As its documentation has it: an application, an aggregate class whose method triggers an event, `save` and
`repository.get`. The recorder is the default one, which takes a lock on the table so that readers never
skip an event; with `functions` it uses the stored procedures that the package brings, for speed.
"""

import threading
import time
from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event

from bench.measure import Figures, latencies


class Case(Aggregate):
    """An inspection that takes each milestone as it comes."""

    def __init__(self) -> None:
        self.milestones: list[str] = []

    @event("MilestoneRecorded")
    def record(self, body: dict[str, Any]) -> None:
        self.milestones.append(body["type"])


class Cases:
    """The application."""

    def __init__(self, url: str, *, functions: bool = False, connections: int = 40) -> None:
        address = urlsplit(url)
        query = parse_qs(address.query)
        self._application: Application[UUID] = Application(
            env={
                "PERSISTENCE_MODULE": "eventsourcing.postgres",
                "POSTGRES_DBNAME": address.path.removeprefix("/"),
                "POSTGRES_HOST": query["host"][0],
                "POSTGRES_PORT": query["port"][0],
                "POSTGRES_USER": "postgres",
                "POSTGRES_PASSWORD": "none is asked for",
                "POSTGRES_POOL_SIZE": str(connections),
                "POSTGRES_MAX_OVERFLOW": "60",
                "POSTGRES_MAX_WAITING": "0",
                "POSTGRES_ENABLE_DB_FUNCTIONS": "y" if functions else "n",
            }
        )

    def write_for(self, seconds: float, threads: int, bodies: Sequence[dict[str, Any]]) -> Figures:
        """Let threads record milestones for so long, each on an aggregate of its own, saved each time."""
        stop = time.perf_counter() + seconds
        taken: list[list[float]] = [[] for _ in range(threads)]

        def write(number: int) -> None:
            case = Case()
            self._application.save(case)
            while (began := time.perf_counter()) < stop:
                case.record(bodies[len(taken[number]) % len(bodies)])
                self._application.save(case)
                taken[number].append(time.perf_counter() - began)

        began = time.perf_counter()
        writers = [threading.Thread(target=write, args=(number,)) for number in range(threads)]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join()
        each = [seconds for one in taken for seconds in one]
        return {"per_second": len(each) / (time.perf_counter() - began), **latencies(each)}

    def put(self, bodies: Sequence[dict[str, Any]]) -> UUID:
        """Save an aggregate with one event for each body, the first being its creation."""
        case = Case()
        for body in bodies[1:]:
            case.record(body)
        self._application.save(case)
        saved: UUID = case.id
        return saved

    def get(self, case: UUID) -> int:
        """Load an aggregate and return its version."""
        found: Case = self._application.repository.get(case)
        version: int = found.version
        return version

    def close(self) -> None:
        """Close the connections."""
        self._application.close()
