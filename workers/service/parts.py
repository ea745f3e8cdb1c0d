"""What runs beside the worker: parts that go on for as long as it does, and begin again when they fail.

A part is an object with a name and a `run`; it is added to the list in `workers.service.serving.parts_of`,
and from then on it is started, begun again, watched and stopped like the others.
"""

import asyncio
from typing import Final, Protocol

import structlog

from domain.errors import InspectionsError
from workers.service.health import State, Status

FIRST_PAUSE_SECONDS: Final = 1.0
LONGEST_PAUSE_SECONDS: Final = 30.0

_log = structlog.get_logger(__name__)


class Part(Protocol):
    """Something that runs beside the worker."""

    @property
    def name(self) -> str:
        """Under which it is seen in `/health/ready` and in the log."""
        ...

    @property
    def vital(self) -> bool:
        """Whether the worker counts as not ready while this part fails."""
        ...

    async def run(self, status: Status) -> None:
        """Run until cancelled, which happens as soon as the worker is asked to end.

        Say `status.ok()` after each turn that went well, and `status.failing(why)` after one that did not
        and is tried again. Whatever is raised, `run` is called again after a pause; what nobody foresaw is
        logged with its traceback.
        """
        ...


async def keep_running(part: Part, status: Status) -> None:
    """Run a part until cancelled. Each failure in a row makes the pause before the next beginning longer."""
    pause = FIRST_PAUSE_SECONDS
    while True:
        try:
            await part.run(status)
            problem = "it has ended by itself"
        except asyncio.CancelledError:
            if _is_to_end():
                raise
            _log.exception("a part has failed", part=part.name)
            problem = "something within it was cancelled"
        except InspectionsError as error:
            problem = str(error)
        except Exception as error:
            _log.exception("a part has failed", part=part.name)
            problem = f"{type(error).__name__}: {error}"
        if status.state is State.OK:
            pause = FIRST_PAUSE_SECONDS
        status.failing(problem)
        await asyncio.sleep(pause)
        pause = min(2 * pause, LONGEST_PAUSE_SECONDS)


def _is_to_end() -> bool:
    """Say whether this task was cancelled. Otherwise something that it awaited was, which is a failure."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
