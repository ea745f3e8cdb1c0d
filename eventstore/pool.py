"""Connections to PostgreSQL: the pool, and what a failed connection means to callers."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any, Final

import asyncpg

from domain.errors import UnavailableError
from eventstore.errors import SchemaError

APP_ROLE: Final = "inspections_app"
OWNER_ROLE: Final = "inspections_owner"

SESSION: Final = {
    "application_name": "inspections",
    "role": APP_ROLE,
    "search_path": "ledger, pg_temp",
    "timezone": "UTC",
    # A process that was stopped in the middle of a transaction must not hold up the others.
    "idle_in_transaction_session_timeout": "30s",
}
"""With which every session of the application begins."""

_UNREACHABLE: Final = (
    OSError,  # TimeoutError among them
    asyncpg.InterfaceError,  # the pool is closed, the connection was lost before the statement
    asyncpg.InternalClientError,  # the server ended the connection while it lay idle
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,  # shutting down, starting up, cancelled by an administrator
    asyncpg.InsufficientResourcesError,  # too many connections, disk full, out of memory
    asyncpg.InvalidAuthorizationSpecificationError,  # no such login, or the wrong password
    asyncpg.InvalidCatalogNameError,  # no such database
    asyncpg.ObjectNotInPrerequisiteStateError,  # no connections at present, or a lock is not to be had
    asyncpg.TransactionRollbackError,  # a deadlock, or a snapshot that others have overtaken
    asyncpg.ReadOnlySQLTransactionError,  # a standby, or a database that takes no writes at present
    asyncpg.IdleInTransactionSessionTimeoutError,  # this process stood still for too long
)

_GIVEN_UP: Final = (
    OSError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.PostgresConnectionError,
    asyncpg.ReadOnlySQLTransactionError,  # a session may stay so after the database takes writes again
)
"""After which the other connections of a pool are not to be trusted either."""

_CLOSING_SECONDS: Final = 2.0
"""How long a server may take to confirm that a statement was broken off, or that a connection ends."""


class _Connection(asyncpg.Connection):  # type: ignore[misc]  # asyncpg has no types
    """A connection that ends within seconds, also if nobody answers any more."""

    async def close(self, *, timeout: float | None = None) -> None:  # noqa: ASYNC109  asyncpg's own
        """Close it, or drop it."""
        with suppress(OSError):
            await super().close(timeout=_CLOSING_SECONDS if timeout is None else timeout)


class _Pool(asyncpg.Pool):  # type: ignore[misc]  # asyncpg has no types
    """A pool that gives all its connections up when one is lost or no answer comes.

    What has happened to one, such as a network that was cut without a word, has mostly happened to all. Each
    would cost somebody the whole time that a statement may take.
    """

    _incidents = 0

    @asynccontextmanager
    async def acquire(self, *, timeout: float | None = None) -> AsyncIterator[Any]:  # noqa: ASYNC109  asyncpg's own
        """Lend a connection."""
        before = self._incidents
        try:
            async with super().acquire(timeout=timeout) as connection:
                yield connection
        except _GIVEN_UP as error:
            # Whoever began before somebody else has noticed it tells nothing new.
            if before == self._incidents and not isinstance(error, ValueError):
                self._incidents += 1
                await self.expire_connections()
            raise

    async def release(self, connection: Any, *, timeout: float | None = None) -> None:  # noqa: ASYNC109  asyncpg's own
        """Take a connection back; if what was broken off on it does not end soon, drop it."""
        await super().release(connection, timeout=_CLOSING_SECONDS if timeout is None else timeout)


async def open_pool(url: str, *, minimum: int = 1, maximum: int = 10, timeout: float = 10) -> asyncpg.Pool:  # noqa: ASYNC109  asyncpg counts it down itself
    """Open a pool whose connections act as the application's role.

    Who takes a connection from it leaves no trace in the session: settings and advisory locks last for a
    transaction, and nobody listens. Listening takes a connection of its own. When one is lost, or no
    answer comes, all of them are replaced before they are lent again.

    Args:
        url: whose login is a member of that role, or a superuser.
        minimum: connections that are kept open.
        maximum: connections at the same time; further callers wait.
        timeout: seconds for a connection to open, and for a statement to end.

    Raises:
        UnavailableError: the server cannot be reached, or its login may not act as that role.
        SchemaError: that role does not exist yet.
    """
    with connection_errors():
        try:
            return await _Pool(
                url,
                min_size=minimum,
                max_size=maximum,
                max_queries=50_000,
                max_inactive_connection_lifetime=300,
                timeout=timeout,
                command_timeout=timeout,
                reset=_leave_as_it_is,
                loop=None,
                connection_class=_Connection,
                record_class=asyncpg.Record,
                server_settings=SESSION,
            )
        except asyncpg.InsufficientPrivilegeError as error:
            raise UnavailableError(
                f"PostgreSQL does not let this login act as {APP_ROLE}; "
                f"let a superuser run: GRANT {APP_ROLE} TO the login"
            ) from error
        except asyncpg.InvalidParameterValueError as error:
            if APP_ROLE not in str(error):
                raise
            raise SchemaError("the database has no schema yet: run `inspections migrate`") from error


async def _leave_as_it_is(_connection: asyncpg.Connection) -> None:
    """Spare the round trip of the usual reset, which would cost a single append a fifth of its speed."""


@contextmanager
def connection_errors() -> Iterator[None]:
    """Turn what may succeed when it is tried again into `UnavailableError`.

    A connection is lost, refused or overdue, or PostgreSQL cannot carry out the transaction now. Whether a
    statement that was under way has taken effect may then be unknown; a command that is sent again with its
    id finds out.
    """
    try:
        yield
    except _UNREACHABLE as error:
        if not is_unreachable(error):
            raise
        raise UnavailableError(f"PostgreSQL cannot be reached: {error or type(error).__name__}") from error


def is_unreachable(error: BaseException | None) -> bool:
    """Say whether an error means that PostgreSQL cannot be reached at present."""
    # Bad arguments are values too, and asyncpg files them under interface errors.
    return isinstance(error, _UNREACHABLE) and not isinstance(error, ValueError)
