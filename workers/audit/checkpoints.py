"""Checkpoints put together: what issues and publishes them, and what mails them."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import structlog
from prometheus_client import CollectorRegistry, Counter

from activities.checkpoints import CheckpointPost, CheckpointPublisher
from domain.errors import InspectionsError, IntegrityError, MalformedError, UnavailableError
from eventstore.checkpoint_letters import CheckpointLetters
from eventstore.checkpoints import Issued
from proof.notes import SecretKey
from workers.audit.keys import log_key
from workers.notices import sender_for
from workers.service.health import Status
from workers.service.parts import Part
from workers.settings import Settings
from workers.sources import variable
from workers.stores import Stores
from workers.workplace import Workplace

LOOK_EVERY_SECONDS: Final = 60.0

_log = structlog.get_logger(__name__)


def checkpoint_parts(
    settings: Settings, place: Workplace, stores: Stores, registry: CollectorRegistry
) -> tuple[Part, ...]:
    """List what issues checkpoints and gives them away; nothing without a key, and nothing in a rehearsal.

    Raises:
        MalformedError: they are to be mailed, and nothing sends mail.
        UnavailableError: the key cannot be opened.
    """
    key = None if place.rehearsal else log_key(settings, embedded=place.embedded)
    if key is None:
        return ()
    publisher = CheckpointPublisher(stores.checkpoints, place.publication_dir)
    every = timedelta(minutes=settings.checkpoint_minutes)
    issuing = CheckpointIssuing(stores, key, every, publisher, registry)
    post = checkpoint_post(settings, place, stores)
    return (issuing,) if post is None else (issuing, CheckpointMailing(post))


def checkpoint_post(settings: Settings, place: Workplace, stores: Stores) -> CheckpointPost | None:
    """Make what mails checkpoints, or nothing if nobody is to get them.

    Raises:
        MalformedError: somebody is, and nothing sends mail.
    """
    if not settings.checkpoint_recipients:
        return None
    sender = sender_for(settings, place)
    if sender is None:
        raise MalformedError(f"checkpoints are to be mailed: set {variable('notices_sender')} too")
    addresses = [one.strip() for one in settings.checkpoint_recipients.split(",")]
    return CheckpointPost(stores.checkpoints, CheckpointLetters(stores.pool), sender, addresses)


async def issue_now(
    stores: Stores, published: Path, signing: Sequence[SecretKey], *, old_key_is_lost: bool = False
) -> Issued:
    """Sign what the ledger is now, only if nothing that was published in a folder is gone or changed.

    It is published there too, if the folder is on this machine.

    Raises:
        IntegrityError: the ledger or a checkpoint is not what was signed or published.
        MalformedError: none of these keys has ever signed for this log, and others have.
        OSError: the folder cannot be read or written to.
        UnavailableError: PostgreSQL cannot be reached.
    """
    publisher = CheckpointPublisher(stores.checkpoints, published)
    issued = await stores.checkpoints.issue(
        signing, datetime.now(UTC), old_key_is_lost=old_key_is_lost, given_away=publisher.given_away
    )
    if await asyncio.to_thread(published.exists):
        # Not left to the workers' next look: until it is published nobody misses it.
        await publisher.publish()
    return issued


class CheckpointIssuing:
    """Issues a checkpoint when it is time and the ledger has grown, and publishes what was issued."""

    name = "checkpoints"
    vital = False

    def __init__(
        self,
        stores: Stores,
        key: SecretKey,
        every: timedelta,
        publisher: CheckpointPublisher,
        registry: CollectorRegistry,
    ) -> None:
        self._stores = stores
        self._key = key
        self._every = every
        self._publisher = publisher
        self._alarms = Counter(
            "inspections_checkpoint_alarms",
            "How often this process found that the ledger or a checkpoint is not what was signed before.",
            registry=registry,
        )

    async def run(self, status: Status) -> None:
        """Look again and again until cancelled; after an alarm as often as checkpoints are issued."""
        while True:
            pause = LOOK_EVERY_SECONDS
            try:
                await self._publisher.check()
                await self._issue()
                await self._publisher.publish()
            except IntegrityError as error:
                self._alarms.inc()
                _log.error("the ledger is not what was signed before", problem=str(error))
                status.failing(str(error))
                pause = max(pause, self._every.total_seconds())
            except (InspectionsError, OSError) as error:
                status.failing(str(error))
            else:
                status.ok()
            await asyncio.sleep(pause)

    async def _issue(self) -> None:
        last = await self._stores.checkpoints.last()
        if last is None or last.checkpoint.head.size != await self._stores.ledger.head():
            await self._stores.checkpoints.issue(
                [self._key], datetime.now(UTC), every=self._every, given_away=self._publisher.given_away
            )


class CheckpointMailing:
    """Mails what was issued, on its own: a mail server that is away keeps nothing else waiting."""

    name = "checkpoint_post"
    vital = False

    def __init__(self, post: CheckpointPost) -> None:
        self._post = post

    async def run(self, status: Status) -> None:
        """Look again and again until cancelled."""
        while True:
            try:
                await self._post.deliver()
            except UnavailableError as error:
                status.failing(str(error))
            else:
                status.ok()
            await asyncio.sleep(LOOK_EVERY_SECONDS)
