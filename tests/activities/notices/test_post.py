"""The post: every notice reaches its people, once, whatever happens on the way."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from activities.commands import Interruption, go_on
from activities.notices.folder import FolderSender
from activities.notices.letters import Letter, Sender, SenderAwayError
from activities.notices.notify import NotifySender
from activities.notices.post import FIRST_PAUSE, LONGEST_PAUSE, Post, letter_id, pause_after
from activities.notices.smtp import MailServer, SmtpSender
from domain.actors import Role
from domain.rulebook import Rulebook
from eventstore.codecs import CODEC
from eventstore.errors import RehearsalError
from eventstore.notices import PATIENCE, PostgresOutbox, begin_after
from eventstore.outbox import Notice, NoticeState, Record, Taken
from eventstore.pool import open_pool
from tests.activities.notices.conftest import Tell, address
from tests.activities.notices.mailing import (
    API_KEY,
    TEMPLATE,
    Mailbox,
    Notify,
    files_in,
    mail_server,
    notify_server,
)
from tests.domain.inspection.story import INSPECTION, Story
from tests.journeys.house import fresh_database
from workers.stores import Stores, open_stores

FROM = "inspections@example.gov.uk"
TO_THE_AREA = ["p-coordinator", "p-dcs", "p-icb", "p-lano"]
RULES = Rulebook.released()


class KilledError(Exception):
    """The process is gone."""


def killed(_: str) -> None:
    """End the process."""
    raise KilledError


@pytest.fixture
async def mailbox() -> AsyncIterator[Mailbox]:
    async with mail_server(Mailbox()) as running:
        yield running


@pytest.fixture
async def notified(tell: Tell) -> Story:
    """An area was notified, and four people are to hear of it."""
    story = Story().until("area_notified")
    await tell(story)
    return story


def post(
    stores: Stores, sender: Sender, *, patience: timedelta = PATIENCE, interruption: Interruption = go_on
) -> Post:
    outbox = PostgresOutbox(stores.pool, patience)
    return Post(outbox, stores.ledger, CODEC, RULES, stores.directory, sender, interruption)


def by_mail(mailbox: Mailbox) -> SmtpSender:
    return SmtpSender(MailServer("127.0.0.1", mailbox.port, "none", FROM))


async def _records(stores: Stores, *states: NoticeState) -> list[Record]:
    return await PostgresOutbox(stores.pool).list(states)


async def _names(stores: Stores, *states: NoticeState) -> list[str]:
    return sorted(one.notice.recipient for one in await _records(stores, *states))


async def _retry(stores: Stores) -> None:
    await PostgresOutbox(stores.pool).retry()


async def test_everybody_who_hears_of_it_gets_one_letter(
    stores: Stores, notified: Story, mailbox: Mailbox
) -> None:
    await post(stores, by_mail(mailbox)).deliver()
    assert sorted(to for to, _ in mailbox.letters) == [address(ref) for ref in TO_THE_AREA]
    assert await _names(stores, NoticeState.SENT) == TO_THE_AREA
    assert await _names(stores, NoticeState.WAITING, NoticeState.FAILED) == []
    assert len(set(mailbox.ids)) == 4
    (text,) = {message.get_content() for to, message in mailbox.letters if to == address("p-dcs")}
    assert "The local area partnership was notified of it on 11 September 2023." in text
    assert "This confirms the telephone call." in " ".join(text.split())
    assert notified.ledger[-1] == "area_notified"

    assert await post(stores, by_mail(mailbox)).deliver() == 0


async def test_the_digest_of_what_was_sent_is_kept_and_neither_name_nor_address(
    stores: Stores, notified: Story, tmp_path: Path
) -> None:
    assert notified
    await post(stores, FolderSender(tmp_path, FROM)).deliver()
    kept = {one.digest for one in await _records(stores, NoticeState.SENT)}
    assert kept == {hashlib.sha256(file.read_bytes()).digest() for file in files_in(tmp_path)}
    rows = await stores.pool.fetch("SELECT notices::text FROM ledger.notices")
    assert not any("@" in text or "Dcs" in text or "Surrey" in text for (text,) in rows)


async def test_who_was_killed_after_sending_sends_again_under_the_same_name(
    stores: Stores, notified: Story, mailbox: Mailbox
) -> None:
    assert notified
    sender, at_once = by_mail(mailbox), timedelta(0)
    with pytest.raises(KilledError):
        await post(stores, sender, interruption=killed, patience=at_once).deliver()
    (first,) = mailbox.ids
    await post(stores, sender, patience=at_once).deliver()
    assert sorted(mailbox.ids) == sorted([first, *set(mailbox.ids)])
    assert len(mailbox.ids) == 5
    same = [message.as_bytes() for _, message in mailbox.letters if message["Message-ID"] == first]
    assert same[0] == same[1]
    assert await _names(stores, NoticeState.SENT) == TO_THE_AREA


async def test_notify_is_not_given_twice_what_a_killed_process_had_given_it(
    stores: Stores, notified: Story
) -> None:
    assert notified
    async with notify_server(Notify()) as notify:
        sender, at_once = NotifySender(API_KEY, TEMPLATE, notify.url), timedelta(0)
        with pytest.raises(KilledError):
            await post(stores, sender, interruption=killed, patience=at_once).deliver()
        (first,) = notify.references
        await post(stores, sender, patience=at_once).deliver()
    assert notify.asked == [first]
    assert len(notify.references) == len(set(notify.references)) == 4


async def test_what_notify_took_and_called_an_error_is_not_given_to_it_again(
    stores: Stores, notified: Story
) -> None:
    assert notified
    async with notify_server(Notify(answers=[500], keeps=True)) as notify:
        one = post(stores, NotifySender(API_KEY, TEMPLATE, notify.url))
        with pytest.raises(SenderAwayError):
            await one.deliver()
        await _retry(stores)
        await one.deliver()
    assert len(notify.references) == len(set(notify.references)) == 4
    assert await _names(stores, NoticeState.SENT) == TO_THE_AREA


async def test_two_posts_at_once_send_every_letter_once(
    stores: Stores, tell: Tell, database_url: str, mailbox: Mailbox
) -> None:
    await tell(Story(outcome="3").until("priority_action_plan_accepted"))
    async with open_stores(database_url) as others:
        await asyncio.gather(
            *(post(place, by_mail(mailbox)).deliver() for place in (stores, others, stores, others))
        )
    assert len(mailbox.ids) == len(set(mailbox.ids)) == len(await _names(stores, NoticeState.SENT)) > 20


async def test_a_mail_server_that_is_down_delays_and_loses_nothing(stores: Stores, notified: Story) -> None:
    assert notified
    async with mail_server(Mailbox()) as mailbox:
        pass
    one = post(stores, by_mail(mailbox))
    for _ in range(2):
        with pytest.raises(SenderAwayError):
            await one.deliver()
    waiting = await _records(stores, NoticeState.WAITING)
    told = {record.problem for record in waiting if record.problem}
    assert told == {f"the mail server 127.0.0.1:{mailbox.port} cannot be reached: nothing listens there"}
    async with mail_server(mailbox):
        await _retry(stores)
        await one.deliver()
    assert await _names(stores, NoticeState.SENT) == TO_THE_AREA
    assert len(mailbox.ids) == len(set(mailbox.ids)) == 4


async def test_a_letter_that_is_refused_for_now_keeps_nobody_from_the_others(
    stores: Stores, notified: Story, mailbox: Mailbox
) -> None:
    assert notified
    mailbox.to_message = "451 4.7.1 greylisted"
    await post(stores, by_mail(mailbox)).deliver()
    assert await _names(stores, NoticeState.WAITING) == TO_THE_AREA
    mailbox.to_message = ""
    await _retry(stores)
    await post(stores, by_mail(mailbox)).deliver()
    assert await _names(stores, NoticeState.SENT) == TO_THE_AREA


async def test_an_address_that_does_not_exist_is_listed_and_tried_again_when_it_is_mended(
    stores: Stores, notified: Story, mailbox: Mailbox
) -> None:
    assert notified
    mailbox.to_address = "550 5.1.1 p-dcs@example.gov.uk unknown"
    await post(stores, by_mail(mailbox)).deliver()
    failed = await _records(stores, NoticeState.FAILED)
    assert {one.problem for one in failed} == {
        f"the mail server 127.0.0.1:{mailbox.port} refuses the recipient's address: 550 5.1.1"
    }
    mailbox.to_address = ""
    assert await post(stores, by_mail(mailbox)).deliver() == 0
    await _retry(stores)
    await post(stores, by_mail(mailbox)).deliver()
    assert await _names(stores, NoticeState.SENT) == TO_THE_AREA


async def test_an_address_is_looked_up_when_the_letter_is_sent(
    stores: Stores, notified: Story, mailbox: Mailbox
) -> None:
    assert notified
    mailbox.to_message = "451 4.7.1 greylisted"
    await post(stores, by_mail(mailbox)).deliver()
    mailbox.to_message = ""
    await _move(stores, "p-dcs", "new@example.gov.uk")
    await _retry(stores)
    await post(stores, by_mail(mailbox)).deliver()
    assert "new@example.gov.uk" in {to for to, _ in mailbox.letters}
    assert address("p-dcs") not in {to for to, _ in mailbox.letters}


async def _move(stores: Stores, ref: str, email: str | None) -> None:
    person = await stores.directory.find(ref)
    assert person is not None
    await stores.directory.change(person.model_copy(update={"email": email}))


async def test_whoever_has_no_address_is_listed_with_what_to_do(
    stores: Stores, notified: Story, mailbox: Mailbox
) -> None:
    assert notified
    await _move(stores, "p-dcs", None)
    await post(stores, by_mail(mailbox)).deliver()
    (failed,) = await _records(stores, NoticeState.FAILED)
    assert failed.notice.recipient == "p-dcs"
    assert failed.problem == ("the directory has no address: `inspections people change p-dcs --email …`")


async def test_a_part_that_nobody_plays_is_listed_and_filled_later(
    stores: Stores, tell: Tell, mailbox: Mailbox
) -> None:
    """The team's leads are not in the directory, and there is nobody at NHS England."""
    await tell(Story(outcome="3").until("report_published"))
    await post(stores, by_mail(mailbox)).deliver()
    problems = {one.notice.recipient: one.problem for one in await _records(stores, NoticeState.FAILED)}
    assert problems["nhs_england"] == (
        "the directory has no official of NHS England: "
        "`inspections people add --name … --role nhs_england --organisation nhs-england --email …`"
    )
    assert problems["p-ofstedlead"] == (
        "the directory has nobody with the reference p-ofstedlead: `inspections people add "
        "--ref p-ofstedlead --name … --role ofsted_lead --organisation ofsted --email …`"
    )
    await stores.directory.add(
        ref="p-nhse", name="Nia", role=Role.NHS_ENGLAND, organisation="nhs-england", email=address("p-nhse")
    )
    await _retry(stores)
    await post(stores, by_mail(mailbox)).deliver()
    assert address("p-nhse") in {to for to, _ in mailbox.letters}
    assert "nhs_england" not in await _names(stores, NoticeState.FAILED)


