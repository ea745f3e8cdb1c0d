"""A notice as it goes to one person, and what whoever sends it promises.

What comes from the directory has been typed by somebody, so it enters a message only after it was brought
into one line, and an address only if it is one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from typing import Final, Protocol

from domain.errors import InspectionsError, UnavailableError
from domain.notices.words import Words, one_line

# Plain ASCII on the way, whatever the servers between can take.
_POLICY: Final = SMTP.clone(cte_type="7bit")


class UndeliverableError(InspectionsError):
    """It will not do to try again: somebody has to mend what the message names. It names no person."""

    code = "UNDELIVERABLE"


class TryLaterError(InspectionsError):
    """Not now, and for this letter only. The message names no person."""

    code = "TRY_LATER"


class SenderAwayError(UnavailableError):
    """Nothing can be sent at present, or what became of this letter is unknown. Try again later."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A notice to one person."""

    id: str
    """Always the same for the same notice, and for no other one in any ledger. It names no person."""
    name: str
    email: str
    words: Words
    recorded_at: datetime
    """When the ledger recorded what it is about."""


class Sender(Protocol):
    """Whatever takes letters to people."""

    @property
    def reaches_people(self) -> bool:
        """Whether it sends letters out into the world."""
        ...

    async def send(self, letter: Letter, *, again: bool) -> bytes:
        """Send a letter, and return what was sent.

        Args:
            letter: the letter.
            again: whether it was tried before, and may have been sent then.

        Raises:
            UndeliverableError: it can never be sent as it is.
            TryLaterError: it cannot be sent now, while others can.
            SenderAwayError: nothing can be sent now.
        """
        ...

    async def check(self) -> None:
        """Find out whether letters could be sent, without sending one.

        Raises:
            SenderAwayError: they could not; the message says why.
        """
        ...


def as_message(letter: Letter, from_address: str) -> bytes:
    """Write a letter as a message of RFC 5322, always the same for the same letter.

    Raises:
        UndeliverableError: the address is none to which mail can be sent.
    """
    message = EmailMessage(policy=_POLICY)
    message["From"] = Address(addr_spec=from_address)
    try:
        message["To"] = Address(_harmless(letter.name), addr_spec=address_of(letter))
    except (MessageError, ValueError, IndexError):
        raise UndeliverableError("the address in the directory is not an email address") from None
    message["Subject"] = letter.words.subject
    message["Date"] = letter.recorded_at
    message["Message-ID"] = f"<{letter.id}@{from_address.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"  # so that no absence is announced to it (RFC 3834)
    message.set_content(letter.words.text)
    return message.as_bytes()


def _harmless(name: str) -> str:
    """Bring a name into one line, also one that hides the line's end in an encoded word (RFC 2047)."""
    return one_line(name).replace("=?", "= ?")


def address_of(letter: Letter) -> str:
    """Return the address of a letter.

    Raises:
        UndeliverableError: it has characters that cannot be sent to everywhere.
    """
    if not letter.email.isascii() or not letter.email.isprintable():
        raise UndeliverableError("the address in the directory has characters that cannot be sent to")
    return letter.email


def in_codes(code: int, text: str) -> str:
    """Return what a mail server answered as numbers alone: the rest of it may repeat an address."""
    first: Sequence[str] = text.split(maxsplit=1)
    enhanced = first[0] if first and first[0].replace(".", "").isdigit() and first[0].count(".") == 2 else ""
    return f"{code} {enhanced}".strip()
