"""The real servers that tests run against: one PostgreSQL and one Temporal server for a whole session.

Both are started only if a test asks for them, keep nothing, and die with the test run however it ends.
"""

import tempfile
import warnings
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Final

import pytest
from temporalio.testing import TimeSkipper, TimeSkippingConfig
from temporalio.workflow import UnfinishedSignalHandlersWarning, UnfinishedUpdateHandlersWarning

from workers.embedded.postgres import Postgres
from workers.embedded.temporal import TemporalServer
from workers.worker import connect
from workflows.search_attributes import ALL

_UNFINISHED: Final = (UnfinishedUpdateHandlersWarning, UnfinishedSignalHandlersWarning)
_abandoned: Final[list[str]] = []


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The superuser's URL of an empty PostgreSQL. Tests make databases of their own in it."""
    with (
        tempfile.TemporaryDirectory(prefix="inspections-", dir="/tmp") as folder,
        Postgres(Path(folder), durable=False) as postgres,
    ):
        yield postgres.url()


@pytest.fixture(scope="session")
async def temporal_address() -> AsyncIterator[str]:
    """Host and port of a Temporal server with a virtual clock for each workflow that wants one."""
    with tempfile.TemporaryDirectory(prefix="inspections-", dir="/tmp") as folder:
        server = TemporalServer(Path(folder), search_attributes=ALL, virtual_clock=True)
        try:
            await server.wait_until_ready()
            yield server.address
        finally:
            server.stop()


@pytest.fixture(scope="session")
async def skipper(temporal_address: str) -> TimeSkipper:
    """Moves the clocks of workflows; `skipper.client` starts them. A clock jumps only when told to."""
    client = await connect(temporal_address, None)
    return TimeSkipper(client, config=TimeSkippingConfig(enabled=False))


# A workflow that ends while a handler runs fails the test run. As an error at once the warning would only
# fail the workflow's task, which is tried again for ever while the test hangs: so it is gathered.


def pytest_configure(config: pytest.Config) -> None:
    """Let the warnings about unfinished handlers through."""
    for warning in _UNFINISHED:
        config.addinivalue_line("filterwarnings", f"always::{warning.__module__}.{warning.__qualname__}")


def pytest_warning_recorded(warning_message: warnings.WarningMessage, nodeid: str) -> None:
    """Remember which test left a handler unfinished."""
    if issubclass(warning_message.category, _UNFINISHED):
        _abandoned.append(nodeid)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail the run if a handler was left unfinished."""
    if _abandoned and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say which tests left a handler unfinished."""
    for nodeid in _abandoned:
        terminalreporter.write_line(f"FAILED {nodeid} - a workflow ended before its handlers did", red=True)
