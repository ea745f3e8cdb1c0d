"""The whole examination: what is looked at, all at once, and the order in which it is told."""

import asyncio
from collections.abc import Awaitable, Mapping
from functools import partial

from domain.errors import UnavailableError
from workers.doctor import machine
from workers.doctor.checkpoints import checkpoints
from workers.doctor.database import examine_database
from workers.doctor.finding import Finding, wrong
from workers.doctor.notices import notices
from workers.doctor.temporal import examine_temporal
from workers.embedded.address import find_running
from workers.external import external_temporal
from workers.settings import Settings
from workers.workplace import Workplace, find_workplace


async def examine(settings: Settings, environ: Mapping[str, str], *, fix: bool) -> list[Finding]:
    """Look at what is set, or at the embedded stack that runs.

    What does not depend on each other is looked at at the same time, and each check has a limit of time.

    Args:
        settings: those of the environment.
        environ: the environment, for how Temporal is reached.
        fix: put right what can be put right without harm.

    Raises:
        MalformedError: what is said of Temporal cannot be read.
    """
    # A new examination is one more line here.
    examinations = [
        *_of_servers(settings, environ, fix),
        machine.within_time("rules", machine.rules),
    ]
    return [finding for found in await asyncio.gather(*examinations) for finding in found]


def _of_servers(
    settings: Settings, environ: Mapping[str, str], fix: bool
) -> tuple[Awaitable[list[Finding]], ...]:
    stack = find_running(settings)
    place: Workplace | None
    try:
        place = find_workplace(settings, environ)
    except UnavailableError as error:
        # One half may be set all the same, and is worth looking at.
        url, temporal, lacking = settings.database_url, external_temporal(environ), str(error)
        rehearsal, task_queue, folder = False, settings.task_queue, settings.publication_dir
        place = None
    else:
        url, temporal, lacking = place.database_url, place.temporal, ""
        rehearsal, task_queue, folder = place.rehearsal, place.task_queue, place.publication_dir
    return (
        examine_database(url, rehearsal=rehearsal, embedded=stack is not None and url == stack.database_url)
        if url
        else _lacking("database", lacking),
        examine_temporal(
            temporal,
            task_queue,
            settings.payload_keys,
            embedded=stack is not None and temporal["target_host"] == stack.temporal_address,
            fix=fix,
        )
        if temporal
        else _lacking("temporal", lacking),
        machine.within_time("publication", partial(machine.publication, folder)),
        *([notices(settings, place), checkpoints(settings, place)] if place else []),
    )


async def _lacking(check: str, told: str) -> list[Finding]:
    return [wrong(check, told)]
