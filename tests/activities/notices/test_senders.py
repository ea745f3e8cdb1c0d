"""What sends letters: a folder, a mail server, GOV.UK Notify, and what each makes of an error."""

import hashlib
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Literal
from uuid import uuid4

import pytest

from activities.notices.folder import FolderSender
from activities.notices.letters import (
    Letter,
    SenderAwayError,
    TryLaterError,
    UndeliverableError,
    as_message,
    in_codes,
)
from activities.notices.notify import NotifySender
from activities.notices.smtp import MailServer, SmtpSender
from domain.notices.words import Words
from tests.activities.notices.mailing import (
    API_KEY,
    CERTIFICATE,
    HOST,
    PASSWORD,
    TEMPLATE,
    Mailbox,
    Notify,
    files_in,
    mail_server,
    notify_server,
)

FROM = "inspections@example.gov.uk"
WORDS = Words("SRY-2023-F1: the area is notified", ("Inspection SRY-2023-F1", "It was notified."))


def letter(name: str = "Ada Lowe", email: str = "ada@example.gov.uk") -> Letter:
    return Letter(
        id="3-0011223344556677.p-ada.area_notified",
        name=name,
        email=email,
        words=WORDS,
        recorded_at=datetime(2023, 9, 11, 11, tzinfo=UTC),
    )


# The message.


def test_a_message_says_all_that_mail_programs_want_to_know() -> None:
    message = message_from_bytes(as_message(letter(), FROM), policy=default)
    assert dict(message.items()) == {
        "From": FROM,
        "To": "Ada Lowe <ada@example.gov.uk>",
        "Subject": WORDS.subject,
        "Date": "Mon, 11 Sep 2023 11:00:00 +0000",
        "Message-ID": "<3-0011223344556677.p-ada.area_notified@example.gov.uk>",
        "Auto-Submitted": "auto-generated",
        "Content-Type": 'text/plain; charset="utf-8"',
        "Content-Transfer-Encoding": "7bit",
        "MIME-Version": "1.0",
    }
    assert message.get_content().replace("\r\n", "\n") == WORDS.text


def test_the_same_letter_is_the_same_message() -> None:
    assert as_message(letter(), FROM) == as_message(letter(), FROM)


@pytest.mark.parametrize(
    "name",
    [
        "Ada\r\nBcc: all@example.com",
        "Ada\nSubject: urgent",
        "Ada\u2028\u0085Bcc: all@example.com",
        'Ada" <all@example.com>, "',
        "Ada <all@example.com>",
        "Ada, all@example.com",
        "Åsa =?utf-8?q?=0ABcc:_all=40example.com?=",
        "",
    ],
)
def test_no_name_in_the_directory_adds_a_header_or_a_recipient(name: str) -> None:
    message = message_from_bytes(as_message(letter(name=name), FROM), policy=default)
    assert len(message.keys()) == 9
    assert "Bcc" not in message
    assert [one.addr_spec for one in message["To"].addresses] == ["ada@example.gov.uk"]
    assert message["Subject"] == WORDS.subject


@pytest.mark.parametrize(
    "email",
    [
        "ada@example.gov.uk\r\nBcc: all@example.com",
        "ada@example.gov.uk\nRCPT TO:<all@example.com>",
        "ada@example.gov.uk,all@example.com",
        "ada@example.gov.uk>",
        "<ada@example.gov.uk",
        "ada lowe@example.gov.uk",
        "åsa@example.gov.uk",
        "ada",
        "",
    ],
)
async def test_what_is_no_address_is_never_sent_to(email: str, tmp_path: Path) -> None:
    with pytest.raises(UndeliverableError, match="the address in the directory"):
        await FolderSender(tmp_path, FROM).send(letter(email=email), again=False)
    assert files_in(tmp_path) == []


def test_of_what_a_mail_server_says_only_numbers_are_kept() -> None:
    assert in_codes(550, "5.1.1 <ada@example.gov.uk>: Ada Lowe has left") == "550 5.1.1"
    assert in_codes(550, "Ada Lowe has left") == "550"
    assert in_codes(421, "") == "421"


# The folder.


async def test_a_folder_gets_one_file_a_letter_however_often_it_is_sent(tmp_path: Path) -> None:
    sender = FolderSender(tmp_path / "notices", FROM)
    first = await sender.send(letter(), again=False)
    second = await sender.send(letter(), again=True)
    (file,) = files_in(tmp_path / "notices")
    assert file.name == "3-0011223344556677.p-ada.area_notified.eml"
    assert file.read_bytes() == first == second


