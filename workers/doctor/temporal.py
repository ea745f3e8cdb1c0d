"""Checks of Temporal: does it answer, has it what inspections need, does a worker poll."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from typing import Final

from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest, ListSearchAttributesRequest
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import (
    DescribeNamespaceRequest,
    DescribeTaskQueueRequest,
    GetSystemInfoRequest,
)
from temporalio.client import Client
from temporalio.common import SearchAttributeIndexedValueType
from temporalio.envconfig import ClientConnectConfig
from temporalio.service import RPCError, RPCStatusCode

from workers.doctor.encryption import encryption
from workers.doctor.finding import PATIENCE_SECONDS, Finding, ok, overdue, warning, wrong
from workers.external import innermost
from workers.payloads.keys import Keyring
from workers.routing import Routing, living
from workflows import search_attributes

SHORTEST_RETENTION: Final = timedelta(days=7)
"""For less, whoever looks into a process that has ended comes too late after a week of holidays."""

_NOT_FOR_US: Final = {RPCStatusCode.UNIMPLEMENTED, RPCStatusCode.PERMISSION_DENIED}
_TIMEOUT: Final = timedelta(seconds=PATIENCE_SECONDS)

Look = Callable[[Client], Awaitable[list[Finding]]]


async def examine_temporal(
    config: ClientConnectConfig, task_queue: str, keys: Keyring | None, *, embedded: bool, fix: bool
) -> list[Finding]:
    """Look at the Temporal server that a configuration leads to.

    Args:
        config: how to connect.
        task_queue: on which workers should poll.
        keys: those with which payloads are encrypted, if any are set.
        embedded: whether it is the embedded one, which nobody keeps histories in.
        fix: register the search attributes that are missing.
    """
    try:
        client = await Client.connect(**config, lazy=True)
    except (RuntimeError, ValueError, OSError) as error:
        return [_away(config, error)]
    findings = await _within_time("temporal", _server, client)
    if findings[0].verdict != "ok":
        return findings
    namespace = await _within_time("namespace", partial(_namespace, embedded=embedded), client)
    if namespace[0].verdict == "wrong":
        return [*findings, *namespace]
    inside = await asyncio.gather(
        _within_time("search attributes", partial(_search_attributes, fix=fix), client),
        _within_time("worker", partial(_worker, task_queue=task_queue), client),
        _within_time("encryption", partial(encryption, task_queue=task_queue, keys=keys), client),
    )
    return [*findings, *namespace, *(finding for found in inside for finding in found)]


async def _within_time(check: str, look: Look, client: Client) -> list[Finding]:
    try:
        # One more second than each call has, so that a call says by itself what it waited for.
        async with asyncio.timeout(PATIENCE_SECONDS + 1):
            return await look(client)
    except TimeoutError:
        return [overdue(check, _where(client))]
    except RPCError as error:
        if error.status in _NOT_FOR_US:
            return [warning(check, f"Temporal does not let this be asked: {error.message}")]
        if error.status in {RPCStatusCode.DEADLINE_EXCEEDED, RPCStatusCode.CANCELLED}:
            return [overdue(check, _where(client))]
        return [wrong(check, f"Temporal answers: {error.message}")]
    except RuntimeError as error:
        return [_away({"target_host": client.service_client.config.target_host}, error)]


def _where(client: Client) -> str:
    return f" ({client.service_client.config.target_host})"


def _away(config: ClientConnectConfig, error: Exception) -> Finding:
    return wrong(
        "temporal",
        f"cannot be reached at {config['target_host']}: {innermost(error)}",
        "start it, or correct TEMPORAL_ADDRESS and the other TEMPORAL_… variables",
    )


async def _server(client: Client) -> list[Finding]:
    info = await client.workflow_service.get_system_info(GetSystemInfoRequest(), timeout=_TIMEOUT)
    return [ok("temporal", f"server {info.server_version} at {client.service_client.config.target_host}")]


async def _namespace(client: Client, *, embedded: bool) -> list[Finding]:
    try:
        answer = await client.workflow_service.describe_namespace(
            DescribeNamespaceRequest(namespace=client.namespace), timeout=_TIMEOUT
        )
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
        return [
            wrong(
                "namespace",
                f"there is no {client.namespace}",
                f"`temporal operator namespace create --namespace {client.namespace} --retention 30d`, "
                "or set TEMPORAL_NAMESPACE to another one",
            )
        ]
    retention = answer.config.workflow_execution_retention_ttl.ToTimedelta()
    told = f"histories are kept for {_in_words(retention)} after a process has ended"
    if retention < SHORTEST_RETENTION and not embedded:
        return [
            ok("namespace", client.namespace),
            warning(
                "retention",
                f"{told}, which is short for whoever looks into one",
                f"`temporal operator namespace update --namespace {client.namespace} --retention 30d`",
            ),
        ]
    return [ok("namespace", client.namespace), ok("retention", told)]


def _in_words(duration: timedelta) -> str:
    hours = duration // timedelta(hours=1)
    return f"{hours // 24} days" if hours >= 48 else f"{hours} hours"


async def _search_attributes(client: Client, *, fix: bool) -> list[Finding]:
    check = "search attributes"
    known = await _registered(client)
    missing = [key for key in search_attributes.ALL if key.name not in known]
    findings = [
        wrong(
            check,
            f"{key.name} is of type {_type_name(known[key.name])}, "
            f"and should be of type {_type_name(key.indexed_value_type)}",
            f"`temporal operator search-attribute remove --namespace {client.namespace} --name {key.name}`, "
            "then `inspections doctor --fix`",
        )
        for key in search_attributes.ALL
        if key.name in known and known[key.name] != int(key.indexed_value_type)
    ]
    names = ", ".join(key.name for key in missing)
    if missing and not fix:
        findings.append(
            wrong(
                check,
                f"{names} not registered; no process can begin",
                "`inspections doctor --fix` registers them",
            )
        )
    if missing and fix:
        request = AddSearchAttributesRequest(namespace=client.namespace)
        for key in missing:
            request.search_attributes[key.name] = int(key.indexed_value_type)  # type: ignore[assignment]  # an enum of protobuf
        await client.operator_service.add_search_attributes(request, timeout=_TIMEOUT)
        findings.append(ok(check, f"registered {names}"))
    return findings or [ok(check, "all registered")]


def _type_name(kind: int) -> str:
    return SearchAttributeIndexedValueType(kind).name.replace("_", " ").lower()


async def _registered(client: Client) -> dict[str, int]:
    answer = await client.operator_service.list_search_attributes(
        ListSearchAttributesRequest(namespace=client.namespace), timeout=_TIMEOUT
    )
    return {name: int(kind) for name, kind in answer.custom_attributes.items()}


async def _worker(client: Client, *, task_queue: str) -> list[Finding]:
    answers = await asyncio.gather(
        *(
            client.workflow_service.describe_task_queue(
                DescribeTaskQueueRequest(
                    namespace=client.namespace, task_queue=TaskQueue(name=task_queue), task_queue_type=kind
                ),
                timeout=_TIMEOUT,
            )
            for kind in (
                TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
                TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY,
            )
        )
    )
    routing = Routing.of(answers[0])
    workers = set.intersection(*({one.identity for one in living(answer.pollers)} for answer in answers))
    if workers:
        seen = "1 worker has" if len(workers) == 1 else f"{len(workers)} workers have"
        polled = ok("worker", f"{seen} polled task queue {task_queue} in the last minute or so")
        return [polled, _build(routing)]
    return [
        warning(
            "worker",
            f"nobody polls task queue {task_queue}, so no milestone is recorded",
            f"start {routing.to_start_one}, or correct INSPECTIONS_TASK_QUEUE",
        )
    ]


def _build(routing: Routing) -> Finding:
    if routing.problem:
        return wrong("build", routing.problem, routing.advice)
    return ok("build", f"work goes to {routing.takers}")
