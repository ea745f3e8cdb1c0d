"""Notices put together: what follows the ledger for them, what sends them, and what is counted of them."""

import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlsplit

from prometheus_client.core import GaugeMetricFamily, Metric

from activities.notices.folder import FolderSender
from activities.notices.letters import Sender
from activities.notices.notify import NotifySender
from activities.notices.post import Post
from activities.notices.smtp import MailServer, SmtpSender
from domain.errors import MalformedError, UnavailableError
from domain.inspection.events import EVENT_TYPES
from domain.notices.rules import EVENTS_HEARD, hearings
from domain.rulebook import Rulebook
from domain.streams import StreamKind, kind_of
from eventstore.codecs import CODEC
from eventstore.envelope import Entry
from eventstore.news import News
from eventstore.notices import SUBSCRIBER, NoticeWriter, PostgresOutbox
from eventstore.outbox import NoticeState
from eventstore.subscription import PATIENCE_SECONDS, catch_up, enrol, follow
from workers.service.health import Status
from workers.service.metrics import AsyncCollector
from workers.service.parts import Part
from workers.settings import Settings
from workers.sources import variable
from workers.stores import Stores
from workers.workplace import Workplace

FIRST_PAUSE_SECONDS: Final = 1.0
LONGEST_PAUSE_SECONDS: Final = 60.0
_NOBODY: Final = "inspections@localhost.invalid"
"""Whom letters in a folder come from, unless it is said."""


def notice_parts(settings: Settings, place: Workplace, stores: Stores, news: News) -> tuple[Part, ...]:
    """List what writes notices down and what sends them; nothing if nobody is to send any.

    Raises:
        MalformedError: a setting that the sender needs is missing.
    """
    sender = sender_for(settings, place)
    if sender is None:
        return ()
    written = News()
    outbox = PostgresOutbox(stores.pool)
    post = Post(outbox, stores.ledger, CODEC, Rulebook.released(), stores.directory, sender)
    return NoticeWriting(stores, news, written), NoticeSending(post, written)


def sender_for(settings: Settings, place: Workplace) -> Sender | None:
    """Make what sends notices, or nothing.

    Unless it is set, the embedded stack writes them into a folder, where whoever tries this out sees them,
    and a worker for a database of one's own sends none: it should write to people only when told to. A
    rehearsal never does; its notices go into a folder of its own.

    Raises:
        MalformedError: a setting that the sender needs is missing.
    """
    match settings.notices_sender or ("folder" if place.embedded else "none"):
        case "folder":
            folder = settings.notices_folder
            if place.rehearsal:
                folder = folder / "rehearsals" / urlsplit(place.database_url).path.removeprefix("/")
            return FolderSender(folder, settings.notices_from or _NOBODY)
        case "smtp" if not place.rehearsal:
            return SmtpSender(_mail_server(settings))
        case "notify" if not place.rehearsal:
            return NotifySender(
                _needed(settings, "notify_api_key"),
                str(_needed(settings, "notify_template_id")),
                settings.notify_base_url,
            )
        case _:
            return None


def notices_go_to(settings: Settings, place: Workplace) -> str:
    """Say in a word where notices go: a folder, a way to people, or nowhere."""
    match sender_for(settings, place):
        case None:
            return "nowhere"
        case FolderSender() as sender:
            return str(sender.folder)
        case _:
            return f"by {settings.notices_sender}"


def _mail_server(settings: Settings) -> MailServer:
    if settings.smtp_user:
        _needed(settings, "smtp_password")
        if settings.smtp_security == "none":
            raise MalformedError(
                f"{variable('smtp_security')} is none, and a password is not sent in the clear; "
                "accepted with a login are starttls and tls"
            )
    return MailServer(
        host=_needed(settings, "smtp_host"),
        port=settings.smtp_port,
        security=settings.smtp_security,
        from_address=_needed(settings, "notices_from"),
        user=settings.smtp_user,
        password=settings.smtp_password,
    )


def _needed(settings: Settings, field: str) -> Any:
    value = getattr(settings, field)
    if value is None:
        raise MalformedError(
            f"notices are to be sent by {settings.notices_sender}: set {variable(field)} too"
        )
    return value


def hearings_of(entry: Entry) -> list[tuple[str, str]]:
    """Say who hears of an entry, as the outbox keeps it.

    Raises:
        IntegrityError: this release does not know the event, or cannot read it.
    """
    if kind_of(entry.stream) is not StreamKind.INSPECTION:
        return []
    if entry.type in EVENT_TYPES and entry.type not in EVENTS_HEARD:
        return []
    return [(one.seat.value, one.reason) for one in hearings(CODEC.decode(entry))]


class NoticeWriting:
    """Follows the ledger and writes down who is to hear of what."""

    name = "notices"
    vital = False

    def __init__(self, stores: Stores, news: News, written: News) -> None:
        """Take the ledger's news, and what is told when there is something new to send."""
        self._stores = stores
        self._news = news
        self._written = written

    async def run(self, status: Status) -> None:
        """Follow until cancelled. A new installation begins at the ledger's head: nobody wants old news."""
        pool, ledger = self._stores.pool, self._stores.ledger
        await enrol(pool, SUBSCRIBER, after=await ledger.head())
        writer = NoticeWriter(hearings_of)

        async def catching_up() -> int:
            taken = await catch_up(pool, ledger, writer)
            if taken:
                self._written.tell()
            return taken

        await follow(
            catching_up,
            self._news,
            lambda problem: status.ok() if problem is None else status.failing(problem),
        )


class NoticeSending:
    """Sends what is written down. While nothing can be sent, it asks again less and less often."""

    name = "post"
    vital = False

    def __init__(self, post: Post, written: News) -> None:
        """Take what tells that there is something new to send."""
        self._post = post
        self._written = written

    async def run(self, status: Status) -> None:
        """Send until cancelled."""
        pause = FIRST_PAUSE_SECONDS
        async for _ in self._written.turns(PATIENCE_SECONDS):
            try:
                await self._post.deliver()
            except UnavailableError as error:
                status.failing(str(error))
                await asyncio.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE_SECONDS)
            else:
                status.ok()
                pause = FIRST_PAUSE_SECONDS


def notice_gauges(stores: Stores) -> AsyncCollector:
    """Count notices by what has become of them, and say how long the oldest has waited."""
    outbox = PostgresOutbox(stores.pool)

    async def collect() -> Iterable[Metric]:
        family = GaugeMetricFamily(
            "inspections_notices", "Notices, by what has become of them.", labels=["state"]
        )
        counts = await outbox.counts()
        for state in (NoticeState.WAITING, NoticeState.SENT, NoticeState.FAILED):
            family.add_metric([state.value], counts[state])
        since = await outbox.waiting_since()
        oldest = GaugeMetricFamily(
            "inspections_notices_oldest_waiting_seconds",
            "How long ago the oldest event was recorded of which a notice still waits; 0 if none does.",
            value=0 if since is None else (datetime.now(UTC) - since).total_seconds(),
        )
        return [family, oldest]

    return collect