async def test_the_partnership_gets_no_letter_about_an_inspection_of_which_it_was_not_notified(
    stores: Stores, tell: Tell, mailbox: Mailbox
) -> None:
    await tell(Story().until("team_appointed").do("withdraw_inspection"))
    await post(stores, by_mail(mailbox)).deliver()
    assert {to for to, _ in mailbox.letters} == {address("p-coordinator")}
    (held_back, *_) = [
        one
        for one in await _records(stores, NoticeState.ADDRESSED)
        if one.notice.recipient == "childrens_services"
    ]
    assert held_back.problem == "the area was not notified at that time"


async def test_what_somebody_typed_as_a_name_adds_no_recipient(
    stores: Stores, notified: Story, mailbox: Mailbox
) -> None:
    assert notified
    dcs = await stores.directory.find("p-dcs")
    assert dcs is not None
    await stores.directory.change(dcs.model_copy(update={"name": "Jo\r\nBcc: all@example.com"}))
    await stores.directory.put_body("la-sry", "Surrey\r\n\r\nBcc: all@example.com\r\n.\r\nMAIL FROM:<x@y>")
    await post(stores, by_mail(mailbox)).deliver()
    assert sorted(to for to, _ in mailbox.letters) == [address(ref) for ref in TO_THE_AREA]
    assert all("Bcc" not in message for _, message in mailbox.letters)


