"""Many streams told something in one go, each by commands of its own.

Whoever tells many may be broken off. So each stream is told only what it does not say yet, under an id that
follows from the stream, its version and what it is told: the same call again does the rest.
"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from domain.canonical import canonical_json
from domain.messages import Answer, MilestoneRequest, telling_id
from domain.values import StreamName
from workers.reading import Progress

if TYPE_CHECKING:
    from workers.desk import Desk

AT_ONCE: Final = 8
"""Streams that are told something at the same time."""

Command = Mapping[str, Any]
"""What a stream is told: the command's type and its matter, without who decided it."""


@dataclass(frozen=True, slots=True)
class Telling:
    """What one stream is told, one after the other, beginning at a version of it."""

    stream: StreamName
    version: int
    commands: tuple[Command, ...]


class Told(NamedTuple):
    """What a stream was told, and what it answered."""

    stream: StreamName
    command: Command
    answer: Answer


async def tell_each(
    desk: "Desk", tellings: Sequence[Telling], who: Mapping[str, Any], progress: Progress
) -> tuple[Told, ...]:
    """Tell streams what there is to tell, a few at once. One that refuses is told no more.

    Args:
        desk: where requests are handed in.
        tellings: what is told, to each stream once.
        who: who decided and records it, and when, as a command says it.
        progress: told after each stream.

    Raises:
        UnavailableError, IntegrityError: as of the desk. The same call again does what is left.
    """
    few, done = asyncio.Semaphore(AT_ONCE), 0

    async def tell(telling: Telling) -> list[Told]:
        nonlocal done
        async with few:
            told = await _tell(desk, telling, who)
        done += 1
        progress(done, len(tellings))
        return told

    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(tell(one)) for one in tellings]
    except ExceptionGroup as errors:
        raise errors.exceptions[0] from None
    return tuple(told for task in tasks for told in task.result())


async def _tell(desk: "Desk", telling: Telling, who: Mapping[str, Any]) -> list[Told]:
    told: list[Told] = []
    for command, request in zip(telling.commands, requests(telling, who), strict=True):
        told.append(Told(telling.stream, command, await desk.record(request)))
        if told[-1].answer.refused:
            return told
    # An area may be younger in the register than its inspections: it is not to hear of them tomorrow only.
    await desk.have_look(telling.stream)
    return told


def requests(telling: Telling, who: Mapping[str, Any]) -> Iterator[MilestoneRequest]:
    """Put what is told as requests. From the same person at the same version they are the same requests."""
    for command in telling.commands:
        content = {**command, **who}
        command_id = telling_id(telling.stream, telling.version, canonical_json(content))
        yield MilestoneRequest(inspection=telling.stream, command_id=str(command_id), command=content)