async def test_a_folder_that_cannot_be_written_to_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    sender = FolderSender(tmp_path / "file" / "notices", FROM)
    with pytest.raises(SenderAwayError, match="file/notices cannot be written to: Not a directory"):
        await sender.send(letter(), again=False)
    with pytest.raises(SenderAwayError, match="file/notices cannot be written to: Not a directory; give"):
        await sender.check()
    await FolderSender(tmp_path / "new", FROM).check()
    assert files_in(tmp_path) == [tmp_path / "file"]


# The mail server.


@pytest.fixture
async def mailbox() -> AsyncIterator[Mailbox]:
    async with mail_server(Mailbox()) as running:
        yield running


def to(mailbox: Mailbox) -> SmtpSender:
    return SmtpSender(MailServer("127.0.0.1", mailbox.port, "none", FROM))


async def test_a_mail_server_gets_the_message_as_it_was_noted(mailbox: Mailbox) -> None:
    sent = await to(mailbox).send(letter(), again=False)
    ((address, message),) = mailbox.letters
    assert address == "ada@example.gov.uk"
    assert message["Message-ID"] == "<3-0011223344556677.p-ada.area_notified@example.gov.uk>"
    assert hashlib.sha256(sent).digest() == hashlib.sha256(as_message(letter(), FROM)).digest()


@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_a_login_is_made_over_a_secret_connection_to_the_right_server(
    security: Literal["starttls", "tls"], monkeypatch: pytest.MonkeyPatch
) -> None:
    async with mail_server(Mailbox(), security=security) as mailbox:

        def sender(password: str) -> SmtpSender:
            return SmtpSender(MailServer(HOST, mailbox.port, security, FROM, "inspections", password))

        with pytest.raises(SenderAwayError, match="cannot be trusted: self-signed certificate; have"):
            await sender(PASSWORD).send(letter(), again=False)

        monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
        await sender(PASSWORD).check()
        await sender(PASSWORD).send(letter(), again=False)
        with pytest.raises(
            SenderAwayError, match=r"refuses the login: 535 5\.7\.8; see whether INSPECTIONS_SMTP_USER"
        ):
            await sender("wrong").send(letter(), again=False)
    assert len(mailbox.letters) == 1


async def test_nothing_is_sent_in_the_clear_when_that_was_not_wanted(mailbox: Mailbox) -> None:
    sender = SmtpSender(MailServer("127.0.0.1", mailbox.port, "starttls", FROM))
    with pytest.raises(SenderAwayError, match="no STARTTLS"):
        await sender.send(letter(), again=False)
    assert mailbox.letters == []


@pytest.mark.parametrize(
    ("security", "user", "told"),
    [
        (
            "starttls",
            None,
            "offers no STARTTLS: set INSPECTIONS_SMTP_SECURITY to tls, mostly with port 465, ",
        ),
        ("tls", None, "does not begin with TLS: set INSPECTIONS_SMTP_SECURITY to starttls, mostly with port"),
        ("none", "inspections", "takes no login: unset INSPECTIONS_SMTP_USER"),
    ],
)
async def test_a_mail_server_that_is_there_and_has_not_what_is_set_is_told_from_one_that_is_away(
    mailbox: Mailbox, security: Literal["starttls", "tls", "none"], user: str | None, told: str
) -> None:
    """What to do about it is said too, for whoever asks the doctor."""
    sender = SmtpSender(MailServer("127.0.0.1", mailbox.port, security, FROM, user, user and PASSWORD))
    with pytest.raises(SenderAwayError) as caught:
        await sender.check()
    assert str(caught.value).startswith(f"the mail server 127.0.0.1:{mailbox.port} {told}")


@pytest.mark.parametrize(
    ("to_address", "to_message", "error", "told"),
    [
        (
            "550 5.1.1 ada@example.gov.uk unknown",
            "",
            UndeliverableError,
            "the recipient's address: 550 5.1.1",
        ),
        ("452 4.2.2 mailbox of Ada full", "", TryLaterError, "the recipient's address: 452 4.2.2"),
        ("421 4.3.2 closing", "", SenderAwayError, "the recipient's address: 421 4.3.2"),
        ("", "554 5.7.1 spam", UndeliverableError, "the notice: 554 5.7.1"),
        ("", "451 4.7.1 greylisted", TryLaterError, "the notice: 451 4.7.1"),
    ],
)
async def test_a_mail_servers_no_is_for_ever_for_now_or_for_everybody(
    mailbox: Mailbox, to_address: str, to_message: str, error: type[Exception], told: str
) -> None:
    mailbox.to_address, mailbox.to_message = to_address, to_message
    with pytest.raises(error) as caught:
        await to(mailbox).send(letter(), again=False)
    assert type(caught.value) is error
    assert str(caught.value) == f"the mail server 127.0.0.1:{mailbox.port} refuses {told}"

    mailbox.to_address = mailbox.to_message = ""
    await to(mailbox).send(letter(), again=True)
    assert len(mailbox.letters) == 1