async def test_a_rehearsal_writes_to_nobody_but_a_folder(postgres_url: str, tmp_path: Path) -> None:
    async with fresh_database(postgres_url) as url, open_stores(url) as rehearsal:
        with pytest.raises(RehearsalError, match="a rehearsal writes to nobody"):
            post(rehearsal, by_mail(Mailbox()))
        with pytest.raises(RehearsalError):
            post(rehearsal, NotifySender(API_KEY, TEMPLATE, "http://127.0.0.1"))
        assert await post(rehearsal, FolderSender(tmp_path, FROM)).deliver() == 0


class SlowSender:
    """Holds each letter until it is told to go on."""

    reaches_people = True

    def __init__(self, sender: Sender) -> None:
        self._sender = sender
        self.holds = asyncio.Event()
        self.goes_on = asyncio.Event()

    async def send(self, letter: Letter, *, again: bool) -> bytes:
        self.holds.set()
        await self.goes_on.wait()
        return await self._sender.send(letter, again=again)

    async def check(self) -> None:
        await self._sender.check()


async def test_a_post_that_is_closed_brings_to_its_end_what_it_has_begun(
    stores: Stores, notified: Story, mailbox: Mailbox
) -> None:
    assert notified
    slow = SlowSender(by_mail(mailbox))
    delivering = asyncio.create_task(post(stores, slow).deliver())
    await slow.holds.wait()
    delivering.cancel()
    slow.goes_on.set()
    with pytest.raises(asyncio.CancelledError):
        await delivering
    assert len(mailbox.ids) == 1
    await post(stores, by_mail(mailbox)).deliver()
    assert len(mailbox.ids) == len(set(mailbox.ids)) == 4


