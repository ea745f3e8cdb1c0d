"""Operators: workers against servers of one's own."""

import asyncio
import os
import sys
from collections.abc import Mapping
from typing import Final, NoReturn

from cyclopts.types import PositiveInt
from temporalio.common import WorkerDeploymentVersion

from cli.access import settings
from cli.endings import on_request_to_end
from cli.exits import Exit, end_at_once, exit_for
from workers.logs import configure
from workers.service.serving import NotDrainedError, serving
from workers.service.supervisor import PARENT_DIED, Supervisor
from workers.settings import HttpAddress, Settings
from workers.workplace import Workplace, find_workplace, opened

DEPLOYMENT: Final = "inspections"

_FINAL: Final = (Exit.MALFORMED, Exit.NOT_FOUND, Exit.INTEGRITY)
"""How a worker ends that would end so again: what it was given has to be changed first."""


async def worker(*, processes: PositiveInt = 1, build_id: str | None = None) -> None:
    """Run a worker until asked to end (SIGTERM or Ctrl-C); it then finishes what it has begun.

    It works for the Temporal that TEMPORAL_ADDRESS or TEMPORAL_PROFILE name, on the ledger at
    INSPECTIONS_DATABASE_URL; without both, for the embedded stack that runs. A second signal ends it
    at once.

    Parameters
    ----------
    processes
        How many worker processes, each with a port of its own from INSPECTIONS_HTTP_ADDRESS upwards.
    build_id
        Which build this is, where Temporal lets builds have work one by one (worker versioning).
    """
    chosen = settings()
    configure(chosen.log_level)
    place = find_workplace(chosen, os.environ)
    if processes > 1:
        await _run_several(place, chosen, processes, build_id)
    asked = asyncio.Event()
    on_request_to_end(asked.set, lambda: end_at_once(Exit.INTERRUPTED))
    asyncio.get_running_loop().add_signal_handler(PARENT_DIED, asked.set)
    deployment = WorkerDeploymentVersion(DEPLOYMENT, build_id) if build_id else None
    try:
        async with serving(place, chosen, deployment) as service:
            await service.until(asked)
    except NotDrainedError as error:
        sys.stderr.write(f"inspections: {error}\n")
        end_at_once(exit_for(error))
    # All is done; the end of the event loop would wait for whatever hangs all the same.
    end_at_once(Exit.DONE)


async def _run_several(place: Workplace, chosen: Settings, processes: int, build_id: str | None) -> NoReturn:
    # Once for all, so that what no process could work with is told once and ends the command.
    async with opened(place, pool_size=1):
        pass
    command = [sys.executable, "-m", "cli.main", "worker"]
    command += ["--build-id", build_id] if build_id else []
    environments = [_environment(chosen.http_address, number) for number in range(processes)]
    supervisor = Supervisor(command, environments, final=_FINAL)
    on_request_to_end(supervisor.end, lambda: _interrupt(supervisor))
    code = await supervisor.run()
    end_at_once(Exit(code) if code in set(Exit) else Exit.FAULT)


def _environment(address: HttpAddress | None, number: int) -> Mapping[str, str]:
    """Return the environment of one of several processes: each serves on a port of its own."""
    if address is None:
        return os.environ
    own = HttpAddress(address.host, address.port + number)
    return {**os.environ, "INSPECTIONS_HTTP_ADDRESS": str(own)}


def _interrupt(supervisor: Supervisor) -> NoReturn:
    supervisor.end_at_once()
    end_at_once(Exit.INTERRUPTED)
