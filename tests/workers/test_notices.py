"""Notices put together: who sends them where, and that what is recorded reaches people."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from temporalio.envconfig import ClientConnectConfig

from activities.notices.folder import FolderSender
from activities.notices.notify import NotifySender
from activities.notices.smtp import SmtpSender
from domain.errors import IntegrityError, MalformedError
from eventstore.envelope import Entry
from eventstore.news import News
from eventstore.notices import PostgresOutbox
from eventstore.outbox import NoticeState
from tests.activities.notices.conftest import enter_people, record
from tests.activities.notices.mailing import Mailbox, files_in, mail_server
from tests.domain.inspection.story import Story
from tests.journeys.house import fresh_database
from workers.doctor.notices import notices
from workers.notices import hearings_of, notice_gauges, notice_parts, sender_for
from workers.service.health import State, Status
from workers.service.metrics import Metrics
from workers.settings import Settings
from workers.stores import Stores, open_stores
from workers.workplace import Workplace

PATIENCE = 30
SMTP: dict[str, Any] = {
    "notices_sender": "smtp",
    "notices_from": "inspections@example.gov.uk",
    "smtp_host": "127.0.0.1",
    "smtp_security": "none",
}
NOTIFY: dict[str, Any] = {
    "notices_sender": "notify",
    "notify_api_key": f"name-{uuid4()}-{uuid4()}",
    "notify_template_id": uuid4(),
}


def place(url: str = "postgresql://h/d", **said: bool) -> Workplace:
    return Workplace(url, ClientConnectConfig(), "q", Path("/www"), None, **said)


# Who sends.


def test_the_embedded_stack_writes_into_a_folder_and_nobody_else_sends_unless_told_to() -> None:
    assert isinstance(sender_for(Settings(), place(embedded=True)), FolderSender)
    assert sender_for(Settings(), place()) is None
    assert sender_for(Settings(notices_sender="none"), place(embedded=True)) is None


@pytest.mark.parametrize(
    ("given", "sender"),
    [({"notices_sender": "folder"}, FolderSender), (SMTP, SmtpSender), (NOTIFY, NotifySender)],
)
def test_what_is_set_is_taken(given: dict[str, Any], sender: type) -> None:
    assert isinstance(sender_for(Settings(**given), place()), sender)
    assert isinstance(sender_for(Settings(**given), place(embedded=True)), sender)


@pytest.mark.parametrize("given", [SMTP, NOTIFY])
def test_a_rehearsal_writes_to_nobody(given: dict[str, Any]) -> None:
    assert sender_for(Settings(**given), place(rehearsal=True, embedded=True)) is None


@pytest.mark.parametrize(
    ("given", "left_out"),
    [(SMTP, "smtp_host"), (SMTP, "notices_from"), (NOTIFY, "notify_api_key"), (NOTIFY, "notify_template_id")],
)
def test_a_setting_that_is_missing_is_named(given: dict[str, Any], left_out: str) -> None:
    settings = Settings(**{name: value for name, value in given.items() if name != left_out})
    with pytest.raises(MalformedError, match=f"set INSPECTIONS_{left_out.upper()} too"):
        sender_for(settings, place())


def test_a_login_has_a_password_and_does_not_go_in_the_clear() -> None:
    with pytest.raises(MalformedError, match="set INSPECTIONS_SMTP_PASSWORD too"):
        sender_for(Settings(**SMTP, smtp_user="u"), place())
    with pytest.raises(MalformedError, match="a password is not sent in the clear"):
        sender_for(Settings(**SMTP, smtp_user="u", smtp_password="p"), place())


# What runs.


@pytest.fixture
async def database_url(postgres_url: str) -> AsyncIterator[str]:
    async with fresh_database(postgres_url, rehearsal=False) as url:
        yield url


@pytest.fixture
async def stores(database_url: str) -> AsyncIterator[Stores]:
    async with open_stores(database_url) as opened:
        await enter_people(opened)
        yield opened


@asynccontextmanager
async def running(settings: Settings, where: Workplace, stores: Stores) -> AsyncIterator[dict[str, Status]]:
    """Run the parts, and return what they say of themselves."""
    async with News.listening(where.database_url) as news:
        parts = notice_parts(settings, where, stores, news)
        told = {part.name: Status(part.name, vital=part.vital) for part in parts}
        tasks = [asyncio.create_task(part.run(told[part.name])) for part in parts]
        try:
            while any(one.state is State.STARTING for one in told.values()):
                await asyncio.sleep(0.01)
            yield told
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


async def _until_counted(stores: Stores, state: NoticeState, number: int) -> None:
    async with asyncio.timeout(PATIENCE):
        while (await PostgresOutbox(stores.pool).counts())[state] != number:
            await asyncio.sleep(0.01)


async def test_what_is_recorded_reaches_people_and_what_was_recorded_before_does_not(
    stores: Stores, database_url: str, tmp_path: Path
) -> None:
    story = Story().until("area_notified")
    await record(stores.ledger, story.events)
    settings = Settings(notices_sender="folder", notices_folder=tmp_path)
    async with running(settings, place(database_url), stores) as told:
        await record(stores.ledger, story.until("information_requested").events)
        await _until_counted(stores, NoticeState.SENT, 1)
        assert {name: (one.state, one.vital) for name, one in told.items()} == {
            "notices": (State.OK, False),
            "post": (State.OK, False),
        }
    (file,) = files_in(tmp_path)
    assert file.name.endswith(".p-lano.information_requested.eml")


async def test_a_mail_server_that_is_away_makes_nothing_fail_but_the_post(
    stores: Stores, database_url: str
) -> None:
    async with mail_server(Mailbox()) as mailbox:
        pass
    settings = Settings(**SMTP, smtp_port=mailbox.port)
    async with running(settings, place(database_url), stores) as told:
        await record(stores.ledger, Story().until("area_notified").events)
        async with asyncio.timeout(PATIENCE):
            while told["post"].state is not State.FAILING:
                await asyncio.sleep(0.01)
        assert told["post"].problem == (
            f"the mail server 127.0.0.1:{mailbox.port} cannot be reached: nothing listens there"
        )
        assert told["notices"].state is State.OK
        async with mail_server(mailbox):
            await PostgresOutbox(stores.pool).retry()
            await _until_counted(stores, NoticeState.SENT, 4)
    assert len(set(mailbox.ids)) == len(mailbox.ids) == 4


async def test_a_rehearsals_notices_lie_in_a_folder_of_its_own(postgres_url: str, tmp_path: Path) -> None:
    async with fresh_database(postgres_url) as url, open_stores(url) as rehearsal:
        settings = Settings(notices_folder=tmp_path)
        sender = sender_for(settings, replace(place(url), rehearsal=True, embedded=True))
        assert isinstance(sender, FolderSender)
        assert sender.folder.parent == tmp_path / "rehearsals"
        async with News.listening(url) as news:
            assert notice_parts(Settings(**SMTP), replace(place(url), rehearsal=True), rehearsal, news) == ()


async def test_notices_are_counted_by_what_has_become_of_them(stores: Stores) -> None:
    metrics = Metrics()
    metrics.collect("notices", notice_gauges(stores))
    text = await metrics.text()
    for state in ("waiting", "sent", "failed"):
        assert f'inspections_notices{{state="{state}"}} 0.0' in text
    assert "addressed" not in text
    assert "inspections_notices_oldest_waiting_seconds 0.0" in text


def test_an_event_that_this_release_does_not_know_stops_the_writer() -> None:
    story = Story().until("area_notified")
    entry = Entry(
        position=1,
        stream="SRY-2023-F1",
        version=1,
        type="invented_later",
        recorded_at=story.now,
        leaf=bytes(32),
        text='{"body":{"event":{},"provenance":{},"schema_version":1,"type":"invented_later"}}',
    )
    with pytest.raises(IntegrityError, match="this code does not know the type"):
        hearings_of(entry)


# The doctor.


async def test_the_doctor_says_whether_notices_can_be_sent(tmp_path: Path) -> None:
    async def found(settings: Settings, where: Workplace) -> tuple[str, str]:
        (finding,) = await notices(settings, where)
        return finding.verdict.value, finding.told

    verdict, told = await found(Settings(), place())
    assert (verdict, "none are sent" in told) == ("ok", True)
    folder = Settings(notices_folder=tmp_path / "notices")
    assert await found(folder, place(embedded=True)) == ("ok", "can be sent by folder")
    assert await found(Settings(notices_sender="smtp"), place()) == (
        "wrong",
        "notices are to be sent by smtp: set INSPECTIONS_SMTP_HOST too",
    )
    async with mail_server(Mailbox()) as mailbox:
        mail = Settings(**SMTP, smtp_port=mailbox.port)
        assert await found(mail, place()) == ("ok", "can be sent by smtp")
    verdict, told = await found(mail, place())
    assert (verdict, "cannot be reached" in told) == ("wrong", True)