class CountingOutbox(PostgresOutbox):
    """Counts how often it was told that something was sent."""

    told = 0

    async def sent(self, taken: Taken, digest: bytes) -> None:
        self.told += 1
        await super().sent(taken, digest)


async def test_what_was_sent_is_noted_again_and_again_until_the_database_takes_it(
    stores: Stores, notified: Story, database_url: str, mailbox: Mailbox
) -> None:
    """Otherwise somebody else would send it a second time."""
    assert notified
    slow = SlowSender(by_mail(mailbox))
    async with await open_pool(database_url, timeout=2) as impatient:
        outbox = CountingOutbox(impatient)
        delivering = asyncio.create_task(
            Post(outbox, stores.ledger, CODEC, RULES, stores.directory, slow).deliver()
        )
        await slow.holds.wait()
        async with stores.pool.acquire() as connection, connection.transaction():
            await connection.execute("SELECT FROM ledger.notices FOR UPDATE")
            slow.goes_on.set()
            while outbox.told < 2:
                await asyncio.sleep(0.01)
        await delivering
    assert len(mailbox.ids) == len(set(mailbox.ids)) == 4
    assert await _names(stores, NoticeState.SENT) == TO_THE_AREA


async def test_an_inspection_that_this_release_cannot_read_waits_for_another(
    stores: Stores, notified: Story, mailbox: Mailbox
) -> None:
    assert notified
    await stores.pool.execute("UPDATE ledger.notices SET inspection = 'TRF-2023-F1'")
    await post(stores, by_mail(mailbox)).deliver()
    assert mailbox.ids == []
    assert {one.problem for one in await _records(stores, NoticeState.WAITING)} == {
        "TRF-2023-F1 has no event at position 3"
    }


async def test_what_cannot_be_reckoned_for_one_keeps_nobody_from_the_others(
    stores: Stores, notified: Story, mailbox: Mailbox
) -> None:
    """Somebody has spoilt the directory behind this program's back."""
    assert notified
    await post(stores, by_mail(mailbox)).deliver()
    await stores.pool.execute(
        "UPDATE ledger.notices SET state = 'failed', problem = 'odd', sent_at = NULL, digest = NULL"
    )
    await stores.pool.execute("UPDATE ledger.people SET email = 'nowhere' WHERE ref = 'p-elsewhere'")
    await _retry(stores)
    await post(stores, by_mail(mailbox)).deliver()
    told = {one.problem for one in await _records(stores, NoticeState.WAITING)}
    assert told == {"email: String should match pattern '^[^@\\s\\x00]+@[^@\\s\\x00]+$'"}


def test_a_letters_name_comes_from_the_event_the_recipient_and_the_reason_alone() -> None:
    notice = Notice(3, "p-dcs", "area_notified", INSPECTION)
    assert letter_id(notice, bytes(range(32))) == "3-0001020304050607.p-dcs.area_notified"
    assert letter_id(notice, bytes(32)) != letter_id(notice, bytes(range(32)))


def test_each_attempt_in_vain_makes_the_pause_longer_up_to_a_bound() -> None:
    pauses = [pause_after(attempt) for attempt in range(1, 10_000)]
    assert pauses[:3] == [FIRST_PAUSE, 2 * FIRST_PAUSE, 4 * FIRST_PAUSE]
    assert pauses == sorted(pauses)
    assert pauses[-1] == LONGEST_PAUSE


async def test_following_the_ledger_again_from_its_beginning_sends_nothing_again(
    stores: Stores, notified: Story, mailbox: Mailbox, tell: Tell
) -> None:
    await post(stores, by_mail(mailbox)).deliver()
    await begin_after(stores.pool, 0)
    await tell(notified)
    assert await post(stores, by_mail(mailbox)).deliver() == 0
