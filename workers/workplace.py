"""Where a worker works, and whether that is fit for it."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import structlog
from temporalio.api.operatorservice.v1 import ListSearchAttributesRequest
from temporalio.client import Client
from temporalio.common import SearchAttributeKey
from temporalio.envconfig import ClientConnectConfig
from temporalio.runtime import Runtime
from temporalio.service import RPCError, RPCStatusCode

from domain.errors import NotFoundError, UnavailableError
from eventstore.errors import RehearsalError
from eventstore.postgres import Observe, unobserved
from workers.embedded.address import StackAddress, find_running
from workers.embedded.clock import with_virtual_clock
from workers.external import external_temporal
from workers.payloads.keys import Keyring
from workers.settings import Settings
from workers.stores import Stores, open_stores
from workers.worker import connect_as_configured
from workflows import search_attributes

_CANNOT_BE_ASKED: Final = {RPCStatusCode.UNIMPLEMENTED, RPCStatusCode.PERMISSION_DENIED}
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Workplace:
    """A ledger, the Temporal that moves its inspections, and the folder in which reports are published."""

    database_url: str
    temporal: ClientConnectConfig
    task_queue: str
    publication_dir: Path
    keys: Keyring | None
    """With which what goes to Temporal is encrypted, if there are any."""
    rehearsal: bool = False
    embedded: bool = False
    """Whether the ledger is that of the embedded stack."""


def workplace_of(stack: StackAddress, settings: Settings) -> Workplace:
    """Return the place that an embedded stack is."""
    return Workplace(
        database_url=stack.database_url,
        temporal=ClientConnectConfig(target_host=stack.temporal_address, namespace=stack.namespace),
        task_queue=stack.task_queue,
        publication_dir=stack.publication_dir(settings),
        keys=settings.payload_keys,
        rehearsal=stack.rehearsal,
        embedded=True,
    )


def find_workplace(settings: Settings, environ: Mapping[str, str]) -> Workplace:
    """Find where to work: what is set, or the embedded stack that runs.

    Raises:
        MalformedError: what is said of Temporal cannot be read.
        UnavailableError: nothing is set and no stack runs, or only one half is set.
    """
    if own := servers_of_ones_own(settings, environ):
        return own
    running = find_running(settings)
    if running is None:
        raise UnavailableError(
            "no stack is running: start one with `inspections up`, or set TEMPORAL_ADDRESS and "
            "INSPECTIONS_DATABASE_URL for servers of your own"
        )
    return workplace_of(running, settings)


def servers_of_ones_own(settings: Settings, environ: Mapping[str, str]) -> Workplace | None:
    """Return the place that is set, or None where neither Temporal nor the database is.

    One half alone is refused: the other would be that of an embedded stack which happens to run, and what
    belongs into one ledger would go into another.

    Raises:
        MalformedError: what is said of Temporal cannot be read.
        UnavailableError: only one half is set; names what is to be set too.
    """
    external, url = external_temporal(environ), settings.database_url
    if external is not None and url is not None:
        return Workplace(url, external, settings.task_queue, settings.publication_dir, settings.payload_keys)
    if external is None and url is None:
        return None
    there, lacking = "a database is set", "no Temporal: set TEMPORAL_ADDRESS or TEMPORAL_PROFILE"
    if external is not None:
        there, lacking = "a Temporal is set", "no database: set INSPECTIONS_DATABASE_URL"
    raise UnavailableError(f"{there} and {lacking} too; without both, the embedded stack is meant")


@asynccontextmanager
async def opened(
    place: Workplace, *, pool_size: int, runtime: Runtime | None = None, observe: Observe = unobserved
) -> AsyncIterator[tuple[Stores, Client]]:
    """Open a place after making sure that a worker can do its work there.

    Raises:
        UnavailableError: PostgreSQL or Temporal cannot be reached.
        SchemaError: the database is older or newer than this code.
        RehearsalError: the ledger is of the other kind.
        NotFoundError: the namespace or one of its search attributes is missing.
    """
    async with open_stores(place.database_url, pool_size=pool_size, observe=observe) as stores:
        _refuse_other_kind(stores.ledger.rehearsal, place.rehearsal)
        client = await connect_as_configured(place.temporal, place.keys, runtime)
        await _refuse_missing_search_attributes(client)
        yield stores, with_virtual_clock(client) if place.rehearsal else client


def _refuse_other_kind(found: bool, wanted: bool) -> None:
    if found and not wanted:
        raise RehearsalError(
            "the ledger there is a rehearsal's; a worker on the real clock needs a live one: "
            "set INSPECTIONS_DATABASE_URL to another database"
        )
    if wanted and not found:
        raise RehearsalError("the ledger there is a live one, and the stack is a rehearsal")


async def _refuse_missing_search_attributes(client: Client) -> None:
    """Refuse a namespace in which a workflow's first task would hang, for want of a search attribute."""
    try:
        known = await client.operator_service.list_search_attributes(
            ListSearchAttributesRequest(namespace=client.namespace)
        )
    except RPCError as error:
        if error.status in _CANNOT_BE_ASKED:
            # A hosted Temporal may keep its administration to itself; then nothing is known to be wrong.
            _log.warning("whether all search attributes are there cannot be asked", problem=str(error))
            return
        if error.status is RPCStatusCode.NOT_FOUND:
            raise NotFoundError(
                f"Temporal has no namespace {client.namespace}: set TEMPORAL_NAMESPACE to another one, "
                f"or create it with `temporal operator namespace create --namespace {client.namespace}`"
            ) from error
        raise UnavailableError(f"Temporal cannot be reached: {error}") from error
    missing = [
        key
        for key in search_attributes.ALL
        if known.custom_attributes.get(key.name) != int(key.indexed_value_type)
    ]
    if missing:
        names = ", ".join(key.name for key in missing)
        raise NotFoundError(
            f"namespace {client.namespace} lacks the search attributes {names}, without which no inspection "
            f"can begin; create them with\n  {_creating(client.namespace, missing)}"
        )


def _creating(namespace: str, keys: Sequence[SearchAttributeKey[Any]]) -> str:
    """Return the command that creates search attributes."""
    options = [f"--name {key.name} --type {_type_name(key)}" for key in keys]
    return " ".join(["temporal operator search-attribute create --namespace", namespace, *options])


def _type_name(key: SearchAttributeKey[Any]) -> str:
    return key.indexed_value_type.name.title().replace("_", "")