async def test_a_mail_server_that_is_down_is_away(mailbox: Mailbox) -> None:
    async with mail_server(Mailbox()) as gone:
        pass
    for doing in (to(gone).check(), to(gone).send(letter(), again=False)):
        with pytest.raises(SenderAwayError, match=f"{gone.port} cannot be reached: nothing listens there"):
            await doing
    await to(mailbox).check()


async def test_of_a_connection_lost_after_the_message_nobody_knows_what_became(mailbox: Mailbox) -> None:
    mailbox.hangs_up = True
    with pytest.raises(SenderAwayError, match="cannot be reached: SMTPServerDisconnected"):
        await to(mailbox).send(letter(), again=False)
    mailbox.hangs_up = False
    await to(mailbox).send(letter(), again=True)
    first, second = mailbox.ids
    assert first == second


# GOV.UK Notify.


@pytest.fixture
async def notify() -> AsyncIterator[Notify]:
    async with notify_server(Notify()) as running:
        yield running


def by(notify: Notify, key: str = API_KEY, template: str = TEMPLATE) -> NotifySender:
    return NotifySender(key, template, notify.url)


async def test_notify_gets_subject_and_paragraphs_under_the_letters_name(notify: Notify) -> None:
    await by(notify).send(letter(), again=False)
    assert notify.taken == [
        {
            "email_address": "ada@example.gov.uk",
            "template_id": TEMPLATE,
            "personalisation": {
                "subject": WORDS.subject,
                "body": "Inspection SRY-2023-F1\n\nIt was notified.",
            },
            "reference": "3-0011223344556677.p-ada.area_notified",
            "sanitise_content_for": ["body"],
        }
    ]
    assert notify.asked == []


async def test_no_line_is_broken_of_what_goes_verbatim(notify: Notify) -> None:
    """A signature that went over two lines would be none."""
    signed = f"send.example/ledger\n8\n\n\N{EM DASH} send.example/ledger {'A' * 90}=\n"
    one = replace(letter(), words=Words("A checkpoint", ("Keep this.",), signed))
    await by(notify).send(one, again=False)
    assert notify.taken[0]["personalisation"]["body"] == f"Keep this.\n\n{signed}"
    content = message_from_bytes(as_message(one, FROM), policy=default).get_content()
    assert content.replace("\r\n", "\n") == f"Keep this.\n\n{signed}"


async def test_notify_is_asked_after_a_letter_before_it_gets_it_again(notify: Notify) -> None:
    """It took the letter and could not say so: the answer was an error."""
    notify.answers, notify.keeps = [500], True
    with pytest.raises(SenderAwayError, match=r"GOV\.UK Notify answers 500: Internal server error"):
        await by(notify).send(letter(), again=False)
    first = notify.taken[0]
    again = await by(notify).send(letter(), again=True)
    assert notify.taken == [first]
    assert notify.asked == [first["reference"]]
    assert again == await by(Notify(url=notify.url)).send(letter(), again=True)


@pytest.mark.parametrize("status", [429, 500])
async def test_a_letter_that_notify_did_not_take_is_given_to_it_again(notify: Notify, status: int) -> None:
    notify.answers = [status]
    with pytest.raises(SenderAwayError, match=rf"GOV\.UK Notify answers {status}"):
        await by(notify).send(letter(), again=False)
    await by(notify).send(letter(), again=True)
    assert len(notify.taken) == 1


async def test_what_notify_finds_wrong_with_a_letter_is_for_ever(notify: Notify) -> None:
    with pytest.raises(UndeliverableError, match="400: email_address Not a valid email address"):
        await by(notify).send(letter(email="ada@example"), again=False)
    notify.answers = [400]
    with pytest.raises(UndeliverableError, match="team-only API key"):
        await by(notify).send(letter(), again=False)
    assert notify.taken == []


async def test_a_key_that_does_not_fit_is_not_the_letters_fault(notify: Notify) -> None:
    wrong = by(notify, key=f"inspections-{uuid4()}-{uuid4()}")
    with pytest.raises(SenderAwayError, match=r"GOV\.UK Notify answers 403: Invalid token"):
        await wrong.send(letter(), again=False)
    with pytest.raises(SenderAwayError, match=r"GOV\.UK Notify answers 403"):
        await wrong.check()


async def test_notify_is_checked_by_its_template(notify: Notify) -> None:
    await by(notify).check()
    with pytest.raises(SenderAwayError, match="404: No result found"):
        await by(notify, template=str(uuid4())).check()


async def test_a_notify_that_does_not_answer_is_away() -> None:
    async with notify_server(Notify()) as gone:
        pass
    with pytest.raises(SenderAwayError, match=r"cannot be reached at http://127\.0\.0\.1"):
        await by(gone).send(letter(), again=False)
